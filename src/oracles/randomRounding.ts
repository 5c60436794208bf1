import type { Approximated } from "../core/algebra.js";
import type { FloatFormat } from "../core/float.js";
import { nextDown, nextUp } from "../core/float.js";
import type { Rounding } from "../core/numberAlgebra.js";
import type { Stream } from "../core/random.js";
import type { Tensor } from "../core/tensor.js";

/**
 * A library's log errs alike at equal and at neighbouring arguments: in half of the runs each primitive errs to one side
 * all along, as far as it was measured to, and in the other half at random.
 */
const SIDES = [-1, 0, 0, 1] as const;

/** Worst errors in ulps, as measured. */
export type IntrinsicUlps = { readonly [primitive in Approximated]?: number };

export interface RandomRoundingOptions {
  /**
   * Also move results that the format holds exactly, one step up or down, half of the time. Exact cancellations
   * (g/σ − g/σ) would otherwise stay exact in every run, and the spread would be zero where a library's is not.
   */
  readonly always?: boolean;
  /** Results below the smallest normal become zero half of the time. */
  readonly flush?: boolean;
  /** Worst errors of the subject's exp, tanh, …, in ulps; what is not there counts as 1, and nothing as less. */
  readonly intrinsicUlps?: IntrinsicUlps;
}

/**
 * Rounds every primitive up or down at random, each with probability ½ and never in proportion to the distance:
 * the spread of a few runs is then about twice that of rounding to nearest (Monte Carlo arithmetic, Parker 1997;
 * CESTAC, Vignes 2004). Sums are added up in random order: none is prescribed, and 1 − 1 + 1e-6 depends on it.
 */
export function randomRounding(
  format: FloatFormat,
  stream: Stream,
  options: RandomRoundingOptions = {},
): Rounding {
  const { always = false, flush = false, intrinsicUlps = {} } = options;
  const { name, smallestNormal, u } = format;
  const sides = new Map<Approximated, number>();
  const step = (x: number): number => {
    const bits = stream.bits();
    if ((bits & 1) === 0) return x;
    return (bits & 2) === 0 ? nextUp(x, name) : nextDown(x, name);
  };
  const round = (x: number): number => {
    const nearest = format.round(x);
    // An overflow is one, however it is rounded: the largest number of the format would pass for a result.
    if (!Number.isFinite(nearest)) return nearest;
    let y: number;
    if (nearest === x) {
      // In double precision the exact result is unknown, so a result already rounded counts as inexact.
      y = (always || name === "f64") && x !== 0 ? step(nearest) : nearest;
    } else {
      const other = nearest < x ? nextUp(nearest, name) : nextDown(nearest, name);
      y = stream.bits() < 0 ? nearest : other;
    }
    return flush && Math.abs(y) < smallestNormal && stream.bits() < 0 ? 0 : y;
  };
  return {
    round,
    order: (n) => stream.permutation(n),
    roundIntrinsic(x, primitive) {
      const spread = ((intrinsicUlps[primitive] ?? 1) - 1) * 2 * u;
      if (spread <= 0) return round(x);
      const side = sides.get(primitive) ?? stream.pick(SIDES);
      sides.set(primitive, side);
      return round(x * (1 + spread * (side === 0 ? stream.between(-1, 1) : side)));
    },
  };
}

/** The random roundings of a case depend on its numbers, so that no coordinate of every case shares its fate. */
export function contentHash(inputs: readonly Tensor[]): number {
  let h = 0x9e3779b9;
  for (const { data } of inputs) {
    const words = new Uint32Array(data.buffer, data.byteOffset, data.length * 2);
    for (let i = 0; i < words.length; i++) h = Math.imul(h ^ words[i], 0x01000193) ^ (h >>> 13);
  }
  return h | 0;
}
