import type { Algebra } from "../core/algebra.js";
import { liftTensor, type NdArray, type Tensor } from "../core/tensor.js";
import type { TextbookForm } from "../ops/op.js";
import { partsOf } from "./bundle.js";
import type { CheckedProgram } from "./program.js";

/**
 * Which of the accepted ways of writing its rules each op uses: 0 is the careful one, form f > 0 the
 * (f − 1 mod n)-th of the op's n textbook forms.
 */
export type Form = number;

/** The textbook form that an op uses under `form`; undefined for its careful rules. */
export function textbookForm(
  textbook: readonly TextbookForm<never>[],
  form: Form,
): TextbookForm<never> | undefined {
  return form === 0 || textbook.length === 0 ? undefined : textbook[(form - 1) % textbook.length];
}

/** Every value of a program: its inputs, then what each node makes. */
export function evaluate<T>(
  A: Algebra<T>,
  program: CheckedProgram,
  inputs: readonly NdArray<T>[],
  options: { readonly form?: Form } = {},
): NdArray<T>[] {
  const values = [...inputs];
  program.nodes.forEach((node, n) => {
    const op = program.ops[n];
    const rule = textbookForm(op.textbook, options.form ?? 0)?.meaning ?? op.meaning;
    const y = rule(
      A,
      node.inputs.map((value) => values[value]),
      node.attributes as never,
    );
    values.push(...partsOf(A, program, n, y));
  });
  return values;
}

/** The same in doubles, by the fast kernels where an op has one. */
export function evaluateDoubles(
  A: Algebra<number>,
  program: CheckedProgram,
  inputs: readonly Tensor[],
): NdArray<number>[] {
  const values: NdArray<number>[] = [...inputs];
  program.nodes.forEach((node, n) => {
    const op = program.ops[n];
    const xs = node.inputs.map((value) => values[value]);
    const y =
      op.kernels?.meaning?.(xs as unknown as readonly Tensor[], node.attributes) ??
      op.meaning(A, xs, node.attributes);
    values.push(...partsOf(A, program, n, y));
  });
  return values;
}

export const liftAll = <T>(A: Algebra<T>, inputs: readonly Tensor[]): NdArray<T>[] =>
  inputs.map((x) => liftTensor(A, x));
