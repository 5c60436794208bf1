import type { Refusal } from "../record/protocol.js";

/**
 * What TensorFlow.js refuses, as far as it follows from attribute classes and ranks, in its own words; the functions
 * `refuses` of its ops and its own errors decide about each request. A test holds the two against each other.
 */

const GRADIENTS = ["vjp", "hvp"] as const;

const never = (reason: string, ...labels: string[]): Refusal[] =>
  labels.map((label) => ({ classes: [label], reason }));
const apart = (reason: string, ...pairs: (readonly [string, string])[]): Refusal[] =>
  pairs.map((classes) => ({ classes: [...classes], reason }));
const unlessRank = (low: number, high: number, reason: string): Refusal => ({
  classes: [],
  unlessRank: { low, high },
  reason,
});
/** Of one axis, the first is the last. */
const lastAxisOnly = (reason: string): Refusal[] => [
  { ...unlessRank(1, 1, reason), classes: ["axis=first"] },
];
/** Its gradient is made by a kernel that has none. */
const once = (kernel: string): Refusal => ({
  classes: [],
  modes: ["hvp"],
  reason: `Cannot compute gradient: gradient function not found for ${kernel}.`,
});

const MORE_THAN_ONE = ["2", "unequal"];
const stridedAndDilated = apart(
  "Either strides or dilations must be 1.",
  ...[...MORE_THAN_ONE, "wide"].flatMap((strides) =>
    MORE_THAN_ONE.map((dilation) => [`strides=${strides}`, `dilation=${dilation}`] as const),
  ),
);
const notDilated = never(
  "it has no argument for dilations",
  ...MORE_THAN_ONE.map((dilation) => `dilation=${dilation}`),
);
const gradientNotDilated = MORE_THAN_ONE.map((dilation): Refusal => ({
  classes: [`dilation=${dilation}`],
  modes: [...GRADIENTS],
  reason: "dilation rates greater than 1 are not yet supported in gradients",
}));
/** Over one axis nothing is unequal. */
const ofOneAxis = (refusals: readonly Refusal[]): Refusal[] =>
  refusals.filter(({ classes }) => !classes.some((label) => label.endsWith("=unequal")));
const namedPadding = never('its padding must be "valid" or "same"', "padding=explicit");
const KERAS_GATES = "the gates of GRUCell are z, r, h, and z keeps the state";
const LSTM_GATES =
  "the gates are i, f, c, o without a forget bias (LSTMCell), or i, j, f, o and sigmoid (basicLSTMCell)";
const hardSigmoidOnce: Refusal = { ...once("LogicalAnd"), classes: ["recurrentActivation=hardSigmoid"] };
const LRN = "Error in localResponseNormalization: x must be rank 3 or 4";

export const TFJS_REFUSALS: Readonly<Record<string, readonly Refusal[]>> = {
  pow: [once("Greater")],
  clip: [once("LogicalAnd")],
  maximum: [once("Less")],
  minimum: [once("Greater")],
  hardSigmoid: [once("LogicalAnd")],
  leakyRelu: [once("Greater")],
  prelu: [once("Greater")],
  selu: [once("Greater")],
  relu6: [once("LessEqual")],
  logsumexp: [once("Equal")],
  max: [once("Equal")],
  min: [once("Equal")],
  huber: [once("LessEqual")],
  prod: [
    {
      classes: [],
      modes: [...GRADIENTS],
      reason: "its gradient calls a chained method, which the packages of single parts do not register",
    },
  ],
  variance: never("moments divides by the number of elements", "correction=1"),
  depthToSpace: [
    {
      classes: [],
      modes: [...GRADIENTS],
      reason: "Cannot compute gradient: gradient function not found for DepthToSpace.",
    },
  ],
  resizeBilinear: [once("ResizeBilinearGrad")],
  conv1d: [...ofOneAxis([...stridedAndDilated, ...gradientNotDilated]), once("Conv2DBackpropFilter")],
  conv2d: [...stridedAndDilated, ...gradientNotDilated, once("Conv2DBackpropFilter")],
  conv3d: [...stridedAndDilated, ...gradientNotDilated, ...namedPadding, once("Conv3DBackpropFilterV2")],
  depthwiseConv2d: [...stridedAndDilated, ...gradientNotDilated, once("DepthwiseConv2dNativeBackpropFilter")],
  separableConv2d: [
    ...stridedAndDilated,
    ...gradientNotDilated,
    ...namedPadding,
    once("DepthwiseConv2dNativeBackpropFilter"),
  ],
  conv2dTranspose: [...notDilated, once("Conv2DBackpropFilter")],
  maxPool2d: [...stridedAndDilated, once("MaxPoolGrad")],
  avgPool2d: [...stridedAndDilated, once("AvgPoolGrad")],
  maxPool3d: [...notDilated, once("MaxPool3DGrad")],
  avgPool3d: [...notDilated, once("AvgPool3DGrad")],
  softmax: lastAxisOnly("Softmax along a non-last dimension is not yet supported."),
  logSoftmax: lastAxisOnly("Log Softmax along a non-last dimension is not yet supported."),
  layerNorm: [unlessRank(2, 4, "batchNormalization is not implemented for array of this rank yet")],
  batchNorm: [
    {
      ...unlessRank(2, 4, "batchNormalization is not implemented for array of this rank yet"),
      classes: ["training=true"],
    },
  ],
  localResponseNormalization: [unlessRank(3, 4, LRN), once("LRNGrad")],
  hinge: never("hingeLoss converts binary labels to (-1, 1) itself", "labels=-1 and 1"),
  binaryCrossEntropy: apart(
    "metrics.binaryCrossentropy takes the mean over the last axis, and nothing else",
    ["from=probabilities", "reduction=none"],
    ["from=probabilities", "reduction=sum"],
  ),
  gruCell: [
    ...never("GRUCell does not support reset_after parameter set to true.", "resetAfter=true"),
    ...never(KERAS_GATES, "gates=rzn", "keeps=1 - z"),
    hardSigmoidOnce,
  ],
  lstmCell: [
    ...never(LSTM_GATES, "gates=iofg"),
    ...apart(
      LSTM_GATES,
      ["gates=ifgo", "forgetBias=other"],
      ["gates=igfo", "recurrentActivation=hardSigmoid"],
    ),
    hardSigmoidOnce,
  ],
};
