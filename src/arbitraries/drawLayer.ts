import { formatOf, type FloatType } from "../core/float.js";
import type { Stream } from "../core/random.js";
import { sizeOf, type Shape } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import type { LayerConfig } from "../networks/layerNetwork.js";
import { openInputs, valueOf, type Network } from "../networks/network.js";
import { asSettings, promisedNetwork } from "../networks/promisedLayer.js";
import type { LayerPromise } from "../record/promises.js";
import type { Scenario, Settings } from "../record/scenario.js";
import {
  drawEnding,
  IMAGE_DRAWS,
  LAYER_ACTIVATIONS,
  type DrawLayerKind,
  type DrawnLayer,
} from "./drawImageLayer.js";
import { drawBatch, positionsOf, SHAPING_DRAWS } from "./drawShapingLayer.js";

/** Layers with settings, weights and a batch: the numbers of one evaluation. */

export interface LayerRequest {
  readonly target: string;
  readonly promise: LayerPromise;
  readonly dtype: FloatType;
}

const rows = (stream: Stream): Shape => [stream.int(1, 4), stream.int(2, 5)];

/** A sequence; one step of it, too. */
const sequence = (stream: Stream): DrawnLayer => ({
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
const DRAWS: Readonly<Record<string, DrawLayerKind>> = {
  ...IMAGE_DRAWS,
  ...SHAPING_DRAWS,
  activation: (stream, { config }) => ({
    shape: drawBatch(stream),
    config: { ...(!("activation" in config) && { activation: stream.pick(LAYER_ACTIVATIONS) }) },
  }),
  dense: (stream, _promise, name) => ({
    // A layer for each step of a sequence is given one.
    shape: stream.chance(0.7) && !name.endsWith("timeDistributed") ? rows(stream) : [2, stream.int(1, 3), 3],
    config: { units: stream.int(1, 4), ...drawEnding(stream) },
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

const drawPositions = (stream: Stream, shape: Shape, count: number): Tensor => ({
  shape,
  data: Float64Array.from({ length: sizeOf(shape) }, () => stream.int(0, count - 1)),
});

function drawInputs(
  stream: Stream,
  network: Network,
  { config, change = (_stream, x) => x }: DrawnLayer,
  round: (x: number) => number,
): Tensor[] {
  return Object.entries(openInputs(network)).map(([name, shape]) => {
    const { type } = network.program.inputs[network.inputs[name]];
    if (type === "index") return drawPositions(stream, shape, positionsOf(config));
    const drawn = drawInput(stream, name, shape, round);
    return name === "x" ? change(stream, drawn) : drawn;
  });
}

/** Its tensors are the open inputs of the layer's program, and a cotangent. */
export function drawLayer(stream: Stream, { target, promise, dtype }: LayerRequest): Scenario {
  const drawn = DRAWS[promise.kind](stream, promise, target);
  const { shape, config } = drawn;
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
  const inputs = drawInputs(stream, network, drawn, round);
  const output = network.program.shapes[valueOf(network, "y")];
  return { ...bare, tensors: [...inputs, drawInput(stream, "cotangent", output, round)] };
}

function tagsOf(shape: Shape, config: LayerConfig): string[] {
  const modes = "training" in config ? [config.training === true ? "training" : "inference"] : [];
  return [shape[0] === 1 ? "batch:one" : "batch:several", ...modes.map((mode) => `mode:${mode}`)];
}
