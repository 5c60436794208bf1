import { formatOf } from "../core/float.js";
import type { Tensor } from "../core/tensor.js";
import type { Case } from "../record/case.js";

type Simplify = (x: number) => number;

/** Simpler numbers, the boldest first. Rounding to few digits keeps a number near what it was. */
export const SIMPLER: readonly Simplify[] = [
  () => 1,
  () => 0,
  Math.abs,
  Math.round,
  halfTheExponent,
  digits(1),
  digits(2),
  digits(3),
  digits(5),
];

/** 1e-45 becomes 1e-22, then 1e-11: a fault at the ends of the range often shows at everyday sizes too. */
function halfTheExponent(x: number): number {
  const exponent = Math.log10(Math.abs(x));
  return Number.isFinite(exponent) ? Math.sign(x) * 10 ** Math.trunc(exponent / 2) : x;
}

function digits(count: number): Simplify {
  return (x) => (Number.isFinite(x) ? Number(x.toPrecision(count)) : x);
}

/** The same case with simpler numbers: all at once, then a tensor, then an element. */
export function* simplerValues(c: Case): Generator<Case> {
  const { round } = formatOf(c.dtype);
  const floats = c.inputs.flatMap((_, k) => (c.program.inputs[k].type === "float" ? [k] : []));
  const apply = (x: Tensor, step: Simplify): Tensor => ({
    shape: x.shape,
    data: x.data.map((v) => round(step(v))),
  });
  const withInput = (k: number, x: Tensor): Case => ({
    ...c,
    inputs: c.inputs.map((y, j) => (j === k ? x : y)),
  });
  const withCotangent = (o: number, x: Tensor): Case => ({
    ...c,
    cotangents: c.cotangents.map((y, j) => (j === o ? x : y)),
  });
  const withTangent = (t: number, x: Tensor): Case => ({
    ...c,
    tangents: c.tangents.map((y, j) => (j === t ? x : y)),
  });
  const inputs = c.inputs.map((x, k) => (floats.includes(k) ? apply(x, () => 1) : x));
  const ones = (xs: readonly Tensor[]): Tensor[] => xs.map((x) => apply(x, () => 1));
  yield { ...c, inputs, cotangents: ones(c.cotangents), tangents: ones(c.tangents) };
  for (const step of SIMPLER) {
    yield { ...c, cotangents: c.cotangents.map((x) => apply(x, step)) };
    yield { ...c, inputs: c.inputs.map((x, k) => (floats.includes(k) ? apply(x, step) : x)) };
    for (const k of floats) yield withInput(k, apply(c.inputs[k], step));
  }
  for (const step of SIMPLER) {
    for (const k of floats) for (const x of eachElement(c.inputs[k], step, round)) yield withInput(k, x);
    for (const [o, cotangent] of c.cotangents.entries()) {
      for (const x of eachElement(cotangent, step, round)) yield withCotangent(o, x);
    }
  }
  for (const [k, input] of c.program.inputs.entries()) {
    if (input.type !== "float")
      for (const x of eachElement(c.inputs[k], () => 0, round)) yield withInput(k, x);
  }
  // Last, since most laws ask for none.
  for (const step of SIMPLER) yield { ...c, tangents: c.tangents.map((x) => apply(x, step)) };
  for (const step of SIMPLER) {
    for (const [t, tangent] of c.tangents.entries()) {
      for (const x of eachElement(tangent, step, round)) yield withTangent(t, x);
    }
  }
}

function* eachElement(x: Tensor, step: Simplify, round: (v: number) => number): Generator<Tensor> {
  for (let i = 0; i < x.data.length; i++) {
    const simpler = round(step(x.data[i]));
    if (Object.is(simpler, x.data[i])) continue;
    const data = x.data.slice();
    data[i] = simpler;
    yield { shape: x.shape, data };
  }
}
