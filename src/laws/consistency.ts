import { broadcastIndex, broadcastShapes, sizeOf } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { Attainable } from "../oracles/attainable.js";
import { flatten } from "../oracles/quantity.js";
import { differentiable } from "../program/program.js";
import type { Case } from "../record/case.js";
import { equalWithin, type Side } from "./equalWithin.js";
import { askGradient, askTangent, failure, pointOf, readAnswer, type Law } from "./law.js";
import { sumsOfParts, type Part } from "./sumsOfParts.js";

/** Laws that hold two answers of the same subject against one another. */

/** ⟨u, J·v⟩ = ⟨Jᵀ·u, v⟩: forward and reverse mode differentiate the same function. */
export const adjoint: Law = {
  name: "forward against reverse",
  modes: ["vjp", "jvp"],
  requests: (c) => [askGradient(c), askTangent(c)],
  judge(c, [reverse, forward], precision) {
    const backward = readAnswer(c, reverse, "vjp");
    if (!backward.ok) return backward.judgement;
    const ahead = readAnswer(c, forward, "jvp");
    if (!ahead.ok) return ahead.judgement;
    const side = (quantity: "tangent" | "gradient", weights: Float64Array, results: Float64Array): Side => ({
      weights,
      results,
      attainable: new Attainable(quantity, pointOf(c), precision),
    });
    return equalWithin(
      precision,
      side("tangent", flatten(c.cotangents), flatten(ahead.grads)),
      side("gradient", flatten(c.tangents), flatten(backward.grads)),
      (left, right) => failure("adjoint", "tangent[0]", `⟨u, J·v⟩ is ${left}, ⟨Jᵀ·u, v⟩ is ${right}`),
    );
  },
};

/**
 * The gradient of an input that was broadcast is the sum of the gradients that its copies would have had.
 *
 * @domain cases of one elementwise op, with at least one input of another shape than the output
 */
export const broadcastReduced: Law = {
  name: "broadcasting reduced",
  modes: ["vjp"],
  requests: (c) => [askGradient(c), askGradient(tiled(c))],
  judge(c, [short, long], precision) {
    const answer = readAnswer(c, short, "vjp");
    if (!answer.ok) return answer.judgement;
    const copies = tiled(c);
    const full = readAnswer(copies, long, "vjp");
    if (!full.ok) return full.judgement;
    const partOf = (each: Case, grads: readonly Tensor[]): Part => ({
      results: flatten(grads),
      attainable: new Attainable("gradient", pointOf(each), precision),
    });
    return sumsOfParts(
      {
        whole: partOf(c, answer.grads),
        parts: [partOf(copies, full.grads)],
        to: originals(c),
        kind: "reduction",
        says: (sum, got) => `the copies' gradients add up to ${sum}, not to ${got}`,
      },
      precision,
    );
  },
};

const outputShape = (c: Case) => broadcastShapes(c.program.inputs.map((input) => input.shape));

/** The same case with every input copied out to the shape of the output. */
function tiled(c: Case): Case {
  const shape = outputShape(c);
  return {
    ...c,
    program: { ...c.program, inputs: c.program.inputs.map((input) => ({ ...input, shape })) },
    inputs: c.inputs.map((x) => copyOut(x, shape)),
    tangents: c.tangents.map((x) => copyOut(x, shape)),
  };
}

function copyOut(x: Tensor, shape: readonly number[]): Tensor {
  const read = broadcastIndex(x.shape, shape);
  return { shape, data: Float64Array.from(read, (i) => x.data[i]) };
}

/** Which element of which gradient each copy is of, by its place among all gradients. */
function originals(c: Case): number[] {
  const shape = outputShape(c);
  let before = 0;
  return differentiable(c.program).flatMap((k) => {
    const original = c.program.inputs[k].shape;
    const places = Array.from(broadcastIndex(original, shape), (i) => before + i);
    before += sizeOf(original);
    return places;
  });
}
