import type { Algebra, Vector } from "../core/algebra.js";
import { duals, type Dual } from "../core/dual.js";
import { Tape, type Taped } from "../core/tape.js";
import type { NdArray } from "../core/tensor.js";
import { evaluate, type Form } from "./evaluate.js";
import type { CheckedProgram } from "./program.js";
import { reverse } from "./reverse.js";

/** A program at a point, with a cotangent for each output and a tangent for each input that moves. */
export interface SecondOrderPoint<T> {
  readonly inputs: readonly NdArray<T>[];
  readonly cotangents: readonly NdArray<T>[];
  /** One per input; null for those that do not move. */
  readonly tangents: readonly (NdArray<T> | null)[];
}

/**
 * H·v of Σ⟨cotangent, output⟩, by dual numbers through the reverse rules.
 *
 * @returns one array per input; null for inputs that are not numbers
 */
export function forwardOverReverse<T>(
  A: Algebra<T>,
  program: CheckedProgram,
  { inputs, cotangents, tangents }: SecondOrderPoint<T>,
  options: { readonly form?: Form } = {},
): (NdArray<T> | null)[] {
  const D = duals(A);
  const zero = A.lift(0);
  const moving = inputs.map((x, k) =>
    mapArray(x, (v, i): Dual<T> => ({ v, d: tangents[k]?.data[i] ?? zero })),
  );
  const seeds = cotangents.map((gy) => mapArray(gy, (v): Dual<T> => ({ v, d: zero })));
  const values = evaluate(D, program, moving, options);
  return reverse(D, program, values, seeds, options).map(
    (gx) =>
      gx &&
      into(
        A,
        gx,
        Array.from(gx.data, ({ d }) => d),
      ),
  );
}

/** The same, by a second reverse pass over ⟨gradient, v⟩. */
export function reverseOverReverse<T>(
  A: Algebra<T>,
  program: CheckedProgram,
  { inputs, cotangents, tangents }: SecondOrderPoint<T>,
  options: { readonly form?: Form } = {},
): (NdArray<T> | null)[] {
  const tape = new Tape(A);
  const R = tape.algebra;
  const constant = (v: T): Taped<T> => ({ v, place: undefined });
  const written = inputs.map((x) => mapArray(x, (v) => tape.input(v)));
  const seeds = cotangents.map((gy) => mapArray(gy, constant));
  const values = evaluate(R, program, written, options);
  const gradients = reverse(R, program, values, seeds, options);
  const along = R.sum(
    gradients.flatMap((gx, k) => {
      const dx = tangents[k];
      return gx && dx ? Array.from(gx.data, (g, i) => R.mul(g, constant(dx.data[i]))) : [];
    }),
  );
  return written.map((x, k) => gradients[k] && into(A, x, tape.gradient(along, Array.from(x.data))));
}

function mapArray<T, U>({ shape, data }: NdArray<T>, f: (x: T, i: number) => U): NdArray<U> {
  return { shape, data: Array.from({ length: data.length }, (_, i) => f(data[i], i)) };
}

function into<T>(A: Algebra<T>, { shape }: NdArray<unknown>, values: readonly T[]): NdArray<T> {
  const data: Vector<T> = A.array(values.length);
  for (let i = 0; i < values.length; i++) data[i] = values[i];
  return { shape, data };
}
