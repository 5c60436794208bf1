import type { Interval } from "./interval.js";
import { refuse, requireCount, requireProbability } from "./requireDomain.js";

/**
 * The largest distance between the distribution function of the samples and a given one (Kolmogorov and Smirnov).
 *
 * Both functions only rise, so that what they are at the ends of a stretch of samples bounds their distance within it.
 * Stretches that cannot hold a larger one than was seen are passed over: of n samples some √n are looked at.
 *
 * @domain at least one sample, none NaN; sorted or not; `cdf` is continuous and never falls
 * @error that of `cdf`
 * @throws GradproofError `outside-domain`
 */
export function distributionDistance(samples: ArrayLike<number>, cdf: (x: number) => number): number {
  requireCount("the number of samples", samples.length);
  const sorted = Float64Array.from(samples).sort();
  const n = sorted.length;
  let distance = 0;
  const look = (i: number): number => {
    const p = cdf(sorted[i]);
    if (!(p >= 0 && p <= 1)) refuse(`the distribution function at ${sorted[i]}`, p, "numbers from 0 to 1");
    distance = Math.max(distance, p - i / n, (i + 1) / n - p);
    return p;
  };
  const search = (first: number, atFirst: number, last: number, atLast: number): void => {
    const most = Math.max(atLast - (first + 1) / n, last / n - atFirst);
    if (last - first < 2 || most <= distance) return;
    const middle = (first + last) >> 1;
    const p = look(middle);
    search(first, atFirst, middle, p);
    search(middle, p, last, atLast);
  };
  search(0, look(0), n - 1, look(n - 1));
  return distance;
}

/**
 * How far the distribution function of n samples may be from the true one, but for a probability of alpha:
 * √(log(2/alpha)/(2n)), rigorous for every n and every law (Dvoretzky, Kiefer and Wolfowitz 1956; Massart 1990).
 *
 * This is the test of shape. A bound of the kurtosis of normal weights would need moments of w⁴, which have no
 * exponential ones; a law with another kurtosis has another distribution function.
 *
 * @domain samples ≥ 1, 0 < alpha < 1
 * @throws GradproofError `outside-domain`
 */
export function distributionMargin(samples: number, alpha: number): number {
  requireCount("samples", samples);
  requireProbability("alpha", alpha);
  return Math.sqrt((Math.log(2) - Math.log(alpha)) / (2 * samples));
}

/** How often samples must be drawn for that margin. @throws GradproofError `outside-domain` */
export function samplesForMargin(margin: number, alpha: number): number {
  requireProbability("alpha", alpha);
  if (!(margin > 0 && margin < 1)) refuse("a margin", margin, "numbers between 0 and 1");
  return Math.ceil((Math.log(2) - Math.log(alpha)) / (2 * margin * margin));
}

/**
 * The interval for the distance between the samples' true distribution function and `cdf`, wrong with probability
 * alpha at most.
 *
 * @domain as of `distributionDistance`; 0 < alpha < 1
 * @throws GradproofError `outside-domain`
 */
export function distanceInterval(
  samples: ArrayLike<number>,
  cdf: (x: number) => number,
  alpha: number,
): Interval {
  const distance = distributionDistance(samples, cdf);
  const margin = distributionMargin(samples.length, alpha);
  return { low: Math.max(0, distance - margin), high: Math.min(1, distance + margin) };
}
