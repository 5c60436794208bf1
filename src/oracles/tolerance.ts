import type { FloatFormat } from "../core/float.js";
import type { IntrinsicUlps } from "./randomRounding.js";
import type { TieGroup } from "./ties.js";

/** What is known of a subject's arithmetic. */
export interface Precision {
  readonly format: FloatFormat;
  /** Subnormal results may become zero. */
  readonly flush: boolean;
  /** Worst errors of its exp, tanh, … in ulps. Default 1 each. */
  readonly intrinsicUlps?: IntrinsicUlps;
}

/** Multiple of the largest deviation that is accepted. */
export const F = 3;
/** An accepted error this large a part of the terms could not have failed: the case decides nothing. */
export const RHO = 1e-2;

/** What is accepted at each coordinate, by careful rules and by textbook forms. */
export interface Tolerance {
  readonly exact: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** Careful rules stay within this. */
  readonly careful: Float64Array;
  /** Textbook forms stay within this; at least `careful`. */
  readonly textbook: Float64Array;
  /** Size of the terms of the last sum. */
  readonly terms: Float64Array;
  readonly ties: readonly TieGroup[];
  /** Deviation of the sum over each tie group. */
  readonly tieDeviation: Float64Array;
  /** Some choice is open although its values are equal in every pass: conventions differ there. */
  readonly exactTies: boolean;
  /** A textbook form left the range where the careful rules did not. */
  readonly textbookOverflows: boolean;
}

/** No tolerance can be given, and why. */
export interface Undecidable {
  readonly undecidable: string;
}
