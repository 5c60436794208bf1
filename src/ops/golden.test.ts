import { describe, expect, it } from "vitest";
import { differenceFrom, GOLDEN, goldenTensor, type GoldenCase } from "../../fixtures/golden/goldenCase.js";
import { RUNNING_ERROR, type Approximate } from "../oracles/runningError.js";
import type { Algebra } from "../core/algebra.js";
import { gamma, ulp } from "../core/float.js";
import { DOUBLES } from "../core/numberAlgebra.js";
import { Stream } from "../core/random.js";
import { sameShape } from "../core/shape.js";
import { dot } from "../core/sum.js";
import { liftTensor, mapTensor, toTensor, type NdArray, type Tensor } from "../core/tensor.js";
import { evaluate, liftAll, type Form } from "../program/evaluate.js";
import { bundleOf, partsOf } from "../program/bundle.js";
import { forward } from "../program/forward.js";
import { check, singleOp, type CheckedProgram } from "../program/program.js";
import { reverse } from "../program/reverse.js";
import { findOp, OPS } from "./index.js";
import { opId } from "./op.js";

const byOp = new Map(OPS.map((op) => [opId(op), GOLDEN.filter((golden) => golden.op === opId(op))]));

interface Point {
  readonly program: CheckedProgram;
  readonly inputs: readonly Tensor[];
  readonly gy: Tensor;
}

function pointOf(golden: GoldenCase): Point {
  const inputs = golden.inputs.map(goldenTensor);
  const shapes = inputs.map((x) => x.shape);
  const program = check(singleOp(findOp(golden.op), shapes, golden.attributes));
  return { program, inputs, gy: goldenTensor(golden.cotangent) };
}

/** Value and gradients by the record's rules, in any arithmetic. */
function differentiate<T>(A: Algebra<T>, { program, inputs, gy }: Point, form: Form = 0) {
  const values = evaluate(A, program, liftAll(A, inputs), { form });
  return {
    value: bundleOf(A, program, 0, values),
    gradients: reverse(A, program, values, partsOf(A, program, 0, liftTensor(A, gy)), { form }),
  };
}

/** Everything that `differentiate` returns, as doubles. */
function numbersOf<T>(A: Algebra<T>, p: Point): (Tensor | null)[] {
  const { value, gradients } = differentiate(A, p);
  return [value, ...gradients].map((x) => x && toTensor(A, x));
}

/** One number to compare: what came, how far from the truth it may be, and the truth. */
interface Comparison {
  readonly where: string;
  readonly expected: string;
  readonly got: Approximate;
  /** |got − expected|, from exact subtraction. */
  readonly error: number;
  readonly ulps: number;
}

function compare(
  where: string,
  expected: { readonly shape: readonly number[]; readonly digits: readonly string[] },
  got: NdArray<Approximate>,
): Comparison[] {
  expect(got.shape, `${where}: shape`).toEqual(expected.shape);
  return expected.digits.map((digits, i) => {
    const error = Math.abs(differenceFrom(digits, got.data[i].value));
    return {
      where: `${where}[${i}]`,
      expected: digits,
      got: got.data[i],
      error,
      ulps: error / ulp(Number(digits), "f64"),
    };
  });
}

const quantities = (golden: GoldenCase, form: Form = 0): Comparison[] => {
  const { value, gradients } = differentiate(RUNNING_ERROR, pointOf(golden), form);
  return [
    ...compare("value", golden.value, value),
    ...golden.gradients.flatMap((expected, k) => {
      const got = gradients[k];
      return expected && got ? compare(`gradient[${k}]`, expected, got) : [];
    }),
  ];
};

function complaint(golden: GoldenCase, c: Comparison, allowed: string): string {
  const inputs = golden.inputs.map((x) => `[${x.shape.join(", ")}] ${x.values.slice(0, 12).join(" ")}`);
  return (
    `${golden.op} ${JSON.stringify(golden.attributes)} ${c.where}: expected ${c.expected}, ` +
    `got ${c.got.value}, off by ${c.error} (${c.ulps} ulp), allowed ${allowed}; inputs ${inputs.join(" | ")}`
  );
}

const ELEMENTWISE = new Set(["arithmetic", "exponential and trigonometric", "activations"]);

/** Each number comes from one element of each input, so that the spacing at the result is a fair yardstick. */
const withoutBroadcast = (golden: GoldenCase): boolean =>
  ELEMENTWISE.has(findOp(golden.op).family) &&
  golden.inputs.every((x) => sameShape(x.shape, golden.value.shape));

/** Worst measured: 1.6 ulp (tan′ at −100); those above, rounded up: */
const ULPS = 2;
const MEASURED_ULPS: Readonly<Record<string, number>> = {
  "sigmoid@1": 3, // 2.4
  "silu@1": 3, // 2.7
  "mish@1": 3, // 2.4
};

function allowedUlps({ op, attributes }: GoldenCase): number {
  if (op !== "gelu@1") return MEASURED_ULPS[op] ?? ULPS;
  // 4.9 at −8, where z is −60 and e^z multiplies its rounding. The other form adds 1 + erf, and has no erfc that
  // would not cancel below 0: only the running error says how far it may be off.
  return attributes.approximate === "tanh" ? 5 : Infinity;
}

/** Σ gy·jvp(v) against Σ gradient·v, for one random tangent: the other rule, held to the same digits. */
function compareTangent(golden: GoldenCase): Comparison | undefined {
  const p = pointOf(golden);
  const stream = new Stream(1, `golden tangent ${golden.op} ${golden.value.digits.join()}`);
  let expected = 0;
  let slack = 0;
  const tangents = golden.gradients.map((gradient, k) => {
    if (!gradient) return null;
    const v = mapTensor(p.inputs[k], () => stream.sign() * stream.between(0.5, 1));
    const g = Float64Array.from(gradient.digits, Number);
    expected += dot(g, v.data);
    // Each digit string was rounded to a double, multiplied and added: n + 2 roundings per term.
    slack +=
      gamma(g.length + golden.inputs.length + 2, 2 ** -53) * dot(g.map(Math.abs), v.data.map(Math.abs));
    return liftTensor(RUNNING_ERROR, v);
  });
  if (tangents.every((v) => v === null)) return undefined;
  const values = evaluate(RUNNING_ERROR, p.program, liftAll(RUNNING_ERROR, p.inputs));
  const parts = forward(RUNNING_ERROR, p.program, values, tangents);
  const dy = bundleOf(RUNNING_ERROR, p.program, 0, [...values.slice(0, p.inputs.length), ...parts]);
  expect(dy.shape).toEqual(golden.value.shape);
  const terms = Array.from(p.gy.data, (gy, i) => RUNNING_ERROR.mul(RUNNING_ERROR.lift(gy), dy.data[i]));
  const { value, bound } = RUNNING_ERROR.sum(terms);
  const error = Math.abs(value - expected);
  return {
    where: "tangent",
    expected: String(expected),
    got: { value, bound: bound + slack + 2 ** -53 * error },
    error,
    ulps: error / ulp(expected, "f64"),
  };
}

const outsideBound = (golden: GoldenCase, comparisons: readonly Comparison[]): string[] =>
  comparisons
    // NaN is never inside.
    .filter((c) => !(c.error <= c.got.bound))
    .map((c) => complaint(golden, c, `${c.got.bound} (running error)`));

it("knows every op that has golden cases", () => {
  expect(GOLDEN.map((golden) => golden.op).filter((op) => !byOp.has(op))).toEqual([]);
});

it("subtracts digits exactly", () => {
  expect(differenceFrom("0.1", 0.1)).toBe(5.551115123125783e-18);
  expect(differenceFrom("-2.5e-9", -2.5e-9 * 2)).toBeCloseTo(-2.5e-9, 24);
  expect(differenceFrom("1e10", 1e10)).toBe(0);
});

for (const [op, cases] of byOp) {
  describe(op, () => {
    it("has golden values", () => {
      expect(
        cases.length,
        `${op} has no golden case: add one in fixtures/golden and run make.py`,
      ).toBeGreaterThan(0);
    });

    it("has golden values for every class of every attribute", () => {
      const covered = new Set(cases.flatMap((golden) => golden.covers ?? []));
      const wanted = Object.entries(findOp(op).attributes).flatMap(([attribute, { classes }]) =>
        classes.map((name) => `${attribute}=${name}`),
      );
      expect(
        wanted.filter((label) => !covered.has(label)),
        `${op}: classes without a golden case`,
      ).toEqual([]);
      expect(
        [...covered].filter((label) => !wanted.includes(label)),
        `${op}: golden cases claim classes that the record does not have`,
      ).toEqual([]);
    });

    it("agrees in value and gradients", () => {
      expect(cases.flatMap((golden) => outsideBound(golden, quantities(golden)))).toEqual([]);
    });

    it("agrees in tangents", () => {
      expect(
        cases.flatMap((golden) => {
          const tangent = compareTangent(golden);
          return tangent ? outsideBound(golden, [tangent]) : [];
        }),
      ).toEqual([]);
    });

    // The bound above forgives whatever a careless rule loses; careful ones are within a few ulps of the truth.
    it("loses no digits, where each number comes from one element", () => {
      expect(
        cases.filter(withoutBroadcast).flatMap((golden) =>
          quantities(golden)
            .filter((c) => !(c.ulps <= allowedUlps(golden)))
            .map((c) => complaint(golden, c, `${allowedUlps(golden)} ulp`)),
        ),
      ).toEqual([]);
    });

    // A bound that forgives anything would test nothing. Worst measured: 6e-12, layerNorm of numbers near 1000.
    it("is bound to 1e-11 of the largest number around, where it is not exact", () => {
      const loose = cases.flatMap((golden) => {
        const { value, gradients } = golden;
        const all = [value, ...gradients].flatMap(
          (x) => x?.digits.map((digits) => Math.abs(Number(digits))) ?? [],
        );
        const scale = Math.max(...all);
        return quantities(golden)
          .filter((c) => c.error !== 0 && !(c.got.bound <= 1e-11 * scale))
          .map((c) => complaint(golden, c, `${c.got.bound}: more than 1e-11 of ${scale}`));
      });
      expect(loose).toEqual([]);
    });

    it("computes the same in doubles as with running errors", () => {
      for (const golden of cases) {
        const p = pointOf(golden);
        expect(numbersOf(RUNNING_ERROR, p)).toEqual(numbersOf(DOUBLES, p));
      }
    });

    for (const form of findOp(op).textbook.map((_, f) => f + 1)) {
      it(`is right in textbook form ${form}, wherever the form does not lose everything`, () => {
        const judged = cases.flatMap((golden) =>
          quantities(golden, form)
            .filter((c) => Number.isFinite(c.got.bound))
            .map((c) => ({ golden, c })),
        );
        expect(judged.flatMap(({ golden, c }) => outsideBound(golden, [c]))).toEqual([]);
        expect(judged.some(({ c }) => c.got.bound < 1e-9 * Math.abs(Number(c.expected)))).toBe(true);
      });
    }
  });
}
