import { refuse, requireProbability } from "./requireDomain.js";

/**
 * The mean of e-values: again an e-value, however they depend on one another (Vovk and Wang 2021). Under the
 * hypothesis that all nulls hold it reaches 1/alpha with probability alpha at most.
 *
 * @domain at least one, each from 0 to ∞
 * @throws GradproofError `outside-domain`
 * @example averageEValue([3, 0, 0]) // 1
 */
export function averageEValue(eValues: readonly number[]): number {
  requireEValues(eValues);
  return eValues.reduce((total, e) => total + e / eValues.length, 0);
}

/**
 * Which nulls are refuted so that the expected share of wrong ones among them is at most alpha, however the e-values
 * depend on one another (e-BH, Wang and Ramdas 2022): the k largest, for the largest k whose k-th is at least n/(k·alpha).
 *
 * @domain at least one e-value, 0 < alpha < 1
 * @throws GradproofError `outside-domain`
 * @example eBenjaminiHochberg([50, 1, 30], 0.1) // [0, 2]
 */
export function eBenjaminiHochberg(eValues: readonly number[], alpha: number): number[] {
  requireEValues(eValues);
  requireProbability("alpha", alpha);
  const n = eValues.length;
  const order = eValues.map((_, i) => i).sort((i, j) => eValues[j] - eValues[i]);
  const last = order.findLastIndex((i, rank) => eValues[i] * (rank + 1) * alpha >= n);
  return order.slice(0, last + 1).sort((i, j) => i - j);
}

function requireEValues(eValues: readonly number[]): void {
  if (eValues.length === 0) refuse("the number of e-values", 0, "one or more");
  for (const e of eValues) if (!(e >= 0)) refuse("an e-value", e, "numbers from 0 on, and Infinity");
}
