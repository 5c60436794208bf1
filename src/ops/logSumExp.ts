import type { Algebra } from "../core/algebra.js";
import { indexOfLargest } from "./maximumOver.js";

/** A vector shifted so that its exponentials cannot overflow. */
export interface Shifted<T> {
  /** Place of the largest element. */
  readonly top: number;
  /** The largest element as a constant: no result depends on it, so it is no site and carries no tangent. */
  readonly m: T;
  /** xᵢ − m */
  readonly shifted: T[];
  /** e^(xᵢ − m), at most 1 */
  readonly e: T[];
}

/** @domain xs.length ≥ 1 */
export function shift<T>(A: Algebra<T>, xs: readonly T[]): Shifted<T> {
  const top = indexOfLargest(A, xs);
  const m = A.lift(A.toNumber(xs[top]));
  const shifted = xs.map((x) => A.sub(x, m));
  return { top, m, shifted, e: shifted.map((x) => A.exp(x)) };
}

/** The largest term is exactly 1, so nothing divides by 0. @error a few ulp, besides that of exp(xᵢ − m) */
export function softmaxOf<T>(A: Algebra<T>, xs: readonly T[]): T[] {
  const { e } = shift(A, xs);
  const s = A.sum(e);
  return e.map((x) => A.div(x, s));
}

/**
 * log Σ e^(xᵢ − m). The largest term is left out of the sum and log1p put in front, since where one term
 * outweighs all others 1 + rest is rounded to 1 (Blanchard, Higham and Higham 2021, sec. 4).
 *
 * @error a few ulp, besides that of exp(xᵢ − m)
 */
export function logTotal<T>(A: Algebra<T>, { top, shifted, e }: Shifted<T>): T {
  return A.log1p(A.sum(e.map((x, i) => (i === top ? A.expm1(shifted[i]) : x))));
}

/** xᵢ − m − log Σ e^(xⱼ − m): both parts are at most 0, nothing cancels. */
export function logSoftmaxOf<T>(A: Algebra<T>, xs: readonly T[]): T[] {
  const parts = shift(A, xs);
  const total = logTotal(A, parts);
  return parts.shifted.map((x) => A.sub(x, total));
}

/** Σ f(j) over all places but one: where the term left out is the large one, and known to cancel. */
export function sumOthers<T>(A: Algebra<T>, length: number, place: number, f: (j: number) => T): T {
  const terms: T[] = [];
  for (let j = 0; j < length; j++) if (j !== place) terms.push(f(j));
  return A.sum(terms);
}
