import { F64 } from "../core/float.js";
import type { Stream } from "../core/random.js";
import { differences, type DifferenceOptions, type Differences } from "./finiteDifferences.js";
import type { BlackBox } from "./line.js";
import type { Answer } from "./localise.js";
import { apart, scaleOf, scalesOf } from "./probeDirection.js";

/** The gradient's word along one direction, and what was measured there. */
export interface Evidence {
  /** ⟨g, w⟩. */
  readonly got: number;
  readonly estimate: Differences;
  /** Σ|gᵢwᵢ|. */
  readonly size: number;
  /** Σ|vⱼyⱼ|. */
  readonly outputs: number;
  /** ⟨v, J·w⟩ of a function one of whose outputs goes up by one with one of the inputs. */
  readonly unitSlope: number;
  /** Unit roundoff of the numbers that the gradient came in. */
  readonly u: number;
  /** The slope that rounding inside f may hide where no value changes; see `hiddenSlope`. */
  readonly hidden: number;
  /** Smallest error that a pass must have been able to see, relative to the derivative and to the outputs. */
  readonly resolution: number;
  /** Elements that were moved. */
  readonly elements: number;
  /** What is known to be wrong already: a test that would not have seen a sixteenth of it says nothing. */
  readonly defect: number | undefined;
}

/**
 * The decisions that a gradient checker makes, one by one. Each is a place where published checkers went wrong, so
 * each can be replaced by such a fault: that is how the checker itself is tested.
 */
export interface CheckerPieces {
  /** Which of so many inputs are checked. */
  inputs(count: number): readonly number[];
  cotangent(draw: Stream, y: Float64Array): Float64Array;
  direction(draw: Stream, x: Float64Array): Float64Array;
  derivative(
    f: BlackBox,
    x: Float64Array,
    w: Float64Array,
    v: Float64Array,
    options: DifferenceOptions,
  ): Differences;
  judge(evidence: Evidence): Answer;
  /** Whether a gradient of so many elements belongs to an input of so many. */
  fits(got: number | undefined, wanted: number): boolean;
  /** Whether what was handed out holds the same bits afterwards. */
  intact(before: Float64Array, after: Float64Array): boolean;
  /** Elements at kinks that are moved together once more, after each of them was accepted. */
  together(kinked: readonly number[]): readonly number[];
}

const sameBits = (a: Float64Array, b: Float64Array): boolean =>
  a.length === b.length && a.every((value, i) => Object.is(value, b[i]));

export const PIECES: CheckerPieces = {
  inputs: (count) => Array.from({ length: count }, (_, k) => k),
  cotangent(draw, y) {
    const scales = scalesOf(y);
    return y.map((_, j) => apart(draw) / scales[j]);
  },
  direction: (draw, x) => x.map((value) => apart(draw) * scaleOf(value)),
  derivative: differences,
  judge,
  fits: (got, wanted) => got === wanted,
  intact: sameBits,
  together: (kinked) => kinked,
};

/** Multiples of the bound within which a gradient is right, and beyond which it is wrong. Between them lies luck. */
const RIGHT = 4;
const WRONG = 8;

/** A claim of no slope passes where this part of a slope of one would show. */
const SHARE_OF_UNIT = 1 / 16;

/** No value changed with any step that counted: f is constant here, or stands on a stair of its own rounding. */
export const isUnmoved = ({ status, value }: Differences): boolean => status === "ok" && value === 0;

function judge(evidence: Evidence): Answer {
  const { got, estimate, size, u, hidden, defect } = evidence;
  const { status, value } = estimate;
  if (status === "domain") return "undecided";
  // What is not finite is no choice at a kink, and its size would make every bound infinite.
  if (!Number.isFinite(got) && Number.isFinite(value)) return status === "noisy" ? "undecided" : "wrong";
  // The dot product with w has a rounding of its own, and so have the numbers of the gradient.
  const bound =
    estimate.bound + (2 ** -50 + (u > F64.u ? u : 0)) * size + (isUnmoved(estimate) && size > 0 ? hidden : 0);
  const error = Math.abs(got - value);
  const visible = defect !== undefined && Number.isFinite(defect) ? defect / 16 : leastToSee(evidence);
  if (status === "kink" && error > bound) return "wrong";
  // Where nothing is known to be wrong, a kink is looked at element by element.
  if (status === "kink") return defect === undefined || bound <= visible ? "right" : "undecided";
  if (error <= RIGHT * bound) return bound <= visible ? "right" : "undecided";
  // A function rougher than its stated noise is no witness against anybody. NaN counts as wrong.
  return error <= WRONG * bound || status === "noisy" ? "undecided" : "wrong";
}

/**
 * The error that a pass must have been able to see. A slope under a large constant (1e14 + x²) is hidden by the
 * roundings of the outputs: it must be the slope that is claimed. A claim of no slope says nothing of how large a
 * wrong one would be: an error of the outputs' size would have to show, and, as a constant may be any size, a slope of
 * one too.
 */
function leastToSee({ estimate, size, outputs, unitSlope, resolution }: Evidence): number {
  const { smallestNormal } = F64;
  if (size > 0) return resolution * (Math.abs(estimate.value) + 0.1 * size) + smallestNormal;
  return Math.min(resolution * outputs + smallestNormal, SHARE_OF_UNIT * unitSlope);
}
