import type { BigNumber } from "mathjs";
import type { Intrinsic } from "../core/algebra.js";
import type { BigNumbers } from "./bigAlgebra.js";

type BigFunction = (x: BigNumber) => BigNumber;

/** An odd function, from its values for x ≥ 0. */
const odd =
  (f: BigFunction): BigFunction =>
  (x) =>
    x.isNegative() ? f(x.neg()).neg() : f(x);

/**
 * The functions that an arithmetic needs, in decimal numbers of D's precision, from decimal.js where it has them
 * and from forms without cancellation where it has not.
 *
 * @error a few units of D's last digit, relative
 */
export function bigFunctions(D: BigNumbers): Record<Intrinsic, BigFunction> {
  const one = new D(1);
  const half = new D("0.5");
  const negligible = new D(`1e-${D.precision + 2}`);

  /** first + next(first, 1) + …, until the terms no longer count. @domain terms of one sign, or falling fast */
  const series = (first: BigNumber, next: (term: BigNumber, n: number) => BigNumber): BigNumber => {
    let total = first;
    let term = first;
    for (let n = 1; term.abs().gt(total.abs().times(negligible)); n++) {
      term = next(term, n);
      total = total.plus(term);
    }
    return total;
  };

  const expm1: BigFunction = (x) =>
    x.abs().lt(half) ? series(x, (term, n) => term.times(x).div(n + 1)) : x.exp().minus(1);

  /** Near 0: 2·artanh z with z = x/(2 + x), that is 2·Σ z^(2n+1)/(2n+1). */
  const log1p: BigFunction = (x) => {
    if (!x.abs().lt(half)) return x.plus(1).ln();
    const z = x.div(x.plus(2));
    const z2 = z.times(z);
    const sum = series(z, (term, n) =>
      term
        .times(z2)
        .times(2 * n - 1)
        .div(2 * n + 1),
    );
    return sum.times(2);
  };

  /** (2/√π)·e^(−x²)·Σ 2ⁿ·x^(2n+1)/(2n+1)!! (DLMF 7.6.2). Beyond √(p·ln 10), 1 − erf x < e^(−x²) is out of sight. */
  const erf = odd((x) => {
    const square = x.times(x);
    if (square.gt(D.precision * Math.LN10)) return one;
    const sum = series(x, (term, n) =>
      term
        .times(square)
        .times(2)
        .div(2 * n + 1),
    );
    return sum.times(square.neg().exp()).times(2).div(rootOfPi());
  });

  const rootOfPi = (): BigNumber => new D(-1).acos().sqrt();

  /**
   * e^(−x²)/√π · 1/(x + (1/2)/(x + 1/(x + …))) (DLMF 7.9.1), evaluated backwards; the levels it takes to settle grow
   * with the square of the digits (the formula was found with mpmath, 17 to 102 digits). Below 2, 1 − erf x costs no more than three digits.
   */
  const erfc: BigFunction = (x) => {
    if (x.lt(2)) return one.minus(erf(x));
    const square = x.times(x);
    const nats = D.precision * Math.LN10;
    let fraction = x;
    for (let n = Math.ceil((0.16 * nats * nats) / square.toNumber() + nats / 4); n >= 1; n--) {
      fraction = x.plus(new D(n).div(2).div(fraction));
    }
    return square.neg().exp().div(fraction.times(rootOfPi()));
  };

  return {
    exp: (x) => x.exp(),
    expm1,
    log: (x) => x.ln(),
    log1p,
    sin: (x) => x.sin(),
    cos: (x) => x.cos(),
    tan: (x) => x.tan(),
    asin: (x) => x.asin(),
    acos: (x) => x.acos(),
    atan: (x) => x.atan(),
    // The hyperbolic functions of decimal.js add Taylor series, for large arguments without end.
    sinh: odd((x) => {
      const t = expm1(x);
      return t.isFinite() ? t.plus(t.div(t.plus(1))).div(2) : t;
    }),
    cosh: (x) => {
      const e = x.abs().exp();
      return e.plus(one.div(e)).div(2);
    },
    tanh: odd((x) => {
      const t = expm1(x.times(-2));
      return t.neg().div(t.plus(2));
    }),
    asinh: odd((x) => {
      const square = x.times(x);
      return log1p(x.plus(square.div(square.plus(1).sqrt().plus(1))));
    }),
    acosh: (x) => {
      const t = x.minus(1);
      return log1p(t.plus(t.times(t.plus(2)).sqrt()));
    },
    atanh: odd((x) => log1p(x.times(2).div(one.minus(x))).div(2)),
    erf,
    erfc,
  };
}
