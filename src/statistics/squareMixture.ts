import { refuse, requireCount, requireNonNegative, requirePositive } from "./requireDomain.js";
import type { WeightLaw } from "./weightLaw.js";

/** A gain that a mixture bets on, and the share of the stake. */
export interface Bet {
  readonly gain: number;
  readonly weight: number;
}

/**
 * A mixture e-process against the hypothesis that weights have the law with deviation 1.
 *
 * E_n = Σ weight·e^(s·S − n·log E e^(s·w²)), S the sum of n squares and s the tilt of the bet's gain, starts at 1 and
 * has expectation 1 ever after: P(ever E ≥ 1/alpha) ≤ alpha (Ville 1939). For normal weights each term is the
 * likelihood ratio of the gain. If all gains are above 1, then S is an increasing function of the true deviation, and
 * the bound holds for every deviation up to 1; if all are below 1, for every one from 1 on.
 */
export class SquareMixture {
  private readonly terms: readonly {
    readonly logWeight: number;
    readonly tilt: number;
    readonly cumulant: number;
  }[];

  /** @throws GradproofError `outside-domain` unless the gains are positive and not 1, and the weights sum to 1 */
  constructor(law: WeightLaw, bets: readonly Bet[]) {
    const total = bets.reduce((sum, { weight }) => sum + weight, 0);
    // Weights are a few roundings from their sum; a larger one would not be a stake of 1.
    if (!(Math.abs(total - 1) < 1e-12)) refuse("the sum of the weights of a mixture", total, "1");
    this.terms = bets.map(({ gain, weight }) => {
      requirePositive("a gain", gain);
      requirePositive("a weight", weight);
      if (gain === 1) refuse("a gain", gain, "those that are not 1, which is the hypothesis");
      const tilt = law.tiltOf(gain * gain);
      return { logWeight: Math.log(weight), tilt, cumulant: law.logExponentialOfSquare(tilt) };
    });
  }

  /** log E_n. @domain sumOfSquares ≥ 0 in units of the hypothesis' variance, samples ≥ 0 */
  logEValue(sumOfSquares: number, samples: number): number {
    requireNonNegative("sumOfSquares", sumOfSquares);
    requireCount("samples", samples, 0);
    let largest = -Infinity;
    for (const term of this.terms) largest = Math.max(largest, exponent(term, sumOfSquares, samples));
    let total = 0;
    for (const term of this.terms) total += Math.exp(exponent(term, sumOfSquares, samples) - largest);
    return largest + Math.log(total);
  }
}

function exponent(
  {
    logWeight,
    tilt,
    cumulant,
  }: { readonly logWeight: number; readonly tilt: number; readonly cumulant: number },
  sumOfSquares: number,
  samples: number,
): number {
  return logWeight + tilt * sumOfSquares - samples * cumulant;
}
