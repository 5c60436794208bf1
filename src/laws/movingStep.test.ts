import { describe, expect, it } from "vitest";
import { matrix, precisionIn, row } from "../../fixtures/builders/caseOf.js";
import type { LayerPromise } from "../record/promises.js";
import { judgeStep, type MovingStep } from "./movingStep.js";

/** Of 1 and 5: mean 3, variance 4, or 8 with n − 1. */
const x = matrix([1], [5]);
const before = [row(8), row(16)] as const;

const step = (mean: number, variance: number, momentum = 0.75): MovingStep => ({
  x,
  axis: -1,
  momentum,
  before,
  after: [row(mean), row(variance)],
});
const judged = (given: MovingStep, moving?: LayerPromise["moving"]) =>
  judgeStep(given, { moving }, precisionIn("f32"));

const MEAN = 0.75 * 8 + 0.25 * 3;
const BIASED = 0.75 * 16 + 0.25 * 4;
const UNBIASED = 0.75 * 16 + 0.25 * 8;

describe("a step of moving statistics", () => {
  it("is right with the divisor that is promised, and says which", () => {
    const biased = judged(step(MEAN, BIASED), { momentum: 0.75, variance: "biased" });
    expect(biased).toMatchObject({ verdict: "pass", does: expect.stringContaining("divided by n") });
    const unbiased = judged(step(MEAN, UNBIASED), { momentum: 0.75, variance: "unbiased" });
    expect(unbiased).toMatchObject({ verdict: "pass", does: expect.stringMatching(/divided by n − 1$/) });
  });

  it("may have either divisor where none is promised", () => {
    expect(judged(step(MEAN, BIASED), { momentum: 0.75 }).does).toMatch(/divided by n$/);
    expect(judged(step(MEAN, UNBIASED), { momentum: 0.75 }).does).toMatch(/divided by n − 1$/);
  });

  it("is wrong with the other divisor, which is named", () => {
    const judgement = judged(step(MEAN, UNBIASED), { momentum: 0.75, variance: "biased" });
    expect(judgement).toMatchObject({ verdict: "fail", kind: "divisor", where: "value[2]", got: UNBIASED });
    expect(judgement.reason).toBe(
      "the moving variance becomes 14 instead of 13: the variance of the batch is divided by n − 1",
    );
  });

  it.each([
    [0.25 * 8 + 0.75 * 3, 0.25 * 16 + 0.75 * 4, "the momentum, 0.75, is the share of the batch"],
    [3, 4, "nothing of before is kept"],
    [8, 16, "it stays as it was"],
    [100, BIASED, "no known way to keep it gives that"],
  ])("is wrong when something else is kept: %d, %d", (mean, variance, says) => {
    const judgement = judged(step(mean, variance));
    expect(judgement).toMatchObject({ verdict: "fail", kind: "moving", where: "value[1]", does: says });
  });

  it("may be rounded as the two usual formulas are, and no more", () => {
    const ulps = (k: number): number => MEAN * (1 + k * 2 ** -23);
    expect(judged(step(ulps(3), BIASED)).verdict).toBe("pass");
    expect(judged(step(ulps(40), BIASED)).verdict).toBe("fail");
    expect(judged(step(NaN, BIASED)).verdict).toBe("fail");
  });

  it("has the biased variance alone where there is one element", () => {
    const one = { ...step(0.75 * 8 + 0.25 * 3, 0.75 * 16), x: matrix([3]) };
    expect(judged(one).verdict).toBe("pass");
    expect(judged(one, { momentum: 0.75, variance: "unbiased" })).toMatchObject({ verdict: "inconclusive" });
  });
});
