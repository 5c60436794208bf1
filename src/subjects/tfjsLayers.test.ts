import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as layers from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it } from "vitest";
import { Stream } from "../core/random.js";
import { sizeOf } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { LAYER_KINDS, layerNetwork } from "../networks/layerNetwork.js";
import { differentiable, type CheckedProgram } from "../program/program.js";
import { ProgramBuilder, type Value } from "../program/builder.js";
import type { Attributes } from "../record/program.js";
import type { Adapter, AdapterRequest, AdapterResult, TypedTensor } from "./adapter.js";
import { referenceAdapter } from "./reference.js";
import { tfjsAdapter } from "./tfjs.js";
import { TFJS_LAYERS } from "./tfjsLayers.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const logs: string[] = [];
let tfjs: Adapter;
beforeAll(async () => {
  tfjs = await tfjsAdapter({ log: (_, message) => logs.push(message) });
});

type Config = NonNullable<AdapterRequest["layer"]>["config"];
type Apply = (op: string, inputs: readonly Value[], attributes?: Attributes) => Value;

/** A layer with settings that are given, the shape of x, and the ops that it is to be where `networks/` has no kind. */
interface Meant {
  readonly layer: string;
  readonly config?: Config;
  readonly x: readonly number[];
  readonly weights?: readonly (readonly number[])[];
  /** Default vjp. */
  readonly mode?: "value";
  build?(apply: Apply, inputs: readonly Value[]): Value;
}

const window = { strides: [1, 1], padding: "valid", dilation: [1, 1] };
const everything = { axes: "all", keepdims: false };
const SEQUENCE = [4, 3, 5];

const MEANT: readonly Meant[] = [
  { layer: "dense", config: { units: 4 }, x: [2, 3] },
  { layer: "dense", config: { units: 4, bias: false, activation: "tanh" }, x: [2, 5, 3] },
  { layer: "dense", config: { units: 4, activation: "silu" }, x: [2, 3] },
  { layer: "conv1d", config: { filters: 3, kernelSize: [2], strides: [2] }, x: [2, 5, 2] },
  {
    layer: "conv2d",
    config: { filters: 3, kernelSize: [2, 3], strides: [2, 1], padding: "same" },
    x: [2, 5, 4, 2],
  },
  { layer: "depthwiseConv2d", config: { kernelSize: [2, 2], multiplier: 2 }, x: [2, 3, 4, 2] },
  {
    layer: "separableConv2d",
    config: { filters: 3, kernelSize: [2, 2] },
    x: [2, 3, 4, 2],
    weights: [[2, 2, 2, 1], [1, 1, 2, 3], [3]],
    build: (apply, [x, depthwise, pointwise, bias]) =>
      apply("add", [apply("separableConv2d", [x, depthwise, pointwise], window), bias]),
  },
  {
    layer: "averagePooling2d",
    x: [1, 4, 6, 2],
    build: (apply, [x]) => apply("avgPool2d", [x], { ...window, window: [2, 2], strides: [2, 2] }),
  },
  {
    layer: "maxPooling2d",
    config: { poolSize: [3, 2], strides: [1, 2] },
    x: [1, 4, 6, 2],
    build: (apply, [x]) => apply("maxPool2d", [x], { ...window, window: [3, 2], strides: [1, 2] }),
  },
  { layer: "batchNormalization", config: { training: true }, x: [5, 3] },
  { layer: "batchNormalization", x: [5, 3] },
  { layer: "batchNormalization", config: { affine: false }, x: [5, 3], mode: "value" },
  { layer: "layerNormalization", x: [5, 3] },
  { layer: "layerNormalization", config: { affine: false, epsilon: 0.5 }, x: [5, 3], mode: "value" },
  { layer: "reLU", x: [2, 3] },
  { layer: "leakyReLU", x: [2, 3] },
  { layer: "leakyReLU", config: { alpha: 0 }, x: [2, 3] },
  { layer: "elu", x: [2, 3] },
  { layer: "softmax", x: [2, 3] },
  { layer: "activation", config: { activation: "softsign" }, x: [2, 3] },
  { layer: "prelu", x: [2, 3], weights: [[3]], build: (apply, xs) => apply("prelu", xs) },
  { layer: "simpleRNN", config: { units: 2 }, x: SEQUENCE },
  { layer: "simpleRNN", config: { units: 2, returns: "all", start: "input" }, x: SEQUENCE },
  { layer: "lstm", config: { units: 2, returns: "all" }, x: SEQUENCE },
  { layer: "lstm", config: { units: 2, start: "input", recurrentActivation: "sigmoid" }, x: SEQUENCE },
  { layer: "gru", config: { units: 2, returns: "all" }, x: SEQUENCE },
  { layer: "gru", config: { units: 2, start: "input" }, x: SEQUENCE },
  {
    layer: "l1l2",
    config: { l1: 1, l2: 0 },
    x: [2, 3],
    build: (apply, [x]) => apply("sum", [apply("abs", [x])], everything),
  },
  {
    layer: "l2",
    config: { l2: 1 },
    x: [2, 3],
    build: (apply, [x]) => apply("sum", [apply("square", [x])], everything),
  },
  { layer: "nonNeg", x: [2, 3], build: (apply, [x]) => apply("relu", [x]) },
  ...["dropout", "spatialDropout1d", "alphaDropout", "gaussianDropout", "gaussianNoise"].map((layer) => ({
    layer,
    config: { [layer === "gaussianNoise" ? "stddev" : "rate"]: 0.5 },
    x: [2, 3, 4],
    build: (_: Apply, [x]: readonly Value[]) => x,
  })),
];

/** The program, and the inputs of it that are constants. */
function meaning({ layer, config, x, weights = [], build }: Meant): {
  program: CheckedProgram;
  constants: ReadonlyMap<number, Tensor>;
} {
  const { promise } = TFJS_LAYERS[layer];
  if (!build) {
    const given = { ...promise.config, ...config };
    const { program, inputs, constants } = layerNetwork({ kind: promise.kind, config: given, shape: x });
    return {
      program,
      constants: new Map(Object.entries(constants).map(([name, tensor]) => [inputs[name], tensor])),
    };
  }
  const b = new ProgramBuilder();
  const inputs = [x, ...weights].map((shape) => b.input(shape));
  const made = build((op, xs, attributes) => b.apply(op, xs, attributes), inputs);
  return { program: b.build(made), constants: new Map() };
}

/** Positive, so that they may be variances; otherwise of either sign. */
function numbers(shape: readonly number[], name: string, positive: boolean): Float32Array {
  const stream = new Stream(5, name);
  const draw = (): number => (positive ? stream.between(0.5, 2) : stream.normal());
  return Float32Array.from({ length: sizeOf(shape) }, draw);
}

function requestOf(meant: Meant): AdapterRequest {
  const { layer, config = {}, mode = "vjp" } = meant;
  const { program, constants } = meaning(meant);
  const inputs = program.inputs.map(({ shape }, k): TypedTensor => {
    const constant = constants.get(k);
    return {
      shape,
      data: constant ? Float32Array.from(constant.data) : numbers(shape, `${layer}${k}`, k > 0),
    };
  });
  const seeds = program.outputs.map((output) => {
    const shape = program.shapes[output];
    return { shape, data: numbers(shape, `${layer}, cotangent`, false) };
  });
  const wrt = mode === "value" ? [] : differentiable(program).filter((k) => !constants.has(k));
  const want = ["value", "grads"] as const;
  return { program, mode, inputs, wrt, seeds, layer: { name: layer, config }, want };
}

const asDoubles = (x: TypedTensor): TypedTensor => ({ ...x, data: Float64Array.from(x.data) });

/** In units of the largest number: a dozen float32 operations on numbers near 1. */
const CLOSE = 1e-5;
function expectClose(got: TypedTensor | null | undefined, wanted: TypedTensor | null | undefined): void {
  // Of an input that takes no part the library has no gradient, and the reference has zeros.
  if (!wanted?.data.some((x) => x !== 0)) return expect(got?.data.some((x) => x !== 0) ?? false).toBe(false);
  expect(got?.shape).toEqual(wanted.shape);
  const scale = Math.max(1, ...Array.from(wanted.data, Math.abs));
  got?.data.forEach((x, i) => expect(Math.abs(x - wanted.data[i])).toBeLessThan(CLOSE * scale));
}

describe("a layer is the program that it should be", () => {
  it.each(MEANT.map((meant) => [`${meant.layer} ${JSON.stringify(meant.config ?? {})}`, meant] as const))(
    "%s",
    (_, meant) => {
      const request = requestOf(meant);
      const { value, grads } = tfjs.evaluate(request) as AdapterResult;
      const { inputs, seeds, layer: _layer, ...rest } = request;
      const wanted = referenceAdapter().evaluate({
        ...rest,
        inputs: inputs.map(asDoubles),
        seeds: seeds.map(asDoubles),
      });
      expect(value).toHaveLength(1);
      expectClose(value?.[0], wanted.value?.[0]);
      expect(grads ?? []).toHaveLength(request.wrt.length);
      request.wrt.forEach((_, k) => expectClose(grads?.[k], wanted.grads?.[k]));
    },
  );
});

/** One layer, applied to x with its weights; as many outputs as are asked for. */
const requestFor = (
  layer: string,
  config: Config,
  inputs: readonly TypedTensor[],
  outputs = 1,
): AdapterRequest => {
  const b = new ProgramBuilder();
  const declared = inputs.map(({ shape }) => b.input(shape));
  return {
    program: b.build(...Array.from({ length: outputs }, () => declared[0])),
    mode: "value",
    inputs,
    wrt: [],
    seeds: [],
    layer: { name: layer, config },
    want: ["value"],
  };
};
const applied = (...asked: Parameters<typeof requestFor>): readonly TypedTensor[] =>
  (tfjs.evaluate(requestFor(...asked)) as AdapterResult).value!;

const floats = (shape: number[], ...data: number[]): TypedTensor => ({
  shape,
  data: Float32Array.from(data),
});
const ones = (...shape: number[]): TypedTensor => ({ shape, data: new Float32Array(sizeOf(shape)).fill(1) });

describe("a layer in training", () => {
  it("shows what a batch norm remembers", () => {
    const [x, scale, offset] = [floats([2, 1], 1, 5), floats([1], 1), floats([1], 0)];
    const inputs = [x, scale, offset, floats([1], 8), floats([1], 16)];
    const config = { training: true, momentum: 0.75 };
    const [, mean, variance] = applied("batchNormalization", config, inputs, 3);
    // Of 1 and 5: mean 3, variance 4.
    expect(mean).toEqual(floats([1], 0.75 * 8 + 0.25 * 3));
    expect(variance).toEqual(floats([1], 0.75 * 16 + 0.25 * 4));
  });

  it("drops by the seed that it is given", () => {
    const drop = (seed: number): number[] => [
      ...applied("dropout", { training: true, rate: 0.75, seed }, [ones(200)])[0].data,
    ];
    expect(new Set(drop(1))).toEqual(new Set([0, 4]));
    expect(drop(1)).toEqual(drop(1));
    expect(drop(1)).not.toEqual(drop(2));
  });

  it("drops whole channels, where its documentation speaks of steps", () => {
    const [{ data }] = applied("spatialDropout1d", { training: true, rate: 0.5, seed: 1 }, [ones(1, 3, 40)]);
    expect(data.slice(0, 40)).toEqual(data.slice(40, 80));
    expect(new Set(data.slice(0, 40))).toEqual(new Set([0, 2]));
  });

  it("is applied once for each output where it is random, as one layer", () => {
    const [one, two] = applied("gaussianNoise", { training: true, stddev: 1 }, [ones(20)], 2);
    expect(one).not.toEqual(two);
    const [first, again] = applied("dropout", { training: true, rate: 0.5, seed: 2 }, [ones(20)], 2);
    expect(first).toEqual(again);
  });

  it("may return several values", () => {
    const { inputs } = requestOf({ layer: "lstm", config: { units: 2 }, x: SEQUENCE });
    const [all, h, c] = applied("lstm", { units: 2, returns: "all", returnState: true }, inputs, 3);
    expect([all.shape, h.shape, c.shape]).toEqual([
      [4, 3, 2],
      [4, 2],
      [4, 2],
    ]);
    const [last] = applied("lstm", { units: 2 }, inputs);
    expect(last).toEqual(h);
  });
});

/** Layers that are not in the table. */
const WITHOUT_TRIAL: Readonly<Record<string, readonly string[]>> = {
  "another name of a pooling":
    "avgPool1d avgPool2d avgPool3d avgPooling1d avgPooling2d avgPooling3d globalMaxPool1d globalMaxPool2d maxPool1d maxPool2d".split(
      " ",
    ),
  "a class or an input": ["Layer", "RNN", "RNNCell", "input", "inputLayer"],
  "made of cells that are in the table": ["bidirectional", "rnn", "stackedRNNCells"],
  "a step of a layer in the table": ["gruCell", "lstmCell", "simpleRNNCell"],
  "without an op that says what it means": ["convLstm2d", "convLstm2dCell"],
};

describe("the table of layers", () => {
  it("has every layer, regulariser and constraint of the library, or says why not", () => {
    const without = Object.values(WITHOUT_TRIAL).flat();
    const kinds = [layers.regularizers, layers.constraints].flatMap(Object.keys);
    const listed = [...Object.keys(TFJS_LAYERS), ...without];
    expect(listed.toSorted()).toEqual([...Object.keys(layers.layers), ...kinds].toSorted());
  });

  it.each(Object.entries(TFJS_LAYERS))("%s promises in the words of networks", (_, { promise }) => {
    const kind = LAYER_KINDS[promise.kind];
    const unknown = Object.keys(promise.config).filter(
      (name) => ![...(kind?.takes ?? []), ...(kind?.needs ?? [])].includes(name),
    );
    expect(kind ? unknown : []).toEqual([]);
  });

  it.each([
    ["gru", { units: 2, keeps: "1 - z" }, "keeps of tf.layers.gru is z always, and not 1 - z"],
    ["leakyReLU", { activation: "tanh" }, "activation of tf.layers.leakyReLU is leakyRelu always"],
    ["gaussianNoise", { stddev: 1, seed: 3 }, "tf.layers.gaussianNoise has no option seed"],
    ["dense", { units: 1, activation: "leakyRelu" }, 'tf.layers knows no activation "leakyRelu"'],
    ["maxout", {}, 'TensorFlow.js has no layer "maxout"'],
  ])("%s cannot be %j", (layer, config, message) => {
    expect(() => applied(layer, config, [ones(1, 1)])).toThrow(message);
  });
});

describe("a snippet", () => {
  const shown = ["dense", "lstm", "dropout", "l2"];
  it.concurrent.each(shown)("prints the numbers of the adapter for %s", async (name) => {
    const request = requestOf(MEANT.filter(({ layer }) => layer === name).at(-1)!);
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--input-type=module", "-e", tfjs.snippet(request)],
      { cwd: root },
    );
    const { value = [], grads = [] } = tfjs.evaluate(request) as AdapterResult;
    expect(stdout.trimEnd().split("\n")).toEqual([
      ...value.map((y, k) => `value[${k}]: float32 [${String(y.shape)}] = [${String(y.data)}]`),
      ...grads.map((g, k) => `gradient of x${request.wrt[k]}: [${String(g!.shape)}] = [${String(g!.data)}]`),
    ]);
  });

  it("reads as one would write it", () => {
    const { inputs } = requestOf({ layer: "gru", config: { units: 1 }, x: [1, 1, 1] });
    const code = tfjs.snippet(requestFor("gru", { units: 1 }, inputs));
    expect(code.slice(code.indexOf("const layer"))).toMatchInlineSnapshot(`
      "const layer = tf.layers.gru({ recurrentInitializer: "zeros", units: 1 });
      layer.apply(x0);
      layer.setWeights([tf.tensor([0.9155983, 1.093071, 1.4350654], [1, 3], "float32"), tf.tensor([1.6009212, 1.2708094, 1.7427853], [1, 3], "float32"), tf.tensor([1.267992, 0.9700139, 1.9067498], [3], "float32"), ...layer.getWeights().slice(3)]);
      const [x1, x2, x3] = layer.weights.map((weight) => weight.read());
      const f = (x0, x1, x2, x3, x4) => layer.apply(x0);

      const ys = [f(x0, x1, x2, x3, x4)];
      ys.forEach((y, k) => console.log(\`value[\${k}]: \${y.dtype} [\${y.shape}] = [\${y.dataSync()}]\`));
      "
    `);
  });
});

it("leaves no tensors behind", () => {
  expect(logs).toEqual([]);
});
