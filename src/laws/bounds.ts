import type { AnyOp } from "../ops/op.js";
import { Attainable } from "../oracles/attainable.js";
import { enclosedAt, proveBounds, showProof, type BoundProof } from "../oracles/proveOp.js";
import { flatten } from "../oracles/quantity.js";
import type { Precision } from "../oracles/tolerance.js";
import type { Case } from "../record/case.js";
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
import { opOf, withUnitCotangents, worse } from "./singleOp.js";

/** Values and derivatives of elementwise ops of one input lie where the mathematics says, whatever is put in. */

type Which = BoundProof["of"];
type Range = { readonly low: number; readonly high: number };

const QUANTITIES = { value: "value", derivative: "gradient" } as const;

/** Holds each element of a result within its range, up to what rounding attains where it is outside. */
function holdWithin(
  c: Case,
  of: Which,
  results: Float64Array,
  rangeAt: (i: number) => Range,
  precision: Precision,
): LawJudgement {
  const outside = results.findIndex((y, i) => !(rangeAt(i).low <= y && y <= rangeAt(i).high));
  if (outside < 0) return PASS;
  const tolerance = new Attainable(QUANTITIES[of], pointOf(c), precision).fullTolerance();
  if ("undecidable" in tolerance) return undecided(tolerance.undecidable);
  for (const [i, y] of results.entries()) {
    const { low, high } = rangeAt(i);
    const allowed = tolerance.textbook[i];
    if (low - allowed <= y && y <= high + allowed) continue;
    if (!Number.isFinite(y) && tolerance.textbookOverflows) continue;
    const reason = `a ${of} of ${y}, where it lies between ${low} and ${high} for every input`;
    return failure("bound", `${QUANTITIES[of]}[0]`, reason, { element: i, got: y });
  }
  return PASS;
}

/** Results lie within the bounds of the op's record. */
export const bounds: Law = {
  name: "bounds",
  modes: ["vjp"],
  requests: (c) => [askGradient(withUnitCotangents(c))],
  judge(c, [outcome], precision) {
    const answer = readAnswer(c, outcome, "vjp");
    if (!answer.ok) return answer.judgement;
    const { op, attributes } = opOf(c);
    const { value, derivative } = op.bounds?.(attributes) ?? {};
    const unit = withUnitCotangents(c);
    const held = ([of, range, results]: Held): LawJudgement[] =>
      range
        ? [holdWithin(unit, of, flatten(results), () => ({ low: range[0], high: range[1] }), precision)]
        : [];
    return worse([
      ...held(["value", value, answer.value]),
      ...held(["derivative", derivative, answer.grads]),
    ]);
  },
};

type Held = readonly [
  of: Which,
  range: readonly [number, number] | undefined,
  results: Parameters<typeof flatten>[0],
];

/**
 * The bounds of the record are proved for its own rules, and the subject's numbers are those of these rules: they lie in
 * the certified enclosure of the rule at every input of the case, up to what rounding attains.
 */
export const provedBounds: Law = {
  ...bounds,
  name: "proved bounds",
  judge(c, [outcome], precision) {
    const answer = readAnswer(c, outcome, "vjp");
    if (!answer.ok) return answer.judgement;
    const { op, attributes } = opOf(c);
    const proofs = proofsOf(op, attributes);
    const refuted = proofs.find(({ verdict }) => verdict === "refuted");
    if (refuted) return failure("proof", QUANTITIES[refuted.of], showProof(refuted));
    const open = proofs.find(({ verdict }) => verdict === "not proved");
    if (open) return undecided(`not proved: ${showProof(open)}`);
    const unit = withUnitCotangents(c);
    const enclosed = Array.from(c.inputs[0].data, (x) => enclosedAt(op, attributes, x));
    const judged = worse([
      holdWithin(unit, "value", flatten(answer.value), (i) => enclosed[i].value, precision),
      holdWithin(unit, "derivative", flatten(answer.grads), (i) => enclosed[i].derivative, precision),
    ]);
    return judged.verdict === "pass"
      ? { ...judged, evidence: proofs.map((proof) => label(c) + showProof(proof)) }
      : judged;
  },
};

/** The attributes, where there are any: each has a proof of its own. */
const label = (c: Case): string => {
  const given = Object.entries(c.program.nodes[0].attributes);
  return given.length === 0 ? "" : `${given.map(([name, value]) => `${name} ${String(value)}`).join(", ")}: `;
};

/** A proof depends on nothing but the record and the attributes, and costs up to seconds: each is made once. */
const made = new Map<string, BoundProof[]>();
function proofsOf(op: AnyOp, attributes: Case["program"]["nodes"][number]["attributes"]): BoundProof[] {
  const key = `${op.name}@${op.version} ${JSON.stringify(attributes)}`;
  const proofs = made.get(key) ?? proveBounds(op, attributes);
  made.set(key, proofs);
  return proofs;
}
