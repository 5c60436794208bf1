import { duals, type Dual, type OnSite } from "../core/dual.js";
import { DOUBLES } from "../core/numberAlgebra.js";
import { type NdArray, type Tensor } from "../core/tensor.js";
import { sizeOf } from "../core/shape.js";
import { dot } from "../core/sum.js";
import { evaluate } from "../program/evaluate.js";
import type { CheckedProgram } from "../program/program.js";

/**
 * J·v: the tangent of every output, by evaluating the meaning of each op in dual numbers over doubles.
 *
 * @shape tangents: one per differentiable input → one per output
 * @domain where a comparison ties, the derivative of the branch that the record's convention takes
 * @param onSite called once per comparison site, in their order
 */
export function directional(
  program: CheckedProgram,
  inputs: readonly Tensor[],
  tangents: readonly Tensor[],
  onSite?: OnSite<number>,
): Tensor[] {
  const A = duals(DOUBLES, onSite);
  const moving = alignTangents(program, tangents);
  const values = evaluate(
    A,
    program,
    inputs.map((x, k): NdArray<Dual<number>> => {
      const dx = moving[k];
      const data = Array.from(x.data, (v, i) => ({ v, d: dx ? dx.data[i] : 0 }));
      return { shape: x.shape, data };
    }),
  );
  return program.outputs.map((value) => {
    const { shape, data } = values[value];
    const d = new Float64Array(sizeOf(shape));
    for (let i = 0; i < d.length; i++) d[i] = data[i].d;
    return { shape, data: d };
  });
}

/**
 * Σ⟨u, D²f·(v, w)⟩: the second derivative along two directions, by dual numbers of dual numbers through the meaning.
 *
 * @shape first, second: one per differentiable input; cotangents: one per output
 * @domain away from kinks and ties
 */
export function secondDirectional(
  program: CheckedProgram,
  inputs: readonly Tensor[],
  [first, second]: readonly [readonly Tensor[], readonly Tensor[]],
  cotangents: readonly Tensor[],
): number {
  const inner = duals(DOUBLES);
  const [v, w] = [first, second].map((tangents) => alignTangents(program, tangents));
  const values = evaluate(
    duals(inner),
    program,
    inputs.map(({ shape, data }, k) => ({
      shape,
      data: Array.from(data, (x, i) => ({
        v: { v: x, d: v[k]?.data[i] ?? 0 },
        d: { v: w[k]?.data[i] ?? 0, d: 0 },
      })),
    })),
  );
  return program.outputs.reduce((total, value, o) => {
    const seconds = Float64Array.from(Array.from(values[value].data, ({ d }) => d.d));
    return total + dot(seconds, cotangents[o].data);
  }, 0);
}

/** One tangent per differentiable input, put in the place of its input; null for inputs that are not numbers. */
export function alignTangents(program: CheckedProgram, tangents: readonly Tensor[]): (Tensor | null)[] {
  let next = 0;
  const aligned = program.inputs.map(({ type }) => (type === "float" ? tangents[next++] : null));
  if (next !== tangents.length) {
    throw new RangeError(`${next} inputs are differentiable, got ${tangents.length} tangents`);
  }
  return aligned;
}
