import type { Side } from "./chiSquare.js";
import { betaTails, binomialKernel } from "./incompleteBeta.js";
import { newtonOnLogarithm, type SlopedTail } from "./newtonOnLogarithm.js";
import { normalUpperQuantile } from "./normalTail.js";
import { requireProbability } from "./requireDomain.js";

/**
 * The point whose lower or upper tail under the beta law is p.
 *
 * @domain 2⁻¹⁰²² ≤ p < 1; a, b ≥ 1/2
 * @error 1e-14 relative
 * @throws GradproofError `outside-domain`
 */
export function betaQuantile(p: number, a: number, b: number, side: Side): number {
  const odds = betaOddsQuantile(p, a, b, side);
  return odds === Infinity ? 1 : odds / (1 + odds);
}

/**
 * The same as odds x/(1 − x), which keep their digits at both ends.
 *
 * @domain 2⁻¹⁰²² ≤ p < 1; a, b ≥ 1/2
 * @error 1e-14 relative
 * @throws GradproofError `outside-domain`
 */
export function betaOddsQuantile(p: number, a: number, b: number, side: Side): number {
  requireProbability("p of a beta quantile", p);
  const sloped = (odds: number): SlopedTail => {
    const mirrored = odds > 1;
    // From the end that is nearer, so that no digits of x or 1 − x are lost.
    const x = mirrored ? 1 / (1 + odds) : odds / (1 + odds);
    const tails = mirrored ? betaTails(x, b, a) : betaTails(x, a, b);
    const tail = tails[(side === "lower") === mirrored ? "upper" : "lower"];
    const kernel = mirrored ? binomialKernel(x, b, a) : binomialKernel(x, a, b);
    const slope = Math.exp(kernel.log + Math.log(a * (b / (a + b))) - tail.log);
    return { tail, slope: side === "lower" ? slope : -slope };
  };
  // The logarithm of the odds is about normal.
  const z = normalUpperQuantile(p) * (side === "upper" ? 1 : -1);
  return newtonOnLogarithm(p, (a / b) * Math.exp(z * Math.sqrt(1 / a + 1 / b)), sloped);
}
