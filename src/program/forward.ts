import type { Algebra } from "../core/algebra.js";
import type { NdArray } from "../core/tensor.js";
import { zeros } from "../ops/linear.js";
import { bundleOf, partsOf } from "./bundle.js";
import type { CheckedProgram } from "./program.js";

/**
 * Forward mode: the tangent of every output, from one tangent per input.
 *
 * @param tangents null for inputs that are not numbers, or that do not move
 */
export function forward<T>(
  A: Algebra<T>,
  program: CheckedProgram,
  values: readonly NdArray<T>[],
  tangents: readonly (NdArray<T> | null)[],
): NdArray<T>[] {
  const all = [...tangents];
  program.nodes.forEach((node, n) => {
    const dxs = node.inputs.map((value) => all[value]);
    if (dxs.every((dx) => dx === null)) {
      all.push(...program.made[n].map(() => null));
      return;
    }
    const dy = program.ops[n].jvp(
      A,
      dxs,
      node.inputs.map((value) => values[value]),
      bundleOf(A, program, n, values),
      node.attributes,
    );
    all.push(...partsOf(A, program, n, dy));
  });
  return program.outputs.map((value) => all[value] ?? zeros(A, values[value].shape));
}
