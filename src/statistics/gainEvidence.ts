import { refuse, requirePositive, requireProbability } from "./requireDomain.js";
import type { Interval } from "./interval.js";
import { SquareMixture, type Bet } from "./squareMixture.js";
import type { WeightLaw } from "./weightLaw.js";

/** Gains from 0.975… to 1.025: within 2.5 % of the promised deviation. */
export const GAIN_REGION: Interval = { low: 1 / 1.025, high: 1.025 };

export interface ScaleTestOptions {
  readonly law: WeightLaw;
  /** The probability of either wrong answer, at any time of stopping. */
  readonly alpha: number;
  /** Gains that count as right. Default: `GAIN_REGION`. */
  readonly region?: Interval;
}

/**
 * What n weights with a sum of squares S, in units of the promised variance, say about their gain.
 *
 * Each hypothetical gain has two mixture e-processes, which bet that the true one is larger and that it is smaller. The
 * gains that neither refutes at alpha/2 are an interval, which holds the true gain at all times together with
 * probability 1 − alpha (Ville 1939; Howard, Ramdas, McAuliffe and Sekhon 2021). The bets are relative to the
 * hypothesis, so that two mixtures do for all of them.
 */
export class GainEvidence {
  readonly law: WeightLaw;
  readonly region: Interval;
  private readonly larger: SquareMixture;
  private readonly smaller: SquareMixture;
  private readonly threshold: number;

  /** @throws GradproofError `outside-domain` */
  constructor({ law, alpha, region = GAIN_REGION }: ScaleTestOptions) {
    requireProbability("alpha", alpha);
    requirePositive("the low end of the region of gains", region.low);
    if (!(region.high > region.low && region.high < Infinity)) {
      refuse(
        "the high end of the region of gains",
        region.high,
        `finite numbers above its low end ${region.low}`,
      );
    }
    this.law = law;
    this.region = region;
    this.larger = new SquareMixture(law, bets(law, region, 1));
    this.smaller = new SquareMixture(law, bets(law, region, -1));
    this.threshold = Math.log(2) - Math.log(alpha);
  }

  /** All gains up to this one are refuted. It stays so when the sum grows. */
  isAbove(gain: number, sumOfSquares: number, samples: number): boolean {
    return this.larger.logEValue(sumOfSquares / (gain * gain), samples) >= this.threshold;
  }

  /** All gains from this one on are refuted. It stays so when the sum shrinks. */
  isBelow(gain: number, sumOfSquares: number, samples: number): boolean {
    return this.smaller.logEValue(sumOfSquares / (gain * gain), samples) >= this.threshold;
  }
}

/** What is bet on beside a hypothetical gain: 1 there. Half of the stake goes to the width of the region. */
function bets(law: WeightLaw, region: Interval, direction: 1 | -1): Bet[] {
  const width = Math.sqrt(region.high / region.low);
  const gains = [1, 0.5, 2, 4, 8, 16, 32, 64]
    .map((exponent) => width ** (direction * exponent))
    // A bounded law has no tilt beyond its limit; and a gain of 1000 is found by bets on less.
    .filter((gain) => gain * gain > law.meanSquares.low && gain * gain < law.meanSquares.high);
  const others = gains.length - 1;
  return gains.map((gain, i) => ({ gain, weight: others === 0 ? 1 : i === 0 ? 0.5 : 0.5 / others }));
}
