import { DOUBLES } from "../core/numberAlgebra.js";
import type { Tensor } from "../core/tensor.js";
import { isDifferentiable, type AnyOp, type Attributes } from "../ops/op.js";

/** Value and derivative of an elementwise op of one input, by the careful rules in doubles. */
export interface ExactResults {
  readonly value: Float64Array;
  readonly derivative: Float64Array;
}

/** Whether an op acts on each element of one input of numbers. */
export const isUnary = (op: AnyOp, attributes: Attributes): boolean => {
  if (!op.elementwise || op.arity.high !== 1) return false;
  return op.inputs(1, attributes).every(isDifferentiable);
};

/**
 * The exact results, as far as doubles can tell.
 *
 * Where the value is not a number there is no function to differentiate, whatever the rule says. At ±∞ the result is
 * what the rule gives, or else the limit.
 *
 * @error that of the rules: a few roundings of the double result, 2⁻²⁶ ulps of float32
 */
export function exactElementwise(op: AnyOp, attributes: Attributes, x: Float64Array): ExactResults {
  const results = byRules(op, attributes, x);
  const { value, derivative } = results;
  for (let i = 0; i < x.length; i++) {
    // A comparison with NaN takes some branch; there is no function there.
    if (x[i] !== x[i]) value[i] = NaN;
    if (value[i] !== value[i]) {
      if (Math.abs(x[i]) === Infinity) value[i] = limit(op, attributes, x[i], "value");
      if (value[i] !== value[i]) derivative[i] = NaN;
    }
    if (derivative[i] !== derivative[i] && Math.abs(x[i]) === Infinity && value[i] === value[i]) {
      derivative[i] = limit(op, attributes, x[i], "derivative");
    }
  }
  return results;
}

function byRules(op: AnyOp, attributes: Attributes, x: Float64Array): ExactResults {
  const input: Tensor = { shape: [x.length], data: x };
  const ones: Tensor = { shape: [x.length], data: new Float64Array(x.length).fill(1) };
  const value = op.kernels?.meaning?.([input], attributes) ?? op.meaning(DOUBLES, [input], attributes);
  const y = value as Tensor;
  const [derivative] =
    op.kernels?.vjp?.(ones, [input], y, attributes) ?? op.vjp(DOUBLES, ones, [input], y, attributes);
  // A rule may return what it was given, and both are written to.
  return { value: owned(y.data, x), derivative: owned((derivative as Tensor).data, x) };
}

const owned = (data: Float64Array, x: Float64Array): Float64Array => (data === x ? data.slice() : data);

/** What the results come to far out, if they come to something there: NaN when they do not settle. */
function limit(op: AnyOp, attributes: Attributes, at: number, which: keyof ExactResults): number {
  const sign = Math.sign(at);
  const [near, far] = byRules(op, attributes, Float64Array.of(sign * 2 ** 500, sign * 2 ** 1000))[which];
  return near === far ? far : NaN;
}
