import { gamma } from "../core/float.js";
import { broadcastIndex, broadcastShapes, sizeOf } from "../core/shape.js";
import { mapTensor, type Tensor } from "../core/tensor.js";
import { Attainable } from "../oracles/attainable.js";
import { flatten, locate, shapesOf } from "../oracles/quantity.js";
import { differentiable } from "../program/program.js";
import type { Case } from "../record/case.js";
import { equalWithin, widthsOf, type Side } from "./equalWithin.js";
import { askGradient, askTangent, failure, PASS, pointOf, readAnswer, undecided, type Law } from "./law.js";

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
    const expected = flatten(summed(c, full.grads));
    const got = flatten(answer.grads);
    const [whole, parts] = [c, copies].map((each) => new Attainable("gradient", pointOf(each), precision));
    // Adding n copies in order loses (n − 1)·u of their sizes at most, which are the subject's own.
    const sizes = flatten(
      summed(
        c,
        full.grads.map((g) => mapTensor(g, Math.abs)),
      ),
    );
    const rounding = sizes.map((size) => gamma(copies.cotangents[0].data.length, precision.format.u) * size);
    const allowedBy = (own: Float64Array, ofCopies: Float64Array): Float64Array => {
      const added = flatten(summed(c, split(copies, ofCopies)));
      return own.map((width, i) => width + added[i] + rounding[i]);
    };
    const suspect = (allowed: Float64Array): number =>
      got.findIndex((x, i) => !(Math.abs(x - expected[i]) <= allowed[i] || Object.is(x, expected[i])));
    if (suspect(allowedBy(whole.floors(), parts.floors())) < 0) return PASS;
    const [own, ofCopies] = [widthsOf(whole), widthsOf(parts)];
    if (!own.ok) return undecided(own.reason);
    if (!ofCopies.ok) return undecided(ofCopies.reason);
    const allowed = allowedBy(own.widths, ofCopies.widths);
    const i = suspect(allowed);
    if (i < 0) return PASS;
    const { result, element } = locate(shapesOf("gradient", whole.point.program), i);
    return failure(
      "reduction",
      `gradient[${result}]`,
      `the copies' gradients add up to ${expected[i]}, not to ${got[i]}`,
      {
        element,
        expected: { low: expected[i] - allowed[i], high: expected[i] + allowed[i], value: expected[i] },
        got: got[i],
        errorOverAttainable: (3 * Math.abs(got[i] - expected[i])) / allowed[i],
      },
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

/** Adds up what belongs to copies of the same element. */
function summed(c: Case, grads: readonly Tensor[]): Tensor[] {
  const shape = outputShape(c);
  return differentiable(c.program).map((k, g) => {
    const original = c.program.inputs[k].shape;
    const read = broadcastIndex(original, shape);
    const data = new Float64Array(sizeOf(original));
    for (let i = 0; i < read.length; i++) data[read[i]] += grads[g].data[i];
    return { shape: original, data };
  });
}

function split(c: Case, flat: Float64Array): Tensor[] {
  let from = 0;
  return differentiable(c.program).map((k) => {
    const { shape } = c.program.inputs[k];
    const data = flat.subarray(from, from + sizeOf(shape));
    from += sizeOf(shape);
    return { shape, data };
  });
}
