import { INTRINSICS, type Algebra, type Intrinsic } from "../core/algebra.js";
import { INTRINSIC_FUNCTIONS, largest, shares } from "../core/numberAlgebra.js";

/**
 * A double with the size of the terms that made it.
 *
 * `linear` marks what depends on the cotangent (or tangent): there, `size` adds up |terms| without cancellation.
 * Everything else is saved forward data, whose size is its own magnitude: counting the terms of x − mean again
 * would make the yardstick a thousand times too large, and hide every error.
 */
export interface Magnitude {
  readonly value: number;
  readonly size: number;
  readonly linear: boolean;
}

const data = (value: number): Magnitude => ({ value, size: Math.abs(value), linear: false });
const term = (value: number, size: number): Magnitude => ({ value, size, linear: true });

/** A cotangent, tangent, or whatever else a quantity is linear in. */
export const linearTerm = (value: number): Magnitude => term(value, Math.abs(value));

const ofData =
  (f: (...xs: number[]) => number) =>
  (...xs: Magnitude[]): Magnitude =>
    data(f(...xs.map((x) => x.value)));

function build(): Algebra<Magnitude> {
  const A: Algebra<Magnitude> = {
    constant: (decimal) => data(Number(decimal)),
    lift: data,
    array: (length) => Array.from({ length }, () => data(0)),
    toNumber: (x) => x.value,
    add: (a, b) => plus(a, b, a.value + b.value),
    sub: (a, b) => plus(a, b, a.value - b.value),
    mul(a, b) {
      const value = a.value * b.value;
      return a.linear || b.linear ? term(value, a.size * b.size) : data(value);
    },
    div(a, b) {
      const value = a.value / b.value;
      return a.linear ? term(value, a.size / Math.abs(b.value)) : data(value);
    },
    neg: (a) => ({ ...a, value: -a.value }),
    sum(terms) {
      let value = 0;
      let size = 0;
      let linear = false;
      for (let i = 0; i < terms.length; i++) {
        value += terms[i].value;
        size += terms[i].size;
        linear ||= terms[i].linear;
      }
      return linear ? term(value, size) : data(value);
    },
    sqrt: ofData(Math.sqrt),
    ...(Object.fromEntries(INTRINSICS.map((name) => [name, ofData(INTRINSIC_FUNCTIONS[name])])) as Record<
      Intrinsic,
      (x: Magnitude) => Magnitude
    >),
    atan2: ofData(Math.atan2),
    pow: ofData(Math.pow),
    select: (a, b, greater, less, tie) =>
      a.value > b.value ? greater() : a.value < b.value ? less() : tie(),
    argmax: (xs) => shares(A, xs.length, largest(Array.from({ length: xs.length }, (_, i) => xs[i].value))),
    floor: ofData(Math.floor),
  };
  return A;
}

function plus(a: Magnitude, b: Magnitude, value: number): Magnitude {
  return a.linear || b.linear ? term(value, a.size + b.size) : data(value);
}

export const MAGNITUDES: Algebra<Magnitude> = build();
