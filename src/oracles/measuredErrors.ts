import { formatOf, type FloatType } from "../core/float.js";
import { estimateNoise, type ScalarFunction } from "./noise.js";

/** How wrong the values of a function are, and the step from which on they let most of it be seen. */
export interface Errors {
  readonly noise: (y: number) => number;
  readonly firstStep: number;
  /** The least error that a check of it can be expected to see. */
  readonly resolution: number;
}

/** The most that measuring may cost: a table of seven for every third bit of a double that a step can have. */
export const NOISE_EVALUATIONS = 105;

/** What a format promises of a function that computes in it and does not cancel inside. */
export function promisedErrors(format: FloatType, noise?: (y: number) => number): Errors {
  const { u, eta } = formatOf(format);
  return {
    noise: noise ?? ((y) => u * Math.abs(y) + eta),
    firstStep: firstStepFor(u),
    resolution: resolutionFor(u),
  };
}

/**
 * The errors of ⟨v, f⟩, told from its values, and shared out among the outputs.
 *
 * @returns `promised` itself where nothing larger is seen
 */
export function measuredErrors(
  f: ScalarFunction,
  at: {
    readonly x: Float64Array;
    readonly w: Float64Array;
    readonly v: Float64Array;
    readonly y: Float64Array;
  },
  format: FloatType,
  promised: Errors,
): Errors {
  const { x, w, v, y } = at;
  const { noise, size } = estimateNoise(f, x, w, format);
  const expected = y.reduce((total, value, j) => total + Math.abs(v[j]) * promised.noise(value), 0);
  // Results wrong by four times as much are allowed for already.
  if (noise <= 4 * expected) return promised;
  const each = noise / v.reduce((total, value) => total + Math.abs(value), 0);
  return {
    noise: (value) => Math.max(each, promised.noise(value)),
    firstStep: firstStepFor(noise / size),
    resolution: Math.max(promised.resolution, resolutionFor(noise / size)),
  };
}

/**
 * The exponent of the first step. With relative errors ε a Richardson step errs by h⁴ + ε/h: least near h = ε^(1/5),
 * and two halvings before it show how the truncation falls.
 */
export const firstStepFor = (relative: number): number =>
  Math.max(-9, Math.min(-2, Math.round(Math.log2(relative) / 5) + 2));

/** Doubles show a millionth; what is as rough as float32 shows a hundredth with certainty. */
const resolutionFor = (relative: number): number => (relative < 1e-12 ? 1e-6 : 1e-2);
