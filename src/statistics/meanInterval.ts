import { betaOddsQuantile } from "./betaQuantile.js";
import { bisect } from "./bisect.js";
import type { Interval } from "./interval.js";
import { normalUpperQuantile } from "./normalTail.js";
import {
  refuse,
  requireCount,
  requireFinite,
  requireNonNegative,
  requirePositive,
  requireProbability,
} from "./requireDomain.js";
import { normalLaw, type WeightLaw } from "./weightLaw.js";

/**
 * The interval for the mean of weights of a known law and deviation, wrong with probability alpha at most.
 *
 * Normal: exact. Uniform and truncated normal: E e^(s·w) ≤ e^(s²σ²/2) with σ their own deviation, a third of the
 * samples that Hoeffding's bound from the range alone would take. Reason: E w^(2k) ≤ (2k − 1)·σ²·E w^(2k − 2) for every
 * k. It is an identity for moments of the uniform law with (2k − 1)·3/(2k + 1) ≤ 2k − 1, and for a normal law cut at c
 * it says (2k − 1)·E w^(2k − 2) ≤ c^(2k − 2), which the uniform law on [−c, c] attains and laws nearer to 0 fulfil.
 *
 * @domain samples ≥ 1, deviation > 0 and at least the true one, 0 < alpha < 1
 * @throws GradproofError `outside-domain`
 */
export function meanInterval(
  law: WeightLaw,
  observed: { readonly mean: number; readonly samples: number; readonly deviation: number },
  alpha: number,
): Interval {
  const { mean, samples, deviation } = observed;
  requireFinite("the mean", mean);
  requireCount("samples", samples);
  requirePositive("the deviation", deviation);
  requireProbability("alpha", alpha);
  const deviations =
    law.name === normalLaw.name
      ? normalUpperQuantile(alpha / 2)
      : Math.sqrt(2 * (Math.log(2) - Math.log(alpha)));
  const margin = (deviations * deviation) / Math.sqrt(samples);
  return { low: mean - margin, high: mean + margin };
}

/**
 * The interval for the mean of normal samples of unknown deviation (Student 1908), exact.
 *
 * t²/(n − 1) are the odds of a beta variable with ½ and (n − 1)/2.
 *
 * @domain samples ≥ 2, squares Σ(x − mean)² ≥ 0, 0 < alpha < 1
 * @throws GradproofError `outside-domain`
 */
export function studentInterval(
  observed: { readonly mean: number; readonly samples: number; readonly squaredDeviations: number },
  alpha: number,
): Interval {
  const { mean, samples, squaredDeviations } = observed;
  requireFinite("the mean", mean);
  requireCount("samples", samples, 2);
  requireNonNegative("squaredDeviations", squaredDeviations);
  const odds = betaOddsQuantile(alpha, 0.5, (samples - 1) / 2, "upper");
  const margin = Math.sqrt((odds * squaredDeviations) / samples);
  return { low: mean - margin, high: mean + margin };
}

/**
 * The interval for the mean of any independent samples out of [0, 1], wrong with probability alpha at most: all m with
 * n·(x·log(x/m) + (1 − x)·log((1 − x)/(1 − m))) ≤ log(2/alpha) (Hoeffding 1963, theorem 1). Never wider than
 * Hoeffding's better known x ± √(log(2/alpha)/(2n)), and much narrower near the ends.
 *
 * With (w/limit)⁴ for samples it bounds the fourth moment of a bounded law, and so its kurtosis.
 *
 * @domain 0 ≤ mean ≤ 1, samples ≥ 1, 0 < alpha < 1
 * @throws GradproofError `outside-domain`
 */
export function boundedMeanInterval(mean: number, samples: number, alpha: number): Interval {
  if (!(mean >= 0 && mean <= 1)) refuse("the mean of samples out of [0, 1]", mean, "numbers from 0 to 1");
  requireCount("samples", samples);
  requireProbability("alpha", alpha);
  const allowed = (Math.log(2) - Math.log(alpha)) / samples;
  const tooFar = (m: number): boolean => divergence(mean, m) > allowed;
  return {
    low: mean === 0 ? 0 : bisect(0, mean, (m) => !tooFar(m)).low,
    high: mean === 1 ? 1 : bisect(mean, 1, tooFar).high,
  };
}

/** Kullback and Leibler's divergence between two coins. */
function divergence(x: number, m: number): number {
  const head = x === 0 ? 0 : x * Math.log(x / m);
  return head + (x === 1 ? 0 : (1 - x) * Math.log((1 - x) / (1 - m)));
}
