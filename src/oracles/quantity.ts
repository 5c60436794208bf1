import type { Algebra } from "../core/algebra.js";
import { DOUBLES } from "../core/numberAlgebra.js";
import { liftTensor, type NdArray, type Tensor } from "../core/tensor.js";
import { sizeOf } from "../core/shape.js";
import { bundleOf, partsOf } from "../program/bundle.js";
import { evaluate, liftAll, type Form } from "../program/evaluate.js";
import { forward } from "../program/forward.js";
import { differentiable, type CheckedProgram } from "../program/program.js";
import { forwardOverReverse, reverseOverReverse } from "../program/secondOrder.js";
import { allCotangents, reverse, vjpOfNode } from "../program/reverse.js";
import type { Nesting } from "../record/protocol.js";
import { linearTerm, MAGNITUDES, type Magnitude } from "./magnitude.js";

/**
 * What is judged: the outputs, the gradients of the differentiable inputs, the tangents of the outputs, or the
 * Hessian-vector products of Σ⟨cotangent, output⟩ along the tangents.
 */
export type Quantity = "value" | "gradient" | "tangent" | "hvp";

/** A program at a point, with a direction for each way of differentiating it. */
export interface Point {
  readonly program: CheckedProgram;
  readonly inputs: readonly Tensor[];
  readonly cotangents: readonly Tensor[];
  /** One per differentiable input. */
  readonly tangents: readonly Tensor[];
}

/** Tangents in the order of all inputs; null for those that are not numbers. */
export function tangentsOfInputs<T>(A: Algebra<T>, p: Point): (NdArray<T> | null)[] {
  const moving = differentiable(p.program);
  return p.program.inputs.map((_, k) =>
    moving.includes(k) ? liftTensor(A, p.tangents[moving.indexOf(k)]) : null,
  );
}

/** Computes a quantity with the rules of the records, over any arithmetic. */
export function compute<T>(
  A: Algebra<T>,
  quantity: Quantity,
  p: Point,
  options: ComputeOptions = {},
): NdArray<T>[] {
  const values = evaluate(A, p.program, liftAll(A, p.inputs), options);
  return derive(A, quantity, p, values, options);
}

export interface ComputeOptions {
  readonly form?: Form;
  /** How second order is nested. Default forward over reverse. */
  readonly nesting?: Nesting;
}

/** The second half of `compute`: from the values of the program to the quantity. */
export function derive<T>(
  A: Algebra<T>,
  quantity: Quantity,
  p: Point,
  values: readonly NdArray<T>[],
  { form = 0, nesting = "forward-over-reverse" }: ComputeOptions = {},
): NdArray<T>[] {
  if (quantity === "value") return p.program.outputs.map((value) => values[value]);
  if (quantity === "tangent") return forward(A, p.program, values, tangentsOfInputs(A, p));
  const cotangents = liftAll(A, p.cotangents);
  const results =
    quantity === "gradient"
      ? reverse(A, p.program, values, cotangents, { form })
      : (nesting === "forward-over-reverse" ? forwardOverReverse : reverseOverReverse)(
          A,
          p.program,
          { inputs: values.slice(0, p.inputs.length), cotangents, tangents: tangentsOfInputs(A, p) },
          { form },
        );
  return results.filter((gx) => gx !== null);
}

/** Shapes of the results of a quantity. */
export function shapesOf(quantity: Quantity, program: CheckedProgram): (readonly number[])[] {
  return quantity === "gradient" || quantity === "hvp"
    ? differentiable(program).map((k) => program.inputs[k].shape)
    : program.outputs.map((value) => program.shapes[value]);
}

/** All results in one run of numbers. */
export function flatten(results: readonly NdArray<number>[]): Float64Array {
  const flat = new Float64Array(results.reduce((n, { data }) => n + data.length, 0));
  let at = 0;
  for (const { data } of results) for (let i = 0; i < data.length; i++) flat[at++] = data[i];
  return flat;
}

/** Which result and element a position of the flattened run is. */
export function locate(
  shapes: readonly (readonly number[])[],
  position: number,
): { result: number; element: number } {
  let element = position;
  for (const [result, shape] of shapes.entries()) {
    if (element < sizeOf(shape)) return { result, element };
    element -= sizeOf(shape);
  }
  throw new RangeError(`position ${position} is outside the results`);
}

const asData = (x: NdArray<number>): NdArray<Magnitude> => lift(x, MAGNITUDES.lift);
const asTerms = (x: NdArray<number>): NdArray<Magnitude> => lift(x, linearTerm);

function lift(x: NdArray<number>, by: (value: number) => Magnitude): NdArray<Magnitude> {
  return { shape: x.shape, data: Array.from({ length: x.data.length }, (_, i) => by(x.data[i])) };
}

/**
 * The size of what was added up last: Σ|terms| in the last op that reaches each result, from saved forward values
 * and true cotangents. Where a gradient is zero by cancellation this still has the size of a missing term.
 */
export function lastSums(quantity: Quantity, p: Point, values: readonly NdArray<number>[]): Float64Array {
  const { program } = p;
  const first = program.inputs.length;
  if (quantity === "hvp") {
    // All terms that are linear in the tangent, not only those of the last op: data and cotangents are as saved.
    const sizes = forwardOverReverse(MAGNITUDES, program, {
      inputs: values.slice(0, first).map(asData),
      cotangents: p.cotangents.map(asData),
      tangents: tangentsOfInputs(DOUBLES, p).map((dx) => dx && asTerms(dx)),
    }).filter((gx) => gx !== null);
    return flatten(
      sizes.map(({ shape, data }) => ({
        shape,
        data: Float64Array.from(data as Magnitude[], ({ size }) => size),
      })),
    );
  }
  if (quantity === "gradient") {
    const cotangents = allCotangents(DOUBLES, program, values, liftAll(DOUBLES, p.cotangents));
    const sizes = program.inputs.map(({ shape }) => new Float64Array(sizeOf(shape)));
    const add = (k: number, gx: NdArray<Magnitude>): void => {
      for (let i = 0; i < gx.data.length; i++) sizes[k][i] += gx.data[i].size;
    };
    program.outputs.forEach((value, o) => {
      if (value < first) add(value, asTerms(p.cotangents[o]));
    });
    const lifted = values.map((x) => x && asData(x));
    program.nodes.forEach((node, n) => {
      const reached = program.made[n].some((value) => cotangents[value]);
      if (!reached || !node.inputs.some((value) => value < first)) return;
      const gy = bundleOf(DOUBLES, program, n, cotangents);
      vjpOfNode(MAGNITUDES, program, n, lifted, asTerms(gy), 0).forEach((gx, k) => {
        if (gx && node.inputs[k] < first) add(node.inputs[k], gx);
      });
    });
    return flatten(differentiable(program).map((k) => ({ shape: program.inputs[k].shape, data: sizes[k] })));
  }
  const tangents = quantity === "tangent" ? allTangents(p, values).map((dx) => dx && asTerms(dx)) : undefined;
  return flatten(
    program.outputs.map((value) => {
      const { shape, data } = values[value];
      if (value < first) return { shape, data: Float64Array.from(data, Math.abs) };
      const n = program.made.findIndex((made) => made.includes(value));
      const { inputs, attributes } = program.nodes[n];
      const op = program.ops[n];
      const y = tangents
        ? op.jvp(
            MAGNITUDES,
            inputs.map((v) => tangents[v] ?? null),
            inputs.map((v) => asData(values[v])),
            asData(bundleOf(DOUBLES, program, n, values)),
            attributes,
          )
        : op.meaning(
            MAGNITUDES,
            inputs.map((v) =>
              (program.inputs[v] && program.inputs[v].type !== "float" ? asData : asTerms)(values[v]),
            ),
            attributes,
          );
      const part = partsOf(MAGNITUDES, program, n, y)[program.made[n].indexOf(value)];
      return { shape, data: Float64Array.from({ length: part.data.length }, (_, i) => part.data[i].size) };
    }),
  );
}

/** The tangent of every value. */
function allTangents(p: Point, values: readonly NdArray<number>[]): (NdArray<number> | null)[] {
  const everything = { ...p.program, outputs: values.map((_, value) => value) };
  return forward(DOUBLES, everything, values, tangentsOfInputs(DOUBLES, p));
}
