import type { Algebra } from "../core/algebra.js";
import { indexOfLargest } from "./maximumOver.js";

/**
 * Norms, and the standard deviation, are cones: smooth but for one point, the apex, where their size is 0. There
 * each partial derivative may be anything in [−1, 1], and the reference takes 0.
 */

/** The largest |xᵢ|, which is 0 at the apex only. It needs no squares, so that it cannot underflow. @domain xs.length ≥ 1 */
export function largestMagnitude<T>(A: Algebra<T>, xs: readonly T[]): T {
  const magnitudes = xs.map((x) => (A.toNumber(x) < 0 ? A.neg(x) : x));
  return magnitudes[indexOfLargest(A, magnitudes)];
}

/** A value of a cone: 0 at its apex. One site. */
export const valueOfCone = <T>(A: Algebra<T>, size: T, elsewhere: () => T): T =>
  A.select(size, A.lift(0), elsewhere, elsewhere, () => A.lift(0));

/** A partial derivative of a cone. One site. */
export function slopeOfCone<T>(A: Algebra<T>, size: T, elsewhere: () => T): T {
  const atApex = A.toNumber(size) === 0;
  return A.select(
    size,
    A.lift(0),
    () => (atApex ? A.lift(1) : elsewhere()),
    () => (atApex ? A.lift(-1) : elsewhere()),
    () => A.lift(0),
  );
}

/** The same formula at the apex too, where many have 0/0: the site is met, and changes nothing. */
export const unguarded = <T>(A: Algebra<T>, size: T, formula: () => T): T =>
  A.select(size, A.lift(0), formula, formula, formula);
