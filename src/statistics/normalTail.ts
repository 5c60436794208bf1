import { erfc } from "../core/erf.js";
import { refuse, requireProbability } from "./requireDomain.js";
import type { Logged, Tails } from "./tails.js";
import { fromLower, fromUpper } from "./tails.js";

const SQRT_2PI = 2.5066282746310007;

/**
 * Both tails of the standard normal law.
 *
 * @domain all reals and ±∞
 * @error 2e-15 relative down to 1e-300; logarithms 2e-16·(1 + |log|)
 * @throws GradproofError `outside-domain` for NaN
 */
export function normalTails(z: number): Tails {
  if (Number.isNaN(z)) refuse("z of normalTails", z, "numbers and ±Infinity");
  const tail = tailBeyond(Math.abs(z));
  return z >= 0 ? fromUpper(tail) : fromLower(tail);
}

/** P(Z > z) for z ≥ 0: erfc near 0, then density over the continued fraction z + 1/(z + 2/(z + 3/(…))), DLMF 7.9.1. */
function tailBeyond(z: number): Logged {
  if (z < 1.25) {
    const value = 0.5 * erfc(z * Math.SQRT1_2);
    return { value, log: Math.log(value) };
  }
  if (z === Infinity) return { value: 0, log: -Infinity };
  let fraction = z;
  // It settles within so many levels, as in core/erf.ts for z/√2.
  for (let k = Math.ceil(500 / (z * z)) + 10; k >= 1; k--) fraction = z + k / fraction;
  // z² is split, since its rounding would cost z²/2 roundings of the result.
  const head = Math.fround(z);
  const value =
    (Math.exp(-0.5 * head * head) * Math.exp(-0.5 * (z - head) * (z + head))) / (SQRT_2PI * fraction);
  return { value: z < 40 ? value : 0, log: -0.5 * z * z - Math.log(SQRT_2PI * fraction) };
}

/** The density of the standard normal law. */
export const normalDensity = (z: number): number => Math.exp(-0.5 * z * z) / SQRT_2PI;

/**
 * The z that a standard normal variable exceeds with probability p.
 *
 * Newton's method on the logarithm of the tail, which is concave: from the side of the smaller tail the steps go one
 * way and overshoot nothing. √(−2·log 2p) is on that side, because P(Z > z) ≤ ½·e^(−z²/2).
 *
 * @domain 2⁻¹⁰²² ≤ p < 1
 * @error 4e-16·max(1, |z|)
 * @throws GradproofError `outside-domain`
 * @example normalUpperQuantile(0.5) // 0
 */
export function normalUpperQuantile(p: number): number {
  requireProbability("p of normalUpperQuantile", p);
  if (p === 0.5) return 0;
  if (p > 0.5) return -normalUpperQuantile(1 - p);
  let z = Math.sqrt(-2 * Math.log(2 * p));
  // Quadratic convergence: from a miss of 1 in z, six steps suffice; more would only repeat the last rounding.
  for (let i = 0; i < 8; i++) {
    const tail = tailBeyond(z).value;
    z += (Math.log(tail / p) * tail) / normalDensity(z);
  }
  return z;
}
