import { GradproofError } from "../core/errors.js";
import type { Logged } from "./tails.js";

/** A tail at a point, and the derivative of its logarithm with respect to the logarithm of the point (or odds). */
export interface SlopedTail {
  readonly tail: Logged;
  readonly slope: number;
}

/**
 * The positive point at which a tail is p, by Newton's method on log(tail) as a function of log(point).
 *
 * The logarithms of gamma variables and of the odds of beta variables have log-concave densities, hence both of their
 * tails are log-concave (Prékopa 1973): a Newton step ends on the side of the smaller tail, and from there the steps
 * go one way. Only the first step can be wild, so steps are at most e⁵⁰.
 *
 * @error that of the tail, divided by its slope
 * @throws GradproofError `not-converged`, which would be a fault here
 */
export function newtonOnLogarithm(p: number, start: number, at: (point: number) => SlopedTail): number {
  let point = start;
  let before = Infinity;
  for (let i = 0; i < 200; i++) {
    const { tail, slope } = at(point);
    // A quotient of doubles knows a small difference better than two logarithms do.
    const miss = tail.value > 2 ** -1000 ? Math.log(tail.value / p) : tail.log - Math.log(p);
    const step = Math.min(Math.max(-miss / slope, -50), 50);
    // Below 1e-9 the next step would be below 1e-16, or this one is rounding already.
    const next = point * Math.exp(step);
    if (Math.abs(step) < 1e-9 && Math.abs(step) >= 0.5 * before) return point;
    if (Math.abs(step) < 1e-15 || next === 0) return next;
    before = Math.abs(step);
    point = next;
  }
  throw new GradproofError(
    "not-converged",
    `no point with a tail of ${p} was found from ${start}; at ${point} still`,
  );
}
