import { formatOf, type FloatType } from "../core/float.js";
import type { Stream } from "../core/random.js";
import { sizeOf, type Shape } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import type { LayerConfig } from "../networks/layerNetwork.js";
import { openInputs, valueOf } from "../networks/network.js";
import { asSettings, givenConfig, promisedNetwork } from "../networks/promisedLayer.js";
import type { LayerPromise } from "../record/promises.js";
import type { Scenario, Settings } from "../record/scenario.js";

/** Layers with settings, weights and a batch: the numbers of one evaluation. */

export interface LayerRequest {
  readonly target: string;
  readonly promise: LayerPromise;
  readonly dtype: FloatType;
}

interface Drawn {
  readonly shape: Shape;
  readonly config: LayerConfig;
}

const ACTIVATIONS = ["tanh", "sigmoid", "relu", "softplus"] as const;

/** What dense and convolutional layers have in common. */
const ending = (stream: Stream): LayerConfig => ({
  ...(stream.chance(0.7) && { activation: stream.pick(ACTIVATIONS) }),
  ...(stream.chance(0.3) && { bias: false }),
});

const windows = (stream: Stream, rank: number): LayerConfig => {
  const each = (low: number, high: number): number[] =>
    Array.from({ length: rank }, () => stream.int(low, high));
  return {
    kernelSize: each(1, 3),
    ...(stream.chance(0.4) && {
      strides: stream.pick([1, 2].map((stride) => Array.from({ length: rank }, () => stride))),
    }),
    padding: stream.pick(["valid", "same"]),
    ...ending(stream),
  };
};

const image = (stream: Stream, rank: number): Shape => [
  stream.int(1, 2),
  ...Array.from({ length: rank }, () => stream.int(4, 6)),
  stream.int(1, 3),
];

const rows = (stream: Stream): Shape => [stream.int(1, 4), stream.int(2, 5)];

/** A sequence; one step of it, too. */
const sequence = (stream: Stream): Drawn => ({
  shape: [stream.int(1, 3), stream.int(1, 5), stream.int(1, 4)],
  config: {
    units: stream.int(1, 4),
    ...(stream.chance(0.5) && { returns: "all" }),
    ...(stream.chance(0.5) && { start: "input" }),
    ...(stream.chance(0.25) && { backwards: true }),
  },
});

const norm = (stream: Stream): LayerConfig => ({
  ...(stream.chance(0.5) && { epsilon: stream.pick([1e-5, 1e-2, 0.5]) }),
  ...(stream.chance(0.3) && { affine: false }),
});

/** By kind. A mask is no input of a library's dropout, and the kinds that are not here are no programs. */
const DRAWS: Readonly<Record<string, (stream: Stream, promise: LayerPromise, name: string) => Drawn>> = {
  activation: (stream, { config }) => ({
    shape: rows(stream),
    config: { ...(!("activation" in config) && { activation: stream.pick(ACTIVATIONS) }) },
  }),
  dense: (stream) => ({
    shape: stream.chance(0.7) ? rows(stream) : [2, stream.int(1, 3), 3],
    config: { units: stream.int(1, 4), ...ending(stream) },
  }),
  convolution(stream, _promise, name) {
    const rank = Number(/([123])d$/i.exec(name)?.[1] ?? stream.int(1, 3));
    return { shape: image(stream, rank), config: { filters: stream.int(1, 3), ...windows(stream, rank) } };
  },
  depthwiseConvolution: (stream) => ({
    shape: image(stream, 2),
    config: { multiplier: stream.int(1, 2), ...windows(stream, 2) },
  }),
  // Of a batch of one, and of inputs with more axes, too.
  batchNorm: (stream) => ({
    shape: stream.chance(0.3)
      ? [1, 3]
      : stream.chance(0.5)
        ? [stream.int(2, 7), 3]
        : [2, stream.int(1, 3), 2, 3],
    config: { training: stream.chance(0.6), ...norm(stream) },
  }),
  layerNorm: (stream) => ({ shape: [stream.int(1, 3), stream.int(2, 6)], config: norm(stream) }),
  rmsNorm: (stream) => ({ shape: [stream.int(1, 3), stream.int(2, 6)], config: norm(stream) }),
  groupNorm: (stream) => ({
    shape: [stream.int(1, 2), 3, stream.int(1, 2) * 2],
    config: { groups: 2, ...norm(stream) },
  }),
  rnn: sequence,
  lstm: sequence,
  gru: sequence,
};

/** Kinds of which evaluations can be drawn. */
export const DRAWN_LAYERS: readonly string[] = Object.keys(DRAWS);

/** Weights so small that a sum of some of them stays of order 1; a variance is not negative. */
function drawInput(stream: Stream, name: string, shape: Shape, round: (x: number) => number): Tensor {
  const scale = name.endsWith("ernel") ? 1 / Math.sqrt(Math.max(1, sizeOf(shape.slice(0, -1)))) : 1;
  const data = Float64Array.from({ length: sizeOf(shape) }, () => round(stream.normal() * scale));
  return { shape, data: name.endsWith("variance") ? data.map((x) => Math.abs(x) + 0.125) : data };
}

/** Its tensors are the open inputs of the layer's program, and a cotangent. */
export function drawLayer(stream: Stream, { target, promise, dtype }: LayerRequest): Scenario {
  const { shape, config } = DRAWS[promise.kind](stream, promise, target);
  const settings = { ...(asSettings(config) as Settings), shape: [...shape] };
  const bare: Scenario = {
    target,
    dtype,
    settings,
    tensors: [],
    seed: stream.bits(),
    tags: tagsOf(shape, config),
  };
  const network = promisedNetwork(promise, bare);
  const { round } = formatOf(dtype);
  const inputs = Object.entries(openInputs(network)).map(([name, each]) =>
    drawInput(stream, name, each, round),
  );
  const output = network.program.shapes[valueOf(network, "y")];
  return { ...bare, tensors: [...inputs, drawInput(stream, "cotangent", output, round)] };
}

function tagsOf(shape: Shape, config: LayerConfig): string[] {
  const modes = "training" in config ? [config.training === true ? "training" : "inference"] : [];
  return [shape[0] === 1 ? "batch:one" : "batch:several", ...modes.map((mode) => `mode:${mode}`)];
}

/** What a layer can be without; the others decide which weights it has. */
const OPTIONAL = ["activation", "strides", "epsilon", "returns", "start", "backwards"];

/** With fewer settings: what a layer does by default. Inputs that are no longer there go with them. */
export function* simplerLayer(promise: LayerPromise, scenario: Scenario): Iterable<Scenario> {
  const { settings, tensors } = scenario;
  // An activation by itself is nothing without its activation.
  if (promise.kind === "activation") return;
  const before = Object.keys(openInputs(promisedNetwork(promise, scenario)));
  const config = givenConfig(scenario);
  for (const name of OPTIONAL.filter((each) => each in config)) {
    const { [name]: _left, ...rest } = config;
    const bare = { ...scenario, settings: { ...(asSettings(rest) as Settings), shape: settings.shape } };
    const network = promisedNetwork(promise, bare);
    const inputs = Object.keys(openInputs(network)).map((input) => tensors[before.indexOf(input)]);
    const shape = network.program.shapes[valueOf(network, "y")];
    const { data } = tensors[tensors.length - 1];
    const cotangent = Float64Array.from({ length: sizeOf(shape) }, (_, i) => data[i % data.length]);
    yield { ...bare, tensors: [...inputs, { shape, data: cotangent }] };
  }
}
