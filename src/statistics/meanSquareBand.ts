import { chiSquareQuantile } from "./chiSquare.js";
import { bisect } from "./bisect.js";
import type { Interval } from "./interval.js";
import { requireCount, requireNonNegative, requireProbability } from "./requireDomain.js";
import { normalLaw, type WeightLaw } from "./weightLaw.js";

/**
 * Where the mean of n squares of the law lies, but for a probability of at most alpha/2 on each side.
 *
 * Normal: χ² quantiles, exact. Bounded laws: Chernoff's bound with the law's own E e^(s·w²), that is
 * P(mean ≥ x) ≤ exp(−n·max_s (s·x − log E e^(s·w²))) and the same below: certified for every n, no limit theorem. An
 * end beyond which no mean can lie replaces a bound that says less.
 *
 * @domain samples ≥ 1, 0 < alpha < 1
 * @error 1e-12 relative, from the special functions
 * @throws GradproofError `outside-domain`
 */
export function meanSquareBand(law: WeightLaw, samples: number, alpha: number): Interval {
  requireCount("samples", samples);
  requireProbability("alpha", alpha);
  if (law.name === normalLaw.name) {
    return {
      low: chiSquareQuantile(alpha / 2, samples, "lower") / samples,
      high: chiSquareQuantile(alpha / 2, samples, "upper") / samples,
    };
  }
  const needed = -Math.log(alpha / 2) / samples;
  // The bound of the mean square that belongs to a tilt; it grows with the tilt's size.
  const enough = (s: number): boolean => s * law.meanSquareOf(s) - law.logExponentialOfSquare(s) >= needed;
  const [least, most] = [law.tiltOf(law.meanSquares.low), law.tiltOf(law.meanSquares.high)];
  return {
    low: enough(least) ? law.meanSquareOf(bisect(least, 0, (s) => !enough(s)).low) : 0,
    high: enough(most) ? law.meanSquareOf(bisect(0, most, enough).high) : law.limit * law.limit,
  };
}

/**
 * max_s (s·x − log E e^(s·w²)): the mean of n squares is at x or beyond with probability at most e^(−n times this).
 *
 * Beyond the mean squares that the law's tilts reach it is that of their end, a weaker bound.
 */
export function chernoffExponent(law: WeightLaw, meanSquare: number): number {
  const reached = Math.min(Math.max(meanSquare, law.meanSquares.low), law.meanSquares.high);
  const s = law.tiltOf(reached);
  return s * reached - law.logExponentialOfSquare(s);
}

/**
 * The interval for the standard deviation of weights that are this law times an unknown deviation, from the sum of
 * their squares: it misses the deviation with probability at most alpha.
 *
 * Normal weights, also squared norms of which is known that they are a deviation squared times χ² with `samples` degrees
 * of freedom: √(S/χ²_{α/2}) on both sides, exact.
 *
 * @domain sumOfSquares ≥ 0, samples ≥ 1, 0 < alpha < 1
 * @throws GradproofError `outside-domain`
 */
export function scaleInterval(
  law: WeightLaw,
  sumOfSquares: number,
  samples: number,
  alpha: number,
): Interval {
  requireNonNegative("sumOfSquares", sumOfSquares);
  const band = meanSquareBand(law, samples, alpha);
  const meanSquare = sumOfSquares / samples;
  if (meanSquare === 0) return { low: 0, high: 0 };
  return {
    low: Math.sqrt(meanSquare / band.high),
    high: band.low === 0 ? Infinity : Math.sqrt(meanSquare / band.low),
  };
}
