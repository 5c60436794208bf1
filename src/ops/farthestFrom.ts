import type { Algebra } from "../core/algebra.js";

const TRIES = 4;

/**
 * Of several evaluations of one formula, the one farthest from `near`; in any arithmetic that rounds in one way they
 * are all the same.
 *
 * A textbook form is run a few times under random rounding, and where it is off by two roundings or by one large one,
 * a few runs may all draw those that make up for each other, while a library drew the others.
 */
export function farthestFrom<T>(A: Algebra<T>, near: T, compute: () => T): T {
  const distance = (x: T): number => Math.abs(A.toNumber(x) - A.toNumber(near));
  let farthest = compute();
  for (let n = 1; n < TRIES; n++) {
    const next = compute();
    if (distance(next) > distance(farthest)) farthest = next;
  }
  return farthest;
}
