import type { Algebra } from "../core/algebra.js";
import { farthestFrom } from "./farthestFrom.js";

/** How a group of elements is normalised, and how a cotangent goes back through that; scale and offset come after. */
export interface GroupForm {
  /** (x − mean) / √(variance + epsilon), or whatever else the normalisation is. */
  normalize<T>(A: Algebra<T>, x: T[], epsilon: T): T[];
  /** @param g cotangent of the normalised group */
  vjp<T>(A: Algebra<T>, g: T[], x: T[], epsilon: T): T[];
}

/** The form that is the reference: it has tangents too, by a rule of their own. */
export interface CarefulForm extends GroupForm {
  jvp<T>(A: Algebra<T>, dx: T[], x: T[], epsilon: T): T[];
}

const meanOf = <T>(A: Algebra<T>, terms: T[]): T => A.div(A.sum(terms), A.lift(terms.length));

const products = <T>(A: Algebra<T>, a: readonly T[], b: readonly T[]): T[] => a.map((x, i) => A.mul(x, b[i]));

interface Statistics<T> {
  readonly mean: T;
  /** x − mean */
  readonly centred: T[];
  readonly variance: T;
}

/** The variance as the mean of (x − mean)². */
function centre<T>(A: Algebra<T>, x: T[]): Statistics<T> {
  const mean = meanOf(A, x);
  const centred = x.map((value) => A.sub(value, mean));
  return { mean, centred, variance: meanOf(A, products(A, centred, centred)) };
}

function standardize<T>(A: Algebra<T>, x: T[], epsilon: T): { normalized: T[]; deviation: T } {
  const { centred, variance } = centre(A, x);
  const deviation = A.sqrt(A.add(variance, epsilon));
  return { normalized: centred.map((c) => A.div(c, deviation)), deviation };
}

/** gx = (g − mean g − h·mean(g·h)) / deviation, h the normalised group: what is left of g beside 1 and h. */
export const careful: CarefulForm = {
  normalize: (A, x, epsilon) => standardize(A, x, epsilon).normalized,
  // d(centred) and d(deviation) of the quotient centred / deviation.
  jvp(A, dx, x, epsilon) {
    const { normalized, deviation } = standardize(A, x, epsilon);
    const mean = meanOf(A, dx);
    const dCentred = dx.map((d) => A.sub(d, mean));
    const dDeviation = meanOf(A, products(A, normalized, dCentred));
    return dCentred.map((dc, i) => A.div(A.sub(dc, A.mul(normalized[i], dDeviation)), deviation));
  },
  vjp(A, g, x, epsilon) {
    const { normalized, deviation } = standardize(A, x, epsilon);
    const mean = meanOf(A, g);
    const along = meanOf(A, products(A, g, normalized));
    return g.map((gi, i) => A.div(A.sub(A.sub(gi, mean), A.mul(normalized[i], along)), deviation));
  },
};

export const rsqrt = <T>(A: Algebra<T>, x: T): T => A.div(A.lift(1), A.sqrt(x));

/** −r³/2, the derivative of r = 1/√v by v. */
export const slopeOfRsqrt = <T>(A: Algebra<T>, r: T): T => A.mul(A.mul(A.mul(r, r), r), A.constant("-0.5"));

/**
 * What an autodiff of moments and batchNorm does (TensorFlow.js, Keras): the cotangent goes through rsqrt, the
 * variance and the mean one by one. Terms of size |g| that cancel are rounded before they do.
 */
export const composed: GroupForm = {
  normalize(A, x, epsilon) {
    const { centred, variance } = centre(A, x);
    const r = rsqrt(A, A.add(variance, epsilon));
    return centred.map((c) => A.mul(c, r));
  },
  vjp(A, g, x, epsilon) {
    const n = A.lift(x.length);
    const { centred, variance } = centre(A, x);
    const r = rsqrt(A, A.add(variance, epsilon));
    const slope = slopeOfRsqrt(A, r);
    const gVariance = A.sum(centred.map((c, i) => A.mul(A.mul(slope, c), g[i])));
    const gSquare = A.div(gVariance, n);
    const throughSquare = centred.map((c) => A.mul(gSquare, A.mul(A.lift(2), c)));
    const gMean = A.sub(A.neg(A.sum(g.map((gi) => A.mul(r, gi)))), A.sum(throughSquare));
    const throughMean = A.div(gMean, n);
    return g.map((gi, i) => A.add(A.add(A.mul(gi, r), throughSquare[i]), throughMean));
  },
};

/**
 * The variance as mean(x²) − mean², at least 0, where `side` says on which side of the true one it falls.
 *
 * Where the mean outweighs the deviation, rounding is all that the difference holds, of either sign, and a few random
 * runs may all draw the same one. What is lost is therefore measured, and twice of it subtracted in
 * one form and added in the other: 1/√variance is too bent for a multiple of its spread to stand for that.
 */
function fastMoments<T>(A: Algebra<T>, x: T[], side: "below" | "above"): Statistics<T> {
  const { mean, centred, variance } = centre(A, x);
  const fast = farthestFrom(A, variance, () => A.sub(meanOf(A, products(A, x, x)), A.mul(mean, mean)));
  const lost = A.sub(fast, variance);
  const twice = A.mul(A.lift(2), lost);
  const positive = A.toNumber(lost) > 0;
  const moved = positive === (side === "above") ? A.add(variance, twice) : A.sub(variance, twice);
  return { mean, centred, variance: A.toNumber(moved) > 0 ? moved : A.lift(0) };
}

/**
 * What Flax does by default: mean(x²) − mean² for the variance, and the cotangent through both means, where x·gSquare
 * and mean·gSquare cancel. Off by everything where the mean is 1/√u deviations away from 0.
 */
export const fastVariance = (side: "below" | "above"): GroupForm => ({
  normalize(A, x, epsilon) {
    const { mean, centred, variance } = fastMoments(A, x, side);
    const r = rsqrt(A, A.add(variance, epsilon));
    // x·r − mean·r is how TensorFlow's batch_normalization folds it; of both ways, each form has one.
    return side === "below"
      ? centred.map((c) => A.mul(c, r))
      : x.map((value) => A.sub(A.mul(value, r), A.mul(mean, r)));
  },
  vjp(A, g, x, epsilon) {
    const n = A.lift(x.length);
    const { mean, centred, variance } = fastMoments(A, x, side);
    const r = rsqrt(A, A.add(variance, epsilon));
    const weighted = products(A, centred, g);
    // A variance that was raised to 0 passes no cotangent.
    const gVariance = A.toNumber(variance) > 0 ? A.mul(slopeOfRsqrt(A, r), A.sum(weighted)) : A.lift(0);
    const gSquare = A.mul(A.lift(2), A.div(gVariance, n));
    const gMean = A.add(
      A.neg(A.sum(g.map((gi) => A.mul(gi, r)))),
      A.neg(A.mul(A.mul(A.lift(2), mean), gVariance)),
    );
    const throughMean = A.div(gMean, n);
    return g.map((gi, i) => A.sum([A.mul(gi, r), A.mul(x[i], gSquare), throughMean]));
  },
});

/** Every accepted way to standardise that loses digits. */
export const textbookForms: readonly GroupForm[] = [composed, fastVariance("below"), fastVariance("above")];

/** x / √(mean of squares + epsilon), which subtracts no mean. */
export const rootMeanSquare: CarefulForm = {
  normalize(A, x, epsilon) {
    const size = sizeOfGroup(A, x, epsilon);
    return x.map((value) => A.div(value, size));
  },
  jvp(A, dx, x, epsilon) {
    const size = sizeOfGroup(A, x, epsilon);
    const normalized = x.map((value) => A.div(value, size));
    const dSize = meanOf(A, products(A, normalized, dx));
    return dx.map((d, i) => A.div(A.sub(d, A.mul(normalized[i], dSize)), size));
  },
  vjp(A, g, x, epsilon) {
    const size = sizeOfGroup(A, x, epsilon);
    const normalized = x.map((value) => A.div(value, size));
    const along = meanOf(A, products(A, g, normalized));
    return g.map((gi, i) => A.div(A.sub(gi, A.mul(normalized[i], along)), size));
  },
};

const sizeOfGroup = <T>(A: Algebra<T>, x: T[], epsilon: T): T =>
  A.sqrt(A.add(meanOf(A, products(A, x, x)), epsilon));

/** The same by a reciprocal root, its cotangent through rsqrt and the squares one by one (Flax, PyTorch). */
export const rootMeanSquareComposed: GroupForm = {
  normalize(A, x, epsilon) {
    const r = A.div(A.lift(1), sizeOfGroup(A, x, epsilon));
    return x.map((value) => A.mul(value, r));
  },
  vjp(A, g, x, epsilon) {
    const r = A.div(A.lift(1), sizeOfGroup(A, x, epsilon));
    const gMean = A.mul(slopeOfRsqrt(A, r), A.sum(products(A, g, x)));
    const each = A.div(gMean, A.lift(x.length));
    return g.map((gi, i) => A.add(A.mul(gi, r), A.mul(each, A.mul(A.lift(2), x[i]))));
  },
};
