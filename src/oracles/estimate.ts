/** What an oracle answers: a number and how far it may be off. */
export interface Estimate {
  readonly value: number;
  /** Absolute; Infinity means that the oracle knows nothing. */
  readonly bound: number;
}

/** What an estimate says of somebody else's number. */
export type Testimony = "agrees" | "contradicts" | "cannot tell";

/** The answer of an oracle that could not look. */
export const unknown: Estimate = { value: NaN, bound: Infinity };

/**
 * Whether `got` is within the estimate's bound.
 *
 * An estimate that is not a number, or whose bound is not finite, decides nothing. A `got` that is not finite is
 * contradicted by any estimate that knows a finite value.
 *
 * @example compare(1.5, { value: 1, bound: 0.25 }) // "contradicts"
 */
export function compare(got: number, { value, bound }: Estimate): Testimony {
  if (!Number.isFinite(value) || !Number.isFinite(bound)) return "cannot tell";
  return Math.abs(got - value) <= bound ? "agrees" : "contradicts";
}

/**
 * Whether two estimates may be of the same number: their intervals overlap.
 *
 * @example overlap({ value: 1, bound: 0.5 }, { value: 2, bound: 0.25 }) // false
 */
export const overlap = (a: Estimate, b: Estimate): boolean =>
  !(Math.abs(a.value - b.value) > a.bound + b.bound);

/**
 * The smallest relative error that `compare` could have seen; Infinity where the estimate knows nothing.
 *
 * @example resolution({ value: 4, bound: 1 }) // 0.25
 */
export const resolution = ({ value, bound }: Estimate): number =>
  bound === 0 ? 0 : Number.isFinite(bound) && value !== 0 ? bound / Math.abs(value) : Infinity;
