import type { Stream } from "../core/random.js";
import { exactDirection, type DifferenceOptions } from "./finiteDifferences.js";

/** How far a coordinate may be moved; numbers too small for 2⁻⁴² of them to be a double count as zero. */
export const scaleOf = (x: number): number => (Math.abs(x) > 1e-290 ? Math.abs(x) : 1);

/**
 * What outputs are measured in, so that a huge one does not hide the others in its rounding. Far below the median
 * they are likely what a cancellation left, and as noisy as their larger neighbours.
 */
export function scalesOf(y: Float64Array): Float64Array {
  const measures = (value: number): boolean => Math.abs(value) > 1e-290 && Number.isFinite(value);
  const sizes = y.filter(measures).map(Math.abs).sort();
  const middle = sizes.length > 0 ? sizes[sizes.length >> 1] : 1;
  return y.map((value) => (measures(value) ? Math.max(Math.abs(value), middle * 2 ** -10) : middle));
}

/** ±U(0.5, 1): never near zero, and no two alike. */
export const apart = (draw: Stream): number => draw.sign() * draw.between(0.5, 1);

/**
 * A direction that stays as it is when it is rounded once more. Rounding may lengthen it into fewer bits, which happens
 * where a format has few: then what is measured would be another direction than the one that the gradient is held to.
 */
export function settledDirection(x: Float64Array, wanted: Float64Array, steps: Steps): Float64Array {
  let w = wanted;
  for (let round = 0; round < 8; round++) {
    const { direction } = exactDirection(x, w, undefined, steps);
    if (direction.every((step, i) => step === w[i])) break;
    w = direction;
  }
  return w;
}

type Steps = Pick<DifferenceOptions, "firstStep" | "format">;

/** Moves these elements only. */
export function only(w: Float64Array, elements: readonly number[]): Float64Array {
  const masked = new Float64Array(w.length);
  for (const i of elements) masked[i] = w[i];
  return masked;
}
