import { gamma } from "../core/float.js";
import type { Attainable } from "../oracles/attainable.js";
import { locate, shapesOf } from "../oracles/quantity.js";
import type { Precision } from "../oracles/tolerance.js";
import { widthsOf } from "./equalWithin.js";
import { failure, PASS, undecided, type LawJudgement } from "./law.js";

/** Results that a subject gave, and how far they may be off. */
export interface Part {
  readonly results: Float64Array;
  readonly attainable: Attainable;
}

/** What must add up, and how it is told when it does not. */
export interface Equation {
  readonly whole: Part;
  readonly parts: readonly Part[];
  /** For each number of the parts, one part after the other: which number of the whole it belongs to, −1 for none. */
  readonly to: ArrayLike<number>;
  /** What the results are. Default "gradient". */
  readonly quantity?: "value" | "gradient";
  readonly kind: string;
  says(expected: number, got: number): string;
}

/**
 * Whether each number of the whole is the sum of numbers of its parts, within what each of them may be off and what
 * adding them up loses.
 */
export function sumsOfParts(
  { whole, parts, to, quantity = "gradient", kind, says }: Equation,
  { format }: Precision,
): LawJudgement {
  const got = whole.results;
  const added = (of: (part: Part, k: number) => Float64Array): Float64Array => {
    const totals = new Float64Array(got.length);
    let at = 0;
    parts.forEach((part, k) => {
      for (const x of of(part, k)) {
        const i = to[at++];
        if (i >= 0) totals[i] += x;
      }
    });
    return totals;
  };
  const expected = added(({ results }) => results);
  const terms = added(({ results }) => results.map(() => 1));
  // Adding n terms in any order loses n·u of their sizes at most, which are the subject's own.
  const rounding = added(({ results }) => results.map(Math.abs)).map(
    (size, i) => gamma(terms[i], format.u) * size,
  );
  const allowedBy = (own: Float64Array, ofParts: readonly Float64Array[]): Float64Array => {
    const together = added((_, k) => ofParts[k]);
    return own.map((width, i) => width + together[i] + rounding[i]);
  };
  const suspect = (allowed: Float64Array): number =>
    got.findIndex((x, i) => !(Math.abs(x - expected[i]) <= allowed[i] || Object.is(x, expected[i])));
  const floors = parts.map(({ attainable }) => attainable.floors());
  if (suspect(allowedBy(whole.attainable.floors(), floors)) < 0) return PASS;
  const all = [whole, ...parts];
  // A few runs tell that each side is right by itself. In doubles the two may still differ by more than these runs, since
  // the exact results are doubles, too: then all runs are heard.
  const quick = all.map(({ attainable, results }) => widthsOf(attainable, { got: results }));
  if (quick.every(({ ok }) => ok)) {
    const [own, ...others] = quick.flatMap((found) => (found.ok ? [found.widths] : []));
    if (suspect(allowedBy(own, others)) < 0) return PASS;
  }
  const widths: Float64Array[] = [];
  for (const { attainable, results } of all) {
    const found = widthsOf(attainable);
    if (!found.ok) return undecided(found.reason);
    if (found.overflows && !results.every(Number.isFinite)) {
      return undecided("range: a textbook form overflows here");
    }
    widths.push(found.widths);
  }
  const allowed = allowedBy(widths[0], widths.slice(1));
  const i = suspect(allowed);
  if (i < 0) return PASS;
  const { result, element } = locate(shapesOf(quantity, whole.attainable.point.program), i);
  return failure(kind, `${quantity}[${result}]`, says(expected[i], got[i]), {
    element,
    expected: { low: expected[i] - allowed[i], high: expected[i] + allowed[i], value: expected[i] },
    got: got[i],
    errorOverAttainable: (3 * Math.abs(got[i] - expected[i])) / allowed[i],
  });
}
