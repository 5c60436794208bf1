import { describe, expect, it } from "vitest";
import { caseOf, precisionIn, row } from "../../fixtures/builders/caseOf.js";
import { Attainable } from "../oracles/attainable.js";
import { contradicted, equation, type Contradiction } from "./contradiction.js";
import { pointOf } from "./law.js";

const precision = precisionIn("f32");
const attainableAt = (op: string, x: number, quantity: "value" | "gradient" = "value") =>
  new Attainable(quantity, pointOf(caseOf(op, [row(x)], { dtype: "f32", cotangents: [row(1)] })), precision);

const off = (by: number, got = by): Contradiction => ({
  where: "value[0]",
  element: 0,
  reason: `off by ${by}`,
  got,
  expected: 0,
  allowed: 1e-7,
});

/** A contradiction that only widths of some size explain. */
const beyond =
  (size: number, got?: number) =>
  ([widths]: readonly Float64Array[]): Contradiction | undefined =>
    widths[0] < size ? off(size, got) : undefined;

describe("answers that contradict each other", () => {
  it("pass by rounding alone, by careful arithmetic, by textbook forms or not at all", () => {
    const tails = () => [attainableAt("tanh", 8, "gradient")];
    const [{ careful, textbook }] = tails().map((each) => {
      const tolerance = each.fullTolerance();
      if ("undecidable" in tolerance) throw new Error(tolerance.undecidable);
      return { careful: tolerance.careful[0], textbook: tolerance.textbook[0] };
    });
    const [floor] = tails()[0].floors();
    expect(floor < careful && careful < textbook).toBe(true);
    expect(contradicted("order", tails(), beyond(floor))).toMatchObject({ verdict: "pass" });
    expect(contradicted("order", tails(), beyond(careful))).toMatchObject({ verdict: "pass" });
    expect(contradicted("order", tails(), beyond(textbook))).toMatchObject({
      verdict: "inaccurate",
      kind: "rounding",
      element: 0,
    });
    expect(contradicted("order", tails(), beyond(2 * textbook))).toMatchObject({
      verdict: "fail",
      kind: "order",
      where: "value[0]",
      errorOverAttainable: expect.closeTo((3 * 2 * textbook) / 1e-7),
    });
  });

  it("are inaccurate where a textbook form has no finite result", () => {
    const far = attainableAt("sigmoid", -100);
    expect(contradicted("order", [far], beyond(1, Infinity))).toMatchObject({ verdict: "fail" });
    // b² underflows in a/b², and (a/b)/b has a result.
    const quotient = caseOf("divide", [row(1e-20), row(1e-25)], { dtype: "f32", cotangents: [row(1)] });
    const slope = new Attainable("gradient", pointOf(quotient), precision);
    expect(contradicted("order", [slope], beyond(Infinity, NaN))).toMatchObject({
      verdict: "inaccurate",
      kind: "overflow",
    });
    expect(contradicted("order", [slope], beyond(Infinity, 5))).toMatchObject({ verdict: "fail" });
  });

  it("decide nothing where nothing is known", () => {
    expect(contradicted("order", [attainableAt("sign", 0, "gradient")], beyond(1))).toMatchObject({
      verdict: "inconclusive",
      reason: expect.stringMatching(/jump/),
    });
  });

  it("may differ by a whole choice at a kink", () => {
    expect(contradicted("order", [attainableAt("relu", 0, "gradient")], beyond(1))).toMatchObject({
      verdict: "pass",
    });
  });
});

describe("an equation of two results", () => {
  const left = { weight: 2, results: Float64Array.of(3, 3, 3) };
  const right = { weight: -1, results: Float64Array.of(1, 1.1, 1) };
  const find = equation(
    precision,
    "value[0]",
    [left, right],
    () => 5,
    () => "2a − b is 5",
  );
  const widths = (a: number, b: number) => [Float64Array.of(a, a, a), Float64Array.of(b, b, b)];

  it("holds within the widths of both, as they are weighted", () => {
    expect(find(widths(0, 0))).toMatchObject({ element: 1, got: 3, expected: 3.05, reason: "2a − b is 5" });
    expect(find(widths(0.049, 0))).toMatchObject({ element: 1 });
    expect(find(widths(0.051, 0))).toBeUndefined();
    expect(find(widths(0, 0.09))).toMatchObject({ element: 1 });
    expect(find(widths(0, 0.101))).toBeUndefined();
  });

  it("holds of equal infinities, and of no NaN", () => {
    const of = (a: number, b: number) =>
      equation(
        precision,
        "value[0]",
        [
          { weight: 1, results: Float64Array.of(a) },
          { weight: -1, results: Float64Array.of(b) },
        ],
        () => 0,
        () => "a is b",
      )([Float64Array.of(1), Float64Array.of(1)]);
    expect(of(Infinity, Infinity)).toBeUndefined();
    expect(of(Infinity, 1)).toMatchObject({ got: Infinity });
    expect(of(NaN, 1)).toMatchObject({ got: NaN });
  });
});
