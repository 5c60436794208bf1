import { describe, expect, it } from "vitest";
import { caseOf, caseOfProgram, matrix, row } from "../../fixtures/builders/caseOf.js";
import { at, judgedAfter, withGrads } from "../../fixtures/builders/tampered.js";
import type { FloatType } from "../core/float.js";
import { ProgramBuilder } from "../program/builder.js";
import type { Attributes } from "../record/program.js";
import { denseBefore } from "./denseBefore.js";
import type { Law } from "./law.js";
import { biasWithoutGradient, weightOrthogonality } from "./weightsBeforeNorm.js";

const plain = { transposeA: false, transposeB: false };
const BATCH = { axis: -1, epsilon: 1e-5, training: true, parameters: "none" };
const X = matrix([1, 2], [-1, 0.5], [0.3, 4], [2, -2], [0.1, 0.7]);
const W = matrix([1, 0.5, -1], [2, -0.3, 0.1]);
const COTANGENT = matrix([1, 2, -1], [0.5, 1, 3], [-2, 1, 1], [1, -1, 0.25], [0.7, 0.1, -0.4]);

interface Given {
  readonly norm: string;
  readonly attributes: Attributes;
  readonly bias: boolean;
  readonly dtype: FloatType;
  /** Another reader of the sums. */
  readonly skip?: boolean;
}

function layer({ norm, attributes, bias, dtype, skip = false }: Given) {
  const b = new ProgramBuilder();
  const [x, w] = [b.input(X.shape), b.input(W.shape)];
  const added = bias ? [b.input([3])] : [];
  const product = b.apply("matmul", [x, w], plain);
  const sums = bias ? b.apply("add", [product, added[0]]) : product;
  const y = b.apply(norm, [sums], attributes);
  const program = b.build(skip ? b.apply("add", [y, sums]) : y);
  const inputs = [X, W, ...(bias ? [row(0.5, -1, 2)] : [])];
  return caseOfProgram(program, inputs, { dtype, cotangents: [COTANGENT] });
}

const NORMS = [
  ["batchNorm", BATCH],
  ["batchNorm", { ...BATCH, epsilon: 0.5 }],
  ["layerNorm", { epsilon: 1e-3, affine: false }],
  ["rmsNorm", { epsilon: 1e-3, affine: false }],
] as const;

/** The gradient of input k with one entry changed. */
const changing = (law: Law, c: ReturnType<typeof layer>, k: number, i: number) =>
  judgedAfter(law, c, ([outcome]) => [
    withGrads(
      outcome,
      at(k, i, (g) => g + 0.01),
    ),
  ]);

describe.each(["f64", "f32"] as const)("weights before a normalisation in %s", (dtype) => {
  it.each(NORMS)("are orthogonal to their gradient: %s %j", async (norm, attributes) => {
    const c = layer({ norm, attributes, bias: false, dtype });
    expect(await judgedAfter(weightOrthogonality, c)).toMatchObject({ verdict: "pass" });
    const wrong = await changing(weightOrthogonality, c, 1, 4);
    expect(wrong).toMatchObject({ verdict: "fail", kind: "orthogonality", where: "gradient[1]" });
    // W of the second unit is −0.3 there.
    expect(Math.abs(wrong.got! - wrong.expected!.value)).toBeCloseTo(0.003, 5);
    expect(wrong.element).toBe(norm === "batchNorm" ? 1 : 0);
  });

  it.each(NORMS)(
    "have a bias without gradient, where the mean is subtracted: %s %j",
    async (norm, attributes) => {
      const c = layer({ norm, attributes, bias: true, dtype });
      const judgement = await judgedAfter(biasWithoutGradient, c);
      expect(judgement.verdict).toBe(norm === "rmsNorm" ? "inconclusive" : "pass");
      if (norm === "rmsNorm") return;
      const wrong = await changing(biasWithoutGradient, c, 2, 1);
      expect(wrong).toMatchObject({ verdict: "fail", kind: "bias", where: "gradient[2]" });
      expect(wrong.got).toBeCloseTo(0.01, 5);
    },
  );

  it("are not looked for where somebody else reads the sums", async () => {
    const c = layer({ norm: "batchNorm", attributes: BATCH, bias: false, dtype, skip: true });
    expect(await judgedAfter(weightOrthogonality, c)).toMatchObject({ verdict: "inconclusive" });
  });

  it("each have their own law", async () => {
    const biased = layer({ norm: "batchNorm", attributes: BATCH, bias: true, dtype });
    expect(await judgedAfter(weightOrthogonality, biased)).toMatchObject({ verdict: "inconclusive" });
    const bare = layer({ norm: "batchNorm", attributes: BATCH, bias: false, dtype });
    expect(await judgedAfter(biasWithoutGradient, bare)).toMatchObject({ verdict: "inconclusive" });
  });
});

describe("a dense layer", () => {
  it("is a product with weights of its own, and a bias for each unit", () => {
    const { program } = layer({ norm: "batchNorm", attributes: BATCH, bias: true, dtype: "f64" });
    expect(denseBefore(4, program)).toEqual({ weights: 1, bias: 2 });
    const bare = layer({ norm: "batchNorm", attributes: BATCH, bias: false, dtype: "f64" });
    expect(denseBefore(2, bare.program)).toEqual({ weights: 1, bias: undefined });
  });

  it("is nothing else", () => {
    const of = (build: (b: ProgramBuilder) => ReturnType<ProgramBuilder["build"]>) =>
      build(new ProgramBuilder());
    const shared = of((b) => {
      const [x, w] = [b.input([2, 2]), b.input([2, 2])];
      const h = b.apply("matmul", [x, w], plain);
      return b.build(h, w);
    });
    expect(denseBefore(2, shared)).toBeUndefined();
    const turned = of((b) => {
      const [x, w] = [b.input([2, 2]), b.input([3, 2])];
      return b.build(b.apply("matmul", [x, w], { ...plain, transposeB: true }));
    });
    expect(denseBefore(2, turned)).toBeUndefined();
    const broadcast = of((b) => {
      const [x, w, bias] = [b.input([2, 2]), b.input([2, 3]), b.input([1])];
      return b.build(b.apply("add", [b.apply("matmul", [x, w], plain), bias]));
    });
    expect(denseBefore(4, broadcast)).toBeUndefined();
    const { program } = caseOf("tanh", [row(1)]);
    expect(denseBefore(1, program)).toBeUndefined();
    expect(denseBefore(0, program)).toBeUndefined();
  });
});
