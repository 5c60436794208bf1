import type { Testimony } from "../record/record.js";

/** What an oracle answers: a number and how far it may be off. */
export interface Estimate {
  readonly value: number;
  /** Absolute; Infinity means that the oracle knows nothing. */
  readonly bound: number;
}

/** The answer of an oracle that could not look. */
export const unknown: Estimate = { value: NaN, bound: Infinity };

/**
 * What an estimate says of somebody else's number.
 *
 * An estimate that is not a number, or whose bound is not finite, decides nothing. A `got` that is not finite is
 * contradicted by any estimate that knows a finite value.
 *
 * @example compare(1.5, { value: 1, bound: 0.25 }) // "contradicts"
 */
export function compare(got: number, { value, bound }: Estimate): Testimony["says"] {
  if (!Number.isFinite(value) || !Number.isFinite(bound)) return "cannot tell";
  return Math.abs(got - value) <= bound ? "agrees" : "contradicts";
}
