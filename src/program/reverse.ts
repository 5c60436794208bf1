import type { Algebra } from "../core/algebra.js";
import type { NdArray } from "../core/tensor.js";
import { zeros } from "../ops/linear.js";
import { bundleOf } from "./bundle.js";
import { textbookForm, type Form } from "./evaluate.js";
import type { CheckedProgram } from "./program.js";

/** Element by element. */
function addArrays<T>(A: Algebra<T>, a: NdArray<T>, b: NdArray<T>): NdArray<T> {
  const data = A.array(a.data.length);
  for (let i = 0; i < data.length; i++) data[i] = A.add(a.data[i], b.data[i]);
  return { shape: a.shape, data };
}

/**
 * Reverse mode: the cotangent of every input, from one cotangent per output.
 *
 * @param values every value of the program, as `evaluate` returns them
 * @returns one array per input; null for inputs that are not numbers. An unused input has zeros.
 */
export function reverse<T>(
  A: Algebra<T>,
  program: CheckedProgram,
  values: readonly NdArray<T>[],
  seeds: readonly NdArray<T>[],
  options: { readonly form?: Form } = {},
): (NdArray<T> | null)[] {
  const cotangents = allCotangents(A, program, values, seeds, options);
  return program.inputs.map((input, k) =>
    input.type === "float" ? (cotangents[k] ?? zeros(A, input.shape)) : null,
  );
}

/** The cotangent of every value; undefined where no output depends on it. */
export function allCotangents<T>(
  A: Algebra<T>,
  program: CheckedProgram,
  values: readonly NdArray<T>[],
  seeds: readonly NdArray<T>[],
  options: { readonly form?: Form } = {},
): (NdArray<T> | undefined)[] {
  const cotangents = values.map((): NdArray<T> | undefined => undefined);
  const accumulate = (value: number, gx: NdArray<T>): void => {
    const current = cotangents[value];
    cotangents[value] = current ? addArrays(A, current, gx) : gx;
  };
  program.outputs.forEach((value, o) => accumulate(value, seeds[o]));
  for (let n = program.nodes.length - 1; n >= 0; n--) {
    if (program.made[n].every((value) => !cotangents[value])) continue;
    const gy = bundleOf(A, program, n, cotangents);
    vjpOfNode(A, program, n, values, gy, options.form ?? 0).forEach((gx, k) => {
      if (gx) accumulate(program.nodes[n].inputs[k], gx);
    });
  }
  return cotangents;
}

/** What node n contributes to the cotangent of each value that it reads, from the cotangent of what it makes. */
export function vjpOfNode<T>(
  A: Algebra<T>,
  program: CheckedProgram,
  n: number,
  values: readonly NdArray<T>[],
  gy: NdArray<T>,
  form: Form,
): (NdArray<T> | null)[] {
  const node = program.nodes[n];
  const op = program.ops[n];
  const rule = textbookForm(op.textbook, form)?.vjp ?? op.vjp;
  return rule(
    A,
    gy,
    node.inputs.map((value) => values[value]),
    bundleOf(A, program, n, values),
    node.attributes as never,
  );
}
