import type { Algebra } from "../core/algebra.js";

export const isPositive = <T>(A: Algebra<T>, x: T): boolean => A.toNumber(x) > 0;

export const absolute = <T>(A: Algebra<T>, x: T): T => (isPositive(A, x) ? x : A.neg(x));

/** e^−|x|, which cannot overflow. */
export const decay = <T>(A: Algebra<T>, x: T): T => A.exp(A.neg(absolute(A, x)));

/** 1/(1 + e^−x). @error about 4 u, relative */
export function logistic<T>(A: Algebra<T>, x: T): T {
  const e = decay(A, x);
  return A.div(isPositive(A, x) ? A.lift(1) : e, A.add(A.lift(1), e));
}

/** The same by one formula, whose e^−x overflows. */
export const logisticTextbook = <T>(A: Algebra<T>, x: T): T =>
  A.div(A.lift(1), A.add(A.lift(1), A.exp(A.neg(x))));
