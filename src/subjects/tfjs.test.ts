import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { findOp, OPS } from "../ops/index.js";
import { ProgramBuilder, type Value } from "../program/builder.js";
import { singleOp } from "../program/program.js";
import type { Attributes, Program } from "../record/program.js";
import type { Adapter, AdapterRequest, AdapterResult, TypedTensor } from "./adapter.js";
import { tfjsAdapter } from "./tfjs.js";
import { Expression } from "./tfjsExpression.js";
import { TFJS_OPS } from "./tfjsOps.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const logs: string[] = [];
let tfjs: Adapter;
beforeAll(async () => {
  tfjs = await tfjsAdapter({ log: (_, message) => logs.push(message) });
});

const floats = (shape: number[], ...data: number[]): TypedTensor => ({
  shape,
  data: Float32Array.from(data),
});
const ints = (shape: number[], ...data: number[]): TypedTensor => ({ shape, data: Int32Array.from(data) });
const bools = (shape: number[], ...data: number[]): TypedTensor => ({ shape, data: Uint8Array.from(data) });

interface Asked {
  readonly program: Program;
  readonly inputs: readonly TypedTensor[];
  readonly seeds?: readonly TypedTensor[];
}

const applied = (
  op: string,
  attributes: Attributes,
  inputs: TypedTensor[],
  ...seeds: TypedTensor[]
): Asked => ({
  program: singleOp(
    findOp(op),
    inputs.map((x) => x.shape),
    attributes,
  ),
  inputs,
  seeds,
});

const requestOf = (
  { program, inputs, seeds = [] }: Asked,
  mode: AdapterRequest["mode"] = "vjp",
): AdapterRequest => ({
  program,
  mode,
  inputs,
  wrt: program.inputs.flatMap((input, k) => (input.type === "float" ? [k] : [])),
  seeds,
  want: ["value", "grads", "after"],
});

const evaluate = (asked: Asked, mode?: AdapterRequest["mode"]): AdapterResult =>
  tfjs.evaluate(requestOf(asked, mode)) as AdapterResult;

/** Every kind of program that a snippet must be able to show. */
const CASES: Readonly<Record<string, () => Asked>> = {
  "a matrix product": () =>
    applied(
      "matmul",
      { transposeA: false, transposeB: true },
      [floats([1, 2], 1, 2), floats([3, 2], 1, 0.1, -1, 4, 0, 1e-40)],
      floats([1, 3], 1, -2, 0.5),
    ),
  "a condition": () =>
    applied("where", {}, [bools([2], 1, 0), floats([2], 1, 2), floats([1], 7)], floats([2], 3, 5)),
  "repeated indices": () =>
    applied(
      "gather",
      { axis: 0 },
      [floats([3], 1, 2, 3), ints([2, 2], 0, 2, 2, 2)],
      floats([2, 2], 1, 2, 3, 4),
    ),
  "explicit padding": () =>
    applied(
      "maxPool2d",
      {
        window: [2, 2],
        strides: [1, 1],
        dilation: [1, 1],
        padding: [
          [1, 0],
          [0, 0],
        ],
      },
      [floats([1, 2, 2, 1], -1, -2, -3, -4)],
      floats([1, 2, 1, 1], 10, 20),
    ),
  "a length of an input": () =>
    applied(
      "conv2dTranspose",
      { strides: [1, 1], padding: "valid", dilation: [1, 1], outputSize: [1, 3] },
      [floats([1, 1, 2, 1], 1, 2), floats([1, 2, 1, 1], 10, 1)],
      floats([1, 1, 3, 1], 1, 0, 5),
    ),
  "an option of a loss": () =>
    applied("mse", { reduction: "sum" }, [floats([2], 1, 2), floats([2], 3, 5)], floats([], 2)),
  "an activation of the layers package": () =>
    applied("gelu", { approximate: "tanh" }, [floats([2], -1, 2)], floats([2], 1, 1)),
  "a layer with weights": () =>
    applied(
      "layerNorm",
      { epsilon: 0.125, affine: true },
      [floats([2, 3], 1, 2, 4, -1, 0, 3), floats([3], 1, -2, 0.5), floats([3], 0, 0.25, 1)],
      floats([2, 3], 1, 2, 3, 4, 5, 6),
    ),
  "a layer in training, with weights that are no inputs": () =>
    applied(
      "batchNorm",
      { axis: -1, epsilon: 0.125, training: true, parameters: "scale and offset" },
      [floats([3, 2], 1, 2, 4, -1, 0, 3), floats([2], 1, -2), floats([2], 0, 0.25)],
      floats([3, 2], 1, 2, 3, 4, 5, 6),
    ),
  "a layer with weights that it does not train": () =>
    applied(
      "batchNorm",
      { axis: 1, epsilon: 0.125, training: false, parameters: "scale and offset" },
      [floats([1, 1, 1], 2), floats([1], 1), floats([1], 0.25), floats([1], 3), floats([1], -1)],
      floats([1, 1, 1], 5),
    ),
  "a cell that returns its state twice": () =>
    applied(
      "lstmCell",
      { gates: "ifgo", forgetBias: 0, recurrentActivation: "hardSigmoid" },
      [
        floats([1, 1], 0.5),
        floats([1, 1], 0.25),
        floats([1, 1], 2),
        floats([1, 4], 1, 2, -1, 0.5),
        floats([1, 4], 0.5, 0, 1, 2),
        floats([4], 0, 0.25, -0.5, 0),
      ],
      floats([1, 1], 1),
      floats([1, 1], -2),
    ),
  "a cell that returns its memory first": () =>
    applied(
      "lstmCell",
      { gates: "igfo", forgetBias: 0.75, recurrentActivation: "sigmoid" },
      [
        floats([1, 1], 0.5),
        floats([1, 1], 0.25),
        floats([1, 1], 2),
        floats([1, 4], 1, 2, -1, 0.5),
        floats([1, 4], 0.5, 0, 1, 2),
        floats([4], 0, 0.25, -0.5, 0),
      ],
      floats([1, 1], 1),
      floats([1, 1], -2),
    ),
  "an empty tensor and a scalar": () =>
    applied("concat", { axis: 0 }, [floats([0, 2]), floats([0, 2])], floats([0, 2])),
  "several nodes and outputs, and an input that none uses": () => {
    const b = new ProgramBuilder();
    const [x, y] = [b.input([2]), b.input([2]), b.input([2])];
    const shared: Value = b.apply("multiply", [x, y]);
    return {
      program: b.build(b.apply("tanh", [shared]), shared),
      inputs: [floats([2], 0.5, -0), floats([2], 2, Infinity), floats([2], NaN, 1)],
      seeds: [floats([2], 1, 2), floats([2], 3, 4)],
    };
  },
};

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
        const b = new ProgramBuilder();
        const [x, s] = [b.input([1, 1]), b.input([1])];
        const program = b.build(b.apply("layerNorm", [x, s, s], { epsilon: 1, affine: true }));
        return evaluate({ program, inputs: [floats([1, 1], 1), floats([1], 1)], seeds: [floats([1, 1], 1)] });
      },
    ],
  ])("%s: %s", (what, detail, ask) => {
    expect(ask).toThrow(expect.objectContaining({ what, detail: expect.stringContaining(detail) }));
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

describe("a snippet", () => {
  it.concurrent.each(Object.entries(CASES))("prints the numbers of the adapter for %s", async (_, make) => {
    const asked = make();
    const code = tfjs.snippet(requestOf(asked));
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", code], {
      cwd: root,
    });
    const { value = [], grads = [] } = evaluate(asked);
    const { wrt } = requestOf(asked);
    const expected = [
      ...value.map((y, k) => `value[${k}]: float32 [${String(y.shape)}] = [${String(y.data)}]`),
      ...grads.flatMap((g, k) =>
        g ? [`gradient of x${wrt[k]}: [${String(g.shape)}] = [${String(g.data)}]`] : [],
      ),
    ];
    expect(stdout.trimEnd().split("\n")).toEqual(expected);
  });

  it("reads as one would write it", () => {
    expect(tfjs.snippet(requestOf(CASES["a layer with weights"]()))).toMatchInlineSnapshot(`
      "// npm install @tensorflow/tfjs@4.22.0, then: node snippet.mjs
      import * as core from "@tensorflow/tfjs-core";
      import * as layers from "@tensorflow/tfjs-layers";
      import "@tensorflow/tfjs-backend-cpu";

      const tf = { ...core, ...layers }; // what @tensorflow/tfjs exports
      await tf.setBackend("cpu");

      const x0 = tf.tensor([1, 2, 4, -1, 0, 3], [2, 3], "float32");
      const layer3 = tf.layers.layerNormalization({ epsilon: 0.125 });
      layer3.build([2, 3]);
      layer3.setWeights([tf.tensor([1, -2, 0.5], [3], "float32"), tf.tensor([0, 0.25, 1], [3], "float32"), ...layer3.getWeights().slice(2)]);
      const [x1, x2] = layer3.weights.map((weight) => weight.read());
      const f = (x0, x1, x2) => layer3.apply(x0);

      const ys = [f(x0, x1, x2)];
      ys.forEach((y, k) => console.log(\`value[\${k}]: \${y.dtype} [\${y.shape}] = [\${y.dataSync()}]\`));

      const dy0 = tf.tensor([1, 2, 3, 4, 5, 6], [2, 3], "float32");
      const loss = (x0, x1, x2) => tf.sum(tf.mul(f(x0, x1, x2), dy0));
      const gradients = tf.grads(loss)([x0, x1, x2]);
      const names = ["x0", "x1", "x2"];
      gradients.forEach((g, k) => console.log(\`gradient of \${names[k]}: [\${g.shape}] = [\${g.dataSync()}]\`));
      "
    `);
  });
});
