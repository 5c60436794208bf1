import { formatOf } from "../core/float.js";
import { mapTensor } from "../core/tensor.js";
import type { Curve } from "../ops/curve.js";
import { findOp } from "../ops/index.js";
import type { AnyOp, Attributes } from "../ops/op.js";
import type { Case } from "../record/case.js";
import { PASS, type LawJudgement } from "./law.js";

/** What laws about single elementwise ops have in common. */

export function opOf(c: Case): { readonly op: AnyOp; readonly attributes: Attributes } {
  const { op, attributes } = c.program.nodes[0];
  return { op: findOp(op), attributes };
}

/** What the record says of the graph, with the attributes of the case. */
export function curveOf(c: Case): Curve {
  const { op, attributes } = opOf(c);
  return op.curve?.(attributes) ?? {};
}

/** The case with cotangents 1: its gradients are the derivative itself. */
export const withUnitCotangents = (c: Case): Case => ({
  ...c,
  cotangents: c.cotangents.map((x) => mapTensor(x, () => 1)),
});

/** The case at other numbers of some inputs, of its precision. */
export function movedTo(c: Case, change: (x: number, input: number, i: number) => number): Case {
  const { round } = formatOf(c.dtype);
  return {
    ...c,
    inputs: c.inputs.map((x, k) => mapTensor(x, (value, i) => round(change(value, k, i)))),
  };
}

/** What counts of several judgements: what is wrong, or else what is not a plain pass. */
export const worse = (judgements: readonly LawJudgement[]): LawJudgement =>
  judgements.find(({ verdict }) => verdict === "fail") ??
  judgements.find(({ verdict }) => verdict !== "pass") ??
  PASS;
