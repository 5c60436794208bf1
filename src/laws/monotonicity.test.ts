import { describe, expect, it } from "vitest";
import { caseOf, row, scalar } from "../../fixtures/builders/caseOf.js";
import { at, judgedAfter, withGrads, withValue } from "../../fixtures/builders/tampered.js";
import type { Case } from "../record/case.js";
import { monotonicity } from "./monotonicity.js";

const f32 = { dtype: "f32" } as const;
const rising = caseOf("tanh", [row(2, -1, 0.5, 3, -0.25)], f32);

const valueAt = (i: number, change: (y: number) => number, c: Case = rising) =>
  judgedAfter(monotonicity, c, ([o]) => [withValue(o, at(0, i, change))]);
const slopeAt = (i: number, change: (g: number) => number, c: Case = rising) =>
  judgedAfter(monotonicity, c, ([o]) => [withGrads(o, at(0, i, change))]);

describe("values of what is increasing", () => {
  it("rise, whatever the order of the inputs", async () => {
    expect(await judgedAfter(monotonicity, rising)).toMatchObject({ verdict: "pass" });
  });

  it("may step back by no more than rounding, however far the inputs are apart", async () => {
    // Above the value at 3, and below that at 0.5.
    expect(await valueAt(0, () => 0.9951)).toMatchObject({
      verdict: "fail",
      kind: "order",
      where: "value[0]",
      element: 3,
    });
    expect(await valueAt(0, () => 0.4)).toMatchObject({
      verdict: "fail",
      kind: "order",
      element: 0,
      got: Math.fround(0.4),
    });
    expect(await valueAt(0, (y) => y * (1 + 2 ** -22))).toMatchObject({ verdict: "pass" });
    const neighbours = caseOf("tanh", [row(0.5, 0.5 + 2 ** -24)], f32);
    expect(await valueAt(0, (y) => y + 2 ** -24, neighbours)).toMatchObject({ verdict: "pass" });
    expect(await valueAt(0, (y) => y + 2 ** -18, neighbours)).toMatchObject({ verdict: "fail" });
  });

  it("are numbers", async () => {
    expect(await valueAt(1, () => NaN)).toMatchObject({ verdict: "fail", kind: "order", element: 1 });
  });

  it("fall where the record says so, and have no order where it says nothing", async () => {
    const falling = caseOf("acos", [row(0.5, -0.5)], f32);
    expect(await judgedAfter(monotonicity, falling)).toMatchObject({ verdict: "pass" });
    expect(await valueAt(0, () => 3, falling)).toMatchObject({ verdict: "fail", kind: "order" });
    expect(await valueAt(0, () => 3, caseOf("sin", [row(0.5, -0.5)], f32))).toMatchObject({
      verdict: "pass",
    });
  });
});

describe("derivatives that are bells", () => {
  it("fall on both sides of 0", async () => {
    expect(await slopeAt(0, () => 0.5)).toMatchObject({
      verdict: "fail",
      kind: "order",
      where: "gradient[0]",
      reason: expect.stringMatching(/^0\.5 at 2 after 0\.4199.* at -1, of what falls as \|x\| grows$/),
    });
    expect(await slopeAt(1, () => 0.5)).toMatchObject({ verdict: "pass" });
  });

  it("are inaccurate where only a textbook form explains a rise", async () => {
    // 1 − y² is a multiple of 2⁻²⁴ or so, and sech²(8) is 4.5e-7.
    const far = caseOf("tanh", [row(8, 8.25)], f32);
    expect(await slopeAt(1, () => 4.8e-7, far)).toMatchObject({ verdict: "inaccurate", kind: "rounding" });
    expect(await slopeAt(1, () => 2e-6, far)).toMatchObject({ verdict: "fail", kind: "order" });
  });

  it("are of no number alone", async () => {
    expect(await slopeAt(0, () => 7, caseOf("tanh", [scalar(1)], f32))).toMatchObject({ verdict: "pass" });
  });
});
