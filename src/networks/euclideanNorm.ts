import { sum } from "../core/sum.js";
import type { Tensor } from "../core/tensor.js";

/** A length that no double need be able to hold: mantissa · scale, where scale is a power of two. */
export interface ScaledNorm {
  readonly mantissa: number;
  readonly scale: number;
}

/** The largest magnitude; NaN when there is one. */
function largestMagnitude(tensors: readonly Tensor[]): number {
  let largest = 0;
  for (const { data } of tensors) {
    // Math.max passes NaN on.
    for (let i = 0; i < data.length; i++) largest = Math.max(largest, Math.abs(data[i]));
  }
  return largest;
}

/** The power of two at or below x, but for the ends of the range, where dividing by it would not be exact. */
function scaleFor(x: number): number {
  return 2 ** Math.min(Math.max(Math.floor(Math.log2(x)), -1020), 1020);
}

/**
 * The length of all tensors taken together, which neither overflows nor underflows: numbers are divided by a power of
 * two near the largest of them, without rounding, before they are squared.
 *
 * @domain NaN where there is one, and otherwise Infinity where there is one, as the mantissa
 * @error (⌈log₂ n⌉ + 4)/2 + 1 roundings, relative
 */
export function scaledNorm(tensors: readonly Tensor[]): ScaledNorm {
  const largest = largestMagnitude(tensors);
  if (largest === 0 || !Number.isFinite(largest)) return { mantissa: largest, scale: 1 };
  const scale = scaleFor(largest);
  const squares = tensors.map(({ data }) => sum(data.map((x) => (x / scale) ** 2)));
  return { mantissa: Math.sqrt(sum(squares)), scale };
}

/** A length and a number that is added to it, which may be larger or smaller by any factor. */
export function plusEpsilon({ mantissa, scale }: ScaledNorm, epsilon: number): ScaledNorm {
  if (epsilon === 0) return { mantissa, scale };
  const larger = Math.max(scale, scaleFor(epsilon));
  return { mantissa: mantissa * (scale / larger) + epsilon / larger, scale: larger };
}

/**
 * The Euclidean length of all tensors taken together.
 *
 * @domain all reals; Infinity only when the length itself is beyond the largest double
 * @error (⌈log₂ n⌉ + 4)/2 + 1 roundings, relative
 */
export function euclideanNorm(tensors: readonly Tensor[]): number {
  const { mantissa, scale } = scaledNorm(tensors);
  return mantissa * scale;
}
