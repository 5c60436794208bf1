import { mapTensor } from "../core/tensor.js";
import { check } from "../program/program.js";
import type { Case } from "../record/case.js";
import type { Program } from "../record/program.js";
import { denseBefore, isOwnInput } from "./denseBefore.js";

/** The same case with larger inputs and epsilons, which changes no output. */
export interface Twin {
  readonly case: Case;
  /** k, where inputs were multiplied by 2ᵏ and epsilon by 4ᵏ. */
  readonly power: number;
  /** The power of two that each input was multiplied by. */
  readonly exponents: readonly number[];
}

/**
 * Inputs by which what a normalisation reads is proportional: itself, or the weights and the bias of a dense layer right
 * before it. Undefined where there are none, or others read them too.
 */
function proportionalTo(value: number, program: Program): number[] | undefined {
  if (value < program.inputs.length) return isOwnInput(value, program) ? [value] : undefined;
  const dense = denseBefore(value, program);
  return dense && [dense.weights, ...(dense.bias === undefined ? [] : [dense.bias])];
}

/**
 * Everything that a normalisation forgets the scale of, times 2ᵏ, and its epsilon times 4ᵏ; undefined where the program
 * has no such place.
 */
export function scaledTwin(c: Case, k: number): Twin | undefined {
  const { program } = c;
  const { ops } = check(program);
  const exponents = program.inputs.map(() => 0);
  let found = false;
  const nodes = program.nodes.map((node, n) => {
    const degrees = ops[n].normalization?.divides?.degrees(node.attributes);
    if (!degrees) return node;
    const scaled = degrees.map((_, p) => proportionalTo(node.inputs[p], program));
    // What is squared, a variance, is an input as it is.
    const fits = scaled.every((values, p) => values && (degrees[p] === 1 || values[0] === node.inputs[p]));
    if (!fits) return node;
    found = true;
    scaled.forEach((values, p) => values!.forEach((v) => (exponents[v] = k * degrees[p])));
    return {
      ...node,
      attributes: { ...node.attributes, epsilon: Number(node.attributes.epsilon) * 4 ** k },
    };
  });
  if (!found) return undefined;
  return {
    case: {
      ...c,
      program: { ...program, nodes },
      inputs: c.inputs.map((x, v) => mapTensor(x, (value) => value * 2 ** exponents[v])),
    },
    power: k,
    exponents,
  };
}
