/** A growable-free indexable store of `T`: a typed array for numbers, a plain array for anything else. */
export interface Vector<T> {
  readonly length: number;
  [index: number]: T;
}

/**
 * The arithmetic in which an op's meaning and derivative rules are written.
 *
 * A rule never sees a number: the oracle brings the arithmetic (doubles, randomly rounded float32, duals,
 * BigNumbers, magnitudes, intervals), so that one text serves the reference, its attainable error and its truth.
 *
 * Comparisons are *sites*, numbered in the order in which a pass meets them. An arithmetic may answer a site
 * in its own way (read, fixed, hulled), therefore a rule must meet the same sites whatever their outcome is:
 * no `select`, `argmax` or `floor` inside a branch of another `select`.
 */
export interface Algebra<T> {
  /** An exact constant from its decimal digits: `constant("0.044715")` is not the double nearest to it. */
  constant(decimal: string): T;
  /** A double, exactly. */
  lift(x: number): T;
  array(length: number): Vector<T>;
  /** The nearest double, for inputs that are indices or conditions, and for reading results. */
  toNumber(x: T): number;

  add(a: T, b: T): T;
  sub(a: T, b: T): T;
  mul(a: T, b: T): T;
  div(a: T, b: T): T;
  neg(a: T): T;
  /** Sum of terms; each arithmetic chooses its own order and rounding. The empty sum is 0. */
  sum(terms: Vector<T>): T;

  sqrt(x: T): T;
  exp(x: T): T;
  expm1(x: T): T;
  log(x: T): T;
  log1p(x: T): T;
  sin(x: T): T;
  cos(x: T): T;
  tan(x: T): T;
  asin(x: T): T;
  acos(x: T): T;
  atan(x: T): T;
  atan2(y: T, x: T): T;
  sinh(x: T): T;
  cosh(x: T): T;
  tanh(x: T): T;
  asinh(x: T): T;
  acosh(x: T): T;
  atanh(x: T): T;
  erf(x: T): T;
  /** 1 − erf(x), without the cancellation. */
  erfc(x: T): T;
  /** `a` to the power `b`, where `a > 0`, or `b` is an integer. */
  pow(a: T, b: T): T;

  /**
   * A site with two alternatives: `greater()` where a > b, `less()` where a < b, and at equality `tie()`, which
   * states the record's convention. Only the chosen branch is evaluated, so a branch may overflow elsewhere.
   *
   * @param jump true where the branches do not meet (sign at 0): an undecided jump decides nothing.
   */
  select(a: T, b: T, greater: () => T, less: () => T, tie: () => T, jump?: boolean): T;
  /**
   * A site with as many alternatives as `xs` has elements: the weights with which each takes part in the maximum.
   * They are one-hot, and equal shares where several are the largest.
   *
   * @domain xs.length ≥ 1
   */
  argmax(xs: Vector<T>): Vector<T>;
  /** Largest integer not above x: a jump at every integer. */
  floor(x: T): T;
}

/** The primitives of one argument that are not arithmetic; arithmetics are often made by mapping over them. */
export const INTRINSICS = [
  "exp",
  "expm1",
  "log",
  "log1p",
  "sin",
  "cos",
  "tan",
  "asin",
  "acos",
  "atan",
  "sinh",
  "cosh",
  "tanh",
  "asinh",
  "acosh",
  "atanh",
  "erf",
  "erfc",
] as const satisfies readonly (keyof Algebra<unknown>)[];

export type Intrinsic = (typeof INTRINSICS)[number];

/** Every primitive that a library approximates, and no IEEE 754 operation rounds correctly. */
export type Approximated = Intrinsic | "atan2" | "pow";

/** Sum of `terms` from first to last, for arithmetics that have no order of their own. */
export function sumInOrder<T>(A: Pick<Algebra<T>, "add" | "lift">, terms: Vector<T>): T {
  if (terms.length === 0) return A.lift(0);
  let total = terms[0];
  for (let i = 1; i < terms.length; i++) total = A.add(total, terms[i]);
  return total;
}
