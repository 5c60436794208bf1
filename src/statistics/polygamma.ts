import { requirePositive } from "./requireDomain.js";

/** B₂ₖ, k = 1…8. */
const BERNOULLI = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510];

/** Where the asymptotic series with eight terms is below rounding: 55/18 · 12⁻¹⁸. */
const FAR = 12;

/**
 * ψ(x) = d log Γ(x)/dx, by recurrence up to 12 and DLMF 5.11.2 from there.
 *
 * @domain x > 0
 * @error 2e-15·(1 + |ψ(x)|), absolute: relative digits are lost at the zero 1.4616
 * @throws GradproofError `outside-domain`
 */
export function digamma(x: number): number {
  requirePositive("x of digamma", x);
  let below = 0;
  let y = x;
  for (; y < FAR; y++) below += 1 / y;
  let series = 0;
  for (let k = BERNOULLI.length; k >= 1; k--) series = (BERNOULLI[k - 1] / (2 * k) + series) / (y * y);
  return Math.log(y) - 0.5 / y - series - below;
}

/**
 * ψ′(x), by recurrence up to 12 and DLMF 5.15.8 from there.
 *
 * @domain x > 0
 * @error 2e-15 relative
 * @throws GradproofError `outside-domain`
 */
export function trigamma(x: number): number {
  requirePositive("x of trigamma", x);
  let below = 0;
  let y = x;
  for (; y < FAR; y++) below += 1 / (y * y);
  let series = 0;
  for (let k = BERNOULLI.length; k >= 1; k--) series = (BERNOULLI[k - 1] + series) / (y * y);
  return below + (1 + 0.5 / y + series) / y;
}
