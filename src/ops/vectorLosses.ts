import type { Algebra } from "../core/algebra.js";
import { InvalidProgramError } from "../core/errors.js";
import { normalizeAxis, showShape, sizeOf, type Shape } from "../core/shape.js";
import type { NdArray } from "../core/tensor.js";
import { adaptAxis, AXIS, collapsed, drawAxis, groupsOf, laneOf } from "./axes.js";
import type { Average } from "./average.js";
import { drawLabels, isDistribution, nearestDistribution } from "./distributions.js";
import { drawLossShape, equalShapes } from "./elementLoss.js";
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
import { real, register } from "./op.js";

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
  name: "softmaxCrossEntropy",
  version: 1,
  family: "losses",
  summary: "−Σ labels · logSoftmax(logits) along the last axis, summed or averaged over all rows or not",
  source: "PyTorch CrossEntropyLoss with probabilities; TensorFlow.js losses.softmaxCrossEntropy",
  attributes: REDUCTION,
  arity: { low: 2, high: 2 },
  kinks: [],
  simpler: simplerReduction,
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

type CosineAttributes = LossAttributes & { readonly axis: number };

/** One loss per lane, which keeps its axis, of length 1. @throws InvalidProgramError when the shapes differ */
function cosineLossShape(shapes: readonly Shape[], { axis }: CosineAttributes): number[] {
  const shape = equalShapes("cosineDistance", shapes);
  return collapsed(shape, [normalizeAxis(axis, shape.length)]);
}

/** Pairs of elements that are multiplied with each other, loss by loss. */
const lanesOf = (shape: Shape, { axis }: CosineAttributes): number[][] =>
  groupsOf(shape, [normalizeAxis(axis, shape.length)]);

const cosineRules = (average: Average) => ({
  meaning<T>(A: Algebra<T>, xs: readonly NdArray<T>[], attributes: CosineAttributes): NdArray<T> {
    const [p, t] = xs;
    const shape = cosineLossShape([p.shape, t.shape], attributes);
    const losses = lanesOf(p.shape, attributes).map((lane) =>
      A.sub(A.lift(1), A.sum(lane.map((i) => A.mul(p.data[i], t.data[i])))),
    );
    return reduceLosses(A, losses, shape, attributes, average);
  },
  vjp<T>(
    A: Algebra<T>,
    gy: NdArray<T>,
    [p, t]: readonly NdArray<T>[],
    _y: NdArray<T>,
    attributes: CosineAttributes,
  ): NdArray<T>[] {
    const lanes = lanesOf(p.shape, attributes);
    const g = spreadCotangent(A, gy, lanes.length, attributes, average);
    const prediction = A.array(p.data.length);
    const target = A.array(p.data.length);
    lanes.forEach((lane, r) => {
      for (const i of lane) {
        prediction[i] = A.neg(A.mul(g[r], t.data[i]));
        target[i] = A.neg(A.mul(g[r], p.data[i]));
      }
    });
    return [
      { shape: p.shape, data: prediction },
      { shape: p.shape, data: target },
    ];
  },
});

export const cosineDistance = register<CosineAttributes>({
  name: "cosineDistance",
  version: 1,
  family: "losses",
  summary:
    "1 − Σ prediction·target along an axis, which is kept with length 1: of vectors that have length 1 already; summed or averaged over all of them or not",
  source: "TensorFlow compat.v1.losses.cosine_distance; TensorFlow.js losses.cosineDistance",
  attributes: { axis: AXIS, ...REDUCTION },
  arity: { low: 2, high: 2 },
  inputs: () => [
    { name: "prediction", domain: real },
    { name: "target", domain: real },
  ],
  kinks: [],
  shape: (shapes, attributes) => reducedLossShape(cosineLossShape(shapes, attributes), attributes),
  draw(context) {
    const rank = context.rank(1, 4);
    const shape = drawLossShape(context, rank, []);
    const attributes = { axis: drawAxis(context, rank), ...drawReduction(context.classes) };
    return { shapes: [shape, shape], attributes };
  },
  adapt: ([x], attributes) => adaptAxis(x.length, attributes),
  simpler: (attributes) => [
    ...simplerReduction(attributes).map((reduction) => ({ ...attributes, ...reduction })),
    ...(attributes.axis === 0 ? [] : [{ ...attributes, axis: 0 }]),
  ],
  ...cosineRules("quotient"),
  jvp(A, [dp, dt], [p, t], _y, attributes) {
    const moved = lanesOf(p.shape, attributes).map((lane) =>
      A.neg(
        A.sum(
          lane.flatMap((i) => [
            ...(dp ? [A.mul(dp.data[i], t.data[i])] : []),
            ...(dt ? [A.mul(p.data[i], dt.data[i])] : []),
          ]),
        ),
      ),
    );
    return reduceLosses(A, moved, cosineLossShape([p.shape, t.shape], attributes), attributes);
  },
  textbook: [cosineRules("reciprocal"), cosineRules("termwise")],
});
