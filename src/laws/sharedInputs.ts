import { Attainable } from "../oracles/attainable.js";
import { flatten } from "../oracles/quantity.js";
import { sizeOf } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { differentiable } from "../program/program.js";
import type { Case } from "../record/case.js";
import { askGradient, pointOf, readAnswer, undecided, type Law } from "./law.js";
import { sumsOfParts, type Part } from "./sumsOfParts.js";

/**
 * The gradient of an input that is read several times is the sum of the gradients that copies of it would have: weights
 * that are shared over time receive from every step. No reference value is needed.
 */
export const sharedInputs: Law = {
  name: "shared inputs",
  modes: ["vjp"],
  requests: (c) => [askGradient(c), askGradient(withCopies(c).copied)],
  judge(c, [once, apart], precision) {
    const answer = readAnswer(c, once, "vjp");
    if (!answer.ok) return answer.judgement;
    const { copied, originals } = withCopies(c);
    if (copied.inputs.length === c.inputs.length) return undecided("nothing is read several times");
    const copies = readAnswer(copied, apart, "vjp");
    if (!copies.ok) return copies.judgement;
    const part = (each: Case, grads: readonly Tensor[]): Part => ({
      results: flatten(grads),
      attainable: new Attainable("gradient", pointOf(each), precision),
    });
    return sumsOfParts(
      {
        whole: part(c, answer.grads),
        parts: [part(copied, copies.grads)],
        to: placesOf(c, originals),
        kind: "shared",
        says: (sum, got) => `what each reader sends back adds up to ${sum}, not to ${got}`,
      },
      precision,
    );
  },
};

interface Copied {
  readonly copied: Case;
  /** Of each input of the copied case, which input it is a copy of. */
  readonly originals: readonly number[];
}

/** Each reader of an input has one of its own. */
function withCopies(c: Case): Copied {
  const { inputs, nodes, outputs } = c.program;
  const reads = [...nodes.flatMap((node) => node.inputs), ...outputs];
  const originals = inputs.flatMap((_, k) => {
    const readers = reads.filter((v) => v === k).length;
    return Array.from({ length: Math.max(1, readers) }, () => k);
  });
  const given = inputs.map(() => 0);
  /** The next copy that nobody reads yet; values of nodes move up. */
  const reroute = (v: number): number =>
    v < inputs.length ? originals.indexOf(v) + given[v]++ : v - inputs.length + originals.length;
  const moving = differentiable(c.program);
  return {
    copied: {
      ...c,
      program: {
        inputs: originals.map((k) => inputs[k]),
        nodes: nodes.map((node) => ({ ...node, inputs: node.inputs.map(reroute) })),
        outputs: outputs.map(reroute),
      },
      inputs: originals.map((k) => c.inputs[k]),
      tangents: originals.flatMap((k) => (moving.includes(k) ? [c.tangents[moving.indexOf(k)]] : [])),
    },
    originals,
  };
}

/** For each number among the gradients of the copies, the number among those of the originals. */
function placesOf({ program }: Case, originals: readonly number[]): number[] {
  const starts: number[] = [];
  let before = 0;
  for (const k of differentiable(program)) {
    starts[k] = before;
    before += sizeOf(program.inputs[k].shape);
  }
  return originals.flatMap((k) =>
    starts[k] === undefined
      ? []
      : Array.from({ length: sizeOf(program.inputs[k].shape) }, (_, i) => starts[k] + i),
  );
}
