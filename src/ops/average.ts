import type { Algebra } from "../core/algebra.js";

/**
 * How a mean is rounded: the total divided by the number of terms, or times its reciprocal, or each term divided
 * before they are added.
 */
export type Average = "quotient" | "reciprocal" | "termwise";

/** One of `count` equal parts of x; x itself where nothing is averaged. */
export function share<T>(A: Algebra<T>, x: T, count: number, average: Average | undefined): T {
  if (average === undefined || count === 1) return x;
  const n = A.lift(count);
  return average === "reciprocal" ? A.mul(x, A.div(A.lift(1), n)) : A.div(x, n);
}

/**
 * The sum of the terms, or their mean.
 *
 * @param count what the sum is divided by: more than there are terms where some are known to be 0
 */
export function combine<T>(A: Algebra<T>, terms: T[], count: number, average: Average | undefined): T {
  if (average === "termwise") {
    return total(
      A,
      terms.map((x) => share(A, x, count, average)),
    );
  }
  return share(A, total(A, terms), count, average);
}

/** A single term is not added to anything: moving an element is exact in every arithmetic. */
export const total = <T>(A: Algebra<T>, terms: T[]): T => (terms.length === 1 ? terms[0] : A.sum(terms));
