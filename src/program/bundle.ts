import type { Algebra, Vector } from "../core/algebra.js";
import { sizeOf } from "../core/shape.js";
import type { NdArray } from "../core/tensor.js";
import { zeros } from "../ops/linear.js";
import type { CheckedProgram } from "./program.js";

/** What node n made, as the values of the program: the parts of a bundle, or the one output. */
export function partsOf<T>(
  A: Pick<Algebra<T>, "array">,
  program: CheckedProgram,
  n: number,
  y: NdArray<T>,
): NdArray<T>[] {
  if (!program.ops[n].parts) return [y];
  let from = 0;
  return program.made[n].map((value) => {
    const shape = program.shapes[value];
    const data = A.array(sizeOf(shape));
    for (let i = 0; i < data.length; i++) data[i] = y.data[from++];
    return { shape, data };
  });
}

/**
 * What node n makes, as its op's rules see it: its one value, or a bundle of several.
 *
 * @param all by number of the value; what is missing counts as zeros
 */
export function bundleOf<T>(
  A: Algebra<T>,
  program: CheckedProgram,
  n: number,
  all: readonly (NdArray<T> | null | undefined)[],
): NdArray<T> {
  const made = program.made[n];
  const parts = made.map((value) => all[value] ?? zeros(A, program.shapes[value]));
  if (!program.ops[n].parts) return parts[0];
  const data: Vector<T> = A.array(parts.reduce((size, part) => size + part.data.length, 0));
  let to = 0;
  for (const part of parts) for (let i = 0; i < part.data.length; i++) data[to++] = part.data[i];
  return { shape: [data.length], data };
}
