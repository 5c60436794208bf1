import type { Attributes } from "../record/program.js";
import { batchNorm } from "./tfjsBatchNorm.js";
import { TFJS_CELLS } from "./tfjsCells.js";
import { Expression, type Argument } from "./tfjsExpression.js";
import { TFJS_LOSSES } from "./tfjsLosses.js";
import type { Shapes, TfjsOp } from "./tfjsOp.js";
import { TFJS_WINDOWS } from "./tfjsWindows.js";

const { call } = Expression;

type Unary = (x: Expression) => Expression;
const one = (f: Unary): TfjsOp => ({ call: ([x]) => f(x) });
const two = (f: (a: Expression, b: Expression) => Expression): TfjsOp => ({ call: ([a, b]) => f(a, b) });

/** The activations that only the layers package has. */
const activation = (name: string): Unary => {
  return (x) => call("layers.activation", { activation: name }).applyTo(x);
};

/** Axes as TensorFlow.js takes them: none stands for all. */
const axesOf = ({ axes }: Attributes): Argument => (axes === "all" ? undefined : axes);

type Reduction = "sum" | "mean" | "max" | "min" | "prod" | "logSumExp";
const reduction = (name: Reduction): TfjsOp => ({
  call: ([x], p) => call(name, x, axesOf(p), p.keepdims),
});

const NORM_ORDERS: Readonly<Record<string, Argument>> = { "1": 1, "2": "euclidean", inf: Infinity };

/** Of two axes it means a matrix, whose norms of order 1 and infinity are others. */
function refusesNorm({ axes, ord }: Attributes): string | undefined {
  const count = axes === "all" ? 1 : (axes as readonly number[]).length;
  if (count > 2) return "Error in norm: invalid axis";
  return count === 2 && ord !== "2" ? "of two axes it is the norm of a matrix" : undefined;
}

function refusesEquation({ equation }: Attributes): string | undefined {
  const terms = (equation as string).split("->")[0].split(",");
  if (terms.length > 2) return "Support for more than 2 input tensors is not implemented yet.";
  return terms.some((term) => new Set(term.split("")).size < term.length)
    ? "Support for duplicate axes in input is not implemented yet."
    : undefined;
}

/** Tiling is also how it broadcasts. */
const refusesTiling = (rank: number, mode: "value" | "vjp"): string | undefined =>
  mode === "value" || (rank >= 1 && rank <= 4)
    ? undefined
    : `Gradient for tile operation is not implemented for rank-${rank} tensors yet.`;

const lastAxisOnly =
  (message: string) =>
  ({ axis }: Attributes, [shape]: readonly (readonly number[])[]): string | undefined =>
    axis === -1 || axis === shape.length - 1 ? undefined : message;

const layerNormalization = ({ epsilon, affine }: Attributes): Expression =>
  call("layers.layerNormalization", affine ? { epsilon } : { epsilon, center: false, scale: false });

/** Layers expect a batch axis, and call the op for ranks 2 to 4. */
const layerRanks = (_: Attributes, [{ length: rank }]: Shapes): string | undefined =>
  rank >= 2 && rank <= 4 ? undefined : `batchNormalization is not implemented for array of rank ${rank} yet`;

/** By name of the op in our vocabulary. An op that is not here is one that TensorFlow.js does not have. */
export const TFJS_OPS: Readonly<Record<string, TfjsOp>> = {
  add: two((a, b) => call("add", a, b)),
  subtract: two((a, b) => call("sub", a, b)),
  multiply: two((a, b) => call("mul", a, b)),
  divide: two((a, b) => call("div", a, b)),
  negative: one((x) => call("neg", x)),
  pow: two((a, b) => call("pow", a, b)),
  square: one((x) => call("square", x)),
  sqrt: one((x) => call("sqrt", x)),
  rsqrt: one((x) => call("rsqrt", x)),
  reciprocal: one((x) => call("reciprocal", x)),
  abs: one((x) => call("abs", x)),
  sign: one((x) => call("sign", x)),
  maximum: two((a, b) => call("maximum", a, b)),
  minimum: two((a, b) => call("minimum", a, b)),
  squaredDifference: two((a, b) => call("squaredDifference", a, b)),
  floorDivide: two((a, b) => call("floorDiv", a, b)),
  mod: two((a, b) => call("mod", a, b)),
  where: { call: ([condition, a, b]) => call("where", condition, a, b) },
  clip: { call: ([x], { low, high }) => call("clipByValue", x, low, high) },

  exp: one((x) => call("exp", x)),
  expm1: one((x) => call("expm1", x)),
  log: one((x) => call("log", x)),
  log1p: one((x) => call("log1p", x)),
  sin: one((x) => call("sin", x)),
  cos: one((x) => call("cos", x)),
  tan: one((x) => call("tan", x)),
  asin: one((x) => call("asin", x)),
  acos: one((x) => call("acos", x)),
  atan: one((x) => call("atan", x)),
  atan2: two((y, x) => call("atan2", y, x)),
  sinh: one((x) => call("sinh", x)),
  cosh: one((x) => call("cosh", x)),
  tanh: one((x) => call("tanh", x)),
  asinh: one((x) => call("asinh", x)),
  acosh: one((x) => call("acosh", x)),
  atanh: one((x) => call("atanh", x)),
  erf: one((x) => call("erf", x)),

  sigmoid: one((x) => call("sigmoid", x)),
  logSigmoid: one((x) => call("logSigmoid", x)),
  relu: one((x) => call("relu", x)),
  relu6: one((x) => call("relu6", x)),
  leakyRelu: { call: ([x], { alpha }) => call("leakyRelu", x, alpha) },
  prelu: two((x, alpha) => call("prelu", x, alpha)),
  elu: one((x) => call("elu", x)),
  selu: one((x) => call("selu", x)),
  softplus: one((x) => call("softplus", x)),
  softsign: one(activation("softsign")),
  silu: one(activation("swish")),
  gelu: { call: ([x], { approximate }) => activation(approximate === "tanh" ? "gelu_new" : "gelu")(x) },
  mish: one(activation("mish")),
  hardSigmoid: one(activation("hardSigmoid")),

  sum: reduction("sum"),
  mean: reduction("mean"),
  max: reduction("max"),
  min: reduction("min"),
  prod: {
    ...reduction("prod"),
    refuses: (_, _shapes, mode) =>
      mode === "value"
        ? undefined
        : "its gradient calls a chained method, which the packages of single parts do not register",
  },
  variance: {
    call: ([x], p) => call("moments", x, axesOf(p), p.keepdims).field("variance"),
    refuses: ({ correction }) => (correction === 0 ? undefined : "moments divides by the number of elements"),
  },
  norm: {
    call: ([x], p) => call("norm", x, NORM_ORDERS[p.ord as string], axesOf(p), p.keepdims),
    refuses: refusesNorm,
  },
  logsumexp: reduction("logSumExp"),
  cumsum: { call: ([x], { axis, exclusive, reverse }) => call("cumsum", x, axis, exclusive, reverse) },
  cumprod: {
    call: ([x], { axis, exclusive, reverse }) => call("cumprod", x, axis, exclusive, reverse),
    kernel: "Cumprod",
  },

  matmul: {
    call: ([a, b], { transposeA, transposeB }) => call("matMul", a, b, transposeA, transposeB),
  },

  dot: two((a, b) => call("dot", a, b)),
  outer: two((a, b) => call("outerProduct", a, b)),
  einsum: {
    call: (xs, { equation }) => call("einsum", equation, ...xs),
    refuses: refusesEquation,
    kernel: "Einsum",
  },

  reshape: { call: ([x], { shape }) => call("reshape", x, shape) },
  transpose: { call: ([x], { permutation }) => call("transpose", x, permutation) },
  concat: { call: (xs, { axis }) => call("concat", xs, axis) },
  split: { list: true, call: ([x], { axis, sizes }) => call("split", x, sizes, axis) },
  unstack: { list: true, call: ([x], { axis }) => call("unstack", x, axis) },
  slice: {
    call: ([x], { begin, size }) => call("slice", x, begin, size),
    refuses: (_, [shape]) => (shape.length === 0 ? "Slicing scalar is not supported" : undefined),
  },
  pad: {
    call: ([x], { paddings, value }) => call("pad", x, paddings, value),
    refuses: (_, [shape]) => (shape.length === 0 ? "pad(scalar) is not defined." : undefined),
  },
  stack: { call: (xs, { axis }) => call("stack", xs, axis) },
  expandDims: { call: ([x], { axis }) => call("expandDims", x, axis) },
  squeeze: { call: ([x], p) => call("squeeze", x, axesOf(p)) },
  broadcastTo: {
    call: ([x], { shape }) => call("broadcastTo", x, shape),
    refuses: ({ shape }, [x], mode) =>
      String(x) === String(shape) ? undefined : refusesTiling((shape as readonly number[]).length, mode),
  },
  tile: {
    call: ([x], { repetitions }) => call("tile", x, repetitions),
    refuses: (_, [x], mode) => refusesTiling(x.length, mode),
  },
  mirrorPad: { call: ([x], { paddings, mode }) => call("mirrorPad", x, paddings, mode) },
  flip: { call: ([x], p) => call("reverse", x, axesOf(p)) },
  stridedSlice: {
    call: ([x], { begin, end, strides, beginMask, endMask }) =>
      call("stridedSlice", x, begin, end, strides, beginMask, endMask),
    kernel: "StridedSlice",
  },
  gatherND: { call: ([x, indices]) => call("gatherND", x, indices), kernel: "GatherNd" },
  scatterND: {
    call: ([indices, updates], { shape }) => call("scatterND", indices, updates, shape),
    refuses: (_, [, updates]) =>
      updates.length === 0
        ? "tf.scatterND() expects the updates to be rank 1 or higher, but the rank was 0."
        : undefined,
    kernel: "ScatterNd",
  },
  oneHot: {
    call: ([indices], { depth, onValue, offValue }) =>
      call("oneHot", indices, depth, onValue, offValue, "float32"),
  },
  topk: { call: ([x], { k }) => call("topk", x, k).field("values"), kernel: "TopK" },
  gather: { call: ([x, indices], { axis }) => call("gather", x, indices, axis) },

  softmax: {
    call: ([x], { axis }) => call("softmax", x, axis),
    refuses: lastAxisOnly("Softmax along a non-last dimension is not yet supported."),
  },
  logSoftmax: {
    call: ([x], { axis }) => call("logSoftmax", x, axis),
    refuses: lastAxisOnly("Log Softmax along a non-last dimension is not yet supported."),
  },
  layerNorm: {
    call: ([x], attributes) => layerNormalization(attributes).applyTo(x),
    layer: (attributes) =>
      attributes.affine === true
        ? { create: layerNormalization(attributes), appliedTo: [0], weights: [1, 2] }
        : undefined,
    refuses: layerRanks,
  },
  batchNorm,
  localResponseNormalization: {
    call: ([x], { depthRadius, bias, alpha, beta }) =>
      call("localResponseNormalization", x, depthRadius, bias, alpha, beta),
    refuses: (_, [{ length: rank }]) =>
      rank === 3 || rank === 4
        ? undefined
        : `Error in localResponseNormalization: x must be rank 3 or 4 but got rank ${rank}.`,
  },

  ...TFJS_WINDOWS,
  ...TFJS_LOSSES,
  ...TFJS_CELLS,
};
