import type { Attainable } from "../oracles/attainable.js";
import { RHO, type Precision } from "../oracles/tolerance.js";
import { widthsOf } from "./equalWithin.js";
import { PASS, undecided, type LawJudgement } from "./law.js";

/** Something that results must come to, and how far correct ones may be off. */
export interface Equation {
  readonly got: number;
  readonly expected: number;
  readonly allowed: number;
  /** Of the terms: an error of a hundredth of it, though it is allowed, is not told from a fault. */
  readonly size: number;
  /** What is wrong where it does not hold; the numbers are added. */
  failed(): LawJudgement;
}

/**
 * Whether all equations hold. They are made from what each result may be off by: at first from the rounding of the
 * last sum, which costs no runs and settles most cases; then from all that accepted forms attain.
 *
 * @param equations from one run of widths for each of `attainable`
 * @param options as of `widthsOf`
 */
export function allHold(
  attainable: readonly Attainable[],
  { format }: Precision,
  equations: (widths: readonly Float64Array[]) => readonly Equation[],
  options: { readonly choices?: boolean } = {},
): LawJudgement {
  const plain = equations(attainable.map((each) => each.floors()));
  if (plain.every((equation) => holds(equation) && isTelling(equation, format.smallestNormal))) return PASS;
  const widths: Float64Array[] = [];
  let overflows = false;
  for (const each of attainable) {
    const full = widthsOf(each, options);
    if (!full.ok) return undecided(full.reason);
    overflows ||= full.overflows;
    widths.push(full.widths);
  }
  const all = equations(widths);
  const wrong = worst(all.filter((equation) => !holds(equation)));
  if (!wrong) {
    return all.every((equation) => isTelling(equation, format.smallestNormal))
      ? PASS
      : undecided("ill-conditioned: a wrong result could not be told from rounding");
  }
  const { got, expected, allowed } = wrong;
  if (overflows && !Number.isFinite(got)) return undecided("range: a textbook form overflows here");
  return {
    ...wrong.failed(),
    expected: { low: expected - allowed, high: expected + allowed, value: expected },
    got,
    errorOverAttainable: ratio(wrong),
  };
}

const holds = ({ got, expected, allowed }: Equation): boolean => Math.abs(got - expected) <= allowed;

const isTelling = ({ got, expected, size }: Equation, least: number): boolean =>
  Math.abs(got - expected) <= RHO * size + least;

const ratio = ({ got, expected, allowed }: Equation): number => (3 * Math.abs(got - expected)) / allowed;

/** NaN is further off than anything. */
const worst = (wrong: readonly Equation[]): Equation | undefined =>
  wrong.length === 0 ? undefined : wrong.reduce((a, b) => (ratio(b) <= ratio(a) ? a : b));

/** How far a weighted sum of results may be off, each by its width, and by its own rounding where it is far too large. */
export function slackOfSum(
  weights: ArrayLike<number>,
  results: ArrayLike<number>,
  widths: ArrayLike<number>,
  { format }: Precision,
): number {
  let slack = 0;
  for (let i = 0; i < weights.length; i++) {
    const size = Math.abs(weights[i]);
    slack += size * (widths[i] + 4 * format.u * Math.abs(results[i]) + format.smallestNormal);
  }
  return slack;
}
