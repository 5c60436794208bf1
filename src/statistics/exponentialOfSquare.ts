import { erf } from "../core/erf.js";
import { refuse } from "./requireDomain.js";

/** Where e^t and the sums of its terms are far from overflow. */
const LARGEST = 600;

/**
 * log ∫₀¹ e^(t·u²) du: the cumulants of u² when the density of u on [−1, 1] is a multiple of e^(c·u²), for c and any
 * tilt of it. c = 0 is the uniform law, c = −½·cut² the normal law that is cut off at `cut` deviations.
 *
 * For t > 0 all terms tᵏ/(k!·(2k + 1)) are positive; for t < 0 the integral is an error function.
 *
 * @domain |t| ≤ 600
 * @error 4e-15·(1 + |log|)
 * @throws GradproofError `outside-domain`
 */
export function logMeanExponential(t: number): number {
  requireTilt(t);
  const root = Math.sqrt(-t);
  if (t < -1) return Math.log((0.5 * Math.sqrt(Math.PI) * erf(root)) / root);
  return Math.log(series(t, 1));
}

/**
 * The mean of u² under the density ∝ e^(t·u²) on [−1, 1]: the derivative of `logMeanExponential`.
 *
 * @domain |t| ≤ 600; it grows from 1/1200 to 1 − 1/600, and is 1/3 at 0
 * @error 2e-15 relative
 * @throws GradproofError `outside-domain`
 */
export function tiltedMeanSquare(t: number): number {
  requireTilt(t);
  // By parts: 2t·g′ = e^t − g, which cancels near 0 and for t > 0 only.
  if (t < -1) return (1 - Math.exp(t - logMeanExponential(t))) / (-2 * t);
  return series(t, 3) / series(t, 1);
}

/** The mean of u⁴ under the same density. @domain |t| ≤ 600 @error 1e-14 relative */
export function tiltedMeanFourth(t: number): number {
  requireTilt(t);
  if (t < -1) return (3 * tiltedMeanSquare(t) - Math.exp(t - logMeanExponential(t))) / (-2 * t);
  return series(t, 5) / series(t, 1);
}

/** Σ tᵏ/(k!·(2k + from)) = ∫₀¹ u^(from − 1)·e^(t·u²) du, t ≥ −1. */
function series(t: number, from: number): number {
  let power = 1;
  let total = 1 / from;
  for (let k = 1; Math.abs(power) > total * 2 ** -56 || k < t; k++) {
    power *= t / k;
    total += power / (2 * k + from);
  }
  return total;
}

function requireTilt(t: number): void {
  if (!(Math.abs(t) <= LARGEST)) refuse("a tilt", t, `numbers from ${-LARGEST} to ${LARGEST}`);
}
