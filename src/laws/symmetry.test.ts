import { describe, expect, it } from "vitest";
import { caseOf, row } from "../../fixtures/builders/caseOf.js";
import { at, judgedAfter, withGrads, withValue } from "../../fixtures/builders/tampered.js";
import { decodeTensor } from "../record/tensor.js";
import { symmetry } from "./symmetry.js";

const f32 = { dtype: "f32" } as const;

describe("a function is asked at −x", () => {
  it("with cotangents 1", () => {
    const [here, there] = symmetry.requests(caseOf("tanh", [row(1, -2)], f32));
    expect([...decodeTensor(here.inputs[0]).data]).toEqual([1, -2]);
    expect([...decodeTensor(there.inputs[0]).data]).toEqual([-1, 2]);
    for (const { seeds } of [here, there]) expect([...decodeTensor(seeds[0]).data]).toEqual([1, 1]);
  });
});

describe.each([
  ["tanh", "odd", /−f\(x\)/],
  ["cosh", "even", /is f\(x\)/],
  ["sigmoid", "about ½", /is 1 − f\(x\)/],
  ["softplus", "but for a line", /is f\(x\) − 1·x/],
  ["relu", "but for a line, and bent", /is f\(x\) − 1·x/],
  ["acos", "about π/2", /is 3\.14\d+ − f\(x\)/],
] as const)("%s, which is %s,", (op, _what, says) => {
  const c = caseOf(op, [row(0.75, -0.5, 0.25)], f32);

  it("is so in value and derivative", async () => {
    expect(await judgedAfter(symmetry, c)).toMatchObject({ verdict: "pass" });
  });

  it("shows a value or a derivative that is not", async () => {
    const value = await judgedAfter(symmetry, c, ([a, b]) => [
      a,
      withValue(
        b,
        at(0, 1, (y) => y + 1e-3),
      ),
    ]);
    expect(value).toMatchObject({
      verdict: "fail",
      kind: "mirror",
      where: "value[0]",
      element: 1,
      reason: expect.stringMatching(says),
    });
    const slope = await judgedAfter(symmetry, c, ([a, b]) => [
      a,
      withGrads(
        b,
        at(0, 2, (g) => g + 1e-3),
      ),
    ]);
    expect(slope).toMatchObject({ verdict: "fail", kind: "mirror", where: "gradient[0]", element: 2 });
  });
});

describe("a symmetry", () => {
  it("is inaccurate where only a textbook form explains that it is broken", async () => {
    // y·(1 − y) is 0 at 18, and 1.5e-8 at −18.
    const c = caseOf("sigmoid", [row(18)], f32);
    const lost = await judgedAfter(symmetry, c, ([a, b]) => [
      withGrads(
        a,
        at(0, 0, () => 0),
      ),
      b,
    ]);
    expect(lost).toMatchObject({ verdict: "inaccurate", kind: "rounding", where: "gradient[0]" });
    const wrong = await judgedAfter(symmetry, c, ([a, b]) => [
      withGrads(
        a,
        at(0, 0, () => 1e-6),
      ),
      b,
    ]);
    expect(wrong).toMatchObject({ verdict: "fail", kind: "mirror" });
  });

  it("leaves the choice at a kink open, and no more", async () => {
    const c = caseOf("relu", [row(0)], f32);
    for (const [g, verdict] of [
      [0, "pass"],
      [0.5, "pass"],
      [1, "pass"],
      [2.5, "fail"],
    ] as const) {
      const judged = await judgedAfter(symmetry, c, (both) =>
        both.map((o) =>
          withGrads(
            o,
            at(0, 0, () => g),
          ),
        ),
      );
      expect(judged).toMatchObject({ verdict });
    }
  });

  it("is kept at the ends of the format, where sizes add up to more than it holds", async () => {
    const c = caseOf("logSigmoid", [row(1.6e308, -1.6e308)]);
    expect(await judgedAfter(symmetry, c)).toMatchObject({ verdict: "pass" });
  });

  it("is nothing that can be decided where the record states none", async () => {
    expect(await judgedAfter(symmetry, caseOf("exp", [row(1)], f32))).toMatchObject({
      verdict: "inconclusive",
    });
  });
});
