import type { Algebra } from "../core/algebra.js";
import { InvalidProgramError } from "../core/errors.js";
import { sameShape, showShape, sizeOf, type Shape } from "../core/shape.js";
import type { NdArray } from "../core/tensor.js";
import { laneOf } from "./axes.js";
import type { Average } from "./average.js";
import { drawLabels, isDistribution, nearestDistribution } from "./distributions.js";
import { drawShape } from "./drawShape.js";
import { logSoftmaxOf, shift, softmaxOf, sumOthers } from "./logSumExp.js";
import {
  drawReduction,
  reducedLossShape,
  reduceLosses,
  REDUCTION,
  simplerReduction,
  spreadCotangent,
  type LossAttributes,
} from "./lossReduction.js";
import { real, register, type DrawContext } from "./op.js";

const shared = {
  version: 1,
  family: "losses",
  attributes: REDUCTION,
  arity: { low: 2, high: 2 },
  kinks: [],
  simpler: simplerReduction,
} as const;

/** @throws InvalidProgramError when the two shapes differ */
function equalShapes(name: string, [a, b]: readonly Shape[]): Shape {
  if (!sameShape(a, b)) {
    throw new InvalidProgramError(`${name} of ${showShape(a)} and ${showShape(b)}: the shapes must be equal`);
  }
  return a;
}

/** Where there is a mean, every axis holds something. */
function drawLossShape(context: DrawContext, rank: number, nonEmpty: readonly number[]): number[] {
  const all = Array.from({ length: rank }, (_, axis) => axis);
  return drawShape(context, rank, context.classes.reduction === "mean" ? all : nonEmpty);
}

const differences = <T>(A: Algebra<T>, [p, t]: readonly NdArray<T>[]): T[] =>
  Array.from(p.data, (pi, i) => A.sub(pi, t.data[i]));

/** The rules of mse, for one way of rounding the mean. */
const mseRules = (average: Average) => ({
  meaning<T>(A: Algebra<T>, xs: readonly NdArray<T>[], attributes: LossAttributes): NdArray<T> {
    const shape = equalShapes(
      "mse",
      xs.map((x) => x.shape),
    );
    const squares = differences(A, xs).map((d) => A.mul(d, d));
    return reduceLosses(A, squares, shape, attributes, average);
  },
  vjp<T>(
    A: Algebra<T>,
    gy: NdArray<T>,
    xs: readonly NdArray<T>[],
    _y: NdArray<T>,
    attributes: LossAttributes,
  ): NdArray<T>[] {
    const { shape } = xs[0];
    const g = spreadCotangent(A, gy, sizeOf(shape), attributes, average);
    const two = A.lift(2);
    const prediction = A.array(g.length);
    const target = A.array(g.length);
    differences(A, xs).forEach((d, i) => {
      prediction[i] = A.mul(g[i], A.mul(two, d));
      target[i] = A.neg(prediction[i]);
    });
    return [
      { shape, data: prediction },
      { shape, data: target },
    ];
  },
});

export const mse = register<LossAttributes>({
  ...shared,
  name: "mse",
  summary: "(prediction − target)², summed or averaged over all elements or not",
  source: "PyTorch MSELoss; TensorFlow.js losses.meanSquaredError",
  inputs: () => [
    { name: "prediction", domain: real },
    { name: "target", domain: real },
  ],
  shape: (shapes, attributes) => reducedLossShape(equalShapes("mse", shapes), attributes),
  draw(context) {
    const shape = drawLossShape(context, context.rank(0, 3), []);
    return { shapes: [shape, shape], attributes: drawReduction(context.classes) };
  },
  ...mseRules("quotient"),
  jvp(A, [dp, dt], xs, _y, attributes) {
    const moved = differences(A, xs).map((d, i) => {
      const up = dp ? dp.data[i] : A.lift(0);
      return A.mul(A.mul(A.lift(2), d), dt ? A.sub(up, dt.data[i]) : up);
    });
    return reduceLosses(A, moved, xs[0].shape, attributes);
  },
  textbook: [mseRules("reciprocal"), mseRules("termwise")],
});

/** The rows along the last axis. */
function rowsOf<T>(x: NdArray<T>): T[][] {
  const { shape } = x;
  const length = shape[shape.length - 1];
  return Array.from({ length: sizeOf(shape.slice(0, -1)) }, (_, r) => laneOf(x, r * length, length, 1));
}

function fromRows<T>(A: Algebra<T>, shape: Shape, rows: readonly (readonly T[])[]): NdArray<T> {
  const data = A.array(sizeOf(shape));
  rows.flat().forEach((x, i) => (data[i] = x));
  return { shape, data };
}

/** One way of computing the loss of a row, and its derivatives at cotangent 1. */
interface RowForm {
  logSoftmax<T>(A: Algebra<T>, logits: readonly T[]): T[];
  gradient<T>(A: Algebra<T>, g: T, logits: readonly T[], labels: readonly T[]): T[];
}

const innerProduct = <T>(A: Algebra<T>, a: readonly T[], b: readonly T[]): T =>
  A.sum(a.map((x, i) => A.mul(x, b[i])));

function crossEntropyShape(shapes: readonly Shape[], attributes: LossAttributes): Shape {
  const shape = equalShapes("softmaxCrossEntropy", shapes);
  if (shape.length === 0 || shape.at(-1) === 0) {
    throw new InvalidProgramError(`softmaxCrossEntropy of ${showShape(shape)}: the last axis holds no class`);
  }
  return reducedLossShape(shape.slice(0, -1), attributes);
}

const crossEntropyRules = (form: RowForm, average: Average) => ({
  meaning<T>(A: Algebra<T>, [logits, labels]: readonly NdArray<T>[], attributes: LossAttributes): NdArray<T> {
    crossEntropyShape([logits.shape, labels.shape], attributes);
    const labelRows = rowsOf(labels);
    const losses = rowsOf(logits).map((z, r) => A.neg(innerProduct(A, labelRows[r], form.logSoftmax(A, z))));
    return reduceLosses(A, losses, logits.shape.slice(0, -1), attributes, average);
  },
  vjp<T>(
    A: Algebra<T>,
    gy: NdArray<T>,
    [logits, labels]: readonly NdArray<T>[],
    _y: NdArray<T>,
    attributes: LossAttributes,
  ): NdArray<T>[] {
    const rows = rowsOf(logits);
    const labelRows = rowsOf(labels);
    const g = spreadCotangent(A, gy, rows.length, attributes, average);
    return [
      fromRows(
        A,
        logits.shape,
        rows.map((z, r) => form.gradient(A, g[r], z, labelRows[r])),
      ),
      fromRows(
        A,
        labels.shape,
        rows.map((z, r) => form.logSoftmax(A, z).map((l) => A.neg(A.mul(g[r], l)))),
      ),
    ];
  },
});

/**
 * pᵢ·Σ lⱼ − lᵢ = Σ (pᵢ·lⱼ − lᵢ·pⱼ) over j ≠ i, p the softmax: right whatever the labels add up to, and without
 * cancellation for the class that is nearly certain.
 */
const careful: RowForm = {
  logSoftmax: logSoftmaxOf,
  gradient(A, g, logits, labels) {
    const p = softmaxOf(A, logits);
    return p.map((pi, i) =>
      A.mul(
        g,
        sumOthers(A, p.length, i, (j) => A.sub(A.mul(pi, labels[j]), A.mul(labels[i], p[j]))),
      ),
    );
  },
};

/** TensorFlow.js: x − logsumexp(x), which rounds at the size of x; softmax − labels, valid since labels add up to 1. */
const shortened: RowForm = {
  logSoftmax(A, logits) {
    const { m, e } = shift(A, logits);
    const total = A.add(m, A.log(A.sum(e)));
    return logits.map((z) => A.sub(z, total));
  },
  gradient(A, g, logits, labels) {
    return shortened.logSoftmax(A, logits).map((l, i) => A.mul(g, A.sub(A.exp(l), labels[i])));
  },
};

/** PyTorch and JAX: the sum of labels · logSoftmax, differentiated through the textbook logSoftmax. */
const composed: RowForm = {
  logSoftmax(A, logits) {
    const { shifted, e } = shift(A, logits);
    const total = A.log(A.sum(e));
    return shifted.map((s) => A.sub(s, total));
  },
  gradient(A, g, logits, labels) {
    const weighted = labels.map((label) => A.mul(g, label));
    const total = A.sum(weighted);
    return composed.logSoftmax(A, logits).map((l, i) => A.sub(A.mul(A.exp(l), total), weighted[i]));
  },
};

export const softmaxCrossEntropy = register<LossAttributes>({
  ...shared,
  name: "softmaxCrossEntropy",
  summary: "−Σ labels · logSoftmax(logits) along the last axis, summed or averaged over all rows or not",
  source: "PyTorch CrossEntropyLoss with probabilities; TensorFlow.js losses.softmaxCrossEntropy",
  inputs: () => [
    { name: "logits", domain: real },
    { name: "labels", domain: real },
  ],
  accepts: ([, labels]) => rowsOf(labels).every(isDistribution),
  repair: ([logits, labels]) => [
    logits,
    { shape: labels.shape, data: Float64Array.from(rowsOf(labels).flatMap(nearestDistribution)) },
  ],
  shape: crossEntropyShape,
  draw(context) {
    const rank = context.rank(1, 3);
    const shape = drawLossShape(context, rank, [rank - 1]);
    const labels = drawLabels(context.stream, sizeOf(shape.slice(0, -1)), shape[rank - 1]);
    return {
      shapes: [shape, shape],
      attributes: drawReduction(context.classes),
      values: [undefined, labels],
    };
  },
  ...crossEntropyRules(careful, "quotient"),
  // With p the softmax: Σ lⱼ·pᵢ·(dzᵢ − dzⱼ) − Σ dlⱼ·logSoftmaxⱼ.
  jvp(A, [dLogits, dLabels], [logits, labels], _y, attributes) {
    const labelRows = rowsOf(labels);
    const dzRows = dLogits && rowsOf(dLogits);
    const dlRows = dLabels && rowsOf(dLabels);
    const losses = rowsOf(logits).map((z, r) => {
      const terms = [];
      if (dzRows) {
        const dz = dzRows[r];
        const p = softmaxOf(A, z);
        for (let j = 0; j < p.length; j++) {
          const spread = sumOthers(A, p.length, j, (i) => A.mul(p[i], A.sub(dz[i], dz[j])));
          terms.push(A.mul(labelRows[r][j], spread));
        }
      }
      if (dlRows) terms.push(A.neg(innerProduct(A, dlRows[r], logSoftmaxOf(A, z))));
      return A.sum(terms);
    });
    return reduceLosses(A, losses, logits.shape.slice(0, -1), attributes);
  },
  textbook: [crossEntropyRules(shortened, "termwise"), crossEntropyRules(composed, "reciprocal")],
});
