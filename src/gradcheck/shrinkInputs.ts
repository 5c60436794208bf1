import { cutAxis, cuts, type Cut } from "../arbitraries/shrinkShape.js";
import { SIMPLER } from "../arbitraries/shrinkValues.js";
import { formatOf, type FloatType } from "../core/float.js";
import type { Tensor } from "../core/tensor.js";

/**
 * Simpler inputs, the boldest steps first: fewer elements, fewer axes, then simpler numbers. Whether f takes them is
 * for the caller to find out. Every result is strictly simpler by `sizes`.
 */
export function* simplerInputs(inputs: readonly Tensor[], format: FloatType): Generator<readonly Tensor[]> {
  const size = sizes(inputs);
  for (const candidates of [fewerElements(inputs), simplerNumbers(inputs, format)]) {
    for (const candidate of candidates) if (precedes(sizes(candidate), size)) yield candidate;
  }
}

function* fewerElements(inputs: readonly Tensor[]): Generator<readonly Tensor[]> {
  for (const cut of cuts({ inputs })) {
    yield applied(inputs, [cut]);
    // An axis that must stay as long as those of other inputs is cut together with them.
    const length = inputs[cut.input].shape[cut.axis];
    const partners = inputs.flatMap(({ shape }, input) =>
      input === cut.input || !shape.includes(length) ? [] : [{ ...cut, input, axis: shape.indexOf(length) }],
    );
    if (partners.length > 0) yield applied(inputs, [cut, ...partners]);
  }
}

const applied = (inputs: readonly Tensor[], together: readonly Cut[]): Tensor[] =>
  inputs.map((x, k) => {
    const cut = together.find(({ input }) => input === k);
    return cut ? cutAxis(x, cut.axis, cut.keep) : x;
  });

function* simplerNumbers(inputs: readonly Tensor[], format: FloatType): Generator<readonly Tensor[]> {
  const { round } = formatOf(format);
  for (const step of SIMPLER) {
    const simple = (x: Tensor): Tensor => ({ shape: x.shape, data: x.data.map((v) => round(step(v))) });
    yield inputs.map(simple);
    for (const k of inputs.keys()) yield inputs.with(k, simple(inputs[k]));
  }
  for (const step of SIMPLER) {
    for (const [k, { shape, data }] of inputs.entries()) {
      for (const i of data.keys()) yield inputs.with(k, { shape, data: data.with(i, round(step(data[i]))) });
    }
  }
}

/** What makes inputs large, most important first: numbers, axes, digits. */
const sizes = (inputs: readonly Tensor[]): number[] => [
  inputs.reduce((n, x) => n + x.data.length, 0),
  inputs.reduce((n, x) => n + x.shape.length, 0),
  inputs.reduce((n, x) => n + x.data.reduce((digits, v) => digits + digitsOf(v), 0), 0),
];

/** 1 is the simplest, then 0, then short positive ones. */
function digitsOf(x: number): number {
  if (x === 1) return 0;
  return (x === 0 ? 1 : 1 + String(Math.abs(x)).length) + (x < 0 ? 1 : 0);
}

function precedes(a: readonly number[], b: readonly number[]): boolean {
  const first = a.findIndex((x, i) => x !== b[i]);
  return first >= 0 && a[first] < b[first];
}
