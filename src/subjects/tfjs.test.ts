import { beforeAll, describe, expect, it } from "vitest";
import { applied, CASES, floats, requestOf, type Asked } from "../../fixtures/builders/askedOfTfjs.js";
import { OPS } from "../ops/index.js";
import { ProgramBuilder } from "../program/builder.js";
import type { Adapter, AdapterRequest, AdapterResult } from "./adapter.js";
import { tfjsAdapter } from "./tfjs.js";
import { Expression } from "./tfjsExpression.js";
import { TFJS_OPS } from "./tfjsOps.js";

const logs: string[] = [];
let tfjs: Adapter;
beforeAll(async () => {
  tfjs = await tfjsAdapter({ log: (_, message) => logs.push(message) });
});

const evaluate = (asked: Asked, mode?: AdapterRequest["mode"]): AdapterResult =>
  tfjs.evaluate(requestOf(asked, mode)) as AdapterResult;

describe("what TensorFlow.js answers", () => {
  it("a product and its gradients", () => {
    const { value, grads, after } = evaluate(CASES["a matrix product"]());
    expect(value).toEqual([floats([1, 3], Math.fround(1 + 2 * Math.fround(0.1)), 7, 2 * Math.fround(1e-40))]);
    expect(grads?.[1]).toEqual(floats([3, 2], 1, 2, -2, -4, 0.5, 1));
    expect(after?.inputs).toEqual(CASES["a matrix product"]().inputs);
    expect(after?.seeds).toEqual(CASES["a matrix product"]().seeds);
  });

  it("conditions and indices travel as such", () => {
    expect(evaluate(CASES["a condition"]())).toMatchObject({
      value: [floats([2], 1, 7)],
      grads: [floats([2], 3, 0), floats([1], 5)],
    });
    expect(evaluate(CASES["repeated indices"]())).toMatchObject({
      value: [floats([2, 2], 1, 3, 3, 3)],
      grads: [floats([3], 1, 0, 9)],
    });
  });

  it("padding never wins a maximum", () => {
    expect(evaluate(CASES["explicit padding"]())).toMatchObject({
      value: [floats([1, 2, 1, 1], -1, -1)],
      grads: [floats([1, 2, 2, 1], 30, 0, 0, 0)],
    });
  });

  it("a layer's weights have gradients", () => {
    const { grads } = evaluate(CASES["a layer with weights"]());
    expect(grads?.map((g) => g?.shape)).toEqual([[2, 3], [3], [3]]);
    expect(grads?.[2]).toEqual(floats([3], 5, 7, 9));
  });

  it("a layer that is applied twice: its weights have the sum of both gradients", () => {
    // h1 = 7·2 + 11·5 + 13 = 82, h2 = 7·3 + 11·82 + 13.
    const { value, grads } = evaluate(CASES["a cell that is applied twice"]());
    expect(value?.[0].data[0]).toBe(936);
    expect(grads?.map((g) => g?.data[0])).toEqual([77, 7, 121, 3 + 11 * 2, 82 + 11 * 5, 1 + 11]);
  });

  it("null where an input is not used", () => {
    const { value, grads } = evaluate(CASES["several nodes and outputs, and an input that none uses"]());
    expect(value?.map((y) => y.shape)).toEqual([[2], [2]]);
    expect(grads?.[2]).toBeNull();
  });

  it("disposes what it made", () => {
    for (const make of Object.values(CASES)) evaluate(make());
    expect(logs).toEqual([]);
  });
});

describe("what TensorFlow.js has not", () => {
  const image = [floats([1, 3, 3, 1], 1, 2, 3, 4, 5, 6, 7, 8, 9)];
  const window = { window: [2, 2], padding: "same" };

  it.each([
    ["mode", "no forward mode", () => evaluate(CASES["a condition"](), "jvp")],
    ["dtype", "float32", () => evaluate(applied("tanh", {}, [{ shape: [1], data: Float64Array.of(1) }]))],
    [
      "attributes",
      "Either strides or dilations must be 1",
      () => evaluate(applied("maxPool2d", { ...window, strides: [2, 2], dilation: [2, 1] }, image)),
    ],
    [
      "attributes",
      "not yet supported",
      () => evaluate(applied("softmax", { axis: 0 }, [floats([1, 2], 1, 2)], floats([1, 2], 1, 2))),
    ],
    [
      "program",
      "variables of the layer",
      () => {
        const { program, ...rest } = CASES["a cell that is applied twice"]();
        // Two layers of one weight.
        const nodes = program.nodes.map((node, n) => ({
          ...node,
          attributes: { activation: n === 0 ? "relu" : "tanh" },
        }));
        return evaluate({ ...rest, program: { ...program, nodes } });
      },
    ],
    [
      "program",
      "variables of the layer",
      () => {
        const b = new ProgramBuilder();
        const [x, s] = [b.input([1, 1]), b.input([1])];
        const program = b.build(b.apply("layerNorm", [x, s, s], { epsilon: 1, affine: true }));
        return evaluate({ program, inputs: [floats([1, 1], 1), floats([1], 1)], seeds: [floats([1, 1], 1)] });
      },
    ],
  ])("%s: %s", (what, detail, ask) => {
    expect(ask).toThrow(expect.objectContaining({ what, detail: expect.stringContaining(detail) }));
  });

  it("is for the library to say of shapes that do not fit", () => {
    const asked = applied("add", {}, [floats([2], 1, 2), floats([3], 1, 2, 3)]);
    expect(() => evaluate(asked, "value")).toThrow("Operands could not be broadcast");
  });

  it("is not what it has and fails at", () => {
    const filter = floats([2, 2, 1, 1], 1, 2, 3, 4);
    const attributes = { strides: [1, 1], padding: "valid", dilation: [2, 2] };
    const asked = applied("conv2d", attributes, [...image, filter], floats([1, 1, 1, 1], 1));
    expect(evaluate(asked, "value")).toMatchObject({ value: [floats([1, 1, 1, 1], 1 + 6 + 21 + 36)] });
    expect(() => evaluate(asked)).toThrow(/not yet supported in gradients/);
  });
});

describe("the table of ops", () => {
  const attributes = {
    padding: "same",
    dilation: [2, 2],
    strides: [1, 1],
    window: [1, 1],
    permutation: [0],
    outputSize: [1, 1],
    parameters: "none",
    training: true,
  };
  const xs = ["a", "b", "c"].map(Expression.value);
  const shapes = xs.map(() => [2, 3]);

  it.each(Object.entries(TFJS_OPS))("%s names what the library exports", async (_, op) => {
    const tf: object = {
      ...(await import("@tensorflow/tfjs-core")),
      ...(await import("@tensorflow/tfjs-layers")),
    };
    const [, path] = /^tf\.([\w.]+)\(/.exec(op.call(xs, attributes, shapes).toString()) ?? [];
    let found: unknown = tf;
    for (const name of path.split(".")) found = (found as Record<string, unknown>)[name];
    expect(found).toBeTypeOf("function");
  });

  it("has every op of the vocabulary that the library has", () => {
    const lacking = ["dropout", "groupNorm", "klDivergence", "rmsNorm", "roll", "scaledDotProductAttention"];
    const missing = OPS.filter((op) => !(op.name in TFJS_OPS)).map((op) => op.name);
    expect(missing.sort()).toEqual([...lacking, "sort", "standardDeviation"]);
  });
});
