import { bisect, smallestWhole } from "./bisect.js";
import { chiSquareTails, type Side } from "./chiSquare.js";
import { chernoffExponent } from "./meanSquareBand.js";
import { refuse, requireProbability } from "./requireDomain.js";
import { GainEvidence, type ScaleTestOptions } from "./gainEvidence.js";
import { normalLaw, type WeightLaw } from "./weightLaw.js";

/**
 * After how many weights the sequential test of a true gain is still undecided with probability `miss` at most.
 *
 * Being undecided at n is a mean square inside some band; the probability of that is exact for normal weights, and
 * bounded by Chernoff for the others.
 *
 * @domain a gain in the interior of the region or off it, 0 < miss < 1
 * @throws GradproofError `outside-domain`
 */
export function sequentialCap(
  options: ScaleTestOptions,
  { gain, miss }: { readonly gain: number; readonly miss: number },
): number {
  requireProbability("miss", miss);
  const evidence = new GainEvidence(options);
  const { low, high } = evidence.region;
  if (!(gain > 0 && gain < Infinity) || gain === low || gain === high) {
    refuse("the gain", gain, `positive numbers that are not the ends ${low} and ${high} of the region`);
  }
  return smallestWhole(1, (n) => undecidedProbability(evidence, gain, n) <= miss);
}

/** A bound on the probability that the test has no answer at n. */
function undecidedProbability(evidence: GainEvidence, gain: number, n: number): number {
  const { low, high } = evidence.region;
  const notAbove = (end: number): number => {
    const isAbove = (meanSquare: number): boolean => evidence.isAbove(end, meanSquare * n, n);
    const centre = gain * gain;
    if (!isAbove(centre)) return 1;
    return tailOfMeanSquare(evidence.law, bisect(0, centre, isAbove).high / centre, n, "lower");
  };
  const notBelow = (end: number): number => {
    const isNotBelow = (meanSquare: number): boolean => !evidence.isBelow(end, meanSquare * n, n);
    const centre = gain * gain;
    if (isNotBelow(centre)) return 1;
    // A mean square at the end of the region refutes no gains from there on.
    return tailOfMeanSquare(evidence.law, bisect(centre, end * end, isNotBelow).low / centre, n, "upper");
  };
  if (gain > high) return notAbove(high);
  if (gain < low) return notBelow(low);
  return notAbove(low) + notBelow(high);
}

/** The probability, or a bound of it, that the mean of n squares of the law is at a point or beyond it. */
export function tailOfMeanSquare(law: WeightLaw, meanSquare: number, n: number, side: Side): number {
  const outward = side === "lower" ? meanSquare < 1 : meanSquare > 1;
  if (law.name === normalLaw.name) return chiSquareTails(meanSquare * n, n)[side].value;
  return outward ? Math.exp(-n * chernoffExponent(law, meanSquare)) : 1;
}
