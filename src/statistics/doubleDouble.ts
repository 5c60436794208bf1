/** An unevaluated sum of two doubles, about 106 bits. */
export interface DoubleDouble {
  readonly high: number;
  readonly low: number;
}

/** a + b without error (Knuth 1997, sec. 4.2.2, theorem B). */
export function exactSum(a: number, b: number): DoubleDouble {
  const high = a + b;
  const rest = high - a;
  return { high, low: a - (high - rest) + (b - rest) };
}

/** a·b without error, where neither product nor parts overflow or underflow (Dekker 1971, sec. 5.7). */
export function exactProduct(a: number, b: number): DoubleDouble {
  const high = a * b;
  const { high: a1, low: a2 } = halves(a);
  const { high: b1, low: b2 } = halves(b);
  return { high, low: a2 * b2 - (high - a1 * b1 - a2 * b1 - a1 * b2) };
}

/** Two parts of 26 bits each. */
function halves(a: number): DoubleDouble {
  const scaled = (2 ** 27 + 1) * a;
  const high = scaled - (scaled - a);
  return { high, low: a - high };
}
