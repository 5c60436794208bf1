import { dot, sum } from "../core/sum.js";
import type { Estimate } from "./estimate.js";

/** Something that can only be evaluated: all inputs in one run of numbers, all outputs in another. */
export type BlackBox = (x: Float64Array) => Float64Array;

export interface LineOptions {
  /**
   * Absolute error of an output of this size; the result may be wrong by four times as much. Default u·|y|, which
   * holds where f does not cancel inside: 1 − cos x near 0 needs u.
   */
  readonly noise?: (y: number) => number;
  /** f(x), where it is known already. */
  readonly center?: Float64Array;
  /** Level 0 steps by 2^firstStep·w. Default −9, which suits doubles that vary over their own size. */
  readonly firstStep?: number;
}

/** The first step is 2⁻⁹·w unless another is asked for, each further one half of the last. */
export const FIRST_STEP = -9;
export const MOST_LEVELS = 34;
/**
 * Evaluations of f carry `noise`, and R = (4D(h/2) − D(h))/3 has 1.5·noise/h of it. Twelve instead of 1.5 allow for
 * results wrong by four ulps, and pay for the rounding of the dot product, which is no larger than that of the
 * values: |Δy| ≤ |y₊| + |y₋|.
 */
const FLOOR = 6;
/** How much larger than the floor a difference of slopes must be to count as seen. */
const SEEN = 16;

/** Half a spacing of the doubles at y, and in the subnormal range a whole one. */
const roundingNoise = (y: number): number => 2 ** -53 * Math.abs(y) + Number.MIN_VALUE;

/** A central difference and its rounding floor. */
export interface Slope {
  readonly D: number;
  readonly floor: number;
}

export interface Settled extends Estimate {
  readonly left?: Estimate;
  readonly right?: Estimate;
}

/** f along a line through x, each point evaluated once. */
export class Line {
  evaluations = 0;
  private readonly points = new Map<number, Float64Array>();
  private readonly noise: (y: number) => number;
  private readonly firstStep: number;

  constructor(
    private readonly f: BlackBox,
    private readonly x: Float64Array,
    private readonly w: Float64Array,
    private readonly v: Float64Array,
    { noise = roundingNoise, center, firstStep = FIRST_STEP }: LineOptions,
  ) {
    this.noise = noise;
    this.firstStep = firstStep;
    if (center) this.points.set(0, center);
  }

  /** Undefined where a value that counts is not finite. */
  central(level: number): Slope | undefined {
    const h = this.stepOf(level);
    return this.slope(this.at(-h), this.at(h), 2 * h);
  }

  /**
   * A settled estimate against slopes far finer: undefined when they contradict it, and the two one-sided slopes
   * when these do not meet.
   *
   * D₊(h) − D₋(h) is h·f″ where f is smooth and constant at a kink. The two finest levels on which it is seen
   * decide: a kink when more than three quarters of it are left at h = 0 (a ratio above 0.8 from one level to the
   * next). What is left in any case is added to the bound, for kinks that are too slight to be seen.
   */
  inspect(best: Estimate, level: number, finer: number): Settled | undefined {
    const fine = this.central(finer);
    if (!fine || Math.abs(fine.D - best.value) > best.bound + fine.floor) return undefined;
    const finest = this.remainder(level, finer);
    const coarser = this.remainder(level - 1, level);
    if (!finest || !coarser) return undefined;
    const { seen, share, left, from, to } = finest.seen ? finest : coarser;
    if (seen && share > 0.75) return this.oneSided(from, to);
    return { value: best.value, bound: best.bound + Math.min(Math.abs(left), Math.abs(coarser.left)) };
  }

  /** What two levels leave of D₊ − D₋ at h = 0: nothing but noise where f is smooth. */
  bend(level: number): number {
    return Math.abs(this.remainder(level - 1, level)?.left ?? Infinity);
  }

  /** How much of D₊ − D₋ is left at h = 0, as two levels extrapolate it. */
  private remainder(from: number, to: number) {
    const [far, near] = [this.gap(from), this.gap(to)];
    if (!far || !near) return undefined;
    const ratio = this.stepOf(to) / this.stepOf(from);
    const left = to === from ? near.D : near.D - (far.D - near.D) * (ratio / (1 - ratio));
    const seen = [far, near].every((gap) => Math.abs(gap.D) > SEEN * gap.floor);
    return { from, to, left, share: left / near.D, seen: seen && to > from };
  }

  /** False where f(x) lies apart from all values around it: at a pole, say, that is closer than any step. */
  resolves(levels: readonly number[]): boolean {
    const around = levels
      .flatMap((level) => [-this.stepOf(level), this.stepOf(level)])
      .map((step) => this.projected(step));
    const low = Math.min(...around);
    const high = Math.max(...around);
    return Math.abs(this.projected(0) - (low + high) / 2) <= high - low;
  }

  /** ⟨v, f⟩; outputs with cotangent 0 do not count. */
  private projected(step: number): number {
    return sum(this.at(step).map((y, j) => (this.v[j] === 0 ? 0 : this.v[j] * y)));
  }

  /** D₊ − D₋, the difference of the one-sided slopes. */
  private gap(level: number): Slope | undefined {
    const h = this.stepOf(level);
    const doubled = this.at(0).map((y) => 2 * y);
    const outer = this.at(h).map((y, j) => y + this.at(-h)[j]);
    return this.slope(doubled, outer, h);
  }

  /**
   * The slopes on both sides, each extrapolated to h = 0 from two levels. Outputs are taken one by one, since each
   * may choose its side for itself: with cotangents of both signs the slopes of the sum would lie too close.
   */
  private oneSided(level: number, finer: number): Settled {
    const share = this.stepOf(finer) / this.stepOf(level);
    const y = this.at(0);
    let low = 0;
    let high = 0;
    let bound = 0;
    this.v.forEach((cotangent, j) => {
      if (cotangent === 0) return;
      const slopes = [-1, 1].map((side) => {
        const at = (l: number): number =>
          (side * (this.at(side * this.stepOf(l))[j] - y[j])) / this.stepOf(l);
        const correction = (at(finer) - at(level)) * (share / (1 - share));
        const floor =
          (FLOOR * (this.noise(y[j]) + this.noise(this.at(side * this.stepOf(finer))[j]))) /
          this.stepOf(finer);
        bound += Math.abs(cotangent) * (Math.abs(correction) + floor);
        return cotangent * (at(finer) + correction);
      });
      low += Math.min(...slopes);
      high += Math.max(...slopes);
    });
    return {
      value: (low + high) / 2,
      bound: (high - low) / 2 + bound,
      left: { value: low, bound },
      right: { value: high, bound },
    };
  }

  /** ⟨v, to − from⟩/length, vectors subtracted first; outputs with cotangent 0 do not count. */
  private slope(from: Float64Array, to: Float64Array, length: number): Slope | undefined {
    let floor = 0;
    const terms = new Float64Array(this.v.length);
    for (let j = 0; j < terms.length; j++) {
      if (this.v[j] === 0) continue;
      terms[j] = to[j] - from[j];
      if (!Number.isFinite(terms[j])) return undefined;
      floor += Math.abs(this.v[j]) * (this.noise(to[j]) + this.noise(from[j]));
    }
    return { D: dot(this.v, terms) / length, floor: (2 * FLOOR * floor) / length };
  }

  private stepOf(level: number): number {
    return stepOf(level, this.firstStep);
  }

  private at(step: number): Float64Array {
    let y = this.points.get(step);
    if (!y) {
      this.evaluations++;
      y = this.f(this.x.map((value, i) => value + step * this.w[i]));
      this.points.set(step, y);
    }
    return y;
  }
}

/** The step of a level, in units of w. */
export const stepOf = (level: number, firstStep = FIRST_STEP): number => 2 ** (firstStep - level);
