import { logMeanExponential, tiltedMeanFourth, tiltedMeanSquare } from "./exponentialOfSquare.js";
import { bisect } from "./bisect.js";
import { normalTails } from "./normalTail.js";
import type { Interval } from "./interval.js";
import { refuse } from "./requireDomain.js";

/**
 * A law that initialisers promise, scaled to mean 0 and standard deviation 1: a promised weight is its deviation times
 * a variable of the law, and a library's *gain* is the factor by which its weights are larger than that.
 */
export interface WeightLaw {
  readonly name: "normal" | "uniform" | "truncatedNormal";
  /** No |w| is larger. */
  readonly limit: number;
  /** E w⁴. */
  readonly fourthMoment: number;
  /** P(w ≤ x). */
  cdf(x: number): number;
  /** The mean squares that `tiltOf` takes: all that matter, but for the neighbourhoods of 0 and of the square of the limit. */
  readonly meanSquares: Interval;
  /** log E e^(s·w²), for s below ½ (normal), or where |s|·limit² is below 590 (bounded laws). */
  logExponentialOfSquare(s: number): number;
  /** The s for which E w²·e^(s·w²)/E e^(s·w²) is this: the tilt of best exponential bound when the mean square is that. */
  tiltOf(meanSquare: number): number;
  /** The inverse of that, the derivative of `logExponentialOfSquare`. */
  meanSquareOf(s: number): number;
}

export const normalLaw: WeightLaw = {
  name: "normal",
  limit: Infinity,
  fourthMoment: 3,
  meanSquares: { low: 2 ** -40, high: 2 ** 40 },
  cdf: (x) => normalTails(x).lower.value,
  logExponentialOfSquare: (s) => {
    if (!(s < 0.5)) refuse("the tilt of a normal law", s, "numbers below 1/2");
    return -0.5 * Math.log1p(-2 * s);
  },
  tiltOf: (meanSquare) => {
    requireWithin(normalLaw.meanSquares, meanSquare);
    return 0.5 - 0.5 / meanSquare;
  },
  meanSquareOf: (s) => 1 / (1 - 2 * s),
};

/** Uniform on [−√3, √3]. */
export const uniformLaw: WeightLaw = boundedLaw("uniform", 0, (u) => (1 + u) / 2);

/**
 * The normal law without what is beyond `cut` of its deviations, scaled to a deviation of 1 again: for a cut of 2,
 * w has the limit 2/0.87962566…
 *
 * @domain 0.01 ≤ cut ≤ 20
 * @throws GradproofError `outside-domain`
 */
export function truncatedNormalLaw(cut = 2): WeightLaw {
  if (!(cut >= 0.01 && cut <= 20))
    refuse("the cut of a truncated normal law", cut, "numbers from 0.01 to 20");
  const beyond = normalTails(cut).upper.value;
  const within = 1 - 2 * beyond;
  return boundedLaw("truncatedNormal", -0.5 * cut * cut, (u) => {
    const upper = (normalTails(Math.abs(u) * cut).upper.value - beyond) / within;
    return u < 0 ? upper : 1 - upper;
  });
}

/** The standard deviation of a normal variable after the cut, as a share of what it was: 0.87962566 for 2. */
export function truncationFactor(cut: number): number {
  return cut / truncatedNormalLaw(cut).limit;
}

/** The law of a density ∝ e^(c·u²) on [−1, 1], scaled to the deviation 1. `cdf` is that of u. */
function boundedLaw(name: WeightLaw["name"], c: number, cdf: (u: number) => number): WeightLaw {
  const meanSquare = tiltedMeanSquare(c);
  const limit = 1 / Math.sqrt(meanSquare);
  const base = logMeanExponential(c);
  const meanSquares = { low: 0.001 / meanSquare, high: 0.998 / meanSquare };
  return {
    name,
    limit,
    meanSquares,
    fourthMoment: tiltedMeanFourth(c) / (meanSquare * meanSquare),
    cdf: (x) => {
      if (Math.abs(x) >= limit) return x > 0 ? 1 : 0;
      return cdf(x / limit);
    },
    meanSquareOf: (s) => tiltedMeanSquare(c + s / meanSquare) / meanSquare,
    logExponentialOfSquare: (s) => logMeanExponential(c + s / meanSquare) - base,
    tiltOf: (wanted) => {
      requireWithin(meanSquares, wanted);
      // The mean squares of the tilts ±590 are 0.0009 and 0.9991 of the limit's.
      const t = bisect(-590, 590, (x) => tiltedMeanSquare(x) >= wanted * meanSquare).high;
      return (t - c) * meanSquare;
    },
  };
}

function requireWithin({ low, high }: Interval, meanSquare: number): void {
  if (!(meanSquare >= low && meanSquare <= high)) {
    refuse("a mean square of the law", meanSquare, `numbers from ${low} to ${high}`);
  }
}
