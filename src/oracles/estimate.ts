/** What an oracle answers: a number and how far it may be off. */
export interface Estimate {
  readonly value: number;
  /** Absolute; Infinity means that the oracle knows nothing. */
  readonly bound: number;
}

/** The answer of an oracle that could not look. */
export const unknown: Estimate = { value: NaN, bound: Infinity };
