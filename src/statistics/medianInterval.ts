import { binomialTails } from "./binomial.js";
import type { Interval } from "./interval.js";
import { requireProbability } from "./requireDomain.js";

/**
 * The interval for the median of independent samples of one law, whatever law it is: between two of them that are as many
 * places from either end (David and Nagaraja 2003, sec. 7.1). It misses the median with probability alpha at most, since the
 * number of samples below the median is at most binomial with ½.
 *
 * @domain finite samples, 0 < alpha < 1
 * @returns the whole line where the samples are too few: fewer than 1 + log₂(1/alpha)
 * @throws GradproofError `outside-domain`
 * @example medianInterval([3, 1, 2], 0.25) // { low: 1, high: 3 }
 */
export function medianInterval(samples: readonly number[], alpha: number): Interval {
  requireProbability("alpha", alpha);
  const sorted = [...samples].sort((a, b) => a - b);
  const n = sorted.length;
  // So many of the smallest are left out at either end.
  let left = -1;
  while (left + 1 < n / 2 && binomialTails(left + 1, n, 0.5).atMost.value <= alpha / 2) left++;
  return left < 0 ? { low: -Infinity, high: Infinity } : { low: sorted[left], high: sorted[n - 1 - left] };
}
