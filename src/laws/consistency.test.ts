import { describe, expect, it } from "vitest";
import { caseOf, matrix, row, scalar } from "../../fixtures/builders/caseOf.js";
import { at, judgedAfter, numbers, withGrads } from "../../fixtures/builders/tampered.js";
import { encodeTensor } from "../record/tensor.js";
import { adjoint, broadcastReduced } from "./consistency.js";

const f32 = { dtype: "f32" } as const;

describe("forward against reverse", () => {
  const c = caseOf("multiply", [row(1, 2), row(3, 4)], f32);

  it("asks both of the same point", () => {
    expect(adjoint.requests(c).map(({ mode }) => mode)).toEqual(["vjp", "jvp"]);
  });

  it("holds within rounding", async () => {
    expect(await judgedAfter(adjoint, c)).toMatchObject({ verdict: "pass" });
    const ulp = await judgedAfter(adjoint, c, ([reverse, forward]) => [
      reverse,
      withGrads(
        forward,
        at(0, 0, (dy) => dy * (1 + 2 ** -23)),
      ),
    ]);
    expect(ulp).toMatchObject({ verdict: "pass" });
  });

  it("fails when either of them is wrong, and says both products", async () => {
    const forwardWrong = await judgedAfter(adjoint, c, ([reverse, forward]) => [
      reverse,
      withGrads(
        forward,
        at(0, 1, (dy) => dy + 0.125),
      ),
    ]);
    expect(forwardWrong).toMatchObject({ verdict: "fail", kind: "adjoint", where: "tangent[0]" });
    // u = (1, −1.5): the second tangent counts −1.5 times.
    expect(forwardWrong.got! - forwardWrong.expected!.value).toBeCloseTo(-1.5 * 0.125, 6);
    const reverseWrong = await judgedAfter(adjoint, c, ([reverse, forward]) => [
      withGrads(
        reverse,
        at(1, 0, (g) => -g),
      ),
      forward,
    ]);
    expect(reverseWrong).toMatchObject({ verdict: "fail", kind: "adjoint" });
  });

  it("fails on what is no number", async () => {
    const judgement = await judgedAfter(adjoint, c, ([reverse, forward]) => [
      reverse,
      withGrads(
        forward,
        numbers(() => NaN),
      ),
    ]);
    expect(judgement).toMatchObject({ verdict: "fail", kind: "adjoint" });
  });

  it("does not blame either for another choice at a tie", async () => {
    const tied = caseOf("maximum", [scalar(2), scalar(2)], f32);
    // All of the gradient to the first, and the whole tangent from the second.
    const judgement = await judgedAfter(adjoint, tied, ([reverse, forward]) => [
      withGrads(
        reverse,
        numbers((_g, _i, k) => (k === 0 ? 1 : 0)),
      ),
      withGrads(
        forward,
        numbers(() => 0),
      ),
    ]);
    expect(judgement).toMatchObject({ verdict: "pass" });
  });

  it("decides nothing at a jump", async () => {
    const jump = caseOf("sign", [scalar(0)], f32);
    const judgement = await judgedAfter(adjoint, jump, ([reverse, forward]) => [
      withGrads(
        reverse,
        numbers(() => 1),
      ),
      forward,
    ]);
    expect(judgement).toMatchObject({ verdict: "inconclusive", reason: expect.stringMatching(/^at a jump/) });
  });

  it("passes on what either says instead of an answer", async () => {
    const judgement = await judgedAfter(adjoint, c, ([reverse]) => [
      reverse,
      { id: "2", status: "unsupported", what: "mode", detail: "no forward mode" },
    ]);
    expect(judgement).toEqual({ verdict: "unsupported", reason: "mode: no forward mode" });
  });
});

describe("broadcasting reduced", () => {
  // The gradient of the row is gy·m added up over two rows: 1·1 + 1·3 and −1.5·2 − 1.5·4.
  const c = caseOf("multiply", [matrix([1, 2], [3, 4]), row(5, 6)], {
    cotangents: [matrix([1, -1.5], [1, -1.5])],
    ...f32,
  });

  it("asks once more with every copy written out", () => {
    const [short, long] = broadcastReduced.requests(c);
    expect(short.inputs.map(({ shape }) => shape)).toEqual([[2, 2], [2]]);
    expect(long.inputs.map(({ shape }) => shape)).toEqual([
      [2, 2],
      [2, 2],
    ]);
    expect(long.program.inputs.map(({ shape }) => shape)).toEqual([
      [2, 2],
      [2, 2],
    ]);
    expect(long.inputs[1]).toEqual(encodeTensor(matrix([5, 6], [5, 6]), "f32"));
  });

  it("holds within rounding", async () => {
    expect(await judgedAfter(broadcastReduced, c)).toMatchObject({ verdict: "pass" });
  });

  it("fails when one row's gradient stands for the sum, or their mean does", async () => {
    const last = await judgedAfter(broadcastReduced, c, ([short, long]) => [
      withGrads(short, (g, k) => (k === 1 ? encodeTensor(row(3, -6), "f32") : g)),
      long,
    ]);
    expect(last).toMatchObject({
      verdict: "fail",
      kind: "reduction",
      where: "gradient[1]",
      element: 0,
      expected: { value: 4 },
      got: 3,
    });
    const mean = await judgedAfter(broadcastReduced, c, ([short, long]) => [
      withGrads(
        short,
        numbers((g, _i, k) => (k === 1 ? g / 2 : g)),
      ),
      long,
    ]);
    expect(mean).toMatchObject({ verdict: "fail", kind: "reduction", where: "gradient[1]", got: 2 });
  });

  it("calls a gradient that was not reduced at all wrong by its shape", async () => {
    const judgement = await judgedAfter(broadcastReduced, c, ([short, long]) => [
      withGrads(short, (g, k) => (k === 1 ? encodeTensor(matrix([1, -3], [3, -6]), "f32") : g)),
      long,
    ]);
    expect(judgement).toMatchObject({ verdict: "fail", kind: "shape", where: "gradient[1]" });
  });

  it("takes a NaN on both sides for the same, and on one side for a fault", async () => {
    const nowhere = caseOf("multiply", [matrix([1, 2], [3, 4]), row(5, 6)], f32);
    const both = await judgedAfter(broadcastReduced, nowhere, ([short, long]) => [
      withGrads(
        short,
        at(1, 0, () => NaN),
      ),
      withGrads(
        long,
        at(1, 2, () => NaN),
      ),
    ]);
    expect(both).toMatchObject({ verdict: "pass" });
    const one = await judgedAfter(broadcastReduced, nowhere, ([short, long]) => [
      withGrads(
        short,
        at(1, 0, () => NaN),
      ),
      long,
    ]);
    expect(one).toMatchObject({ verdict: "fail", kind: "reduction", where: "gradient[1]", element: 0 });
  });
});
