import { dot } from "../core/sum.js";
import type { Tensor } from "../core/tensor.js";
import { Attainable } from "../oracles/attainable.js";
import { flatten } from "../oracles/quantity.js";
import { differentiable, type CheckedProgram } from "../program/program.js";
import { isOwnInput } from "./denseBefore.js";
import { allHold, slackOfSum } from "./equations.js";
import { askGradient, failure, pointOf, readAnswer, undecided, type Law } from "./law.js";

/** f(c·x) = c·f(x) for c > 0: what may stand between the layers. */
export const HOMOGENEOUS: readonly string[] = ["relu", "leakyRelu", "abs", "negative"];

/**
 * Inputs that are the weights of a layer each, where a program is nothing but a chain of products with them and of
 * positively homogeneous ops; undefined otherwise.
 */
function weightsOf(program: CheckedProgram): number[] | undefined {
  const { inputs, nodes, outputs } = program;
  if (outputs.length !== 1) return undefined;
  const weights: number[] = [];
  let current: number | undefined;
  for (const [n, node] of nodes.entries()) {
    const [x, w] = node.inputs;
    const begins = current === undefined && x < inputs.length;
    if (x !== current && !begins) return undefined;
    if (node.op === "matmul@1") {
      if (!isOwnInput(w, program)) return undefined;
      weights.push(w);
    } else if (!HOMOGENEOUS.some((op) => node.op === `${op}@1`)) return undefined;
    current = inputs.length + n;
  }
  return outputs[0] === current && weights.length > 0 ? weights : undefined;
}

/**
 * ⟨W, ∂C/∂W⟩ is the same number for every layer of a network without biases whose activations are positively homogeneous,
 * and that of the outputs: ⟨y, ∂C/∂y⟩, by Euler's theorem. So first layers do not get the smallest updates there,
 * whatever becomes of the gradients of their activations.
 *
 * @domain chains of matrix products and ops of `HOMOGENEOUS`
 */
export const eulerIdentity: Law = {
  name: "Euler's identity of layers",
  modes: ["vjp"],
  requests: (c) => [askGradient(c)],
  judge(c, [outcome], precision) {
    const answer = readAnswer(c, outcome, "vjp");
    if (!answer.ok) return answer.judgement;
    const point = pointOf(c);
    const weights = weightsOf(point.program);
    if (!weights) return undecided("it is no chain of layers without bias and homogeneous ops");
    const inputs = differentiable(c.program);
    const [gradient, value] = [flatten(answer.grads), flatten(answer.value)];
    const [ofGradient, ofValue] = (["gradient", "value"] as const).map(
      (quantity) => new Attainable(quantity, point, precision),
    );
    const onlyOf = (k: number): Float64Array =>
      flatten(inputs.map((other): Tensor => (other === k ? c.inputs[k] : zeros(c.inputs[other]))));
    const cotangent = flatten(c.cotangents);
    const whole = dot(cotangent, value);
    const layers = weights.map((k) => {
      const w = onlyOf(k);
      return { k, w, inner: dot(w, gradient), size: dot(w.map(Math.abs), ofGradient.terms) };
    });
    if (!layers.every(({ size }) => size > 0)) {
      return undecided("no gradient reaches the weights of some layer");
    }
    // Where a sum is 0, what a kink passes on is multiplied by it: choices are no matter.
    return allHold(
      [ofGradient, ofValue],
      precision,
      ([gradients, values]) =>
        layers.map(({ k, w, inner, size }, l) => ({
          got: inner,
          expected: whole,
          allowed:
            slackOfSum(w, gradient, gradients, precision) + slackOfSum(cotangent, value, values, precision),
          size,
          failed: () =>
            failure(
              "Euler",
              `gradient[${inputs.indexOf(k)}]`,
              `⟨W, ∂C/∂W⟩ of layer ${l + 1} of ${layers.length} is ${inner}, ⟨y, ∂C/∂y⟩ is ${whole}`,
            ),
        })),
      { choices: false },
    );
  },
};

const zeros = ({ shape, data }: Tensor): Tensor => ({ shape, data: new Float64Array(data.length) });
