import { ulp, type FloatType } from "../core/float.js";
import { unknown, type Estimate } from "./estimate.js";
import {
  FIRST_STEP,
  Line,
  MOST_LEVELS,
  stepOf,
  type BlackBox,
  type LineOptions,
  type Slope,
} from "./line.js";

export interface DifferenceOptions extends LineOptions {
  /** Somebody's derivative: the search may stop as soon as it agrees with it to `accuracy`. */
  readonly expected?: number;
  /** Relative to |derivative| + `size`. Default 2e-10. */
  readonly accuracy?: number;
  /** Steps that may be tried, each half of the one before. Default 34. */
  readonly levels?: number;
  /** What the derivative is a sum of, Σ|gᵢwᵢ| or a part of it. Default 0. */
  readonly size?: number;
  /** The format of x, in which every step along the direction must be exact. Default "f64". */
  readonly format?: FloatType;
}

export interface Differences extends Estimate {
  /**
   * - `ok`: the derivative is within the bound;
   * - `kink`: the slopes differ on the two sides, and the bound covers both;
   * - `domain`: no three steps in a row gave finite values on both sides, or w is too short for exact ones;
   * - `noisy`: no step settled: f is rougher than `noise` says, or jumps. The bound comes from what was seen.
   */
  readonly status: "ok" | "kink" | "domain" | "noisy";
  /** The direction that was measured: w, rounded so that every step along it is exact. */
  readonly direction: Float64Array;
  /** Evaluations of f. */
  readonly evaluations: number;
  /** Slopes towards −w and +w; only at a kink. They hull what each output may choose for itself. */
  readonly left?: Estimate;
  readonly right?: Estimate;
}

/** Bits that a direction keeps, so that even the shortest step along it is exact. */
const DIRECTION_BITS = 8;
/** A settled estimate is looked at once more with a step so many levels shorter: aliases and kinks show there. */
const SENTINEL = 10;
/** Two for each level, and the point itself. */
export const MOST_EVALUATIONS = 2 * MOST_LEVELS + 1;

/**
 * The derivative of ⟨v, f⟩ along w, by central differences with halved steps, one Richardson step, and a rounding
 * floor. Typically 9 evaluations, at most `MOST_EVALUATIONS`.
 *
 * @shape x, w: [n]; v: [m] → scalar, along the returned `direction`
 * @domain f is as precise as `noise` says. What varies by less than that, or within the shortest step, nobody can see
 *   in its values: x² + sin x at x = 1e8, or a float32 function of which the noise is not stated.
 * @error `bound`: |R(h/2) − R(h)| plus the floor, plus what is left of a kink too slight to be told. Measured on nine
 *   functions over ten decades: 9 of 180,000 derivatives outside.
 */
export function differences(
  f: BlackBox,
  x: Float64Array,
  w: Float64Array,
  v: Float64Array,
  options: DifferenceOptions = {},
): Differences {
  const { direction, levels } = exactDirection(x, w, options.levels, options);
  const line = new Line(f, x, direction, v, options);
  const { expected, accuracy = 2e-10, size = 0 } = options;
  const result = (status: Differences["status"], estimate: Estimate): Differences => ({
    ...estimate,
    status,
    direction,
    evaluations: line.evaluations,
  });
  if (w.every((step) => step === 0)) return result("ok", { value: 0, bound: 0 });

  const steps: Step[] = [];
  let best = unknown;
  let refuted = false;
  for (const step of richardson(line, levels)) {
    steps.push(step);
    best = better(best, { value: step.R, bound: step.truncation + step.floor });
    if (
      expected !== undefined &&
      Math.abs(expected - best.value) <= 4 * best.bound &&
      best.bound <= accuracy * (Math.abs(best.value) + size)
    ) {
      return result("ok", best);
    }
    if (!refuted && step.converging && step.truncation <= step.floor) {
      const settled = line.inspect(best, step.level, Math.min(step.level + SENTINEL, levels - 1));
      if (settled) return { ...result(settled.left ? "kink" : "ok", settled), ...settled };
      // It was luck, then; a second stroke of it is not waited for.
      refuted = true;
    }
  }
  if (steps.length === 0) return result("domain", unknown);
  const finest = steps.slice(-16);
  if (!line.resolves(finest.map(({ level }) => level))) return result("noisy", unknown);
  const roughness = Math.max(1, ...finest.map(({ truncation, floor }) => truncation / floor));
  return result(roughness === 1 ? "ok" : "noisy", roughEstimate(line, steps, roughness));
}

/** One Richardson step. */
interface Step {
  readonly level: number;
  readonly R: number;
  /** How far R is from the one before. */
  readonly truncation: number;
  /** What rounding can do to R. */
  readonly floor: number;
  /** Slopes of a smooth function approach each other fourfold per level, until noise is all that is left. */
  readonly converging: boolean;
}

/** Every step that has two finite levels before it; levels with values that are not finite are skipped. */
function* richardson(line: Line, levels: number): Generator<Step> {
  let slopes: Slope[] = [];
  for (let level = 0; level < levels; level++) {
    const slope = line.central(level);
    slopes = slope ? [slope, ...slopes.slice(0, 2)] : [];
    if (slopes.length < 3) continue;
    const [{ D, floor }, half, whole] = slopes;
    const R = (4 * D - half.D) / 3;
    yield {
      level,
      R,
      truncation: Math.abs(R - (4 * half.D - whole.D) / 3),
      floor,
      converging: Math.abs(D - half.D) <= Math.abs(half.D - whole.D) / 2 + floor,
    };
  }
}

/**
 * Where no step settled, f tells its noise itself: by how much the shortest steps exceed their floors. The longest
 * step is taken from which on noise is all that is left, up to four times what the shortest half of the steps have
 * shown of it.
 */
function roughEstimate(line: Line, steps: readonly Step[], roughness: number): Estimate {
  const last = steps.findLastIndex(({ truncation, floor }) => !(truncation <= 4 * roughness * floor));
  const { level, R, truncation, floor } = steps[Math.min(last + 1, steps.length - 1)];
  return { value: R, bound: truncation + 4 * roughness * floor + line.bend(level) };
}

/** The tighter estimate, unless the later one contradicts it: then the first was an alias, or saw across a kink. */
const better = (best: Estimate, later: Estimate): Estimate =>
  later.bound < best.bound || contradicts(later, best) ? later : best;

const contradicts = (a: Estimate, b: Estimate): boolean =>
  Math.abs(a.value - b.value) > 4 * (a.bound + b.bound);

/**
 * w, rounded to so few bits that x ± 2⁻ᵏ·w is a number of the format for every level, and how many levels that leaves. A step
 * that is rounded moves along another direction, and nothing would tell. Only where a step leaves the binade of x
 * upwards (1 coordinate in 250) is the last bit of x lost: half a spacing, as small as the noise of the values.
 */
export function exactDirection(
  x: Float64Array,
  w: Float64Array,
  mostLevels = MOST_LEVELS,
  { firstStep = FIRST_STEP, format = "f64" }: Pick<DifferenceOptions, "firstStep" | "format"> = {},
): { readonly direction: Float64Array; readonly levels: number } {
  // The spacing of x + step is never finer than that of its larger part. Rounding may lengthen a step by 2⁻⁸ of
  // itself, and just so take it into the next binade.
  const reach = 2 ** firstStep * (1 + 2 ** -DIRECTION_BITS);
  const spacing = x.map((value, i) => ulp(Math.abs(value) + reach * Math.abs(w[i]), format));
  let levels = mostLevels;
  w.forEach((step, i) => {
    if (step === 0) return;
    const room = Math.floor(Math.log2(Math.abs(step) / spacing[i])) - DIRECTION_BITS + firstStep + 1;
    levels = Math.max(0, Math.min(levels, room));
  });
  const finest = 2 ** (levels - 1 - firstStep);
  return {
    direction: w.map((step, i) => Math.round(step / (spacing[i] * finest)) * (spacing[i] * finest)),
    levels,
  };
}

/** Every point that `differences` may evaluate with so many levels, for callers who must ask beforehand. */
export function differencePoints(x: Float64Array, w: Float64Array, mostLevels: number): Float64Array[] {
  const { direction, levels } = exactDirection(x, w, mostLevels);
  const steps = Array.from({ length: levels }, (_, level) => stepOf(level)).flatMap((h) => [h, -h]);
  return [0, ...steps].map((step) => x.map((value, i) => value + step * direction[i]));
}
