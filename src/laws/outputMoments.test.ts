import { describe, expect, it } from "vitest";
import { caseOf, matrix, row } from "../../fixtures/builders/caseOf.js";
import { at, judgedAfter, numbers, withValue } from "../../fixtures/builders/tampered.js";
import type { Case } from "../record/case.js";
import { outputMoments } from "./outputMoments.js";

const TRAINING = { axis: -1, epsilon: 0.5, training: true, parameters: "none" } as const;
const AFFINE = { ...TRAINING, parameters: "scale and offset" } as const;

const x = matrix([1, -2], [3, 5], [-4, 0.25], [0.5, 7]);

/** Answers that are other numbers than the honest ones. */
const judged = (c: Case, answer: (y: number, i: number) => number) =>
  judgedAfter(outputMoments, c, ([outcome]) => [withValue(outcome, numbers(answer))]);

const columns = (c: Case): number[][] => {
  const [{ shape, data }] = c.inputs;
  return Array.from({ length: shape[1] }, (_, j) => Array.from(data).filter((_, i) => i % shape[1] === j));
};
const meanOf = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0) / xs.length;

describe.each(["f64", "f32"] as const)("output moments in %s", (dtype) => {
  const plain = caseOf("batchNorm", [x], { attributes: TRAINING, dtype });

  it("are those of the biased variance", async () => {
    expect(await judgedAfter(outputMoments, plain)).toEqual({ verdict: "pass", reason: "" });
    const affine = caseOf("batchNorm", [x, row(2, -0.5), row(10, 0.1)], { attributes: AFFINE, dtype });
    expect(await judgedAfter(outputMoments, affine)).toEqual({ verdict: "pass", reason: "" });
  });

  it("name a variance that is divided by n − 1", async () => {
    const unbiased = columns(plain).map((column) => {
      const mean = meanOf(column);
      const variance = column.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (column.length - 1);
      return column.map((v) => (v - mean) / Math.sqrt(variance + 0.5));
    });
    const judgement = await judged(plain, (_, i) => unbiased[i % 2][i >> 1]);
    expect(judgement).toMatchObject({ verdict: "fail", kind: "unbiased", where: "value[0]" });
    expect(judgement.reason).toContain("the variance is divided by n − 1 = 3, and not by n");
  });

  it("name axes along which they would be right", async () => {
    const data = Array.from(plain.inputs[0].data);
    const rows = [0, 2, 4, 6].map((from) => data.slice(from, from + 2));
    const along = rows.map((pair) => {
      const mean = meanOf(pair);
      const variance = meanOf(pair.map((v) => (v - mean) ** 2));
      return pair.map((v) => (v - mean) / Math.sqrt(variance + 0.5));
    });
    const judgement = await judged(plain, (_, i) => along[i >> 1][i % 2]);
    expect(judgement).toMatchObject({ verdict: "fail", kind: "moments" });
    expect(judgement.reason).toMatch(/: they are normalised along axis 1$/);
  });

  it("fail for a mean that is off, and for epsilon in another place", async () => {
    const moved = await judged(plain, (y) => y + 1e-3);
    expect(moved).toMatchObject({ verdict: "fail", kind: "moments" });
    expect(moved.reason).toMatch(/^outputs have mean 0\.00\d+$/);
    expect(moved.got).toBeCloseTo(1e-3, 6);
    expect((await judged(plain, (y) => y * 1.001)).reason).toMatch(/^outputs have variance/);
  });

  it("fail for what is no number", async () => {
    const judgement = await judgedAfter(outputMoments, plain, ([outcome]) => [
      withValue(
        outcome,
        at(0, 3, () => NaN),
      ),
    ]);
    expect(judgement).toMatchObject({ verdict: "fail", got: NaN });
  });

  it("of an RMS norm are those of mean squares", async () => {
    const c = caseOf("rmsNorm", [x, row(2, 3)], { attributes: { epsilon: 0.5, affine: true }, dtype });
    expect(await judgedAfter(outputMoments, c)).toEqual({ verdict: "pass", reason: "" });
    expect((await judged(c, (y) => y * 1.01)).reason).toMatch(/^outputs have mean square/);
  });

  it("say nothing without scale, nor of given moments, nor of other ops", async () => {
    const gone = caseOf("rmsNorm", [x, row(0, 3)], { attributes: { epsilon: 0.5, affine: true }, dtype });
    expect(await judged(gone, (y) => y + 1)).toMatchObject({ verdict: "pass" });
    const given = caseOf("batchNorm", [x, row(0, 0), row(1, 1)], {
      attributes: { ...TRAINING, training: false },
      dtype,
    });
    expect(await judged(given, (y) => y + 1)).toMatchObject({ verdict: "inconclusive" });
    const other = caseOf("tanh", [x], { dtype });
    expect(await judged(other, (y) => y + 1)).toMatchObject({ verdict: "inconclusive" });
  });
});
