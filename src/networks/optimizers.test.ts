import { readFileSync } from "node:fs";
import type { BigNumber } from "mathjs";
import { beforeAll, describe, expect, it } from "vitest";
import { differenceFrom } from "../../fixtures/golden/goldenCase.js";
import { F32, F64, ulpDistance, type FloatFormat } from "../core/float.js";
import { DOUBLES, rounded, roundToNearest } from "../core/numberAlgebra.js";
import { Stream } from "../core/random.js";
import { tensor, type NdArray } from "../core/tensor.js";
import type { Algebra } from "../core/algebra.js";
import { bigNumbers, loadBigNumbers } from "../oracles/bigAlgebra.js";
import { randomRounding } from "../oracles/randomRounding.js";
import type { Hyper } from "../record/promises.js";
import { optimizerOf, withHyper, type Optimizer } from "./optimizer.js";
import { everyRule, findRule, OPTIMIZER_CHOICES, type OptimizerChoices } from "./optimizers.js";
import { initialState, optimizerStep, type ScalarArithmetic } from "./optimizerStep.js";
import { train, type TrainingStep } from "./training.js";

interface Fixture {
  readonly weights: readonly number[];
  readonly gradients: readonly (readonly number[])[];
  readonly halvedAt: number;
  readonly cases: readonly {
    readonly algorithm: string;
    readonly choices: OptimizerChoices;
    readonly hyper: Hyper;
    /** By step, then by weight. */
    readonly after: readonly (readonly string[])[];
  }[];
}

type Case = Fixture["cases"][number];

const FIXTURE = JSON.parse(
  readFileSync(new URL("../../fixtures/networks/optimizers.json", import.meta.url), "utf8"),
) as Fixture;

const WAYS: readonly ScalarArithmetic[] = ["host", "format", "powers in format"];

const nameOf = ({ algorithm, choices }: Pick<Case, "algorithm" | "choices">): string =>
  [algorithm, ...Object.values(choices)].join(", ");

/** The rules that a fixture is about: the forms of a variance are one rule over real numbers. */
function rulesOf({ algorithm, choices }: Case) {
  const forms = OPTIMIZER_CHOICES[algorithm].variance ?? [];
  if (forms.length === 0) return [findRule(algorithm, choices)];
  return forms.map((variance) => findRule(algorithm, { ...choices, variance }));
}

const vector = <T>(A: Algebra<T>, values: readonly number[]): NdArray<T> => ({
  shape: [values.length],
  data: Array.from(values, (x) => A.lift(x)),
});

/** Weights after each step, in some arithmetic. */
function run<T>(
  A: Algebra<T>,
  optimizer: Optimizer,
  count: number,
  scalars?: ScalarArithmetic,
): NdArray<T>[] {
  const rate = optimizer.hyper.learningRate / 2;
  const steps = FIXTURE.gradients.map((gradient, t): TrainingStep<T> => ({
    gradients: [vector(A, gradient.slice(0, count))],
    ...(t === FIXTURE.halvedAt && { hyper: { learningRate: rate } }),
  }));
  const weights = vector(A, FIXTURE.weights.slice(0, count));
  return train(A, optimizer, [weights], steps, { scalars }).map(([w]) => w);
}

const numbers = (w: NdArray<number>): number[] => Array.from({ length: w.data.length }, (_, i) => w.data[i]);

/** What correct arithmetic of a format can make of a run: the hull of some random roundings, widened. */
function attainable(c: Case, format: FloatFormat, which: Stream) {
  const count = c.after[0].length;
  const low = c.after.map((row) => row.map(() => Infinity));
  const high = c.after.map((row) => row.map(() => -Infinity));
  for (const rule of rulesOf(c)) {
    for (const scalars of WAYS) {
      for (let i = 0; i < 8; i++) {
        const A = rounded(randomRounding(format, which));
        run(A, optimizerOf(rule, c.hyper), count, scalars).forEach((w, t) => {
          numbers(w).forEach((x, k) => {
            low[t][k] = Math.min(low[t][k], x);
            high[t][k] = Math.max(high[t][k], x);
          });
        });
      }
    }
  }
  return { low, high };
}

describe("every rule in every placement", () => {
  let big: Algebra<BigNumber>;
  beforeAll(async () => {
    const stream = new Stream(75, "digits");
    big = bigNumbers(await loadBigNumbers(50), () => stream.chance(0.5));
  });

  it("has a fixture, and no fixture is of another", () => {
    const keyOf = ({ algorithm, choices }: Pick<Case, "algorithm" | "choices">): string =>
      [algorithm, ...Object.values(choices).sort()].join();
    const withoutForms = everyRule().map(({ algorithm, choices }) => {
      const names = Object.keys(choices).filter((name) => name !== "variance");
      return keyOf({ algorithm, choices: Object.fromEntries(names.map((name) => [name, choices[name]])) });
    });
    const fixtures = FIXTURE.cases.map(keyOf);
    expect([...new Set(fixtures)].sort()).toEqual([...new Set(withoutForms)].sort());
  });

  it.each(FIXTURE.cases.map((c) => [nameOf(c), c] as const))("is what the papers say: %s", (_name, c) => {
    for (const rule of rulesOf(c)) {
      expect(rule.algorithm).toBe(c.algorithm);
      const rows = run(big, optimizerOf(rule, c.hyper), c.after[0].length, "format");
      rows.forEach(({ data }, t) => {
        c.after[t].forEach((digits, k) => {
          const off = data[k].minus(digits).abs().toNumber();
          // 50 digits lose a few to cancellation in s − m², and the fixture has 40.
          expect(off, `step ${t}, weight ${k}`).toBeLessThanOrEqual(1e-38 * Math.abs(Number(digits)));
        });
      });
    }
  });

  it.each([
    ["float64", F64],
    ["float32", F32],
  ] as const)("rounds to %s numbers that random rounding calls attainable", (_name, format) => {
    for (const c of FIXTURE.cases) {
      const { low, high } = attainable(c, format, new Stream(72, nameOf(c)));
      for (const rule of rulesOf(c)) {
        for (const scalars of WAYS) {
          const A = rounded(roundToNearest(format));
          run(A, optimizerOf(rule, c.hyper), c.after[0].length, scalars).forEach((w, t) => {
            numbers(w).forEach((x, k) => {
              const spread = high[t][k] - low[t][k];
              // As laws widen it: three times the spread, and the rounding of the last sum.
              const slack = 3 * spread + 2 * format.u * Math.abs(x);
              const truth = Number(c.after[t][k]);
              expect(
                Math.abs(differenceFrom(c.after[t][k], x)),
                `${nameOf(c)} ${t} ${k}`,
              ).toBeLessThanOrEqual(slack);
              expect(truth).toBeGreaterThanOrEqual(low[t][k] - slack);
              expect(truth).toBeLessThanOrEqual(high[t][k] + slack);
            });
          });
        }
      }
    }
  });

  it("are told apart by the fixtures: no two placements agree to three digits", () => {
    const last = new Map<string, string>();
    for (const { algorithm, choices, after } of FIXTURE.cases) {
      const shown = `${algorithm} ${after.map((row) => row.map((x) => Number(x).toPrecision(4)).join()).join()}`;
      expect(last.get(shown), nameOf({ algorithm, choices })).toBeUndefined();
      last.set(shown, nameOf({ algorithm, choices }));
    }
    expect(last.size).toBe(FIXTURE.cases.length);
  });
});

describe("a step", () => {
  const adam = optimizerOf(findRule("adam"));
  const w = tensor([2], [1, 2]);
  const g = tensor([2], [0.5, -0.5]);

  it("changes nothing that is handed over, and can be taken again", () => {
    const state = initialState(DOUBLES, adam, [[2]]);
    const before = structuredClone({ state, w, g });
    const first = optimizerStep(DOUBLES, adam, state, [w], [g]);
    expect({ state, w, g }).toEqual(before);
    expect(optimizerStep(DOUBLES, adam, state, [w], [g])).toEqual(first);
    expect(first.state.step).toBe(1);
    expect(first.state.slots[0].map(numbersOf)).toEqual([
      [0.5 * (1 - 0.9), -0.5 * (1 - 0.9)],
      [0.25 * (1 - 0.999), 0.25 * (1 - 0.999)],
    ]);
  });

  it("depends neither on other parameters nor on their order", () => {
    const v = tensor([1, 1], [7]);
    const h = tensor([1, 1], [3]);
    const one = optimizerStep(DOUBLES, adam, initialState(DOUBLES, adam, [[2], [1, 1]]), [w, v], [g, h]);
    const other = optimizerStep(DOUBLES, adam, initialState(DOUBLES, adam, [[1, 1], [2]]), [v, w], [h, g]);
    expect(one.params).toEqual([other.params[1], other.params[0]]);
  });

  it("of Adam has the length of the rate at first, whatever the gradient", () => {
    // Without epsilon: a few roundings of 1, and one of the weight.
    const plain = withHyper(adam, { epsilon: 0, learningRate: 0.25 });
    for (const size of [1e-150, 1, 1e150]) {
      const zero = { shape: [1], data: Float64Array.of(0) };
      const gradient = { shape: [1], data: Float64Array.of(-size) };
      const { params } = optimizerStep(
        DOUBLES,
        plain,
        initialState(DOUBLES, plain, [[1]]),
        [zero],
        [gradient],
      );
      expect(Math.abs(params[0].data[0] - 0.25)).toBeLessThan(0.25 * 16 * F64.u);
    }
  });

  it("of SGD leaves a weight as it is, bit for bit, below half of its spacing", () => {
    const sgd = optimizerOf(findRule("sgd"), { learningRate: 1 });
    const move = (gradient: number): number =>
      optimizerStep(
        DOUBLES,
        sgd,
        initialState(DOUBLES, sgd, [[1]]),
        [tensor([1], [1.5])],
        [tensor([1], [gradient])],
      ).params[0].data[0];
    expect(move(2 ** -53 * 0.999)).toBe(1.5);
    expect(ulpDistance(move(2 ** -53 * 1.001), 1.5, "f64")).toBe(1);
  });

  it("keeps NaN where it is", () => {
    for (const rule of everyRule()) {
      const optimizer = optimizerOf(rule);
      const bad = tensor([2], [NaN, 1]);
      const start = initialState(DOUBLES, optimizer, [[2], [2]]);
      const once = optimizerStep(DOUBLES, optimizer, start, [w, w], [bad, g]);
      expect(once.params[0].data[0], nameOf(rule)).toBeNaN();
      expect(Number.isFinite(once.params[0].data[1])).toBe(true);
      expect(numbers(once.params[1]).every(Number.isFinite)).toBe(true);
    }
  });
});

const numbersOf = (xs: { readonly length: number; [index: number]: number }): number[] => Array.from(xs);

describe("bad input", () => {
  const adam = optimizerOf(findRule("adam"));
  const w = tensor([2, 3], [1, 2, 3, 4, 5, 6]);
  const state = initialState(DOUBLES, adam, [[2, 3]]);
  const refuses = (code: string, message: RegExp, act: () => unknown): void =>
    expect(act).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));

  it("is a gradient of another shape, also of the same size", () => {
    refuses("gradient-shape", /gradient 0 of adam has shape \[3, 2\]: must be .*\[2, 3\]/, () =>
      optimizerStep(DOUBLES, adam, state, [w], [tensor([3, 2], [1, 2, 3, 4, 5, 6])]),
    );
  });

  it("is a gradient too many, too few, or one that is not there", () => {
    refuses("gradient-count", /one gradient for each of 1 parameters, got 0.*number 0/, () =>
      optimizerStep(DOUBLES, adam, state, [w], []),
    );
    refuses("gradient-count", /got 2/, () => optimizerStep(DOUBLES, adam, state, [w], [w, w]));
    const missing = undefined as unknown as NdArray<number>;
    refuses("gradient-count", /number 0/, () => optimizerStep(DOUBLES, adam, state, [w], [missing]));
  });

  it("is the state of other parameters, or of another rule", () => {
    refuses("other-state", /needs 2 slots/, () =>
      optimizerStep(DOUBLES, adam, initialState(DOUBLES, adam, [[2, 2]]), [w], [w]),
    );
    const sgd = optimizerOf(findRule("sgd"));
    refuses("other-state", /slots of sizes \[\[\]\]/, () =>
      optimizerStep(DOUBLES, adam, initialState(DOUBLES, sgd, [[2, 3]]), [w], [w]),
    );
  });

  it.each([
    ["adam", { learningRate: NaN }, "learningRate of adam is NaN: must be in [0, Infinity)"],
    ["adam", { beta1: 1 }, "beta1 of adam is 1: must be in [0, 1)"],
    ["adam", { beta2: -0.1 }, "beta2 of adam is -0.1: must be in [0, 1)"],
    ["sgd", { learningRate: Infinity }, "learningRate of sgd is Infinity: must be in [0, Infinity)"],
    ["rmsprop", { epsilon: -1 }, "epsilon of rmsprop is -1: must be in [0, Infinity)"],
  ])("is %s with %j", (algorithm, hyper, message) => {
    refuses("bad-hyper-parameter", /./, () => optimizerOf(findRule(algorithm), hyper));
    expect(() => optimizerOf(findRule(algorithm), hyper)).toThrow(message);
  });

  it("is a name that nothing has", () => {
    refuses("unknown-hyper-parameter", /sgd has no hyper-parameter "momentum": it has learningRate/, () =>
      withHyper(optimizerOf(findRule("sgd")), { momentum: 0.9 }),
    );
    refuses("unknown-optimizer", /no optimiser "lion"/, () => findRule("lion"));
    refuses("unknown-optimizer", /epsilon "somewhere" of adam: must be "outside root" or/, () =>
      findRule("adam", { epsilon: "somewhere" }),
    );
    refuses("unknown-optimizer", /is no choice that it has/, () =>
      findRule("sgd", { epsilon: "inside root" }),
    );
    refuses("unknown-optimizer", /weightDecay "decoupled" of adam/, () =>
      findRule("adam", { weightDecay: "decoupled" }),
    );
  });
});
