import { smallestWhole } from "./bisect.js";
import type { Interval } from "./interval.js";
import { meanSquareBand } from "./meanSquareBand.js";
import { refuse, requirePositive, requireProbability } from "./requireDomain.js";
import { tailOfMeanSquare } from "./sequentialCap.js";
import type { WeightLaw } from "./weightLaw.js";

/** How often a test may be wrong: alpha when the hypothesis holds, miss when it does not. */
export interface Errors {
  readonly alpha: number;
  readonly miss: number;
}

/**
 * How many weights a fixed, two-sided test of "the gain is 1" takes to miss another gain with probability `miss` at
 * most. Exact for normal weights; for bounded ones both errors are Chernoff bounds, and so the number is an upper one.
 *
 * @domain a positive gain other than 1; 0 < alpha, miss < 1
 * @throws GradproofError `outside-domain`
 */
export function sampleSizeForGain(law: WeightLaw, gain: number, { alpha, miss }: Errors): number {
  requirePositive("the gain", gain);
  requireProbability("miss", miss);
  if (gain === 1) refuse("the gain", gain, "those that are not 1");
  return smallestWhole(1, (n) => {
    const band = meanSquareBand(law, n, alpha);
    const square = gain * gain;
    return gain > 1
      ? tailOfMeanSquare(law, band.high / square, n, "lower") <= miss
      : tailOfMeanSquare(law, band.low / square, n, "upper") <= miss;
  });
}

/**
 * How many weights two one-sided tests, each of level alpha, take to find a gain of 1 inside the region but for a
 * probability of `miss` (TOST, Schuirmann 1987).
 *
 * @domain a region around 1; 0 < alpha < 1/2, 0 < miss < 1
 * @throws GradproofError `outside-domain`
 */
export function sampleSizeForEquivalence(law: WeightLaw, region: Interval, { alpha, miss }: Errors): number {
  requireProbability("miss", miss);
  requirePositive("the low end of the region of gains", region.low);
  if (!(region.low < 1 && region.high > 1)) {
    refuse("the region of gains", `[${region.low}, ${region.high}]`, "those with 1 in their interior");
  }
  return smallestWhole(1, (n) => {
    const band = meanSquareBand(law, n, 2 * alpha);
    const low = band.high * region.low ** 2;
    const high = band.low * region.high ** 2;
    return (
      low < 1 &&
      high > 1 &&
      tailOfMeanSquare(law, low, n, "lower") + tailOfMeanSquare(law, high, n, "upper") <= miss
    );
  });
}
