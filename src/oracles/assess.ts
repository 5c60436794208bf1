import { gamma } from "../core/float.js";
import { sum } from "../core/sum.js";
import type { Tensor } from "../core/tensor.js";
import type { Verdict } from "../record/verdict.js";
import { Attainable } from "./attainable.js";
import { F, RHO, type Precision, type Tolerance } from "./tolerance.js";
import { flatten, locate, shapesOf, type Point, type Quantity } from "./quantity.js";

/** What attainable error says of a result. */
export interface Assessment {
  readonly verdict: Extract<Verdict, "pass" | "inaccurate" | "convention" | "fail" | "inconclusive">;
  readonly reason: string;
  readonly kind?: string;
  /** Which result, and which of its elements, is the worst. */
  readonly result: number;
  readonly element: number;
  readonly expected?: { readonly low: number; readonly high: number; readonly value: number };
  readonly got?: number;
  readonly errorOverAttainable?: number;
  readonly resolution?: number;
  /** Positions of the flattened results whose sum is meant, where it is not the worst element alone. */
  readonly along?: readonly number[];
  /** The share of the gradient that the subject gives to the first coordinate of an exact tie. */
  readonly share?: string;
}

const RANK = { pass: 0, convention: 1, inconclusive: 2, inaccurate: 3, fail: 4 } as const;

interface CoordinateVerdict {
  readonly verdict: Assessment["verdict"];
  readonly reason: string;
  readonly kind?: string;
}

/**
 * Judges results of a subject against the reference.
 *
 * @param got one tensor per result, of the right shapes
 */
export function assess(
  quantity: Quantity,
  point: Point,
  got: readonly Tensor[],
  precision: Precision,
): Assessment {
  const flat = flatten(got);
  // Without elements, having the right shape is all there is to get right.
  if (flat.length === 0) return { verdict: "pass", reason: "", result: 0, element: 0 };
  const tolerance = new Attainable(quantity, point, precision).tolerance(flat);
  if ("undecidable" in tolerance) {
    return { verdict: "inconclusive", reason: tolerance.undecidable, result: 0, element: 0 };
  }
  // A failure is measured by what it failed: the interval that the textbook forms reach.
  const ratioAt = (i: number, verdict: Assessment["verdict"]): number => {
    const error = distance(tolerance, i, flat[i]);
    if (error === 0) return 0;
    // What is no number is further off than any.
    if (Number.isNaN(error)) return Infinity;
    return (F * error) / (verdict === "fail" ? tolerance.textbook : tolerance.careful)[i];
  };
  let worst = 0;
  let worstVerdict: CoordinateVerdict = { verdict: "pass", reason: "" };
  let worstRatio = 0;
  let worstRatioAt = 0;
  for (let i = 0; i < flat.length; i++) {
    const verdict = judgeCoordinate(tolerance, i, flat[i], precision);
    const ratio = ratioAt(i, verdict.verdict);
    if (!(ratio <= worstRatio)) {
      worstRatio = ratio;
      worstRatioAt = i;
    }
    const rank = RANK[verdict.verdict] - RANK[worstVerdict.verdict];
    if (rank > 0 || (rank === 0 && !(ratio <= ratioAt(worst, verdict.verdict)))) {
      worst = i;
      worstVerdict = verdict;
    }
  }
  if (worstVerdict.verdict === "pass") worst = worstRatioAt;
  const tie = worstVerdict.verdict === "fail" ? undefined : brokenTie(tolerance, flat, precision);
  const { result, element } = locate(shapesOf(quantity, point.program), worst);
  if (tie) return { ...tie, result, element };
  return {
    ...worstVerdict,
    result,
    element,
    expected: expectedAt(tolerance, worst),
    got: flat[worst],
    errorOverAttainable: worstRatio,
    ...medianResolution(tolerance),
    ...shareAtTies(tolerance, flat),
  };
}

function distance(t: Tolerance, i: number, g: number): number {
  if (g >= t.low[i] && g <= t.high[i]) return 0;
  return g < t.low[i] ? t.low[i] - g : g - t.high[i];
}

function judgeCoordinate(t: Tolerance, i: number, g: number, precision: Precision): CoordinateVerdict {
  const e = distance(t, i, g);
  const { smallestNormal } = precision.format;
  if (!Number.isFinite(g)) {
    return t.textbookOverflows
      ? {
          verdict: "inaccurate",
          reason: "a textbook form overflows here, the careful one does not",
          kind: "overflow",
        }
      : {
          verdict: "fail",
          reason: `${g} where the exact result is finite`,
          kind: Number.isNaN(g) ? "nan" : "infinite",
        };
  }
  if (e <= t.careful[i] || (Math.abs(g) < smallestNormal && Math.abs(t.exact[i]) < smallestNormal)) {
    if (!(e <= RHO * t.terms[i] + smallestNormal)) {
      return {
        verdict: "inconclusive",
        reason: "ill-conditioned: a wrong result could not be told from rounding",
      };
    }
    if (t.exactTies && Math.abs(g - t.exact[i]) > t.careful[i]) {
      return { verdict: "convention", reason: "another choice than the reference's at a kink or tie" };
    }
    return { verdict: "pass", reason: "" };
  }
  if (e <= t.textbook[i]) {
    return {
      verdict: "inaccurate",
      reason: "within what a textbook form attains, not within careful arithmetic",
      kind: "rounding",
    };
  }
  return {
    verdict: "fail",
    reason: "outside everything that correct arithmetic at this precision reaches",
    kind: "value",
  };
}

const expectedAt = (t: Tolerance, i: number) => ({
  low: t.low[i] - t.textbook[i],
  high: t.high[i] + t.textbook[i],
  value: t.exact[i],
});

/** The sum along a tie group differs from the derivative along it, which no choice changes. */
function brokenTie(
  t: Tolerance,
  g: Float64Array,
  precision: Precision,
): Omit<Assessment, "result" | "element"> | undefined {
  for (const [k, { members, expected }] of t.ties.entries()) {
    const total = sum(members.map((i) => g[i]));
    const size = sum(members.map((i) => Math.abs(g[i]) + t.terms[i]));
    // The last term is what adding them up here, in doubles, may lose; both sides were added up so.
    const allowed =
      F * t.tieDeviation[k] + 2 * precision.format.u * size + 2 * gamma(members.length, 2 ** -53) * size;
    if (!(Math.abs(total - expected) <= allowed)) {
      return {
        verdict: "fail",
        kind: "tie",
        along: members,
        reason: `the gradients of ${members.length} tied inputs add up to ${total}, not to ${expected}, whatever the choice`,
        expected: { low: expected - allowed, high: expected + allowed, value: expected },
        got: total,
        errorOverAttainable: (F * Math.abs(total - expected)) / allowed,
      };
    }
  }
  return undefined;
}

function medianResolution(t: Tolerance): { resolution?: number } {
  const ratios: number[] = [];
  for (let i = 0; i < t.terms.length; i++) if (t.terms[i] > 0) ratios.push(t.textbook[i] / t.terms[i]);
  if (ratios.length === 0) return {};
  ratios.sort((a, b) => a - b);
  return { resolution: ratios[ratios.length >> 1] };
}

/** Which part of the open interval was taken at the first open coordinate: the subject's convention. */
function shareAtTies(t: Tolerance, g: Float64Array): { share?: string } {
  if (!t.exactTies) return {};
  for (let i = 0; i < g.length; i++) {
    const width = t.high[i] - t.low[i];
    if (!(width > 4 * t.careful[i])) continue;
    // Measured from the end that is no gradient at all, so that 0 and 1 mean the same for every cotangent's sign.
    const from = Math.abs(t.low[i]) < Math.abs(t.high[i]) ? t.low[i] : t.high[i];
    const share = Math.abs(g[i] - from) / width;
    return { share: String(Math.round(share * 1000) / 1000) };
  }
  return {};
}
