import type { Algebra } from "../core/algebra.js";
import type { NdArray } from "../core/tensor.js";
import type { AnyOp, Attributes } from "../ops/op.js";
import { certified, certifiedNumbers } from "./certified.js";
import { exactly, type Enclosure } from "./enclosure.js";
import { prove, type Proof, type Rule } from "./prove.js";

const scalar = <T>(x: T): NdArray<T> => ({ shape: [], data: [x] });

/** The meaning of an elementwise op of one input, of one number. */
export const valueRule =
  (op: AnyOp, attributes: Attributes): Rule =>
  (A, x) =>
    op.meaning(A, [scalar(x)], attributes).data[0];

/** Its derivative, by the reverse rule with the cotangent 1. */
export const derivativeRule =
  (op: AnyOp, attributes: Attributes): Rule =>
  <T>(A: Algebra<T>, x: T): T => {
    const y = op.meaning(A, [scalar(x)], attributes);
    const gx = op.vjp(A, scalar(A.lift(1)), [scalar(x)], y, attributes)[0];
    if (!gx) throw new RangeError(`${op.name} is not differentiable`);
    return gx.data[0];
  };

/** One bound of a record, and what became of proving it. */
export interface BoundProof extends Proof {
  readonly of: "value" | "derivative";
  readonly low: number;
  readonly high: number;
}

/** Proves what a record says of the range of its values and derivatives. */
export function proveBounds(op: AnyOp, attributes: Attributes): BoundProof[] {
  const bounds = op.bounds?.(attributes) ?? {};
  const { domain } = op.inputs(1, attributes)[0];
  const options = { domain: { low: domain.low, high: domain.high }, splits: domain.specials };
  return (["value", "derivative"] as const).flatMap((of) => {
    const range = bounds[of];
    if (!range) return [];
    const [low, high] = range;
    const rule = (of === "value" ? valueRule : derivativeRule)(op, attributes);
    return [{ of, low, high, ...prove(rule, { low, high }, options) }];
  });
}

/** In words: `0 ≤ derivative ≤ 0.25 for all x: proved, 73 boxes`. */
export function showProof({ of, low, high, verdict, boxes, point }: BoundProof): string {
  const from = low === -Infinity ? "" : `${low} ≤ `;
  const to = high === Infinity ? "" : ` ≤ ${high}`;
  const where = point === undefined ? "" : ` at ${point}`;
  return `${from}${of}${to}: ${verdict}${where}, ${boxes} boxes`;
}

/** Value and derivative at one point, certainly. */
export function enclosedAt(
  op: AnyOp,
  attributes: Attributes,
  x: number,
): Record<BoundProof["of"], Enclosure> {
  const A = certifiedNumbers();
  const point = certified(exactly(x), x);
  return {
    value: valueRule(op, attributes)(A, point),
    derivative: derivativeRule(op, attributes)(A, point),
  };
}
