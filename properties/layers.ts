import { drawLayer, DRAWN_LAYERS } from "../src/arbitraries/drawLayer.js";
import { simplerLayer } from "../src/arbitraries/simplerLayer.js";
import type { TrialProperty } from "../src/campaign/trialProperty.js";
import { refusesEmptyBatch } from "../src/laws/badInput.js";
import * as laws from "../src/laws/layers.js";
import { typicalRate as rate } from "../src/laws/typicalRate.js";
import type { LayerPromise } from "../src/record/promises.js";
import { CONSTRAINTS } from "./constraints.js";
import { PENALTIES } from "./regularizers.js";

/** What is promised of layers: that they are the programs that their documentation describes. */

type LayerProperty = TrialProperty<LayerPromise>;

/** Those of weights have areas of their own. */
const isDrawn = ({ kind }: LayerPromise): boolean =>
  DRAWN_LAYERS.includes(kind) && !PENALTIES.has(kind) && !CONSTRAINTS.has(kind);

const CELLS: ReadonlySet<string> = new Set(["rnn", "lstm", "gru"]);
const isCell = ({ kind }: LayerPromise): boolean => CELLS.has(kind);

const common = {
  evidence: "sampled",
  of: "layers",
  source: "the layer's documentation, as a program of ops",
  draw: (stream, { target, dtype }) =>
    drawLayer(stream, { target: target.name, promise: target.promise, dtype }),
  simpler: (scenario, { promise }) => simplerLayer(promise, scenario),
} as const satisfies Partial<LayerProperty>;

export const value: LayerProperty = {
  ...common,
  name: "layer/value",
  statement: "A layer returns what its documentation says, with given weights, in training and inference.",
  about: (promise) => isDrawn(promise) && !laws.hasVariants(promise),
  inquire: ({ promise }) => laws.value(promise),
};

export const gradient: LayerProperty = {
  ...common,
  name: "layer/gradient",
  presupposes: ["layer/value"],
  statement:
    "Gradients by what goes into a layer, by its weights and by its first states are those of its program.",
  // An encoding takes positions, and has no weights: there is nothing to differentiate.
  about: (promise) => isDrawn(promise) && promise.kind !== "categoryEncoding",
  draw(stream, request) {
    for (;;) {
      const drawn = common.draw(stream, request);
      // A limit of 0 leaves a constant, of which some libraries refuse to look for a gradient.
      if (drawn.settings["config.maxValue"] !== 0) return drawn;
    }
  },
  inquire: ({ promise }) => laws.gradient(promise),
};

export const choice: LayerProperty = {
  ...common,
  name: "layer/convention",
  statement: "Where pixels are looked for in a resized image is one of the ways that are in use.",
  source: "ONNX Resize-19, coordinate_transformation_mode; TensorFlow 2",
  about: (promise) => laws.hasVariants(promise) && !isCell(promise),
  inquire: ({ promise }) => laws.convention(promise),
};

export const emptyBatch: LayerProperty = {
  ...common,
  name: "layer/empty-batch",
  statement: "A batch norm in training refuses a batch without elements, or learns nothing from it.",
  source: "there is no mean of nothing",
  about: ({ kind }) => kind === "batchNorm",
  scenarios: 3,
  draw: (stream, { target, dtype }) => ({
    target: target.name,
    dtype,
    settings: { channels: stream.int(1, 4) },
    tensors: [],
    seed: stream.bits(),
    tags: [],
  }),
  simpler: () => [],
  inquire: () => refusesEmptyBatch,
};

export const convention: LayerProperty = {
  ...common,
  name: "recurrent/convention",
  statement:
    "A cell is one of the published ones: the promised one, where the documentation states which of them it is.",
  source: "Hochreiter and Schmidhuber 1997; Cho et al. 2014; Chung et al. 2014; PyTorch and Keras",
  about: isCell,
  inquire: ({ promise }) => laws.convention(promise),
};

/** Deviations of the recurrent weights, times the root of their number: gradients vanish, slowly, hardly, and explode. */
const RECURRENT = [0.5, 1, 1.5, 2] as const;

export const typicalRate: LayerProperty = {
  name: "recurrent/typical-rate",
  statement:
    "Through a random tanh layer that noise drives, a step back multiplies gradients by √χ₁ typically, χ₁ = σ²·E tanh′(√q·z)²: 0.41 for σ = ½, 1.13 for σ = 2.",
  source: "Chen, Pennington and Schoenholz 2018",
  evidence: "statistical",
  of: "layers",
  cites: false,
  about: ({ kind, config }) => kind === "rnn" && (config.activation ?? "tanh") === "tanh",
  draw: (stream, { target, dtype }) => ({
    target: target.name,
    dtype,
    settings: { recurrent: stream.pick(RECURRENT), input: 0.5 },
    tensors: [],
    seed: stream.bits() >>> 1,
    tags: [],
  }),
  inquire: ({ promise }) => rate(promise),
};
