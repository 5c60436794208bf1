/** A positive number and its logarithm, which stays finite where the number underflows. */
export interface Logged {
  readonly value: number;
  readonly log: number;
}

/** Both tail probabilities of a law at a point, each computed as what it is and neither as 1 − a number near 1. */
export interface Tails {
  readonly lower: Logged;
  readonly upper: Logged;
}

/** Both tails, given one that is at most about one half (or close: the other loses only what 1 − p loses). */
export function fromUpper(upper: Logged): Tails {
  return { upper, lower: complement(upper) };
}

export function fromLower(lower: Logged): Tails {
  return { lower, upper: complement(lower) };
}

function complement({ value }: Logged): Logged {
  // Roundings may push a probability beyond 1 by an ulp.
  const p = Math.min(value, 1);
  return { value: 1 - p, log: Math.log1p(-p) };
}
