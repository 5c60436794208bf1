import type { LayerPromise } from "../record/promises.js";
import { TFJS_IMAGE_LAYERS } from "./tfjsImageLayers.js";
import { layer, type TfjsLayerObject } from "./tfjsLayerObject.js";
import { TFJS_PENALTIES } from "./tfjsPenalties.js";
import { TFJS_RANDOM_LAYERS } from "./tfjsRandomLayers.js";
import { TFJS_SHAPING_LAYERS } from "./tfjsShapingLayers.js";

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
  layer("conv3d", {
    kind: "convolution",
    config: window,
    weighted: true,
    says:
      "3D convolution layer (e.g. spatial convolution over volumes). This layer creates a convolution kernel that is " +
      "convolved with the layer input to produce a tensor of outputs.",
  }),
  layer("conv2dTranspose", {
    kind: "transposedConvolution",
    config: window,
    weighted: true,
    says:
      "Transposed convolutional layer (sometimes called Deconvolution): a transformation going in the opposite " +
      "direction of a normal convolution, i.e., from something that has the shape of the output of some convolution " +
      "to something that has the shape of its input.",
  }),
  // It has no text of its own, but its options have that of other convolutions.
  layer("conv3dTranspose", {
    kind: "transposedConvolution",
    config: window,
    weighted: true,
    says: "filters: The dimensionality of the output space. kernelSize: The dimensions of the convolution window.",
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
  name: "leakyReLU" | "elu" | "softmax",
  config: LayerPromise["config"],
  says: string,
): [string, TfjsLayerObject] => layer(name, { kind: "activation", config, fixed: ["activation"], says });

const LEAKY = "`f(x) = alpha * x for x < 0.` `f(x) = x for x >= 0.`";
const ACTIVATIONS = [
  layer("reLU", {
    kind: "limitedRelu",
    says: "Rectified Linear Unit activation function. maxValue: Float, the maximum output value.",
  }),
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

/** By name: what is applied to tensors and has, or may have, weights of its own. */
export const TFJS_LAYERS: Readonly<Record<string, TfjsLayerObject>> = Object.fromEntries([
  ...CONVOLUTIONS,
  ...TFJS_IMAGE_LAYERS,
  ...TFJS_SHAPING_LAYERS,
  ...NORMALIZATIONS,
  ...CELLS,
  ...ACTIVATIONS,
  ...TFJS_RANDOM_LAYERS,
  ...TFJS_PENALTIES,
]);
