import { describe, expect, it } from "vitest";
import { caseOf, matrix, row, scalar } from "../../fixtures/builders/caseOf.js";
import {
  firstCopyOnly,
  gradientsFrom,
  offBy,
  toEveryMaximum,
  withRecord,
} from "../../fixtures/builders/faulty.js";
import { judgeCase } from "../campaign/judgeCase.js";
import { tensor, type Tensor } from "../core/tensor.js";
import { gradientAgreement, valueAgreement } from "../laws/agreement.js";
import { failure, type Law } from "../laws/law.js";
import type { AnyOp } from "../ops/op.js";
import type { Case } from "../record/case.js";
import type { Fault } from "../record/fault.js";
import { classify, type Comparison } from "./classify.js";
import { compare } from "./compare.js";

/** The class of what a law says of an op that was changed, on these cases. */
async function faultOf(
  name: string,
  change: (op: AnyOp) => AnyOp,
  cases: readonly Case[],
  law: Law = gradientAgreement,
): Promise<Fault> {
  const subject = withRecord(name, change);
  const judgement = await judgeCase(law, cases[0], subject);
  expect(judgement.verdict).toBe("fail");
  const comparisons = await Promise.all(cases.map((c) => compare(c, judgement, subject)));
  return classify(
    judgement,
    law.name,
    comparisons.filter((one) => one !== undefined),
  );
}

/** The gradient of the only input, changed as a whole. */
const first = (change: (gx: Tensor) => ArrayLike<number>) => gradientsFrom(([gx]) => [change(gx)]);

const wide = caseOf("tanh", [row(0.3, -0.8, 1.1, 0.5, -0.2)]);
const sum = (xs: Tensor): Case => caseOf("sum", [xs], { attributes: { axes: "all", keepdims: false } });
const multiply = caseOf("multiply", [row(1, 2, 3), row(4, 5, 6)]);

describe("a gradient", () => {
  it.each<[Fault["class"], string, Case[], (op: AnyOp) => AnyOp, RegExp]>([
    [
      "wrong value",
      "tanh",
      [wide],
      first((g) => g.data.map((v, i) => (i === 1 ? v + 3 : v))),
      /^1 of 5 elements$/,
    ],
    ["sign", "tanh", [wide], first((g) => g.data.map((v) => -v)), /^$/],
    ["zero", "tanh", [wide], first((g) => g.data.map(() => 0)), /^$/],
    ["factor", "tanh", [wide], first((g) => g.data.map((v) => 2 * v)), /^2 times what it should be$/],
    ["factor", "tanh", [wide], first((g) => g.data.map((v) => v / 2)), /^1\/2 times what it should be$/],
    [
      "factor",
      "sum",
      [sum(row(1, 2, 3)), sum(row(1, 2, 3, 4, 5))],
      first((g) => g.data.map((v) => v / g.data.length)),
      /^1\/n times what it should be, n the number of elements$/,
    ],
    [
      "factor",
      "sum",
      [sum(row(1, 2, 3)), sum(row(1, 2, 3, 4, 5))],
      first((g) => g.data.map((v) => v * g.data.length)),
      /^n times what it should be, n the number of elements$/,
    ],
    ["other input", "multiply", [multiply], gradientsFrom(([a, b]) => [b.data, a.data]), /^$/],
    [
      "transposed",
      "tanh",
      [caseOf("tanh", [matrix([0.1, 0.5, 0.9], [1.3, 1.7, 2.1])])],
      first((g) => [0, 3, 1, 4, 2, 5].map((i) => g.data[i])),
      /^$/,
    ],
    [
      "factor",
      "layerNorm",
      [
        [2, 3, 5, 1],
        [1, 4, 2, 8, 3, 7],
      ].map((x) =>
        caseOf("layerNorm", [tensor([x.length / 2, 2], x), row(1, 2), row(3, 1)], {
          attributes: { epsilon: 1, affine: true },
        }),
      ),
      gradientsFrom(([gx, gScale, gOffset]) => [
        gx.data,
        gScale.data.map((v) => v / gx.shape[0]),
        gOffset.data,
      ]),
      /^1\/n times what it should be, n the number of outputs for each element$/,
    ],
    // A column is its own transpose.
    [
      "wrong value",
      "tanh",
      [caseOf("tanh", [matrix([0.1], [0.5], [0.9])])],
      first((g) => g.data.map((v) => v * 1.0005)),
      /^$/,
    ],
    ["shifted", "tanh", [wide], first((g) => [0, ...g.data.subarray(0, 4)]), /^along axis -1 by \+1$/],
    ["NaN", "tanh", [wide], first((g) => g.data.map(() => NaN)), /^$/],
    ["overflow", "tanh", [wide], first((g) => g.data.map(() => Infinity)), /^$/],
    [
      "missing reduction",
      "add",
      [caseOf("add", [scalar(1), row(1, 2, 3)])],
      firstCopyOnly,
      /^only the first copy counts$/,
    ],
    [
      "tie",
      "max",
      [caseOf("max", [row(2, 2, 1)], { attributes: { axes: "all", keepdims: false } })],
      toEveryMaximum,
      /^$/,
    ],
  ])("that is a fault of class %s in %s", async (name, op, cases, change, detail) => {
    const fault = await faultOf(op, change, cases);
    expect(fault).toEqual({ class: name, detail: expect.stringMatching(detail) });
  });

  it("that is a little off in a matrix of one row is not called transposed", async () => {
    const fault = await faultOf("tanh", offBy(1e-3), [caseOf("tanh", [matrix([0.1, 0.5, 0.9])])]);
    expect(fault.class).toBe("wrong value");
  });

  it("of one number can be a factor or anything: it is not called one", async () => {
    const fault = await faultOf(
      "tanh",
      first((g) => g.data.map((v) => 2 * v)),
      [caseOf("tanh", [scalar(0.3)])],
    );
    expect(fault.class).toBe("wrong value");
  });

  it("off by a thousandth is no factor", async () => {
    expect((await faultOf("tanh", offBy(1e-3), [wide])).class).toBe("wrong value");
  });

  it("off by a thousandth is no transposition of a single row, which turned round is the same", async () => {
    const flat = caseOf("tanh", [matrix([0.1, 0.5, 0.9, 1.3])]);
    expect((await faultOf("tanh", offBy(1e-3), [flat])).class).toBe("wrong value");
  });

  it("that is explained in one case and not in the other is not explained", async () => {
    // In the smallest case the second number is the first one's negative.
    const fault = await faultOf(
      "tanh",
      first((g) => g.data.map((v, i) => (i < 2 ? -v : v + 7))),
      [caseOf("tanh", [row(0.3, -0.8)]), wide],
    );
    expect(fault).toEqual({ class: "wrong value", detail: "5 of 5 elements" });
  });
});

const comparison = (got: number[], truth: number[], more: Partial<Comparison> = {}): Comparison => {
  const of = (data: number[]): Tensor => ({ shape: [data.length], data: Float64Array.from(data) });
  return { got: of(got), truth: of(truth), others: [], counts: [], size: 1, u: 2 ** -24, ...more };
};
const wrong = failure("value", "value[0]", "outside");

describe("a value", () => {
  it("that is 1 minus nearly 1 lost its digits by cancellation", () => {
    const fault = classify(wrong, "value agreement", [comparison([5.96e-8], [4e-8])]);
    expect(fault).toEqual({ class: "cancellation", detail: "condition number 2.5e+7" });
  });

  it("that is wrong by more than rounding did not", () => {
    expect(classify(wrong, "value agreement", [comparison([1e-4], [4e-8])]).class).toBe("wrong value");
  });

  it("of an op is held beside its own meaning", async () => {
    const negated = (op: AnyOp): AnyOp => ({
      ...op,
      meaning: (A, xs, attributes) => {
        const y = op.meaning(A, xs, attributes);
        return { shape: y.shape, data: Array.from({ length: y.data.length }, (_, i) => A.neg(y.data[i])) };
      },
      kernels: {},
    });
    expect((await faultOf("tanh", negated, [wide], valueAgreement)).class).toBe("sign");
  });
});

describe("what is in dispute without numbers", () => {
  it.each<[Fault["class"], string, string]>([
    ["throws", "throws", "gradient agreement"],
    ["missing", "missing", "gradient agreement"],
    ["wrong shape", "shape", "value agreement"],
    ["wrong dtype", "dtype", "value agreement"],
    ["overwrites", "mutates", "inputs intact"],
    ["shared memory", "shares memory", "own memory"],
    ["not reproducible", "bits", "determinism"],
    ["not linear", "bits", "power-of-two homogeneity"],
    ["not linear", "value", "linearity in the cotangent"],
    ["not linear", "value", "zero cotangent"],
    ["contradicts forward mode", "adjoint", "adjoint"],
    ["contradicts itself", "differences", "own differences"],
    ["not symmetric", "symmetry", "symmetry of the Hessian"],
    ["depends on nesting", "nesting", "nesting"],
    ["unbiased variance", "unbiased", "output moments"],
    ["not scale-invariant", "scale", "scale invariance"],
    ["not orthogonal", "orthogonality", "weights before a normalisation"],
    ["differs alone", "subset", "subset"],
    ["differs with gradient", "with gradient", "value with gradient"],
    ["crash", "crash", "gradient agreement"],
    ["timeout", "timeout", "gradient agreement"],
    ["accepts invalid", "accepts", "refuses invalid"],
    ["missing reduction", "reduction", "broadcasting"],
    ["not monotone", "order", "monotonicity"],
    ["not mirrored", "mirror", "symmetry"],
    ["not scaled", "scaling", "scaling"],
    ["not idempotent", "again", "idempotence"],
    ["saturates elsewhere", "early", "saturation"],
    ["saturates elsewhere", "late", "saturation"],
    ["saturates elsewhere", "beyond", "saturation"],
    ["wrong slope", "slope", "exact slopes"],
    ["zero", "vanished", "tails"],
    ["wrong tail", "tail", "tails"],
    ["contradicts another op", "identity between ops", "identities"],
    ["special value", "at NaN", "special values"],
    ["special value", "at −∞", "special values"],
    ["special value", "at ∞", "special values"],
  ])("is of class %s where a law says %s", (name, kind, law) => {
    expect(classify(failure(kind, "gradient[0]", ""), law, []).class).toBe(name);
  });

  it("a gradient with the shape of the output was not reduced", () => {
    const copies: Tensor = { shape: [3], data: Float64Array.of(1, 2, 3) };
    const truth: Tensor = { shape: [], data: Float64Array.of(6) };
    const shape = failure("shape", "gradient[0]", "");
    const beside = { ...comparison([], []), truth, copies };
    expect(classify(shape, "gradient agreement", [{ ...beside, got: copies }]).class).toBe(
      "missing reduction",
    );
    const other: Tensor = { shape: [1], data: Float64Array.of(6) };
    expect(classify(shape, "gradient agreement", [{ ...beside, got: other }]).class).toBe("wrong shape");
  });
});
