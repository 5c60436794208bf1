import { bisect } from "./bisect.js";
import type { Interval } from "./interval.js";
import { refuse, requireCount, requireNonNegative, requireProbability } from "./requireDomain.js";
import type { WeightLaw } from "./weightLaw.js";

/**
 * The interval for the limit of weights that are a bounded law times an unknown factor, from the largest |w| of n.
 *
 * The low end is certain: no weight exceeds the limit. The high end misses with probability alpha, since n weights all
 * stay below a share q of the limit with probability P(|w| ≤ q·limit)ⁿ, for the uniform law qⁿ. Scales that are too
 * small show themselves here with 20 to 40 times fewer weights than in the mean square.
 *
 * @domain largest ≥ 0, samples ≥ 1, 0 < alpha < 1, a law with a finite limit
 * @throws GradproofError `outside-domain`
 */
export function limitInterval(law: WeightLaw, largest: number, samples: number, alpha: number): Interval {
  requireNonNegative("the largest weight", largest);
  return { low: largest, high: largest / certainShare(law, samples, alpha) };
}

/**
 * The share of the limit that the largest |w| of n weights exceeds, but for a probability of alpha.
 *
 * @domain samples ≥ 1, 0 < alpha < 1, a law with a finite limit
 * @throws GradproofError `outside-domain`
 */
export function certainShare(law: WeightLaw, samples: number, alpha: number): number {
  requireCount("samples", samples);
  requireProbability("alpha", alpha);
  if (law.limit === Infinity) refuse("the limit of the law", law.limit, "finite limits");
  const within = Math.exp(Math.log(alpha) / samples);
  // |w| stays within q·limit with probability 2F − 1. The low neighbour makes the interval wider, not narrower.
  return bisect(0, 1, (q) => 2 * law.cdf(q * law.limit) - 1 > within || q === 1).low;
}
