import { describe, expect, it } from "vitest";
import { caseOf, precisionIn, row } from "../../fixtures/builders/caseOf.js";
import { at, honestOutcomes, judgedAfter, withValue } from "../../fixtures/builders/tampered.js";
import { nextDown, nextUp } from "../core/float.js";
import type { Case } from "../record/case.js";
import { decodeTensor } from "../record/tensor.js";
import { saturation } from "./saturation.js";

const f32 = { dtype: "f32" } as const;

const valueAt = (c: Case, i: number, y: number) =>
  judgedAfter(saturation, c, ([o, ...far]) => [
    withValue(
      o,
      at(0, i, () => y),
    ),
    ...far,
  ]);

describe("below its threshold", () => {
  // 1 − σ(x) at 10, 16, 16.9, 17.2 and 18: 761, 1.9, 0.77, 0.57 and 0.26 spacings below 1.
  const c = caseOf("sigmoid", [row(10, 14, 16.9, 17.2, 18)], f32);

  it("a value is inside", async () => {
    expect(await judgedAfter(saturation, c)).toMatchObject({ verdict: "pass" });
    expect(await valueAt(c, 0, 1)).toMatchObject({
      verdict: "fail",
      kind: "early",
      where: "value[0]",
      element: 0,
      reason: expect.stringMatching(/^it has its limit 1 at 10 already, where it is 0\.99995/),
    });
    expect(await valueAt(c, 1, 1)).toMatchObject({ verdict: "fail", kind: "early", element: 1 });
  });

  it("may be the limit within two spacings of it, and where a function that errs takes it there", async () => {
    expect(await valueAt(c, 2, 1)).toMatchObject({ verdict: "pass" });
    // 1 − tanh(8.5) is 1.4 spacings; tanh may err by three.
    const tanh = caseOf("tanh", [row(8.5, 8, 7.5)], f32);
    expect(await valueAt(tanh, 0, 1)).toMatchObject({ verdict: "pass" });
    expect(await valueAt(tanh, 2, 1)).toMatchObject({ verdict: "fail", kind: "early" });
    const judged = (intrinsicUlps: number) =>
      honestOutcomes(saturation, tanh).then(([o, ...far]) =>
        saturation.judge(
          tanh,
          [
            withValue(
              o,
              at(0, 2, () => 1),
            ),
            ...far,
          ],
          {
            ...precisionIn("f32"),
            intrinsicUlps: { tanh: intrinsicUlps },
          },
        ),
      );
    expect(await judged(1)).toMatchObject({ verdict: "fail" });
    expect(await judged(8)).toMatchObject({ verdict: "pass" });
  });

  it("is inaccurate where only a textbook form has lost the rest", async () => {
    // e^−x overflows from 88.8 on; ½·tanh(x/2) + ½ is 0 from −18.1 on.
    const low = caseOf("sigmoid", [row(-15, -20, -100)], f32);
    expect(await valueAt(low, 0, 0)).toMatchObject({ verdict: "fail", kind: "early" });
    expect(await valueAt(low, 1, 0)).toMatchObject({ verdict: "inaccurate", kind: "early" });
    expect(await valueAt(low, 2, 0)).toMatchObject({ verdict: "inaccurate" });
  });
});

describe("beyond its threshold", () => {
  it("a value is the limit where every formula has it", async () => {
    const c = caseOf("hardSigmoid", [row(2, 2.5, 3)], f32);
    const below = nextDown(1, "f32");
    expect(await valueAt(c, 2, below)).toMatchObject({ verdict: "fail", kind: "late", element: 2 });
    expect(await valueAt(caseOf("sigmoid", [row(17)], f32), 0, below)).toMatchObject({ verdict: "pass" });
    // A tanh that errs by a spacing may never come to 1.
    expect(await valueAt(caseOf("tanh", [row(30)], f32), 0, below)).toMatchObject({ verdict: "pass" });
  });

  it("nobody promises how something underflows", async () => {
    const c = caseOf("exp", [row(-120)], f32);
    expect(await valueAt(c, 0, 1e-45)).toMatchObject({ verdict: "pass" });
  });

  it("a value that never turns back does not pass its limits", async () => {
    const above = nextUp(1, "f32");
    for (const x of [8, 30]) {
      expect(await valueAt(caseOf("tanh", [row(x)], f32), 0, above)).toMatchObject({
        verdict: "fail",
        kind: "beyond",
        reason: expect.stringMatching(/is beyond its limit 1$/),
      });
    }
    expect(await valueAt(caseOf("sigmoid", [row(-30)], f32), 0, -1e-20)).toMatchObject({ kind: "beyond" });
    // silu comes to 0 from below.
    expect(await valueAt(caseOf("silu", [row(-3)], f32), 0, 1e-3)).toMatchObject({ verdict: "pass" });
  });
});

describe("a limit that the format does not hold", () => {
  const c = caseOf("selu", [row(-10, -20)], f32);

  it("is the subject's own value far out", async () => {
    const [, far] = saturation.requests(c);
    expect([...decodeTensor(far.inputs[0]).data]).toEqual([-84.34924, -84.34924].map(Math.fround));
    const own = nextUp(Math.fround(-1.7580993408473768), "f32");
    const shifted = await judgedAfter(saturation, c, ([o, f]) => [
      withValue(
        o,
        at(0, 1, () => own),
      ),
      withValue(
        f,
        at(0, 0, () => own),
      ),
    ]);
    expect(shifted).toMatchObject({ verdict: "pass" });
    expect(await valueAt(c, 0, Math.fround(-1.7580993408473768))).toMatchObject({
      verdict: "fail",
      kind: "early",
    });
  });

  it("decides nothing where that is wrong, or no number", async () => {
    const none = await judgedAfter(saturation, c, ([o, f]) => [
      o,
      withValue(
        f,
        at(0, 0, () => NaN),
      ),
    ]);
    expect(none).toMatchObject({ verdict: "inconclusive" });
    expect(await judgedAfter(saturation, caseOf("selu", [row()], f32))).toMatchObject({ verdict: "pass" });
    const wrong = await judgedAfter(saturation, c, ([o, f]) => [
      o,
      withValue(
        f,
        at(0, 0, () => -1.7),
      ),
    ]);
    expect(wrong).toMatchObject({ verdict: "inconclusive", reason: expect.stringMatching(/wrong already/) });
  });
});

describe("what was seen", () => {
  it("is told where two neighbours show it", async () => {
    const first = Math.fround(17.32868);
    const both = caseOf("sigmoid", [row(nextDown(16.635532, "f32"), 16.635532, first)], f32);
    const { evidence } = await judgedAfter(saturation, both, ([o, ...far]) => [
      withValue(
        o,
        at(0, 0, () => 1 - 2 ** -24),
      ),
      ...far,
    ]);
    expect(evidence?.join()).toMatch(/^1 from 16\.6355\d+ on, in f32$/);
    expect((await judgedAfter(saturation, caseOf("sigmoid", [row(1, 30)], f32))).evidence).toBeUndefined();
  });
});
