import type { Algebra } from "../core/algebra.js";

/** What a comparison of a with b gives: where a > b, where a < b, and where they are equal. */
interface Alternatives<T> {
  readonly greater: T;
  readonly less: T;
  readonly tie: T;
}

/** `A.select` between alternatives that cost nothing and cannot overflow. */
export const choose = <T>(A: Algebra<T>, a: T, b: T, { greater, less, tie }: Alternatives<T>): T =>
  A.select(
    a,
    b,
    () => greater,
    () => less,
    () => tie,
  );

/**
 * x, but at least `low` and at most `high`: a site for each, the lower first.
 *
 * @domain low < high
 */
export function clamp<T>(A: Algebra<T>, x: T, low: T, high: T): T {
  const raised = choose(A, x, low, { greater: x, less: low, tie: x });
  return choose(A, raised, high, { greater: high, less: raised, tie: raised });
}

/** The derivative of `clamp` times dx: dx between the bounds, 0 outside, `edge` on either of them. */
export function passBetween<T>(A: Algebra<T>, x: T, low: T, high: T, dx: T, edge: T): T {
  const zero = A.lift(0);
  const above = choose(A, x, low, { greater: dx, less: zero, tie: edge });
  return choose(A, x, high, { greater: zero, less: above, tie: edge });
}
