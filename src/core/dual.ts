import type { Algebra, Vector } from "./algebra.js";

/** A number v + ε·d with ε² = 0: a value and its tangent. */
export interface Dual<T> {
  readonly v: T;
  readonly d: T;
}

/** Sees what each comparison site compares, and how fast each side moves; for `floor`, x and ⌊x⌋. */
export type OnSite<T> = (values: readonly T[], tangents: readonly T[], jump: boolean) => void;

/** 2/√π to 75 digits. */
const TWO_OVER_SQRT_PI = "1.12837916709551257389615890312154517168810125865799771368817144342128493688";

/**
 * Dual numbers over any arithmetic: a meaning evaluated in them gives its value and its exact directional
 * derivative, with no derivative rule of an op involved. Over duals they give second derivatives.
 *
 * Each comparison asks `base` exactly once, so that sites are numbered as in `base`. Whether an argument is
 * positive is asked of `toNumber`, which is no site: it only tells where a formula holds.
 */
export function duals<T>(base: Algebra<T>, onSite?: OnSite<T>): Algebra<Dual<T>> {
  const { add, sub, mul, div, neg } = base;
  const zero = base.lift(0);
  const one = base.lift(1);
  const fixed = (v: T): Dual<T> => ({ v, d: zero });
  const square = (x: T): T => mul(x, x);
  /** √(1 + x²), with the larger of 1 and |x| taken out, so that x² cannot overflow. */
  const hypotenuse = (x: T): T => {
    const scale = base.lift(Math.max(1, Math.abs(base.toNumber(x))));
    return mul(scale, base.sqrt(add(square(div(one, scale)), square(div(x, scale)))));
  };
  /** Lifts a function whose tangent is dx·slope(x, y). */
  const chain =
    (f: (x: T) => T, slope: (x: T, y: T) => T) =>
    ({ v, d }: Dual<T>): Dual<T> => {
      const y = f(v);
      return { v: y, d: mul(d, slope(v, y)) };
    };
  /** Lifts a function whose tangent is dx/steepness(x, y). */
  const inverse =
    (f: (x: T) => T, steepness: (x: T, y: T) => T) =>
    ({ v, d }: Dual<T>): Dual<T> => {
      const y = f(v);
      return { v: y, d: div(d, steepness(v, y)) };
    };
  const both = (xs: Vector<Dual<T>>): { v: Vector<T>; d: Vector<T> } => {
    const v = base.array(xs.length);
    const d = base.array(xs.length);
    for (let i = 0; i < xs.length; i++) {
      v[i] = xs[i].v;
      d[i] = xs[i].d;
    }
    return { v, d };
  };
  const report = (xs: readonly Dual<T>[], jump: boolean): void =>
    onSite?.(
      xs.map((x) => x.v),
      xs.map((x) => x.d),
      jump,
    );

  return {
    constant: (decimal) => fixed(base.constant(decimal)),
    lift: (x) => fixed(base.lift(x)),
    array: (length) => Array.from<Dual<T>>({ length }),
    toNumber: ({ v }) => base.toNumber(v),

    add: (a, b) => ({ v: add(a.v, b.v), d: add(a.d, b.d) }),
    sub: (a, b) => ({ v: sub(a.v, b.v), d: sub(a.d, b.d) }),
    mul: (a, b) => ({ v: mul(a.v, b.v), d: add(mul(a.d, b.v), mul(a.v, b.d)) }),
    div(a, b) {
      const v = div(a.v, b.v);
      return { v, d: div(sub(a.d, mul(v, b.d)), b.v) };
    },
    neg: (a) => ({ v: neg(a.v), d: neg(a.d) }),
    sum(terms) {
      const { v, d } = both(terms);
      return { v: base.sum(v), d: base.sum(d) };
    },

    sqrt: inverse(base.sqrt, (_x, y) => add(y, y)),
    exp: chain(base.exp, (_x, y) => y),
    expm1: chain(base.expm1, (x) => base.exp(x)),
    log: inverse(base.log, (x) => x),
    log1p: inverse(base.log1p, (x) => add(one, x)),
    sin: chain(base.sin, (x) => base.cos(x)),
    cos: chain(base.cos, (x) => neg(base.sin(x))),
    tan: chain(base.tan, (_x, y) => add(one, square(y))),
    asin: inverse(base.asin, (x) => base.sqrt(mul(sub(one, x), add(one, x)))),
    acos: inverse(base.acos, (x) => neg(base.sqrt(mul(sub(one, x), add(one, x))))),
    atan: inverse(base.atan, (x) => add(one, square(x))),
    atan2(y, x) {
      // One factor of each product is divided by the larger argument, so that squares neither over- nor underflow.
      const scale = base.lift(Math.max(Math.abs(base.toNumber(x.v)), Math.abs(base.toNumber(y.v))));
      const [ys, xs] = [div(y.v, scale), div(x.v, scale)];
      const turned = sub(mul(xs, y.d), mul(ys, x.d));
      return { v: base.atan2(y.v, x.v), d: div(turned, add(mul(xs, x.v), mul(ys, y.v))) };
    },
    sinh: chain(base.sinh, (x) => base.cosh(x)),
    cosh: chain(base.cosh, (x) => base.sinh(x)),
    tanh({ v, d }) {
      // 1 − tanh² would lose its digits as |x| grows, and cosh² would overflow before the quotient vanishes.
      const c = base.cosh(v);
      return { v: base.tanh(v), d: div(div(d, c), c) };
    },
    asinh: inverse(base.asinh, (x) => hypotenuse(x)),
    acosh: inverse(base.acosh, (x) => mul(base.sqrt(sub(x, one)), base.sqrt(add(x, one)))),
    atanh: inverse(base.atanh, (x) => mul(sub(one, x), add(one, x))),
    erf: chain(base.erf, (x) => mul(base.constant(TWO_OVER_SQRT_PI), base.exp(neg(square(x))))),
    erfc: chain(base.erfc, (x) => neg(mul(base.constant(TWO_OVER_SQRT_PI), base.exp(neg(square(x)))))),
    pow(a, b) {
      const v = base.pow(a.v, b.v);
      const [x, n] = [base.toNumber(a.v), base.toNumber(b.v)];
      // 0⁰ counts as the constant 1; the formula would say 0·∞.
      const byBase = x === 0 && n === 0 ? zero : mul(mul(b.v, base.pow(a.v, sub(b.v, one))), a.d);
      if (x > 0) return { v, d: add(byBase, mul(mul(v, base.log(a.v)), b.d)) };
      // At and below 0 the exponent is a fixed integer, or 0ᵇ stays 0 for b > 0; elsewhere log says NaN, as it should.
      const still = base.toNumber(b.d) === 0 || (x === 0 && n > 0);
      return { v, d: still ? byBase : add(byBase, mul(mul(v, base.log(a.v)), b.d)) };
    },

    select(a, b, greater, less, tie, jump = false) {
      report([a, b], jump);
      const taken: Dual<T>[] = [];
      const take = (branch: () => Dual<T>) => (): T => {
        taken.push(branch());
        return taken[0].v;
      };
      const v = base.select(a.v, b.v, take(greater), take(less), take(tie), jump);
      if (taken.length !== 1) throw new Error(`a dual number follows one branch, not ${taken.length}`);
      return { v, d: taken[0].d };
    },
    argmax(xs) {
      const list = Array.from(xs);
      report(list, false);
      const weights = base.argmax(both(xs).v);
      return Array.from(weights, fixed);
    },
    floor(x) {
      const v = base.floor(x.v);
      report([x, fixed(v)], true);
      return fixed(v);
    },
  };
}
