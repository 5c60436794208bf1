import { describe, expect, it } from "vitest";
import { caseOf, row, scalar } from "../../fixtures/builders/caseOf.js";
import { at, honestOutcomes, judgedAfter, numbers, withGrads } from "../../fixtures/builders/tampered.js";
import { decodeTensor } from "../record/tensor.js";
import { homogeneity, linearity, zeroCotangent } from "./cotangentLaws.js";

const f32 = { dtype: "f32" } as const;
const product = caseOf("multiply", [row(1, 2, 3), row(4, 5, 6)], f32);

describe("a zero cotangent", () => {
  it("is asked with zeros", () => {
    const [{ seeds }] = zeroCotangent.requests(product);
    expect(seeds.map((seed) => [...decodeTensor(seed).data])).toEqual([[0, 0, 0]]);
  });

  it("gives zeros, of either sign", async () => {
    expect(await judgedAfter(zeroCotangent, product)).toMatchObject({ verdict: "pass" });
    const negative = await judgedAfter(zeroCotangent, product, ([o]) => [
      withGrads(
        o,
        numbers(() => -0),
      ),
    ]);
    expect(negative).toMatchObject({ verdict: "pass" });
  });

  it.each([1e-30, NaN, Infinity])("does not give %d", async (leak) => {
    const judgement = await judgedAfter(zeroCotangent, product, ([o]) => [
      withGrads(
        o,
        at(1, 2, () => leak),
      ),
    ]);
    expect(judgement).toMatchObject({
      verdict: "fail",
      kind: "value",
      where: "gradient[1]",
      element: 2,
      expected: { low: 0, high: 0 },
    });
  });

  it("may give NaN where the Jacobian itself is not finite", async () => {
    // 1/x² leaves float32's range at 10⁻²⁵.
    const c = caseOf("reciprocal", [scalar(1e-25)], f32);
    const judgement = await judgedAfter(zeroCotangent, c, ([o]) => [
      withGrads(
        o,
        numbers(() => NaN),
      ),
    ]);
    expect(judgement).toEqual({ verdict: "inconclusive", reason: "range: the Jacobian is not finite" });
  });
});

describe("a power of two", () => {
  it("scales the cotangents that it asks with", () => {
    const [first, ...scaled] = homogeneity.requests(product).map(({ seeds }) => decodeTensor(seeds[0]).data);
    expect([...first]).toEqual([1, -1.5, 0.75]);
    expect(scaled.map((data) => data[0])).toEqual([2 ** -3, 2 ** 5]);
  });

  it("scales gradients to the last bit", async () => {
    expect(await judgedAfter(homogeneity, product)).toMatchObject({ verdict: "pass" });
    const ulp = await judgedAfter(homogeneity, product, ([one, small, large]) => [
      one,
      small,
      withGrads(
        large,
        at(0, 1, (g) => g * (1 + 2 ** -22)),
      ),
    ]);
    expect(ulp).toMatchObject({ verdict: "fail", kind: "bits", where: "gradient[0]", element: 1 });
    expect(ulp.expected).toEqual({ low: -240, high: -240, value: -240 });
  });

  it("scales nothing exactly near the limits of the format", async () => {
    const tiny = caseOf("multiply", [scalar(1e-38), scalar(1e-38)], { cotangents: [scalar(1)], ...f32 });
    expect(await judgedAfter(homogeneity, tiny)).toMatchObject({
      verdict: "inconclusive",
      reason: "range: every gradient is near the limits of the format",
    });
  });

  it("cannot be blamed for bits that a product inside loses by underflow", async () => {
    // The first gradient is gy·10⁻³⁰; the second, of ordinary size, has one bit wrong.
    const c = caseOf("multiply", [row(1, 1), row(1e-35, 1)], { cotangents: [row(1, 1)], ...f32 });
    const judgement = await judgedAfter(homogeneity, c, ([one, small, large]) => [
      one,
      withGrads(
        small,
        at(0, 1, (g) => g * (1 + 2 ** -23)),
      ),
      large,
    ]);
    expect(judgement).toMatchObject({ verdict: "inconclusive", reason: expect.stringMatching(/^range:/) });
  });
});

describe("linearity in the cotangent", () => {
  it("asks with two cotangents and their sum, which is exact", () => {
    const [a, b, both] = linearity.requests(product).map(({ seeds }) => decodeTensor(seeds[0]).data);
    expect([...both]).toEqual(Array.from(a, (x, i) => x + b[i]));
    expect([...a]).not.toEqual([...b]);
    const c = caseOf("multiply", [row(1, 2, 3), row(4, 5, 6)], {
      cotangents: [row(0.1, 1 / 3, Math.PI)],
      ...f32,
    });
    const [x, y, sum] = linearity.requests(c).map(({ seeds }) => decodeTensor(seeds[0]).data);
    expect([...sum]).toEqual(Array.from(x, (v, i) => v + y[i]));
  });

  it("holds within rounding", async () => {
    expect(await judgedAfter(linearity, product)).toMatchObject({ verdict: "pass" });
    const ulp = await judgedAfter(linearity, product, ([a, b, both]) => [
      a,
      b,
      withGrads(
        both,
        at(0, 0, (g) => g * (1 + 2 ** -23)),
      ),
    ]);
    expect(ulp).toMatchObject({ verdict: "pass" });
  });

  it("fails when a cotangent acts on itself", async () => {
    // A gradient that squares its cotangent is right for 1, and for nothing else.
    const outcomes = await honestOutcomes(linearity, product);
    const cotangents = linearity.requests(product).map(({ seeds }) => decodeTensor(seeds[0]).data);
    const squared = outcomes.map((o, k) =>
      withGrads(
        o,
        numbers((g, i) => g * cotangents[k][i]),
      ),
    );
    const judgement = await judgedAfter(linearity, product, () => squared);
    expect(judgement).toMatchObject({ verdict: "fail", kind: "value", where: "gradient[0]" });
    expect(judgement.errorOverAttainable).toBeGreaterThan(100);
    expect(judgement.reason).toMatch(/add up to/);
  });

  it("fails where the sum's gradient is no number", async () => {
    const judgement = await judgedAfter(linearity, product, ([a, b, both]) => [
      a,
      b,
      withGrads(
        both,
        at(1, 1, () => NaN),
      ),
    ]);
    expect(judgement).toMatchObject({ verdict: "fail", where: "gradient[1]", element: 1 });
  });

  it("decides nothing beyond the range", async () => {
    const c = caseOf("exp", [scalar(89)], f32);
    expect(await judgedAfter(linearity, c)).toMatchObject({
      verdict: "inconclusive",
      reason: expect.stringMatching(/^range:/),
    });
  });
});
