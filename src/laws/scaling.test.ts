import { describe, expect, it } from "vitest";
import { caseOf, row, scalar } from "../../fixtures/builders/caseOf.js";
import { at, judgedAfter, withGrads, withValue } from "../../fixtures/builders/tampered.js";
import { nextUp } from "../core/float.js";
import { decodeTensor } from "../record/tensor.js";
import { scaling } from "./scaling.js";

const f32 = { dtype: "f32" } as const;
const up = (x: number): number => nextUp(x, "f32");
const bent = caseOf("relu", [row(1.1, -2.3, 0.7)], f32);

describe("scaled inputs", () => {
  it("are scaled by powers of two, of four where a root is taken", () => {
    const numbers = (op: string): number[] =>
      scaling.requests(caseOf(op, [scalar(3)], f32)).map(({ inputs }) => decodeTensor(inputs[0]).data[0]);
    expect(numbers("relu")).toEqual([3, 3 / 8, 96]);
    expect(numbers("sqrt")).toEqual([3, 3 / 64, 3072]);
  });

  it("are those that the record names", () => {
    const [, less] = scaling.requests(caseOf("prelu", [scalar(3), scalar(0.5)], f32));
    expect(less.inputs.map((x) => decodeTensor(x).data[0])).toEqual([3 / 8, 0.5]);
  });

  it.each([
    ["relu", [row(1.1, -2.3, 0)]],
    ["abs", [row(1.1, -2.3, 0)]],
    ["prelu", [row(1.1, -2.3, 0), row(0.3, 0.7, 2)]],
    ["square", [row(1.1, -2.3)]],
    ["divide", [row(1.1, -2.3), row(0.3, 7)]],
    ["mod", [row(1.1, -2.3), row(0.3, 7)]],
    ["sign", [row(1.1, -2.3)]],
    ["sqrt", [row(1.1, 2.3)]],
    ["rsqrt", [row(1.1, 2.3)]],
    ["reciprocal", [row(1.1, -2.3)]],
  ] as const)("scale %s to its degree", async (op, inputs) => {
    expect(await judgedAfter(scaling, caseOf(op, inputs, f32))).toMatchObject({ verdict: "pass" });
  });
});

describe("a last bit", () => {
  it("is too much where products and comparisons are all there is", async () => {
    const value = await judgedAfter(scaling, bent, ([a, b, c]) => [a, b, withValue(c, at(0, 2, up))]);
    expect(value).toMatchObject({ verdict: "fail", kind: "scaling", where: "value[0]", element: 2 });
    const slope = await judgedAfter(scaling, bent, ([a, b, c]) => [a, withGrads(b, at(0, 0, up)), c]);
    expect(slope).toMatchObject({ verdict: "fail", kind: "scaling", where: "gradient[0]", element: 0 });
  });

  it("is not where a root is taken, and a thousandth is", async () => {
    const root = caseOf("sqrt", [row(1.1)], f32);
    const changed = (change: (y: number) => number) =>
      judgedAfter(scaling, root, ([a, b, c]) => [a, withValue(b, at(0, 0, change)), c]);
    expect(await changed(up)).toMatchObject({ verdict: "pass" });
    expect(await changed((y) => y * 1.001)).toMatchObject({ verdict: "fail", kind: "scaling" });
  });
});

describe("near the limits of the format", () => {
  it.each([1e-38, 1e38])("nothing is decided: %d", async (x) => {
    expect(await judgedAfter(scaling, caseOf("relu", [row(x)], f32))).toMatchObject({
      verdict: "inconclusive",
      reason: "range: a scaled input is near the limits of the format",
    });
  });

  it("results decide nothing either, and others beside them still do", async () => {
    const tiny = caseOf("square", [row(1e-18, 1.5)], f32);
    const zero = (i: number) =>
      judgedAfter(scaling, tiny, ([a, b, c]) => [
        a,
        b,
        withValue(
          c,
          at(0, i, () => 0),
        ),
      ]);
    expect(await zero(0)).toMatchObject({ verdict: "pass" });
    expect(await zero(1)).toMatchObject({ verdict: "fail", element: 1 });
  });
});
