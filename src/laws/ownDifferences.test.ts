import { describe, expect, it } from "vitest";
import { caseOf, row, scalar } from "../../fixtures/builders/caseOf.js";
import { at, judgedAfter, numbers, withGrads, withValue } from "../../fixtures/builders/tampered.js";
import { ownDifferences } from "./ownDifferences.js";

const c = caseOf("tanh", [row(0.5, -1, 2)]);

describe("differences of the subject's own outputs", () => {
  it("ask for one gradient, and for values on both sides of the point", () => {
    const modes = ownDifferences.requests(c).map(({ mode }) => mode);
    expect(modes.filter((mode) => mode === "vjp")).toHaveLength(1);
    // The point itself and twelve steps to each side, at most.
    expect(modes.length - 1).toBeLessThanOrEqual(25);
    expect(modes.length - 1).toBeGreaterThan(10);
  });

  it("bear out the gradient of the function that the subject computes", async () => {
    expect(await judgedAfter(ownDifferences, c)).toEqual({ verdict: "pass", reason: "" });
  });

  it("contradict a gradient that is not its derivative", async () => {
    const judgement = await judgedAfter(ownDifferences, c, ([gradient, ...values]) => [
      withGrads(
        gradient,
        at(0, 1, (g) => g * 1.001),
      ),
      ...values,
    ]);
    expect(judgement).toMatchObject({ verdict: "fail", kind: "differences", where: "gradient" });
    expect(judgement.errorOverAttainable).toBeGreaterThan(10);
  });

  it("contradict it also when both are wrong, but in different ways", async () => {
    // Outputs of 2·tanh with the gradient of tanh: each agrees with a reference of its own.
    const judgement = await judgedAfter(ownDifferences, c, ([gradient, ...values]) => [
      gradient,
      ...values.map((o) =>
        withValue(
          o,
          numbers((y) => 2 * y),
        ),
      ),
    ]);
    expect(judgement).toMatchObject({ verdict: "fail", kind: "differences" });
  });

  it("know nothing of a value that is wrong together with its gradient", async () => {
    const judgement = await judgedAfter(ownDifferences, c, (outcomes) =>
      outcomes.map((o, k) =>
        k === 0
          ? withGrads(
              o,
              numbers((g) => 2 * g),
            )
          : withValue(
              o,
              numbers((y) => 2 * y),
            ),
      ),
    );
    expect(judgement).toMatchObject({ verdict: "pass" });
  });

  it("fail on a gradient that is no number", async () => {
    const judgement = await judgedAfter(ownDifferences, c, ([gradient, ...values]) => [
      withGrads(
        gradient,
        at(0, 0, () => NaN),
      ),
      ...values,
    ]);
    expect(judgement).toMatchObject({ verdict: "fail", kind: "differences" });
  });

  it("decide nothing at a kink, from which no step is small enough to leave", async () => {
    const reason = "domain: no step on both sides stays where the op is smooth";
    const kink = caseOf("relu", [scalar(0)]);
    expect(await judgedAfter(ownDifferences, kink)).toEqual({ verdict: "inconclusive", reason });
    const wrong = await judgedAfter(ownDifferences, kink, ([gradient, ...values]) => [
      withGrads(
        gradient,
        numbers(() => 7),
      ),
      ...values,
    ]);
    expect(wrong).toEqual({ verdict: "inconclusive", reason });
  });

  it("pass on what an answer without results means", async () => {
    const judgement = await judgedAfter(ownDifferences, c, ([gradient, first, ...values]) => [
      gradient,
      { ...first, status: "timeout", detail: "no answer", confirmed: true },
      ...values,
    ]);
    expect(judgement).toMatchObject({ verdict: "timeout", where: "value" });
  });
});
