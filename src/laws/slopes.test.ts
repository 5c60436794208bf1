import { describe, expect, it } from "vitest";
import { caseOf, precisionIn, row } from "../../fixtures/builders/caseOf.js";
import { at, honestOutcomes, judgedAfter, withGrads } from "../../fixtures/builders/tampered.js";
import { nextDown } from "../core/float.js";
import { slopes } from "./slopes.js";

const f32 = { dtype: "f32" } as const;
const bent = caseOf("relu6", [row(-1, 0, 3, 6, 7)], f32);

const slopeAt = (i: number, g: number) =>
  judgedAfter(slopes, bent, ([o]) => [
    withGrads(
      o,
      at(0, i, () => g),
    ),
  ]);

describe("the slope of a straight piece", () => {
  it("is exact", async () => {
    expect(await judgedAfter(slopes, bent)).toMatchObject({ verdict: "pass" });
    expect(await slopeAt(2, nextDown(1, "f32"))).toMatchObject({
      verdict: "fail",
      kind: "slope",
      where: "gradient[0]",
      element: 2,
      expected: { low: 1, high: 1 },
    });
    expect(await slopeAt(0, 1e-30)).toMatchObject({ verdict: "fail", element: 0 });
    expect(await slopeAt(4, NaN)).toMatchObject({ verdict: "fail", element: 4 });
  });

  it.each([1, 3])("is any between both at a kink, element %d", async (i) => {
    for (const g of [0, 0.5, 1]) expect(await slopeAt(i, g)).toMatchObject({ verdict: "pass" });
    for (const g of [-0.5, 1.5])
      expect(await slopeAt(i, g)).toMatchObject({
        verdict: "fail",
        reason: expect.stringContaining("between 0 and 1"),
      });
  });

  it("is open beside a kink that the format does not hold", async () => {
    const at7 = Math.fround(0.7);
    const clipped = caseOf("clip", [row(at7, nextDown(at7 - 1e-3, "f32"))], {
      ...f32,
      attributes: { low: 0.1, high: 0.7 },
    });
    const changed = (i: number, g: number) =>
      judgedAfter(slopes, clipped, ([o]) => [
        withGrads(
          o,
          at(0, i, () => g),
        ),
      ]);
    expect(await changed(0, 0)).toMatchObject({ verdict: "pass" });
    expect(await changed(1, 0)).toMatchObject({ verdict: "fail" });
  });

  it("is nothing at a jump", async () => {
    const jump = caseOf("sign", [row(0, 1)], f32);
    const changed = (i: number) =>
      judgedAfter(slopes, jump, ([o]) => [
        withGrads(
          o,
          at(0, i, () => NaN),
        ),
      ]);
    expect(await changed(0)).toMatchObject({ verdict: "pass" });
    expect(await changed(1)).toMatchObject({ verdict: "fail" });
  });

  it("counts a subnormal number as 0 where it is flushed", async () => {
    const tiny = caseOf("relu", [row(1e-40)], f32);
    const zero = (await honestOutcomes(slopes, tiny)).map((o) =>
      withGrads(
        o,
        at(0, 0, () => 0),
      ),
    );
    expect(slopes.judge(tiny, zero, precisionIn("f32", true))).toMatchObject({ verdict: "pass" });
    expect(slopes.judge(tiny, zero, precisionIn("f32"))).toMatchObject({ verdict: "fail" });
  });
});
