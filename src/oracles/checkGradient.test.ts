import { describe, expect, it } from "vitest";
import { drawCase } from "../arbitraries/drawCase.js";
import { DOUBLES } from "../core/numberAlgebra.js";
import { Stream } from "../core/random.js";
import { tensor, type Tensor } from "../core/tensor.js";
import { OPS } from "../ops/index.js";
import { evaluate, evaluateDoubles } from "../program/evaluate.js";
import { check, differentiable } from "../program/program.js";
import { reverse } from "../program/reverse.js";
import type { Case } from "../record/case.js";
import { checkGradient, type Pullback, type Values } from "./checkGradient.js";
import { flatten } from "./quantity.js";

/** A program with one output as a function of its differentiable inputs, and its pullback by the reverse rules. */
function blackBox(c: Case): { f: Values; gradient: Pullback; xs: Float64Array[] } {
  const program = check(c.program);
  const moving = differentiable(program);
  const inputs = (xs: readonly Float64Array[]): Tensor[] =>
    c.inputs.map((x, k) => (moving.includes(k) ? { ...x, data: xs[moving.indexOf(k)] } : x));
  const [output] = program.outputs;
  return {
    f: (xs) => flatten([evaluateDoubles(DOUBLES, program, inputs(xs))[output]]),
    gradient: (xs, v) =>
      reverse(DOUBLES, program, evaluate(DOUBLES, program, inputs(xs)), [
        tensor(program.shapes[output], v),
      ]).flatMap((gx) => (gx ? [flatten([gx])] : [])),
    xs: moving.map((k) => c.inputs[k].data),
  };
}

const median = (xs: readonly number[]): number => [...xs].sort((a, b) => a - b)[xs.length >> 1];

/** The pullback of an elementwise function with this slope. */
const elementwise =
  (slope: (x: number) => number): Pullback =>
  ([x], v) => [x.map((value, i) => slope(value) * v[i])];
/** The same with one entry changed. */
const spoiled =
  (slope: (x: number) => number, at: number, change: (g: number) => number): Pullback =>
  (xs, v) => {
    const [g] = elementwise(slope)(xs, v);
    g[at] = change(g[at]);
    return [g];
  };
const mean = (xs: Float64Array): number => xs.reduce((a, b) => a + b, 0) / xs.length;
const times = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, i) => value * b[i]);
const uniform = (n: number, name: string): Float64Array => {
  const stream = new Stream(50, name);
  return Float64Array.from({ length: n }, () => stream.between(-1, 1));
};

const tanh: Values = ([x]) => x.map(Math.tanh);
const sech2 = (x: number): number => 1 / Math.cosh(x) ** 2;
const swapsEntries: Pullback = (xs, v) => {
  const [g] = elementwise(sech2)(xs, v);
  [g[3], g[8]] = [g[8], g[3]];
  return [g];
};
const product: Values = ([a, b]) => times(a, b);
const forgetsOne: Pullback = ([, b], v) => [times(b, v)];
const sameForBoth: Pullback = ([, b], v) => [times(b, v), times(b, v)];
const centered: Values = ([row]) => row.map((value) => value - mean(row));
const ofCentered: Pullback = (_xs, v) => [v.map((u) => u - mean(v))];
const forgetsMean: Pullback = (_xs, v) => [v.slice()];

const relu: Values = ([x]) => x.map((value) => Math.max(value, 0));
const stepAt0 =
  (slope: number) =>
  (x: number): number =>
    x > 0 ? 1 : x < 0 ? 0 : slope;
const max: Values = ([x]) => Float64Array.of(Math.max(...x));
/** Each of the largest elements gets this part of the cotangent. */
const toLargest =
  (part: (ties: number) => number): Pullback =>
  ([x], v) => {
    const top = Math.max(...x);
    const ties = x.filter((value) => value === top).length;
    return [x.map((value) => (value === top ? part(ties) * v[0] : 0))];
  };
const toFirst: Pullback = ([x], v) => [x.map((_, i) => (i === 0 ? v[0] : 0))];

const log: Values = ([x]) => x.map(Math.log);
/** As if computed in float32, with an error that no two points share. */
const roughExp: Values = ([x]) => x.map((t) => Math.exp(t) * (1 + 2 ** -24 * Math.sin(1e18 * t)));
const exp32: Values = ([x]) => x.map((t) => Math.fround(Math.exp(t)));

describe("the reference", () => {
  const results = OPS.flatMap((op) =>
    Array.from({ length: 10 }, (_, i) => {
      const c = drawCase(new Stream(51, `${op.name} ${i}`), op, { dtype: "f64", region: "normal" });
      const { f, gradient, xs } = blackBox(c);
      return { op: op.name, i, ...checkGradient(f, gradient, xs, { seed: i }) };
    }),
  );

  it("never fails", () => {
    expect(results.filter(({ verdict }) => verdict === "fail")).toEqual([]);
  });

  it("is decided in 95 of 100 cases that have elements", () => {
    const real = results.filter(({ evaluations }) => evaluations > 1);
    const open = real.filter(({ verdict }) => verdict === "inconclusive");
    expect(open.length, JSON.stringify(open.slice(0, 5))).toBeLessThanOrEqual(0.05 * real.length);
  });

  it("costs 40 evaluations and 4 reverse passes at the median, and never more than 250", () => {
    expect(median(results.map((r) => r.evaluations))).toBeLessThanOrEqual(40);
    expect(median(results.map((r) => r.reversePasses))).toBeLessThanOrEqual(4);
    expect(Math.max(...results.map((r) => r.evaluations))).toBeLessThanOrEqual(250);
  });
});

describe("a wrong gradient", () => {
  const x = uniform(40, "x");

  it.each<[string, Pullback]>([
    ["off by 1e-7 in one of 40 entries", spoiled(sech2, 17, (g) => g * (1 + 1e-7))],
    ["with one sign flipped", spoiled(sech2, 17, (g) => -g)],
    ["with one entry dropped", spoiled(sech2, 17, () => 0)],
    ["that is not a number in one entry", spoiled(sech2, 17, () => NaN)],
  ])("%s fails, and is traced to the entry", (_name, gradient) => {
    const { verdict, found, reason, evaluations } = checkGradient(tanh, gradient, [x]);
    expect(verdict).toBe("fail");
    expect(found?.elements).toEqual([17]);
    expect(reason).toMatch(/^input 0, element 17: got /);
    // A hundred of them measure the noise of f, before anybody is called wrong.
    expect(evaluations).toBeLessThanOrEqual(400);
  });

  it.each([4, 400, 4000])("is traced among %s entries", (n) => {
    const gradient = spoiled(sech2, n - 2, (g) => 1.01 * g);
    expect(checkGradient(tanh, gradient, [uniform(n, "wide")]).found?.elements).toEqual([n - 2]);
  });

  it("that swaps two entries fails", () => {
    const { verdict, found } = checkGradient(tanh, swapsEntries, [x]);
    expect(verdict).toBe("fail");
    expect([3, 8]).toContain(found?.elements[0]);
  });

  it("of another shape, or of none, fails", () => {
    expect(checkGradient(product, forgetsOne, [x, x])).toMatchObject({
      verdict: "fail",
      reason: "gradient 1 has no elements instead of 40",
    });
    expect(checkGradient(tanh, () => [new Float64Array(3)], [x]).reason).toBe(
      "gradient 0 has 3 elements instead of 40",
    );
  });

  it("of one input of two fails on that input", () => {
    const { verdict, found } = checkGradient(product, sameForBoth, [uniform(5, "a"), uniform(5, "b")]);
    expect({ verdict, input: found?.input }).toEqual({ verdict: "fail", input: 1 });
  });

  it("of a normalisation fails, although the right one sums to zero", () => {
    // x − mean cancels: its error is u of |x|, not of itself.
    const options = { noise: () => 2 ** -52 };
    expect(checkGradient(centered, ofCentered, [x], options).verdict).toBe("pass");
    expect(checkGradient(centered, forgetsMean, [x], options).verdict).toBe("fail");
  });
});

describe("at kinks", () => {
  const x = Float64Array.of(-1, 0, 2, 0);

  it.each([0, 0.25, 1])("a slope of %s for relu at 0 is accepted", (slope) => {
    expect(checkGradient(relu, elementwise(stepAt0(slope)), [x]).verdict).toBe("convention");
  });

  it.each([-0.1, 1.1])("a slope of %s for relu at 0 fails", (slope) => {
    const { verdict, found } = checkGradient(relu, elementwise(stepAt0(slope)), [x]);
    expect(verdict).toBe("fail");
    expect([1, 3]).toContain(found?.elements[0]);
  });

  it("elements beside a kink are still checked", () => {
    const wrong = spoiled(stepAt0(0), 2, (g) => 1.001 * g);
    expect(checkGradient(relu, wrong, [x])).toMatchObject({ verdict: "fail", found: { elements: [2] } });
  });

  it("every share of a tied maximum is accepted, but not the whole for each", () => {
    const tied = Float64Array.of(2, 1, 2, 2);
    expect(checkGradient(max, toFirst, [tied]).verdict).toBe("convention");
    for (const seed of [0, 1, 2, 3, 4]) {
      const equal = checkGradient(
        max,
        toLargest((ties) => 1 / ties),
        [tied],
        { seed },
      );
      expect(equal.verdict).toMatch(/convention|pass/);
      const whole = checkGradient(
        max,
        toLargest(() => 1),
        [tied],
        { seed },
      );
      expect(whole.verdict).toBe("fail");
      expect(whole.found?.elements.length).toBeGreaterThan(1);
    }
  });
});

describe("a right gradient whose function cancels inside", () => {
  const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
  const between = (low: number, high: number): number[] =>
    Array.from({ length: 40 }, (_, i) => low + ((high - low) * i) / 39);
  const CANCELLING: readonly [string, (x: number) => number, (x: number) => number, readonly number[]][] = [
    ["log(1 + eˣ)", (x) => Math.log(1 + Math.exp(x)), sigmoid, between(-60, 20)],
    ["log sigmoid", (x) => Math.log(sigmoid(x)), (x) => sigmoid(-x), between(-20, 60)],
    ["1 − tanh", (x) => 1 - Math.tanh(x), (x) => -sech2(x), between(-30, 30)],
    ["1 − cos", (x) => 1 - Math.cos(x), Math.sin, [1e-9, 1e-8, 1e-5, 0.1]],
    ["(1 + x) − 1", (x) => 1 + x - 1, () => 1, [1e-20, 1e-17, 1e-12, 0.1]],
  ];

  it.each(CANCELLING)(
    "is not called wrong where rounding leaves stairs or nothing: %s",
    (_name, f, slope, xs) => {
      const wrong = xs.filter((x) => {
        const check = checkGradient(([x]) => x.map(f), elementwise(slope), [Float64Array.of(x)]);
        return check.verdict === "fail";
      });
      expect(wrong).toEqual([]);
    },
  );

  it("is called wrong all the same where rounding could not hide it", () => {
    const verdict = (f: (x: number) => number, claim: number, x: number): string =>
      checkGradient(
        ([x]) => x.map(f),
        elementwise(() => claim),
        [Float64Array.of(x)],
      ).verdict;
    expect(verdict(() => 5, 1e-6, 2)).toBe("fail");
    expect(verdict((x) => Math.max(x, 0), 1, -1e-7)).toBe("fail");
    expect(verdict((x) => Math.log(1 + Math.exp(x)), 1e-3, -30)).toBe("fail");
    expect(verdict((x) => 1 - Math.tanh(x), 1, 25)).toBe("fail");
  });
});

describe("what cannot be decided", () => {
  it("is inconclusive: no domain, no budget", () => {
    expect(
      checkGradient(
        log,
        elementwise((t) => 1 / t),
        [Float64Array.of(0)],
      ),
    ).toMatchObject({
      verdict: "inconclusive",
      reason: "input 0: f is not finite around the point",
    });
    expect(
      checkGradient(tanh, elementwise(sech2), [uniform(1, "one")], { mostEvaluations: 60 }),
    ).toMatchObject({
      verdict: "inconclusive",
      reason: "input 0: 60 evaluations were not enough",
    });
  });

  it("is inconclusive: a function that is rougher than its author says", () => {
    const gradient = elementwise((t) => 1.1 * Math.exp(t));
    const noise = (y: number): number => 2 ** -53 * Math.abs(y);
    expect(checkGradient(roughExp, gradient, [uniform(3, "rough")], { noise }).verdict).toBe("inconclusive");
  });

  it("is decided where nobody says how rough it is: then its noise is measured", () => {
    const at = [uniform(3, "rough")];
    expect(checkGradient(roughExp, elementwise(Math.exp), at).verdict).toBe("pass");
    expect(
      checkGradient(
        roughExp,
        elementwise((t) => 1.1 * Math.exp(t)),
        at,
      ).verdict,
    ).toBe("fail");
  });

  it("is decided for a float32 function whose noise is stated", () => {
    const options = { noise: (y: number) => 2 ** -24 * Math.abs(y), resolution: 1e-2 };
    const at = [uniform(3, "single")];
    expect(checkGradient(exp32, elementwise(Math.exp), at, options).verdict).toBe("pass");
    expect(
      checkGradient(
        exp32,
        elementwise((t) => 1.1 * Math.exp(t)),
        at,
        options,
      ).verdict,
    ).toBe("fail");
  });
});

it("draws the same directions for the same seed", () => {
  const matmul = OPS.find(({ name }) => name === "matmul")!;
  const { f, gradient, xs } = blackBox(drawCase(new Stream(52, "same"), matmul, { dtype: "f64" }));
  expect(checkGradient(f, gradient, xs, { seed: 7 })).toEqual(checkGradient(f, gradient, xs, { seed: 7 }));
});
