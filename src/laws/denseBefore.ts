import type { Node, Program } from "../record/program.js";
import { valuesOfNodes } from "../record/program.js";

/** Numbers of the inputs that are the weights, and the bias if there is one, of a dense layer. */
export interface Dense {
  readonly weights: number;
  readonly bias: number | undefined;
}

/** Inputs that nothing but one node reads. */
export function isOwnInput(value: number, { inputs, nodes, outputs }: Program): boolean {
  return value < inputs.length && readsOf(value, { nodes, outputs }) === 1;
}

const readsOf = (value: number, { nodes, outputs }: Pick<Program, "nodes" | "outputs">): number =>
  [...nodes.flatMap((node) => node.inputs), ...outputs].filter((read) => read === value).length;

/**
 * The dense layer, x·W or x·W + b, whose sums a value is; undefined where it is something else, or where its weights, its
 * bias or its sums have another reader.
 */
export function denseBefore(value: number, program: Program): Dense | undefined {
  const made = valuesOfNodes(program);
  const maker = (v: number): Node | undefined =>
    readsOf(v, program) === 1 ? program.nodes[made.findIndex((values) => values.includes(v))] : undefined;
  const last = maker(value);
  const biased = last?.op === "add@1";
  const product = biased ? maker(last.inputs[0]) : last;
  if (product?.op !== "matmul@1" || product.attributes.transposeB === true) return undefined;
  const weights = product.inputs[1];
  const bias = biased ? last.inputs[1] : undefined;
  const own = isOwnInput(weights, program) && (bias === undefined || isOwnInput(bias, program));
  if (!own || program.inputs[weights].shape.length !== 2) return undefined;
  // A bias for each unit, and none that is broadcast over them.
  const units = program.inputs[weights].shape[1];
  const fits = bias === undefined || program.inputs[bias].shape.join() === String(units);
  return fits ? { weights, bias } : undefined;
}
