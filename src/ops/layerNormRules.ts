import type { Algebra } from "../core/algebra.js";
import { InvalidProgramError } from "../core/errors.js";
import { sameShape, showShape, sizeOf, type Shape } from "../core/shape.js";
import type { NdArray } from "../core/tensor.js";
import type { Rules } from "./linear.js";
import { mapLanes } from "./axes.js";

export type LayerNormAttributes = { readonly epsilon: number; readonly affine: boolean };

/** @throws InvalidProgramError unless there is something to normalise, and its parameters fit */
export function layerNormShape(shapes: readonly Shape[], { epsilon, affine }: LayerNormAttributes): Shape {
  const [x, ...parameters] = shapes;
  const length = x.at(-1);
  if (length === undefined || length === 0) {
    throw new InvalidProgramError(`layerNorm of ${showShape(x)}: the last axis holds nothing to normalise`);
  }
  if (!(epsilon > 0)) throw new InvalidProgramError(`epsilon ${epsilon}: must be positive`);
  const wanted = affine ? 2 : 0;
  if (parameters.length !== wanted || !parameters.every((shape) => sameShape(shape, [length]))) {
    throw new InvalidProgramError(
      `layerNorm with affine ${affine} takes x${affine ? ` and two of shape [${length}]` : " alone"}, got ${shapes.map(showShape).join(", ")}`,
    );
  }
  return x;
}

/** How one row is normalised, and how a cotangent goes back through that; scale and offset are not its business. */
export interface RowForm {
  /** (x − mean) / √(variance + epsilon) */
  normalize<T>(A: Algebra<T>, x: T[], epsilon: T): T[];
  /** @param g cotangent of the normalised row */
  vjp<T>(A: Algebra<T>, g: T[], x: T[], epsilon: T): T[];
}

const meanOf = <T>(A: Algebra<T>, terms: T[]): T => A.div(A.sum(terms), A.lift(terms.length));

const products = <T>(A: Algebra<T>, a: readonly T[], b: readonly T[]): T[] => a.map((x, i) => A.mul(x, b[i]));

/** x − mean and the mean of its squares. */
function centre<T>(A: Algebra<T>, x: T[]): { centred: T[]; variance: T } {
  const mean = meanOf(A, x);
  const centred = x.map((value) => A.sub(value, mean));
  return { centred, variance: meanOf(A, products(A, centred, centred)) };
}

function standardize<T>(A: Algebra<T>, x: T[], epsilon: T): { normalized: T[]; deviation: T } {
  const { centred, variance } = centre(A, x);
  const deviation = A.sqrt(A.add(variance, epsilon));
  return { normalized: centred.map((c) => A.div(c, deviation)), deviation };
}

/** gx = (g − mean g − h·mean(g·h)) / deviation, h the normalised row: what is left of g beside 1 and h. */
export const careful: RowForm = {
  normalize: (A, x, epsilon) => standardize(A, x, epsilon).normalized,
  vjp(A, g, x, epsilon) {
    const { normalized, deviation } = standardize(A, x, epsilon);
    const mean = meanOf(A, g);
    const along = meanOf(A, products(A, g, normalized));
    return g.map((gi, i) => A.div(A.sub(A.sub(gi, mean), A.mul(normalized[i], along)), deviation));
  },
};

/**
 * What an autodiff of moments and batchNorm does (TensorFlow.js, Keras): the cotangent goes through rsqrt, the
 * variance and the mean one by one. Terms of size |g| that cancel are rounded before they do.
 */
export const composed: RowForm = {
  normalize(A, x, epsilon) {
    const { centred, variance } = centre(A, x);
    const r = rsqrt(A, A.add(variance, epsilon));
    return centred.map((c) => A.mul(c, r));
  },
  vjp(A, g, x, epsilon) {
    const n = A.lift(x.length);
    const { centred, variance } = centre(A, x);
    const r = rsqrt(A, A.add(variance, epsilon));
    const minusHalfCube = A.mul(A.mul(A.mul(r, r), r), A.constant("-0.5"));
    const gVariance = A.sum(centred.map((c, i) => A.mul(A.mul(minusHalfCube, c), g[i])));
    const gSquare = A.div(gVariance, n);
    const throughSquare = centred.map((c) => A.mul(gSquare, A.mul(A.lift(2), c)));
    const gMean = A.sub(A.neg(A.sum(g.map((gi) => A.mul(r, gi)))), A.sum(throughSquare));
    const throughMean = A.div(gMean, n);
    return g.map((gi, i) => A.add(A.add(A.mul(gi, r), throughSquare[i]), throughMean));
  },
};

const rsqrt = <T>(A: Algebra<T>, x: T): T => A.div(A.lift(1), A.sqrt(x));

/** Rules over all rows, and of scale and offset, for one way of treating a row. */
export function layerNormRules(form: RowForm): Rules<LayerNormAttributes> {
  return {
    meaning(A, xs, attributes) {
      layerNormShape(
        xs.map((x) => x.shape),
        attributes,
      );
      const [x, scale, offset] = xs;
      const epsilon = A.constant(String(attributes.epsilon));
      return mapLanes(A, -1, [x], (row) => {
        const h = form.normalize(A, row, epsilon);
        return scale ? h.map((hi, i) => A.add(A.mul(hi, scale.data[i]), offset.data[i])) : h;
      });
    },
    jvp<T>(
      A: Algebra<T>,
      [dx, dScale, dOffset]: readonly (NdArray<T> | null)[],
      [x, scale]: readonly NdArray<T>[],
      _y: NdArray<T>,
      attributes: LayerNormAttributes,
    ) {
      const epsilon = A.constant(String(attributes.epsilon));
      const zero = A.lift(0);
      return mapLanes(A, -1, dx ? [x, dx] : [x], (row, dRow) => {
        const { normalized, deviation } = standardize(A, row, epsilon);
        // d(centred) and d(deviation) of the quotient centred / deviation.
        const mean = dRow ? meanOf(A, dRow) : zero;
        const dCentred = dRow ? dRow.map((d) => A.sub(d, mean)) : row.map(() => zero);
        const dDeviation = meanOf(A, products(A, normalized, dCentred));
        return dCentred.map((dc, i) => {
          let dy = A.div(A.sub(dc, A.mul(normalized[i], dDeviation)), deviation);
          if (scale) dy = A.mul(dy, scale.data[i]);
          if (dScale) dy = A.add(dy, A.mul(normalized[i], dScale.data[i]));
          return dOffset ? A.add(dy, dOffset.data[i]) : dy;
        });
      });
    },
    vjp<T>(
      A: Algebra<T>,
      gy: NdArray<T>,
      [x, scale]: readonly NdArray<T>[],
      _y: NdArray<T>,
      attributes: LayerNormAttributes,
    ) {
      const epsilon = A.constant(String(attributes.epsilon));
      const gx = mapLanes(A, -1, [gy, x], (g, row) => {
        const scaled = scale ? g.map((gi, i) => A.mul(gi, scale.data[i])) : g;
        return form.vjp(A, scaled, row, epsilon);
      });
      if (!scale) return [gx];
      const weighted = mapLanes(A, -1, [gy, x], (g, row) => products(A, g, form.normalize(A, row, epsilon)));
      return [gx, sumRows(A, weighted, scale.shape), sumRows(A, gy, scale.shape)];
    },
  };
}

/** Sums over all axes but the last. */
function sumRows<T>(A: Algebra<T>, x: NdArray<T>, shape: Shape): NdArray<T> {
  const length = sizeOf(shape);
  const data = A.array(length);
  for (let j = 0; j < length; j++) {
    const column: T[] = [];
    for (let i = j; i < x.data.length; i += length) column.push(x.data[i]);
    data[j] = A.sum(column);
  }
  return { shape, data };
}
