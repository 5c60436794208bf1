import { describe, expect, it } from "vitest";
import { caseOf, matrix, row } from "../../fixtures/builders/caseOf.js";
import { at, judgedAfter, withGrads, withValue } from "../../fixtures/builders/tampered.js";
import { loneElement } from "./loneElement.js";

const BATCH = { axis: -1, epsilon: 0.5, training: true, parameters: "scale and offset" } as const;
const f32 = { dtype: "f32" } as const;
const batch = caseOf("batchNorm", [matrix([3, -5, 0.1]), row(2, 3, 4), row(0.3, 0, -1)], {
  attributes: BATCH,
  ...f32,
});

describe("a group of one element", () => {
  it.each([
    batch,
    caseOf("layerNorm", [matrix([3], [-7])], { attributes: { epsilon: 0.5, affine: false }, ...f32 }),
    caseOf("softmax", [matrix([3], [-7])], { attributes: { axis: 1 }, ...f32 }),
    caseOf("logSoftmax", [matrix([3, -7])], { attributes: { axis: 0 }, ...f32 }),
  ])("leaves its offset, exactly", async (c) => {
    expect(await judgedAfter(loneElement, c)).toMatchObject({ verdict: "pass" });
  });

  it("may leave a rounding, which is told", async () => {
    const folded = await judgedAfter(loneElement, batch, ([outcome]) => [
      withValue(
        outcome,
        at(0, 1, (y) => y + 2 ** -20),
      ),
    ]);
    expect(folded).toMatchObject({ verdict: "inaccurate", kind: "rounding", where: "value[0]", element: 1 });
    const gradient = await judgedAfter(loneElement, batch, ([outcome]) => [
      withGrads(
        outcome,
        at(0, 2, () => 2 ** -24),
      ),
    ]);
    expect(gradient).toMatchObject({ verdict: "inaccurate", where: "gradient[0]", element: 2 });
  });

  it("leaves nothing else", async () => {
    const judgement = await judgedAfter(loneElement, batch, ([outcome]) => [
      withValue(
        outcome,
        at(0, 1, (y) => y + 0.125),
      ),
    ]);
    expect(judgement).toMatchObject({ verdict: "fail", kind: "lone element", expected: { value: 0 } });
    expect(judgement.got).toBe(0.125);
  });

  it("is not told from rounding where x is as large as the digits of the format", async () => {
    const far = caseOf("batchNorm", [matrix([1e7]), row(1), row(0)], {
      attributes: { ...BATCH, epsilon: 1e-6 },
      ...f32,
    });
    const judgement = await judgedAfter(loneElement, far, ([outcome]) => [
      withValue(
        outcome,
        at(0, 0, () => 0.9),
      ),
    ]);
    expect(judgement).toMatchObject({ verdict: "inconclusive", reason: expect.stringContaining("rounding") });
  });

  it("must be there", async () => {
    const pair = caseOf("softmax", [row(1, 2)], { attributes: { axis: 0 }, ...f32 });
    expect(await judgedAfter(loneElement, pair)).toMatchObject({ verdict: "inconclusive" });
    expect(await judgedAfter(loneElement, caseOf("tanh", [row(1)]))).toMatchObject({
      verdict: "inconclusive",
    });
  });
});
