import { formatOf, type FloatType } from "../core/float.js";
import type { CheckerPieces } from "./checkerPieces.js";
import type { Estimate } from "./estimate.js";
import type { Differences } from "./finiteDifferences.js";
import type { Answer } from "./localise.js";

/** A function of several arrays of doubles, and of nothing else. */
export type Values = (xs: readonly Float64Array[]) => Float64Array;
/** Jᵀ·v: one array per input. */
export type Pullback = (xs: readonly Float64Array[], v: Float64Array) => readonly Float64Array[];

export interface GradientCheckOptions {
  /** Names the random directions. Default 0. */
  readonly seed?: number;
  /** Random directions per input; each costs one reverse pass. Default 3. */
  readonly probes?: number;
  /** Evaluations of f that may be spent. Default 250. */
  readonly mostEvaluations?: number;
  /** Evaluations that may be spent on top of these to trace a wrong gradient to single elements. Default 2250. */
  readonly mostTracing?: number;
  /**
   * A pass that could not have seen an error of this size is no pass: relative to the derivative along a direction
   * and to the outputs, which it would change by as much as themselves. Default 1e-6, and 1e-2 where f is as rough as
   * float32.
   */
  readonly resolution?: number;
  /** See `DifferenceOptions`. Default: what the format promises; measured where that seems to be broken. */
  readonly noise?: (y: number) => number;
  /** The format of the numbers that f takes and gives. Default "f64". */
  readonly format?: FloatType;
  /** The only cotangent that is asked for. Default: random ones. */
  readonly cotangent?: Float64Array;
  /** The decisions of the checker, to be replaced one by one when it is tested itself. Default `PIECES`. */
  readonly pieces?: CheckerPieces;
}

export interface GradientCheck {
  /** `convention`: every one-sided slope at a kink was accepted, and tied inputs are right together. */
  readonly verdict: "pass" | "fail" | "inconclusive" | "convention";
  /** In words; empty for a pass. */
  readonly reason: string;
  /** What kind of wrong. */
  readonly kind?: "value" | "shape" | "mutates" | "repeat";
  readonly evaluations: number;
  readonly reversePasses: number;
  /** Where a wrong gradient was found. */
  readonly found?: Found;
  /** What the errors of f were taken for, where a gradient is wrong. */
  readonly noise?: (y: number) => number;
}

export interface Found {
  readonly input: number;
  /** Where `alone`, each is wrong by itself. Else none could be named: the fewest that are wrong together. */
  readonly elements: readonly number[];
  readonly alone: boolean;
  /** All other elements of this input were found right. */
  readonly complete: boolean;
  /** The gradient of the first element, and what it should be; of a group, the slopes along `along`. */
  readonly got: number;
  readonly expected: Estimate;
  /** The one-sided slopes at a kink. */
  readonly between?: readonly [number, number];
  /** How far the elements of a group are moved, 1 at most. */
  readonly along: readonly number[];
  /** The cotangent for which it is wrong. */
  readonly cotangent: Float64Array;
}

/** One direction through one input, with its derivative and what the gradient says of it. */
export interface Probe {
  readonly estimate: Differences;
  readonly got: number;
  readonly answer: Answer;
  /** Σ|gᵢwᵢ|. */
  readonly size: number;
  /** See `Evidence`. */
  readonly unitSlope: number;
}

/** A probe of some elements, in their own units: the longest of the steps counts as 1. */
export function perUnit(
  elements: readonly number[],
  { got, estimate }: Pick<Probe, "got" | "estimate">,
): Pick<Found, "got" | "expected" | "between" | "along"> {
  const steps = elements.map((i) => estimate.direction[i]);
  const unit = steps.reduce((most, step) => (Math.abs(step) > Math.abs(most) ? step : most), 0);
  const { value, bound, left, right } = estimate;
  const sides = left && right ? [left.value / unit, right.value / unit].sort((a, b) => a - b) : undefined;
  return {
    got: got / unit,
    expected: { value: value / unit, bound: bound / Math.abs(unit) },
    ...(sides && { between: [sides[0], sides[1]] as const }),
    along: steps.map((step) => step / unit),
  };
}

/** What is wrong with one element, or with several together. */
export function foundIn(
  input: number,
  cotangent: Float64Array,
  g: Float64Array,
  elements: readonly number[],
  probe: Probe,
): Found {
  const alone = elements.length === 1;
  const found = perUnit(elements, probe);
  return {
    input,
    elements,
    alone,
    complete: false,
    ...found,
    // As it came, without the rounding of a product.
    got: alone ? g[elements[0]] : found.got,
    cotangent,
  };
}

/** Parallel sums may be added up in another order; nothing else may change. NaN is as good as NaN. */
export function nearlyEqual(a: Float64Array, b: Float64Array | undefined, format: FloatType): boolean {
  const largest = a.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return (
    b?.length === a.length &&
    a.every((x, i) => Object.is(x, b[i]) || Math.abs(x - b[i]) <= 64 * formatOf(format).u * largest)
  );
}
