import type { Stream } from "../core/random.js";
import type { AnyOp } from "../ops/op.js";
import { hintOf } from "./programHints.js";

/** Families are of very different sizes: each op of a small one is picked more often than each of a large one. */
export function pickWeighted(stream: Stream, ops: readonly AnyOp[]): AnyOp {
  const sizes = new Map<string, number>();
  for (const { family } of ops) sizes.set(family, (sizes.get(family) ?? 0) + 1);
  const weights = ops.map((op) => (hintOf(op).weight ?? 1) / Math.sqrt(sizes.get(op.family)!));
  let at = stream.uniform() * weights.reduce((a, b) => a + b, 0);
  for (const [i, weight] of weights.entries()) {
    at -= weight;
    if (at < 0) return ops[i];
  }
  return ops[ops.length - 1];
}
