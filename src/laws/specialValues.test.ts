import { describe, expect, it } from "vitest";
import { caseOf, row } from "../../fixtures/builders/caseOf.js";
import { at, judgedAfter, withGrads, withValue } from "../../fixtures/builders/tampered.js";
import type { Case } from "../record/case.js";
import type { Outcome } from "../record/protocol.js";
import { decodeTensor, encodeTensor } from "../record/tensor.js";
import { specialValues } from "./specialValues.js";

const f32 = { dtype: "f32" } as const;

/** The k-th answer with one number changed. */
const changed =
  (k: number, result: "value" | "gradient", i: number, y: number) =>
  (outcomes: readonly Outcome[]): Outcome[] =>
    outcomes.map((o, j) =>
      j !== k
        ? o
        : (result === "value" ? withValue : withGrads)(
            o,
            at(0, i, () => y),
          ),
    );

const judged = (c: Case, ...change: Parameters<typeof changed>) =>
  judgedAfter(specialValues, c, changed(...change));

const sigmoid = caseOf("sigmoid", [row(0.5, -1, 2)], f32);
const [NANS, LOW, HIGH] = [0, 1, 2];

describe("special values", () => {
  const inputsOf = (c: Case): number[][] =>
    specialValues.requests(c).map(({ inputs }) => [...decodeTensor(inputs[0]).data]);

  it("stand in the place of every other number", () => {
    expect(inputsOf(sigmoid)).toEqual([
      [NaN, -1, NaN],
      [-Infinity, -1, -Infinity],
      [Infinity, -1, Infinity],
    ]);
  });

  it("are infinities only where there is a limit", () => {
    expect(inputsOf(caseOf("log", [row(1)], f32))).toEqual([[NaN], [Infinity]]);
    expect(inputsOf(caseOf("sin", [row(1)], f32))).toEqual([[NaN]]);
  });

  it("are put into each input that is always read", () => {
    const asked = (op: string): number => specialValues.requests(caseOf(op, [row(1), row(2)], f32)).length;
    expect([asked("maximum"), asked("prelu")]).toEqual([2, 1]);
  });

  it.each(["sigmoid", "tanh", "relu", "elu", "exp", "abs", "square", "atan", "negative"])(
    "give %s of the reference what they must",
    async (op) => {
      expect(await judgedAfter(specialValues, caseOf(op, [row(0.5, -1)], f32))).toMatchObject({
        verdict: "pass",
      });
    },
  );

  it("are shown by the question that asked for them", () => {
    const shown = (kind: string): number[] | undefined => {
      const question = specialValues.shows!(sigmoid, { verdict: "fail", reason: "", kind });
      return question && [...decodeTensor(question.inputs[0]).data];
    };
    expect(shown("at −∞")).toEqual([-Infinity, -1, -Infinity]);
    expect(shown("at NaN")).toEqual([NaN, -1, NaN]);
    expect(shown("throws")).toBeUndefined();
  });
});

describe("NaN", () => {
  it("gives NaN, and no number", async () => {
    expect(await judged(sigmoid, NANS, "value", 2, 0.5)).toMatchObject({
      verdict: "fail",
      kind: "at NaN",
      where: "value[0]",
      element: 2,
      got: 0.5,
    });
    expect(await judged(sigmoid, NANS, "gradient", 0, 0)).toMatchObject({
      verdict: "fail",
      kind: "at NaN",
      where: "gradient[0]",
    });
  });

  it("is nothing that whole numbers could hold", async () => {
    const whole = await judgedAfter(specialValues, sigmoid, (outcomes) =>
      outcomes.map((o) => withValue(o, (wire) => encodeTensor(decodeTensor(wire), "i32"))),
    );
    expect(whole).toMatchObject({ verdict: "inconclusive", reason: expect.stringMatching(/whole numbers/) });
  });

  it("does not spread", async () => {
    for (const result of ["value", "gradient"] as const)
      expect(await judged(sigmoid, NANS, result, 1, NaN)).toMatchObject({
        verdict: "fail",
        kind: "at NaN",
        element: 1,
      });
  });

  it("may have the slope of a piece, which is a convention", async () => {
    for (const op of ["relu", "elu", "selu", "abs"]) {
      const c = caseOf(op, [row(0.5)], f32);
      for (const g of [0, 1])
        expect(await judged(c, NANS, "gradient", 0, g)).toMatchObject({ verdict: "convention" });
      expect(await judged(c, NANS, "gradient", 0, Infinity)).toMatchObject({ verdict: "fail" });
      expect(await judged(c, NANS, "value", 0, 0)).toMatchObject({ verdict: "fail" });
    }
  });

  it("need not take part in the gradient of a sum", async () => {
    const sum = caseOf("add", [row(1, 2), row(3, 4)], f32);
    expect(await judgedAfter(specialValues, sum)).toMatchObject({ verdict: "pass" });
    expect(await judged(sum, 1, "value", 0, 3)).toMatchObject({ verdict: "fail", element: 0 });
    // −x has the slope −1 whatever x is.
    expect(await judged(caseOf("negative", [row(1)], f32), NANS, "gradient", 0, 1)).toMatchObject({
      verdict: "fail",
    });
  });
});

describe("an infinity", () => {
  it("gives the limit", async () => {
    expect(await judged(sigmoid, HIGH, "value", 0, 0.9)).toMatchObject({
      verdict: "fail",
      kind: "at ∞",
      expected: { value: 1 },
    });
    expect(await judged(sigmoid, LOW, "value", 0, NaN)).toMatchObject({ verdict: "fail", kind: "at −∞" });
    expect(await judged(sigmoid, HIGH, "gradient", 0, 0.25)).toMatchObject({ verdict: "fail", kind: "at ∞" });
  });

  it("may be infinity times nothing in a derivative, or in an accepted formula", async () => {
    expect(await judged(sigmoid, HIGH, "gradient", 0, NaN)).toMatchObject({
      verdict: "inaccurate",
      kind: "at ∞",
    });
    // x·σ(x) at −∞.
    const silu = caseOf("silu", [row(0.5)], f32);
    expect(await judgedAfter(specialValues, silu)).toMatchObject({ verdict: "inaccurate", kind: "at −∞" });
    expect(await judged(silu, LOW, "value", 0, 0)).not.toMatchObject({ where: "value[0]" });
    expect(await judged(silu, LOW, "value", 0, -1)).toMatchObject({ verdict: "fail" });
  });

  it("gives a limit that is rounded from two constants, and nothing beside it", async () => {
    const selu = caseOf("selu", [row(0.5)], f32);
    const [limit, beside] = [-1.7580994, -1.7581];
    expect(await judged(selu, LOW, "value", 0, limit)).toMatchObject({ verdict: "pass" });
    expect(await judged(selu, LOW, "value", 0, beside)).toMatchObject({ verdict: "fail" });
  });
});
