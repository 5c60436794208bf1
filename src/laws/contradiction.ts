import type { Attainable } from "../oracles/attainable.js";
import { F, type Precision } from "../oracles/tolerance.js";
import { failure, PASS, undecided, type LawJudgement } from "./law.js";

/** Results that cannot all be right, if each is off by no more than some widths. */
export interface Contradiction {
  readonly where: string;
  readonly element: number;
  readonly reason: string;
  readonly got: number;
  /** What it would be if all the others were right. */
  readonly expected: number;
  /** How far from that it may be. */
  readonly allowed: number;
}

/** @param widths how far each result may be off, one array for each of the answers in question */
export type Find = (widths: readonly Float64Array[]) => Contradiction | undefined;

/**
 * Whether answers contradict each other by more than their rounding explains. No reference value decides, but what
 * correct arithmetic may be off by does: what only textbook forms explain is inaccurate. At an open choice of gradient
 * everything between the choices is as good.
 *
 * @param attainable one for each of the answers
 * @param find must find less where widths are larger
 */
export function contradicted(kind: string, attainable: readonly Attainable[], find: Find): LawJudgement {
  // The rounding of the last operation costs no runs, and settles most cases.
  if (!find(attainable.map((each) => each.floors()))) return PASS;
  const careful: Float64Array[] = [];
  const textbook: Float64Array[] = [];
  let overflows = false;
  for (const each of attainable) {
    const tolerance = each.fullTolerance();
    if ("undecidable" in tolerance) return undecided(tolerance.undecidable);
    const { low, high } = tolerance;
    careful.push(tolerance.careful.map((width, i) => width + (high[i] - low[i])));
    textbook.push(tolerance.textbook.map((width, i) => width + (high[i] - low[i])));
    overflows ||= tolerance.textbookOverflows;
  }
  const suspect = find(careful);
  if (!suspect) return PASS;
  const found = find(textbook);
  if (!found) return inaccurate(suspect, "rounding", "more than careful arithmetic explains");
  if (overflows && !(Number.isFinite(found.got) && Number.isFinite(found.expected))) {
    return inaccurate(found, "overflow", "a textbook form has no finite result here");
  }
  const { where, reason, element, got, expected, allowed } = found;
  return failure(kind, where, reason, {
    element,
    got,
    expected: { low: expected - allowed, high: expected + allowed, value: expected },
    errorOverAttainable: (F * Math.abs(got - expected)) / allowed,
  });
}

const inaccurate = (
  { where, element, got, reason }: Contradiction,
  kind: string,
  why: string,
): LawJudgement => ({
  verdict: "inaccurate",
  kind,
  where,
  element,
  got,
  reason: `${why}: ${reason}`,
});

/** Results with a weight, in an equation of two of them. */
export interface Weighted {
  readonly weight: number;
  readonly results: Float64Array;
}

/**
 * left + right = sum(i), element by element; widths belong to the left and to the right results, in this order.
 *
 * @param says what is equal, after the element's numbers
 */
export function equation(
  precision: Precision,
  where: string,
  [left, right]: readonly [Weighted, Weighted],
  sum: (i: number) => number,
  says: (i: number) => string,
): Find {
  const { u } = precision.format;
  return ([leftWidths, rightWidths]) => {
    for (let i = 0; i < left.results.length; i++) {
      const expected = (sum(i) - right.weight * right.results[i]) / left.weight;
      const other = Math.abs(right.weight / left.weight);
      // Results are rounded at their own sizes too, which are not the reference's when they are wrong.
      const sizes =
        Math.abs(left.results[i]) + other * Math.abs(right.results[i]) + Math.abs(sum(i) / left.weight);
      const allowed = leftWidths[i] + other * rightWidths[i] + 4 * u * sizes;
      const got = left.results[i];
      // Sums of finite results may overflow, and so do their sizes then: nothing is compared.
      const areFinite = Number.isFinite(got) && Number.isFinite(right.results[i]);
      if ((areFinite && !(Math.abs(got - expected) > allowed)) || Object.is(got, expected)) continue;
      return { where, element: i, reason: says(i), got, expected, allowed };
    }
    return undefined;
  };
}
