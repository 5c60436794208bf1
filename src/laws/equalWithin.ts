import { dot, sum } from "../core/sum.js";
import type { Attainable } from "../oracles/attainable.js";
import type { Precision } from "../oracles/tolerance.js";
import { PASS, undecided, type LawJudgement } from "./law.js";

/** One side of an equation: results of a subject, weighted and added up. */
export interface Side {
  readonly weights: Float64Array;
  readonly results: Float64Array;
  /** How far the results may be off. */
  readonly attainable: Attainable;
}

/**
 * Whether two weighted sums of results agree, within what the results may be off, and their rounding at their own
 * sizes, which are not the reference's when a derivative is wrong.
 *
 * @param failed says what the two sides are
 */
export function equalWithin(
  precision: Precision,
  left: Side,
  right: Side,
  failed: (left: number, right: number) => LawJudgement,
): LawJudgement {
  const { u, smallestNormal } = precision.format;
  const sides = [left, right];
  const [a, b] = sides.map(({ weights, results }) => dot(weights, results));
  const finite = sides.every(({ results }) => results.every(Number.isFinite));
  if (finite && !Number.isFinite(a - b)) return undecided("range: the sums of the results overflow");
  const budget = (widths: readonly Float64Array[]): number =>
    sides.reduce((total, { weights, results }, k) => {
      const sizes = weights.map(Math.abs);
      // Of what underflows nobody promises anything.
      const underflow = smallestNormal * sum(sizes);
      return total + dot(sizes, widths[k]) + 4 * u * dot(sizes, results.map(Math.abs)) + underflow;
    }, 0);
  const difference = Math.abs(a - b);
  // The floors of the tolerances cost no runs, and settle most cases.
  if (difference <= budget(sides.map(({ attainable }) => attainable.floors()))) return PASS;
  const widths: Float64Array[] = [];
  for (const { attainable, results } of sides) {
    const full = widthsOf(attainable);
    if (!full.ok) return undecided(full.reason);
    if (full.overflows && !results.every(Number.isFinite)) {
      return undecided("range: a textbook form overflows here");
    }
    widths.push(full.widths);
  }
  const allowed = budget(widths);
  if (difference <= allowed) return PASS;
  return {
    ...failed(a, b),
    element: 0,
    expected: { low: b - allowed, high: b + allowed, value: b },
    got: a,
    errorOverAttainable: (3 * difference) / allowed,
  };
}

/**
 * Accepted width on both sides of each result, hulls at open choices included.
 *
 * @param options.choices whether a choice at a kink may move a result; false where what is made of them does not depend
 * on any. Default true
 * @param options.got what is to be accepted: where it is right, few runs tell so, and the widths are no wider than that
 * takes. Default: the widths after all runs
 */
export function widthsOf(
  attainable: Attainable,
  { choices = true, got }: { readonly choices?: boolean; readonly got?: Float64Array } = {},
) {
  const tolerance = got ? attainable.tolerance(got) : attainable.fullTolerance();
  if ("undecidable" in tolerance) return { ok: false, reason: tolerance.undecidable } as const;
  return {
    ok: true,
    overflows: tolerance.textbookOverflows,
    widths: tolerance.textbook.map((t, i) => (choices ? t + (tolerance.high[i] - tolerance.low[i]) : t)),
  } as const;
}
