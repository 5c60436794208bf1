import { describe, expect, it } from "vitest";
import { caseOf, precisionIn, row } from "../../fixtures/builders/caseOf.js";
import { pointOf } from "../laws/law.js";
import { formResults } from "./formResults.js";

const f32 = { dtype: "f32" } as const;
const pointAt = (op: string, ...xs: number[]) => pointOf(caseOf(op, [row(...xs)], f32));

describe("what accepted formulas come to", () => {
  it("is told of each form, exact functions and such as err to either side", () => {
    const results = formResults("value", pointAt("sigmoid", 1), precisionIn("f32"));
    expect(results.map(({ form }) => form)).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2]);
    const [exact, less, more] = results.map(({ results: [y] }) => y);
    expect(exact).toBe(Math.fround(1 / (1 + Math.exp(-1))));
    // A larger e^−1 makes a smaller sigmoid.
    expect(less >= exact && exact >= more && less > more).toBe(true);
    expect(Math.abs(less - more)).toBeLessThan(4e-7);
  });

  it("moves by three times what a function was measured to err", () => {
    const spread = (ulps: number): number => {
      const precision = { ...precisionIn("f32"), intrinsicUlps: { exp: ulps } };
      const [, less, more] = formResults("value", pointAt("exp", 0.5), precision);
      return (more.results[0] - less.results[0]) / 2 ** -23;
    };
    expect([spread(1), spread(4)]).toEqual([6, 24]);
  });

  it("leaves sums, products and what is exact alone", () => {
    for (const { results } of formResults("value", pointAt("square", 1.1), precisionIn("f32")))
      expect(results[0]).toBe(Math.fround(Math.fround(1.1) ** 2));
    for (const { results } of formResults("value", pointAt("tanh", 0), precisionIn("f32")))
      expect(results[0]).toBe(0);
    for (const { results } of formResults("value", pointAt("exp", -Infinity), precisionIn("f32")))
      expect(results[0]).toBe(0);
  });

  it("loses a derivative where a textbook form does, and not before", () => {
    const lost = (x: number): number[] =>
      formResults("gradient", pointAt("tanh", x), precisionIn("f32"))
        .filter(({ results }) => results[0] <= 0)
        .map(({ form }) => form);
    expect([lost(7), lost(9.5), lost(60)]).toEqual([[], [1, 1], [0, 0, 0, 1, 1]]);
  });

  it("may flush what is subnormal, or not, where a subject says so", () => {
    const results = formResults("value", pointAt("exp", -90), precisionIn("f32", true));
    expect(results.map(({ results: [y] }) => y > 0)).toEqual([true, true, true, false, false, false]);
  });
});
