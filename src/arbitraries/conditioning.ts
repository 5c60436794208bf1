import type { Algebra } from "../core/algebra.js";
import { F32, nextDown32, nextUp32 } from "../core/float.js";
import { doubles, largest, rounded, type Decision, type Gates } from "../core/numberAlgebra.js";
import type { NdArray } from "../core/tensor.js";

type Arrays = readonly NdArray<number>[];

function towardsZero(x: number): number {
  const y = Math.fround(x);
  if (!Number.isFinite(y) || Math.abs(y) <= Math.abs(x)) return y;
  return y > 0 ? nextDown32(y) : nextUp32(y);
}

/**
 * The two roundings to float32 that conditioning is measured with. Rounding towards zero errs to one side: errors that
 * cancel under rounding to nearest add up there.
 */
const ROUNDINGS = [F32.round, towardsZero].map((round) => ({ round, roundIntrinsic: round }));

/** The comparison sites of one pass: how far the winner was ahead, and of what size it was. */
class Margins implements Gates {
  readonly sites: { readonly margin: number; readonly size: number; readonly jump: boolean }[] = [];

  decide(values: ArrayLike<number>, jump: boolean): Decision {
    const members = largest(values);
    const top = values[members[0]];
    let margin = Infinity;
    for (let i = 0; i < values.length; i++) if (i !== members[0]) margin = Math.min(margin, top - values[i]);
    this.sites.push({ margin, size: Math.abs(top), jump });
    return { members, hull: false };
  }

  floor(x: number): number {
    this.sites.push({ margin: Math.abs(x - Math.round(x)), size: Math.abs(x), jump: true });
    return Math.floor(x);
  }
}

/** One computation in doubles and, side by side, in float32 under both roundings. */
export interface Measured {
  readonly exact: Arrays;
  readonly float32: readonly Arrays[];
  /** Comparisons that float32 arithmetic may decide either way. */
  readonly closeCalls: number;
  /** Some argument lies at a jump, where there is no derivative, or closer than rounding can tell. */
  readonly atJump: boolean;
}

/** The arithmetics of one drawing, made once: it measures thousands of small computations. */
export class Meter {
  private readonly margins = [new Margins(), ...ROUNDINGS.map(() => new Margins())];
  private readonly arithmetics = [
    doubles(this.margins[0]),
    ...ROUNDINGS.map((rounding, r) => rounded(rounding, this.margins[r + 1])),
  ];

  /** @param compute is called once for each arithmetic; `which` counts them from 0, doubles first */
  measure(compute: (A: Algebra<number>, which: number) => Arrays): Measured {
    for (const { sites } of this.margins) sites.length = 0;
    const [exact, ...float32] = this.arithmetics.map((A, which) => compute(A, which));
    const [{ sites }, ...others] = this.margins;
    let closeCalls = 0;
    let atJump = false;
    sites.forEach(({ margin, size, jump }, s) => {
      const spread = Math.max(...others.map((other) => Math.abs(other.sites[s].margin - margin)));
      // Four times the spread of two roundings is about what three times that of many random ones is.
      const close = spread === 0 ? jump && margin === 0 : margin <= 4 * spread + 2 * F32.u * size;
      if (close) closeCalls++;
      if (close && jump) atJump = true;
    });
    return { exact, float32, closeCalls, atJump };
  }
}

/**
 * How often a rounding was multiplied on its way: the largest difference that float32 arithmetic makes in an array, in
 * roundoffs of its largest element. Infinity where float32 leaves its range.
 */
export function conditionOf({ exact, float32 }: Pick<Measured, "exact" | "float32">): number {
  let worst = 0;
  exact.forEach(({ data }, k) => {
    let size = 0;
    let spread = 0;
    for (let i = 0; i < data.length; i++) {
      size = Math.max(size, Math.abs(data[i]));
      for (const rounded of float32) {
        const difference = Math.abs(rounded[k].data[i] - data[i]);
        if (!(difference <= spread)) spread = difference;
      }
    }
    if (spread > 0) worst = Math.max(worst, spread / (F32.u * size));
    if (Number.isNaN(spread)) worst = Infinity;
  });
  return worst;
}
