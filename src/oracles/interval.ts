import { INTRINSICS, type Algebra, type Intrinsic } from "../core/algebra.js";
import { INTRINSIC_FUNCTIONS, type Gates } from "../core/numberAlgebra.js";

/**
 * All numbers from low to high.
 *
 * Used for cotangents and tangents while forward data stays a point: what is made of data alone is computed in
 * doubles, without outward rounding, because the tolerance around the hull covers roundings many times over. It proves
 * nothing; `certified.ts` does.
 */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

export const point = (x: number): Interval => ({ low: x, high: x });
export const isPoint = (x: Interval): boolean => x.low === x.high;

export const hull = (a: Interval, b: Interval): Interval => ({
  low: Math.min(a.low, b.low),
  high: Math.max(a.high, b.high),
});

/** A rule applied something other than + − × ÷ to an open choice. */
export class OpenChoiceError extends Error {}

const ofPoints =
  (name: string, f: (...xs: number[]) => number) =>
  (...xs: Interval[]): Interval => {
    if (!xs.every(isPoint)) throw new OpenChoiceError(`${name} of an open choice`);
    return point(f(...xs.map((x) => x.low)));
  };

/** Intervals whose comparison sites are answered by `gates`: an open site yields every alternative at once. */
export function intervals(gates: Gates): Algebra<Interval> {
  const A: Algebra<Interval> = {
    constant: (decimal) => point(Number(decimal)),
    lift: point,
    array: (length) => Array.from({ length }, () => point(0)),
    toNumber: (x) => x.low,
    add: (a, b) => ({ low: a.low + b.low, high: a.high + b.high }),
    sub: (a, b) => ({ low: a.low - b.high, high: a.high - b.low }),
    mul(a, b) {
      const products = [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high];
      return { low: Math.min(...products), high: Math.max(...products) };
    },
    div(a, b) {
      if (!isPoint(b)) throw new OpenChoiceError("division by an open choice");
      const x = a.low / b.low;
      const y = a.high / b.low;
      return { low: Math.min(x, y), high: Math.max(x, y) };
    },
    neg: (a) => ({ low: -a.high, high: -a.low }),
    sum(terms) {
      let low = 0;
      let high = 0;
      for (let i = 0; i < terms.length; i++) {
        low += terms[i].low;
        high += terms[i].high;
      }
      return { low, high };
    },
    sqrt: ofPoints("sqrt", Math.sqrt),
    ...(Object.fromEntries(
      INTRINSICS.map((name) => [name, ofPoints(name, INTRINSIC_FUNCTIONS[name])]),
    ) as Record<Intrinsic, (x: Interval) => Interval>),
    atan2: ofPoints("atan2", Math.atan2),
    pow: ofPoints("pow", Math.pow),
    select(a, b, greater, less, tie, jump = false) {
      const { members, hull: open } = gates.decide([a.low, b.low], jump);
      if (open) return hull(hull(greater(), less()), tie());
      return members.length > 1 ? tie() : members[0] === 0 ? greater() : less();
    },
    argmax(xs) {
      const values = Array.from({ length: xs.length }, (_, i) => xs[i].low);
      const { members, hull: open } = gates.decide(values, false);
      const weights = A.array(xs.length);
      for (const i of members) weights[i] = open ? { low: 0, high: 1 } : point(1 / members.length);
      return weights;
    },
    floor: (x) => point(gates.floor(x.low)),
  };
  return A;
}
