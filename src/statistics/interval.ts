import { refuse } from "./requireDomain.js";

/** A closed interval; ends may be infinite. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** What an interval that holds the truth says about an equivalence region. */
export type Comparison = "inside" | "disjoint" | "draw more";

/**
 * The three-way verdict of an interval against the region that was declared equivalent in advance.
 *
 * When the interval misses the truth with probability at most alpha, so is either wrong answer: "inside" of a truth
 * that is outside, "disjoint" of one that is inside. "Not rejected" is no answer: that is `draw more`.
 *
 * @throws GradproofError `outside-domain` for an empty interval or region, or NaN
 * @example compareWithRegion({ low: 0.99, high: 1.01 }, { low: 0.975, high: 1.025 }) // "inside"
 */
export function compareWithRegion(interval: Interval, region: Interval): Comparison {
  for (const { low, high } of [interval, region]) {
    if (!(low <= high))
      refuse("an interval", `[${low}, ${high}]`, "those whose low end is at most the high one");
  }
  if (interval.low >= region.low && interval.high <= region.high) return "inside";
  return interval.low > region.high || interval.high < region.low ? "disjoint" : "draw more";
}

/** What both intervals allow. It may be empty (low > high) when one of them missed the truth. */
export const intersection = (a: Interval, b: Interval): Interval => ({
  low: Math.max(a.low, b.low),
  high: Math.min(a.high, b.high),
});
