import { gamma } from "./float.js";

/**
 * Sum, by pairwise halving.
 *
 * @shape terms: [n] → scalar
 * @domain finite; NaN and ±∞ propagate as IEEE addition does
 * @error γ(⌈log₂ n⌉ + 1)·Σ|xᵢ|, absolute (Higham 2002, sec. 4.2; the 1 is for runs of four in order)
 * @example sum([0.5, 0.25, 0.125]) // 0.875
 */
export function sum(terms: ArrayLike<number>, from = 0, to = terms.length): number {
  const n = to - from;
  if (n === 0) return 0;
  // A short run in order is cheaper. It starts from its first term, since 0 would spoil the sign of −0.
  if (n <= 4) {
    let total = terms[from];
    for (let i = from + 1; i < to; i++) total += terms[i];
    return total;
  }
  const middle = from + (n >> 1);
  return sum(terms, from, middle) + sum(terms, middle, to);
}

/** A bound on |sum(terms) − Σ terms|, itself computed in doubles. */
export function sumErrorBound(terms: ArrayLike<number>): number {
  let magnitude = 0;
  for (let i = 0; i < terms.length; i++) magnitude += Math.abs(terms[i]);
  // Runs of four terms are added in order: three roundings instead of two.
  const depth = terms.length < 2 ? 0 : Math.ceil(Math.log2(terms.length)) + 1;
  return gamma(depth, 2 ** -53) * magnitude * (1 + terms.length * 2 ** -52);
}

/** Σ aᵢ·bᵢ, pairwise. @error γ(⌈log₂ n⌉ + 2)·Σ|aᵢ||bᵢ| */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const products = new Float64Array(a.length);
  for (let i = 0; i < a.length; i++) products[i] = a[i] * b[i];
  return sum(products);
}
