import { DOUBLES } from "../core/numberAlgebra.js";
import { Attainable } from "../oracles/attainable.js";
import { compute, flatten } from "../oracles/quantity.js";
import { F, RHO, type Precision } from "../oracles/tolerance.js";
import type { Case } from "../record/case.js";
import { widthsOf } from "./equalWithin.js";
import {
  askGradient,
  failure,
  PASS,
  pointOf,
  readAnswer,
  undecided,
  type Law,
  type LawJudgement,
} from "./law.js";
import { affineAt, normalizedIn } from "./normalized.js";

/** Positions of elements that are normalised by themselves; undefined in programs of several ops. */
function loneIn(c: Case): number[] | undefined {
  const { nodes, ops, shapes } = pointOf(c).program;
  const { normalization } = ops[0] ?? {};
  if (nodes.length !== 1 || !normalization?.centres) return undefined;
  return normalization
    .groups(shapes[nodes[0].inputs[0]], nodes[0].attributes)
    .flatMap((group) => (group.length === 1 ? [...group] : []));
}

/**
 * Of a group of one element, from which the mean is subtracted, nothing is left but the offset (of a softmax 1), and no
 * gradient comes back: exactly, since x − x is 0. Implementations that fold the mean into the offset round on the way.
 *
 * @domain cases of one op that centres groups
 */
export const loneElement: Law = {
  name: "group of one element",
  modes: ["vjp"],
  requests: (c) => [askGradient(c)],
  judge(c, [outcome], precision) {
    const answer = readAnswer(c, outcome, "vjp");
    if (!answer.ok) return answer.judgement;
    const lone = loneIn(c);
    if (!lone || lone.length === 0) return undecided("no group has a single element");
    // What is left does not depend on x: doubles have it exactly.
    const left = flatten(compute(DOUBLES, "value", pointOf(c)));
    const value = exactly(c, "value", lone, { got: answer.value[0].data, expected: left, precision });
    if (value.verdict !== "pass") return value;
    const none = new Float64Array(left.length);
    return exactly(c, "gradient", lone, { got: answer.grads[0].data, expected: none, precision });
  },
};

/**
 * How large a wrong result would be: what is normalised is of order 1, and its gradient of that of the cotangent over
 * √epsilon, since there is no variance.
 */
function sizesOf(c: Case, quantity: "value" | "gradient"): (i: number) => number {
  const [site] = normalizedIn(pointOf(c).program);
  const [{ data: gy }] = c.cotangents;
  const scale = site ? affineAt(site, c.inputs).scale : () => 1;
  const deviation = site ? Math.sqrt(site.epsilon) : 1;
  return (i) => Math.abs(scale(i)) * (quantity === "value" ? 1 : Math.abs(gy[i]) / deviation);
}

interface Held {
  readonly got: Float64Array;
  readonly expected: Float64Array;
  readonly precision: Precision;
}

function exactly(
  c: Case,
  quantity: "value" | "gradient",
  lone: readonly number[],
  { got, expected, precision }: Held,
): LawJudgement {
  const differing = lone.filter((i) => got[i] !== expected[i]);
  if (differing.length === 0) return PASS;
  const attainable = new Attainable(quantity, pointOf(c), precision);
  const full = widthsOf(attainable);
  if (!full.ok) return undecided(full.reason);
  const beyond = differing.find((i) => !(Math.abs(got[i] - expected[i]) <= full.widths[i]));
  const i = beyond ?? differing[0];
  const error = Math.abs(got[i] - expected[i]);
  const seen: Partial<LawJudgement> = {
    element: i,
    got: got[i],
    expected: { low: expected[i] - full.widths[i], high: expected[i] + full.widths[i], value: expected[i] },
    errorOverAttainable: (F * error) / full.widths[i],
  };
  const where = `${quantity}[0]`;
  const reason = `of a group of one element ${got[i]} is left instead of ${expected[i]}`;
  if (beyond !== undefined) {
    if (full.overflows && !Number.isFinite(got[i])) return undecided("range: a textbook form overflows here");
    return failure("lone element", where, reason, seen);
  }
  const sizeAt = sizesOf(c, quantity);
  if (differing.some((j) => Math.abs(got[j] - expected[j]) > RHO * sizeAt(j))) {
    return undecided("ill-conditioned: a wrong result could not be told from rounding");
  }
  return {
    verdict: "inaccurate",
    kind: "rounding",
    where,
    ...seen,
    reason: `${reason}, as rounding leaves it`,
  };
}
