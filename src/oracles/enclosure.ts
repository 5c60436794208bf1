import { addDown, addUp, divDown, divUp, mulDown, mulUp, sqrtDown, sqrtUp } from "./directed.js";

/** A set of reals from low to high that certainly contains a number; an infinite end means "without end". */
export interface Enclosure {
  readonly low: number;
  readonly high: number;
}

export const exactly = (x: number): Enclosure => ({ low: x, high: x });
/** What is known of a number of which nothing is known. */
export const EVERYTHING: Enclosure = { low: -Infinity, high: Infinity };

export const isExact = (x: Enclosure): boolean => x.low === x.high;
export const contains = (x: Enclosure, y: number): boolean => x.low <= y && y <= x.high;
export const isWithin = (x: Enclosure, { low, high }: Enclosure): boolean => low <= x.low && x.high <= high;

export const hull = (a: Enclosure, b: Enclosure): Enclosure => ({
  low: Math.min(a.low, b.low),
  high: Math.max(a.high, b.high),
});

/** @domain both contain the same number, so that they meet */
export const meet = (a: Enclosure, b: Enclosure): Enclosure => ({
  low: Math.max(a.low, b.low),
  high: Math.min(a.high, b.high),
});

export const negative = (a: Enclosure): Enclosure => ({ low: -a.high, high: -a.low });

export const plus = (a: Enclosure, b: Enclosure): Enclosure => ({
  low: addDown(a.low, b.low),
  high: addUp(a.high, b.high),
});

export const minus = (a: Enclosure, b: Enclosure): Enclosure => ({
  low: addDown(a.low, -b.high),
  high: addUp(a.high, -b.low),
});

/** The same object twice is a square, which is never negative. */
export function times(a: Enclosure, b: Enclosure): Enclosure {
  if (a === b) return square(a);
  if (a.low >= 0 && b.low >= 0) return { low: mulDown(a.low, b.low), high: mulUp(a.high, b.high) };
  return {
    low: Math.min(
      mulDown(a.low, b.low),
      mulDown(a.low, b.high),
      mulDown(a.high, b.low),
      mulDown(a.high, b.high),
    ),
    high: Math.max(mulUp(a.low, b.low), mulUp(a.low, b.high), mulUp(a.high, b.low), mulUp(a.high, b.high)),
  };
}

export function square(a: Enclosure): Enclosure {
  const size = magnitude(a);
  return { low: mulDown(size.low, size.low), high: mulUp(size.high, size.high) };
}

/** |a| */
export function magnitude(a: Enclosure): Enclosure {
  if (a.low >= 0) return a;
  if (a.high <= 0) return negative(a);
  return { low: 0, high: Math.max(-a.low, a.high) };
}

/** Everything where b has 0 inside; b may begin or end at 0, which it then does not contain. */
export function over(a: Enclosure, b: Enclosure): Enclosure {
  if (contains(b, 0) && b.low !== 0 && b.high !== 0) return EVERYTHING;
  if (b.low === b.high && b.low === 0) return EVERYTHING;
  if (b.high <= 0) return negative(over(a, negative(b)));
  if (b.low === 0) {
    if (a.low >= 0) return { low: divDown(a.low, b.high), high: a.high === 0 ? 0 : Infinity };
    if (a.high <= 0) return { low: -Infinity, high: divUp(a.high, b.high) };
    return EVERYTHING;
  }
  return {
    low: divDown(a.low, a.low >= 0 ? b.high : b.low),
    high: divUp(a.high, a.high >= 0 ? b.low : b.high),
  };
}

/** Of the part of x that is not negative: elsewhere there is no root. */
export const root = (x: Enclosure): Enclosure =>
  x.high < 0 ? EVERYTHING : { low: sqrtDown(Math.max(0, x.low)), high: sqrtUp(x.high) };

/** Σ cᵢ·xⁱ by Horner's rule. */
export const polynomial = (x: Enclosure, coefficients: readonly Enclosure[]): Enclosure =>
  coefficients.reduceRight((total, c) => plus(c, times(x, total)));
