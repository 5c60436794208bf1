import { clopperPearson } from "./binomial.js";
import { betaTails } from "./incompleteBeta.js";
import type { Interval } from "./interval.js";
import { refuse, requireCount } from "./requireDomain.js";

/**
 * The interval for the probability that two streams agree in sign, wrong with probability alpha at most.
 *
 * Independent streams of which one is symmetric agree with probability ½, whatever the other one: the number of
 * agreements is binomial. Pairs with a zero are left out.
 *
 * @domain streams of equal length, with a pair of signs
 * @throws GradproofError `outside-domain`
 */
export function signAgreement(x: ArrayLike<number>, y: ArrayLike<number>, alpha: number): Interval {
  if (x.length !== y.length)
    refuse("the length of the second stream", y.length, `${x.length}, that of the first`);
  let agreements = 0;
  let pairs = 0;
  for (let i = 0; i < x.length; i++) {
    const signs = Math.sign(x[i]) * Math.sign(y[i]);
    if (Number.isNaN(signs)) refuse("a sample", `${x[i]} beside ${y[i]}`, "numbers");
    if (signs !== 0) pairs++;
    if (signs > 0) agreements++;
  }
  requireCount("the number of pairs with signs", pairs);
  return clopperPearson(agreements, pairs, alpha);
}

/**
 * The probability that the cosine of the angle between two vectors is at least as large in magnitude, when one of them
 * is independent of the other and normal around 0 in each of n places alike: cos² is a beta variable with ½ and
 * (n − 1)/2. Exact; for the correlation of samples with their means removed, n is their number less one.
 *
 * @domain −1 ≤ cosine ≤ 1, n ≥ 2
 * @error 3e-14 relative, but for the rounding of the cosine
 * @throws GradproofError `outside-domain`
 */
export function cosineTail(cosine: number, n: number): number {
  if (!(Math.abs(cosine) <= 1)) refuse("a cosine", cosine, "numbers from -1 to 1");
  requireCount("the dimension", n, 2);
  // From the end that is nearer, since 1 − cos² is rounded.
  const c2 = cosine * cosine;
  if (c2 < 0.5) return betaTails(c2, 0.5, (n - 1) / 2).upper.value;
  return betaTails((1 - Math.abs(cosine)) * (1 + Math.abs(cosine)), (n - 1) / 2, 0.5).lower.value;
}
