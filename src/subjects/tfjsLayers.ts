import type { LayerPromise } from "../record/promises.js";
import { documented } from "./tfjsDocumentation.js";
import type { Tf } from "./tfjsExpression.js";

/** A layer, regulariser or constraint, with what its documentation promises. */
export interface TfjsLayerObject {
  readonly path:
    | `layers.${keyof Tf["layers"]}`
    | `regularizers.${keyof Tf["regularizers"]}`
    | `constraints.${keyof Tf["constraints"]}`;
  /** Settings in the words of `networks/`, where it has the kind. */
  readonly promise: LayerPromise;
  /** Settings of the promise for which the library has no option: it is always so. */
  readonly fixed: readonly string[];
  /** Whether it keeps what it learns in variables of its own. */
  readonly weighted: boolean;
}

interface Entry extends Partial<Pick<TfjsLayerObject, "fixed" | "weighted">> {
  readonly kind: string;
  readonly config?: LayerPromise["config"];
  readonly moving?: LayerPromise["moving"];
  readonly says: string;
}

const object = (path: TfjsLayerObject["path"], entry: Entry): TfjsLayerObject => {
  const { kind, config = {}, moving, says, fixed = [], weighted = false } = entry;
  const promise = { kind, config, ...(moving && { moving }), ...documented(path, says) };
  return { path, promise, fixed, weighted };
};

const layer = (name: keyof Tf["layers"], entry: Entry): [string, TfjsLayerObject] => [
  name,
  object(`layers.${name}`, entry),
];
const regularizer = (name: keyof Tf["regularizers"], entry: Entry): [string, TfjsLayerObject] => [
  name,
  object(`regularizers.${name}`, entry),
];
const constraint = (name: keyof Tf["constraints"], entry: Entry): [string, TfjsLayerObject] => [
  name,
  object(`constraints.${name}`, entry),
];

const learnt = { activation: "linear", bias: true } as const;
const window = { ...learnt, padding: "valid" } as const;

const CONVOLUTIONS = [
  layer("dense", {
    kind: "dense",
    config: learnt,
    weighted: true,
    says: "This layer implements the operation: `output = activation(dot(input, kernel) + bias)`",
  }),
  layer("conv1d", {
    kind: "convolution",
    config: window,
    weighted: true,
    says: "1D convolution layer (e.g., temporal convolution).",
  }),
  layer("conv2d", {
    kind: "convolution",
    config: window,
    weighted: true,
    says:
      "This layer creates a convolution kernel that is convolved with the layer input to produce a tensor of " +
      "outputs. If `useBias` is True, a bias vector is created and added to the outputs.",
  }),
  layer("depthwiseConv2d", {
    kind: "depthwiseConvolution",
    config: { ...window, multiplier: 1 },
    weighted: true,
    says:
      "Depthwise Separable convolutions consists in performing just the first step in a depthwise spatial " +
      "convolution (which acts on each input channel separately).",
  }),
  layer("separableConv2d", {
    kind: "separableConvolution",
    config: { ...window, multiplier: 1 },
    weighted: true,
    says:
      "Separable convolution consists of first performing a depthwise spatial convolution (which acts on each input " +
      "channel separately) followed by a pointwise convolution which mixes together the resulting output channels.",
  }),
];

const pool = { poolSize: 2, padding: "valid" } as const;
const SPATIAL_AVERAGE = "Average pooling operation for spatial data.";
const POOLINGS = [
  layer("averagePooling1d", { kind: "averagePooling", config: pool, says: SPATIAL_AVERAGE }),
  layer("averagePooling2d", { kind: "averagePooling", config: pool, says: SPATIAL_AVERAGE }),
  layer("maxPooling1d", {
    kind: "maxPooling",
    config: pool,
    says: "Max pooling operation for temporal data.",
  }),
  layer("maxPooling2d", {
    kind: "maxPooling",
    config: pool,
    says: "Max pooling operation for spatial data.",
  }),
];

const norm = { epsilon: 1e-3, affine: true } as const;
const NORMALIZATIONS = [
  layer("batchNormalization", {
    kind: "batchNorm",
    config: { ...norm, axis: -1, training: false },
    // Nothing is said of the divisor of the variance.
    moving: { momentum: 0.99 },
    weighted: true,
    says:
      "Normalize the activations of the previous layer at each batch, i.e. applies a transformation that maintains " +
      "the mean activation close to 0 and the activation standard deviation close to 1. momentum: Momentum of the " +
      "moving average. Defaults to 0.99.",
  }),
  layer("layerNormalization", {
    kind: "layerNorm",
    config: norm,
    weighted: true,
    says:
      "Normalizes the activations of the previous layer for each given example in a batch independently, instead of " +
      "across a batch like in `batchNormalization`.",
  }),
];

const CELLS = [
  layer("simpleRNN", {
    kind: "rnn",
    config: { activation: "tanh", returns: "last" },
    weighted: true,
    says: "Fully-connected RNN where the output is to be fed back to input.",
  }),
  layer("lstm", {
    kind: "lstm",
    config: { recurrentActivation: "hardSigmoid", gates: "ifgo", forgetBias: 0, returns: "last" },
    fixed: ["gates", "forgetBias"],
    weighted: true,
    says: "Long-Short Term Memory layer - Hochreiter 1997.",
  }),
  layer("gru", {
    kind: "gru",
    config: {
      recurrentActivation: "hardSigmoid",
      gates: "zrn",
      keeps: "z",
      resetAfter: false,
      returns: "last",
    },
    fixed: ["gates", "keeps", "resetAfter"],
    weighted: true,
    says: "Gated Recurrent Unit - Cho et al. 2014.",
  }),
];

const activation = (
  name: "reLU" | "leakyReLU" | "elu" | "softmax",
  config: LayerPromise["config"],
  says: string,
): [string, TfjsLayerObject] => layer(name, { kind: "activation", config, fixed: ["activation"], says });

const LEAKY = "`f(x) = alpha * x for x < 0.` `f(x) = x for x >= 0.`";
const ACTIVATIONS = [
  activation("reLU", { activation: "relu" }, "Rectified Linear Unit activation function."),
  activation(
    "leakyReLU",
    { activation: "leakyRelu", alpha: 0.3 },
    `It allows a small gradient when the unit is not active: ${LEAKY}`,
  ),
  activation(
    "elu",
    { activation: "elu" },
    "It follows: `f(x) =  alpha * (exp(x) - 1.) for x < 0`, `f(x) = x for x >= 0`.",
  ),
  activation("softmax", { activation: "softmax" }, "Softmax activation layer."),
  layer("activation", { kind: "activation", says: "Applies an activation function to an output." }),
  layer("prelu", {
    kind: "prelu",
    weighted: true,
    says: `It follows ${LEAKY} wherein \`alpha\` is a trainable weight.`,
  }),
  layer("thresholdedReLU", {
    kind: "thresholdedRelu",
    config: { theta: 1 },
    says: "It follows: `f(x) = x for x > theta`, `f(x) = 0 otherwise`.",
  }),
];

const AT_TRAINING = "As it is a regularization layer, it is only active at training time.";

/**
 * Without `training: true` they return what they are given; with it they are random, and the first two of them take a
 * seed. None takes a mask.
 */
const DROPOUTS = [
  layer("dropout", {
    kind: "dropout",
    says:
      "Dropout consists in randomly setting a fraction `rate` of input units to 0 at each update during training " +
      "time, which helps prevent overfitting.",
  }),
  layer("spatialDropout1d", {
    kind: "spatialDropout",
    says:
      "This Layer type performs the same function as the Dropout layer, but it drops entire 1D feature maps instead " +
      "of individual elements. For example, if an input example consists of 3 timesteps and the feature map for each " +
      "timestep has a size of 4, a `spatialDropout1d` layer may zero out the feature maps of the 1st timesteps and " +
      "2nd timesteps completely while sparing all feature elements of the 3rd timestep.",
  }),
  layer("alphaDropout", {
    kind: "alphaDropout",
    says:
      `${AT_TRAINING} Alpha Dropout is a \`Dropout\` that keeps mean and variance of inputs to their original values, ` +
      "in order to ensure the self-normalizing property even after this dropout. Alpha Dropout fits well to Scaled " +
      "Exponential Linear Units by randomly setting activations to the negative saturation value.",
  }),
  layer("gaussianDropout", {
    kind: "gaussianDropout",
    says:
      `Apply multiplicative 1-centered Gaussian noise. ${AT_TRAINING} rate: float, drop probability (as with ` +
      "`Dropout`). The multiplicative noise will have standard deviation `sqrt(rate / (1 - rate))`.",
  }),
  layer("gaussianNoise", {
    kind: "gaussianNoise",
    says:
      `Apply additive zero-centered Gaussian noise. ${AT_TRAINING} stddev: float, standard deviation of the noise ` +
      "distribution.",
  }),
];

const REGULARIZERS = [
  regularizer("l1l2", {
    kind: "l1l2",
    config: { l1: 0.01, l2: 0.01 },
    says: "Adds a term to the loss to penalize large weights: loss += sum(l1 * abs(x)) + sum(l2 * x^2)",
  }),
  regularizer("l1", {
    kind: "l1l2",
    config: { l1: 0.01 },
    says: "Adds a term to the loss to penalize large weights: loss += sum(l1 * abs(x))",
  }),
  regularizer("l2", {
    kind: "l1l2",
    config: { l2: 0.01 },
    says: "Adds a term to the loss to penalize large weights: loss += sum(l2 * x^2)",
  }),
];

const CONSTRAINTS = [
  constraint("maxNorm", {
    kind: "maxNorm",
    config: { maxValue: 2, axis: 0 },
    says: "Constrains the weights incident to each hidden unit to have a norm less than or equal to a desired value.",
  }),
  constraint("minMaxNorm", {
    kind: "minMaxNorm",
    config: { minValue: 0, maxValue: 1, rate: 1, axis: 0 },
    says: "weights will be rescaled to yield: `(1 - rate) * norm + rate * norm.clip(minValue, maxValue)`.",
  }),
  constraint("unitNorm", {
    kind: "unitNorm",
    config: { axis: 0 },
    says: "Constrains the weights incident to each hidden unit to have unit norm.",
  }),
  constraint("nonNeg", { kind: "nonNeg", says: "Constrains the weight to be non-negative." }),
];

/** By name: what is applied to a tensor and has, or may have, weights of its own. */
export const TFJS_LAYERS: Readonly<Record<string, TfjsLayerObject>> = Object.fromEntries([
  ...CONVOLUTIONS,
  ...POOLINGS,
  ...NORMALIZATIONS,
  ...CELLS,
  ...ACTIVATIONS,
  ...DROPOUTS,
  ...REGULARIZERS,
  ...CONSTRAINTS,
]);
