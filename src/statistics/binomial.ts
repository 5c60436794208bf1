import { betaOddsQuantile } from "./betaQuantile.js";
import { betaTails } from "./incompleteBeta.js";
import type { Interval } from "./interval.js";
import { refuse, requireCount, requireProbability } from "./requireDomain.js";
import type { Logged } from "./tails.js";

const CERTAIN: Logged = { value: 1, log: 0 };

/** P(X ≤ k) and P(X ≥ k): unlike the tails of a continuous law, both hold the point itself. */
export interface BinomialTails {
  readonly atMost: Logged;
  readonly atLeast: Logged;
}

/**
 * Both tails of the binomial law, P(X ≥ k) = I_p(k, n − k + 1) (DLMF 8.17.5).
 *
 * @domain 0 ≤ k ≤ n whole, 0 ≤ p ≤ 1
 * @error 3e-14 relative for n to 1e6 and tails down to 1e-300
 * @throws GradproofError `outside-domain`
 */
export function binomialTails(k: number, n: number, p: number): BinomialTails {
  requireCount("n of binomialTails", n);
  requireCount("k of binomialTails", k, 0, n);
  if (!(p >= 0 && p <= 1)) refuse("p of binomialTails", p, "numbers from 0 to 1");
  return {
    atLeast: k === 0 ? CERTAIN : betaTails(p, k, n - k + 1).lower,
    atMost: k === n ? CERTAIN : betaTails(p, k + 1, n - k).upper,
  };
}

/**
 * The exact interval for a probability after k successes in n trials (Clopper and Pearson 1934): it misses the
 * truth with probability at most alpha, whatever the truth.
 *
 * @domain 0 ≤ k ≤ n whole, 0 < alpha < 1
 * @error 1e-14 relative
 * @throws GradproofError `outside-domain`
 * @example clopperPearson(0, 1, 0.5) // { low: 0, high: 0.75 }
 */
export function clopperPearson(k: number, n: number, alpha: number): Interval {
  requireCount("n of clopperPearson", n);
  requireCount("k of clopperPearson", k, 0, n);
  requireProbability("alpha", alpha);
  const odds = { low: 0, high: Infinity };
  if (k > 0) odds.low = betaOddsQuantile(alpha / 2, k, n - k + 1, "lower");
  if (k < n) odds.high = betaOddsQuantile(alpha / 2, k + 1, n - k, "upper");
  return { low: odds.low / (1 + odds.low), high: odds.high === Infinity ? 1 : odds.high / (1 + odds.high) };
}
