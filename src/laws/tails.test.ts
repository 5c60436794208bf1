import { describe, expect, it } from "vitest";
import { caseOf, precisionIn, row } from "../../fixtures/builders/caseOf.js";
import { at, honestOutcomes, judgedAfter, withGrads, withValue } from "../../fixtures/builders/tampered.js";
import type { Case } from "../record/case.js";
import { tails } from "./tails.js";

const f32 = { dtype: "f32" } as const;

const slopeAt = (c: Case, i: number, g: number) =>
  judgedAfter(tails, c, ([o]) => [
    withGrads(
      o,
      at(0, i, () => g),
    ),
  ]);
const valueAt = (c: Case, i: number, y: number) =>
  judgedAfter(tails, c, ([o]) => [
    withValue(
      o,
      at(0, i, () => y),
    ),
  ]);

describe("a derivative far out", () => {
  const c = caseOf("sigmoid", [row(12, 18, -12, -30)], f32);

  it("is not nothing", async () => {
    expect(await judgedAfter(tails, caseOf("sigmoid", [row(3, -3)], f32))).toMatchObject({
      verdict: "pass",
    });
    expect(await slopeAt(c, 0, 0)).toMatchObject({
      verdict: "fail",
      kind: "vanished",
      where: "gradient[0]",
      element: 0,
      reason: expect.stringMatching(
        /^the derivative at 12 is 0\.00000614\d+, and came back as 0, which no accepted/,
      ),
    });
    expect(await slopeAt(c, 2, 0)).toMatchObject({ verdict: "fail", kind: "vanished", element: 2 });
  });

  it("is inaccurate where a textbook form loses it: y·(1 − y) from 17.3 on, ½ + ½·tanh(x/2) from −18.1 on", async () => {
    expect(await slopeAt(c, 1, 0)).toMatchObject({ verdict: "inaccurate", kind: "vanished", element: 1 });
    expect(await slopeAt(c, 3, 0)).toMatchObject({ verdict: "inaccurate", kind: "vanished" });
  });

  it("may be nothing where careful arithmetic loses it, or where it is too small for the format", async () => {
    expect(await slopeAt(caseOf("exp", [row(-84)], f32), 0, 0)).toMatchObject({ verdict: "pass" });
    expect(await slopeAt(caseOf("exp", [row(-70)], f32), 0, 0)).toMatchObject({ verdict: "fail" });
    expect(await slopeAt(caseOf("relu", [row(-3)], f32), 0, 0)).toMatchObject({ verdict: "pass" });
  });

  it("may be flushed on the way where subnormal numbers are", async () => {
    const far = caseOf("silu", [row(-90)], f32);
    const zero = (await honestOutcomes(tails, far)).map((o) =>
      withGrads(
        o,
        at(0, 0, () => 0),
      ),
    );
    expect(tails.judge(far, zero, precisionIn("f32", true))).toMatchObject({ verdict: "pass" });
  });
});

describe("the envelope of a tail", () => {
  it("bounds the derivative on both sides, at 0 too", async () => {
    const c = caseOf("sigmoid", [row(0, 5)], f32);
    expect(await slopeAt(c, 0, 0.2)).toMatchObject({
      verdict: "fail",
      kind: "tail",
      where: "gradient[0]",
      element: 0,
    });
    expect(await slopeAt(c, 1, 0.0068)).toMatchObject({ verdict: "fail", kind: "tail", element: 1 });
    expect(await slopeAt(c, 1, 0.0016)).toMatchObject({ verdict: "fail", kind: "tail", element: 1 });
    expect(await slopeAt(c, 1, 0.002)).toMatchObject({ verdict: "pass" });
  });

  it("bounds the distance of values from their limits", async () => {
    const c = caseOf("tanh", [row(5, -5)], f32);
    expect(await judgedAfter(tails, c)).toMatchObject({ verdict: "pass" });
    expect(await valueAt(c, 0, 0.9998)).toMatchObject({ verdict: "fail", kind: "tail", where: "value[0]" });
    expect(await valueAt(c, 1, -0.9998)).toMatchObject({ verdict: "fail", kind: "tail", element: 1 });
    expect(await valueAt(c, 1, NaN)).toMatchObject({ verdict: "fail", kind: "tail" });
  });

  it("is left by a textbook form that has lost the derivative", async () => {
    const c = caseOf("tanh", [row(10)], f32);
    expect(await slopeAt(c, 0, 0)).toMatchObject({ verdict: "inaccurate" });
    expect(await slopeAt(c, 0, 5e-8)).toMatchObject({ verdict: "inaccurate", kind: "rounding" });
    expect(await slopeAt(c, 0, 5e-6)).toMatchObject({ verdict: "fail", kind: "tail" });
  });

  it("is no law where the record gives none", async () => {
    expect(await slopeAt(caseOf("erf", [row(1)], f32), 0, 0.9)).toMatchObject({ verdict: "pass" });
  });
});
