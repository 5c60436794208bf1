import { describe, expect, it } from "vitest";
import { caseOf, caseOfProgram, matrix, row } from "../../fixtures/builders/caseOf.js";
import { at, judgedAfter, numbers, withGrads, withValue } from "../../fixtures/builders/tampered.js";
import { ProgramBuilder } from "../program/builder.js";
import { scaledTwin } from "./scaledTwin.js";
import { scaleInvariance, weightScale } from "./scaleInvariance.js";

const f32 = { dtype: "f32" } as const;
const x = matrix([1, -2, 0.1], [3, 5, 0.7]);
const LAYER = { epsilon: 0.5, affine: false };
const layer = caseOf("layerNorm", [x], { attributes: LAYER, ...f32 });

/** Two dense layers with norms: with bias, and without. */
function layered() {
  const b = new ProgramBuilder();
  const [x, w1, b1, w2] = [[4, 2], [2, 3], [3], [3, 3]].map((shape) => b.input(shape));
  const plain = { transposeA: false, transposeB: false };
  const h1 = b.apply("add", [b.apply("matmul", [x, w1], plain), b1]);
  const y1 = b.apply("layerNorm", [h1], LAYER);
  const h2 = b.apply("matmul", [b.apply("tanh", [y1]), w2], plain);
  const batch = { axis: -1, epsilon: 0.25, training: true, parameters: "none" };
  const program = b.build(b.apply("batchNorm", [h2], batch));
  const data = [
    matrix([1, 2], [-1, 0.5], [0.3, 4], [2, -2]),
    matrix([1, 0.5, -1], [2, -0.3, 0.1]),
    row(1, 2, 3),
  ];
  const cotangents = [matrix([1, 2, -1], [0.5, 1, 3], [-2, 1, 1], [1, -1, 0.25])];
  const inputs = [...data, matrix([1, 2, 0.5], [-1, 1, 0.7], [0.2, 0.4, -3])];
  return caseOfProgram(program, inputs, { ...f32, cotangents });
}

describe("the twin of a case", () => {
  it("has x times 2ᵏ and epsilon times 4ᵏ", () => {
    const twin = scaledTwin(layer, 2)!;
    expect(twin.exponents).toEqual([2]);
    expect(twin.case.inputs[0].data).toEqual(layer.inputs[0].data.map((v) => 4 * v));
    expect(twin.case.program.nodes[0].attributes.epsilon).toBe(8);
  });

  it("has given variances times 4ᵏ", () => {
    const attributes = { axis: -1, epsilon: 0.5, training: false, parameters: "none" };
    const given = caseOf("batchNorm", [x, row(1, 2, 3), row(1, 1, 2)], { attributes });
    expect(scaledTwin(given, -1)!.exponents).toEqual([-1, -1, -2]);
  });

  it("has weights and biases right before a normalisation times 2ᵏ", () => {
    const twin = scaledTwin(layered(), 3)!;
    expect(twin.exponents).toEqual([0, 3, 3, 3]);
    expect(twin.case.program.nodes.map(({ attributes }) => attributes.epsilon)).toEqual([
      undefined,
      undefined,
      32,
      undefined,
      undefined,
      16,
    ]);
  });

  it("is none where somebody else reads what would be scaled, or nothing is normalised", () => {
    const b = new ProgramBuilder();
    const x = b.input([2, 3]);
    const y = b.apply("add", [b.apply("layerNorm", [x], LAYER), x]);
    expect(scaledTwin(caseOfProgram(b.build(y), [layer.inputs[0]]), 1)).toBeUndefined();
    expect(scaledTwin(caseOf("softmax", [row(1, 2)], { attributes: { axis: 0 } }), 1)).toBeUndefined();
  });
});

describe("scale invariance", () => {
  it("holds to the bit", async () => {
    expect(scaleInvariance.requests(layer)).toHaveLength(3);
    expect(await judgedAfter(scaleInvariance, layer)).toMatchObject({ verdict: "pass" });
    expect(await judgedAfter(weightScale, layered())).toMatchObject({ verdict: "pass" });
  });

  it("tells a last bit that differs, and calls it no fault", async () => {
    const judgement = await judgedAfter(scaleInvariance, layer, ([plain, ...twins]) => [
      plain,
      withValue(
        twins[0],
        at(0, 1, (y) => y * (1 + 2 ** -23)),
      ),
      twins[1],
    ]);
    expect(judgement).toMatchObject({ verdict: "inaccurate", where: "value[0]", element: 1 });
    expect(judgement.reason).toMatch(/^with inputs times 2\^-3 and epsilon times 4\^-3, .*not to the bit$/);
  });

  it("fails where more than the last bits differ", async () => {
    const value = await judgedAfter(scaleInvariance, layer, ([plain, ...twins]) => [
      plain,
      twins[0],
      withValue(
        twins[1],
        numbers((y) => y * 1.001),
      ),
    ]);
    expect(value).toMatchObject({ verdict: "fail", kind: "scale", where: "value[0]" });
    const gradient = await judgedAfter(weightScale, layered(), ([plain, ...twins]) => [
      plain,
      ...twins.map((outcome) => withGrads(outcome, (g, k) => (k === 3 ? numbers((v) => 2 * v)(g, k) : g))),
    ]);
    expect(gradient).toMatchObject({ verdict: "fail", kind: "scale", where: "gradient[3]" });
  });

  it("decides nothing at the ends of the format, or where nothing is normalised", async () => {
    const tiny = caseOf("layerNorm", [row(1e-40, 2e-40)], { attributes: LAYER, ...f32 });
    expect(await judgedAfter(scaleInvariance, tiny)).toMatchObject({
      verdict: "inconclusive",
      reason: expect.stringContaining("limits of the format"),
    });
    expect(await judgedAfter(scaleInvariance, caseOf("tanh", [row(1)]))).toMatchObject({
      verdict: "inconclusive",
    });
  });
});
