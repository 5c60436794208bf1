import { INTRINSICS, type Algebra, type Approximated, type Intrinsic, type Vector } from "./algebra.js";
import { erf, erfc } from "./erf.js";
import type { FloatFormat } from "./float.js";
import { sum } from "./sum.js";

/** What a comparison site answered: one alternative, an exact tie, or (hull) any of several. */
export interface Decision {
  readonly members: readonly number[];
  readonly hull: boolean;
}

/** Lets an oracle read, fix or hull the comparison sites of a pass (see `Algebra`). */
export interface Gates {
  /** @param values what is compared: alternative i is the largest of them */
  decide(values: ArrayLike<number>, jump: boolean): Decision;
  /** floor(x), a site of its own: which integer is decided, not which alternative. */
  floor(x: number): number;
}

/** The alternatives that share the maximum; NaN is never larger. */
export function largest(values: ArrayLike<number>): number[] {
  let members = [0];
  for (let i = 1; i < values.length; i++) {
    if (values[i] > values[members[0]]) members = [i];
    else if (values[i] === values[members[0]]) members.push(i);
  }
  return members;
}

/** Weights of equal shares over `members`. */
export function shares<T>(A: Algebra<T>, length: number, members: readonly number[]): Vector<T> {
  const weights = A.array(length);
  for (let i = 0; i < length; i++) weights[i] = A.lift(0);
  const share = members.length === 1 ? A.lift(1) : A.div(A.lift(1), A.lift(members.length));
  for (const i of members) weights[i] = share;
  return weights;
}

export const INTRINSIC_FUNCTIONS: { readonly [name in Intrinsic]: (x: number) => number } = {
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
  erf,
  erfc,
};

export interface Rounding {
  /** Applied to the double result of +, −, ×, ÷, √ and to constants. */
  round(x: number): number;
  /** Applied to the double result of every other primitive, which it is told. */
  roundIntrinsic(x: number, primitive: Approximated): number;
  /** The order in which n terms are added up. Default: as they come. */
  order?(n: number): readonly number[];
}

/**
 * What is not a number is neither greater nor less, nor equal: nothing follows from it. The branch is taken all the
 * same, for arithmetics that keep more than a number in it.
 */
function tieOf(a: number, b: number, tie: () => number): number {
  const y = tie();
  return Number.isNaN(a) || Number.isNaN(b) ? NaN : y;
}

type Comparison = Pick<Algebra<number>, "select" | "argmax" | "floor">;

function comparisons(A: () => Algebra<number>, gates: Gates | undefined): Comparison {
  if (!gates) {
    return {
      select: (a, b, greater, less, tie) => (a > b ? greater() : a < b ? less() : tieOf(a, b, tie)),
      argmax: (xs) => shares(A(), xs.length, largest(xs)),
      floor: Math.floor,
    };
  }
  return {
    select(a, b, greater, less, tie, jump = false) {
      const { members, hull } = gates.decide([a, b], jump);
      if (hull) throw new Error("a hull needs an arithmetic of sets");
      if (members.length > 1 || Number.isNaN(a) || Number.isNaN(b)) return tieOf(a, b, tie);
      return members[0] === 0 ? greater() : less();
    },
    argmax: (xs) => shares(A(), xs.length, gates.decide(xs, false).members),
    floor: (x) => gates.floor(x),
  };
}

/** Doubles, with sums by pairwise halving: the arithmetic of the reference. */
export function doubles(gates?: Gates): Algebra<number> {
  const A: Algebra<number> = {
    constant: Number,
    lift: (x) => x,
    array: (length) => new Float64Array(length),
    toNumber: (x) => x,
    add: (a, b) => a + b,
    sub: (a, b) => a - b,
    mul: (a, b) => a * b,
    div: (a, b) => a / b,
    neg: (a) => -a,
    sum: (terms) => sum(terms),
    sqrt: Math.sqrt,
    ...INTRINSIC_FUNCTIONS,
    atan2: Math.atan2,
    pow: Math.pow,
    ...comparisons(() => A, gates),
  };
  return A;
}

/** Doubles whose every primitive is rounded, sums term by term: a lower precision, simulated. */
export function rounded(rounding: Rounding, gates?: Gates): Algebra<number> {
  const { round, roundIntrinsic } = rounding;
  const A: Algebra<number> = {
    constant: (decimal) => round(Number(decimal)),
    lift: (x) => x,
    array: (length) => new Float64Array(length),
    toNumber: (x) => x,
    add: (a, b) => round(a + b),
    sub: (a, b) => round(a - b),
    mul: (a, b) => round(a * b),
    div: (a, b) => round(a / b),
    neg: (a) => -a,
    sum(terms) {
      if (terms.length === 0) return 0;
      const order = terms.length > 2 ? rounding.order?.(terms.length) : undefined;
      let total = terms[order?.[0] ?? 0];
      for (let i = 1; i < terms.length; i++) total = round(total + terms[order?.[i] ?? i]);
      return total;
    },
    sqrt: (x) => round(Math.sqrt(x)),
    ...(Object.fromEntries(
      INTRINSICS.map((name) => [name, (x: number) => roundIntrinsic(INTRINSIC_FUNCTIONS[name](x), name)]),
    ) as Record<Intrinsic, (x: number) => number>),
    atan2: (y, x) => roundIntrinsic(Math.atan2(y, x), "atan2"),
    pow: (a, b) => roundIntrinsic(Math.pow(a, b), "pow"),
    ...comparisons(() => A, gates),
  };
  return A;
}

/** Round to nearest after every primitive; with `flush`, results below the smallest normal become 0. */
export function roundToNearest(format: FloatFormat, options: { readonly flush?: boolean } = {}): Rounding {
  const { flush = false } = options;
  const round = flush
    ? (x: number) => {
        const y = format.round(x);
        if (Math.abs(y) >= format.smallestNormal || y === 0 || Number.isNaN(y)) return y;
        return y < 0 ? -0 : 0;
      }
    : format.round;
  return { round, roundIntrinsic: round };
}

export const DOUBLES: Algebra<number> = doubles();
