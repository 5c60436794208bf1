import type { Intrinsic } from "../core/algebra.js";
import { nextUp64 } from "../core/float.js";
import {
  contains,
  EVERYTHING,
  exactly,
  hull,
  isExact,
  magnitude,
  meet,
  minus,
  negative,
  over,
  plus,
  polynomial,
  root,
  square,
  times,
  type Enclosure,
} from "./enclosure.js";
import { erfcFraction, erfSeries, TWO_OVER_ROOT_PI } from "./enclosedErf.js";

/**
 * Certified enclosures of the elementary functions.
 *
 * None of `Math`'s functions but the exactly rounded ones (√ and the four operations) takes part in a bound: ranges
 * are reduced exactly or in enclosures, series are summed in enclosures, and what a series leaves out is bounded by
 * its remainder and added. `Math.round` and `Math.log2` only choose how a range is reduced, which may be any way.
 */

const one = exactly(1);
const two = exactly(2);
const half = exactly(0.5);

/** ln 2 = LN2_HIGH + LN2_LOW; the first has so few bits that whole multiples up to 2²⁰ of it are exact. */
const LN2_HIGH = exactly(0.6931471803691238);
const LN2_LOW: Enclosure = { low: 1.9082149292705877e-10, high: 1.908214929270588e-10 };
// The doubles nearest to both lie below them.
const LN2: Enclosure = { low: Math.LN2, high: nextUp64(Math.LN2) };
const PI: Enclosure = { low: Math.PI, high: nextUp64(Math.PI) };
const HALF_PI: Enclosure = { low: PI.low / 2, high: PI.high / 2 };
/** π/2 = HALF_PI_HIGH + HALF_PI_LOW, as for ln 2. */
const HALF_PI_HIGH = exactly(1.5707963267341256);
const HALF_PI_LOW: Enclosure = { low: 6.077100506506192e-11, high: 6.077100506506194e-11 };

export const CONSTANTS = { LN2_HIGH, LN2_LOW, LN2, PI, HALF_PI_HIGH, HALF_PI_LOW, TWO_OVER_ROOT_PI };

const UNIT: Enclosure = { low: -1, high: 1 };
const POSITIVE: Enclosure = { low: 0, high: Infinity };

const integers = (count: number, from: number): number[] => Array.from({ length: count }, (_, i) => i + from);
const widened = (x: Enclosure, by: number): Enclosure => plus(x, { low: -by, high: by });

/** Σ xⁿ/(n + 1)! = (e^x − 1)/x for |x| ≤ 0.5. Terms up to 17; the rest is below 2·0.5¹⁸/19!. */
const EXPM1_TERMS = integers(18, 1).map((n) => over(one, exactly(factorial(n))));
function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1);
}
const expm1Quotient = (x: Enclosure): Enclosure => widened(polynomial(x, EXPM1_TERMS), 2 ** -70);

/** e^x at one double: x = k·ln 2 + r, e^r = 1 + r·(…). */
function expAt(x: number): Enclosure {
  if (x === 0) return one;
  if (x > 710) return { low: Number.MAX_VALUE, high: Infinity };
  if (x < -746) return { low: 0, high: Number.MIN_VALUE };
  const k = Math.round(x / Math.LN2);
  const r = reduced(x, k, LN2_HIGH, LN2_LOW);
  return times(times(plus(one, times(r, expm1Quotient(r))), powerOfTwo(k >> 1)), powerOfTwo(k - (k >> 1)));
}

const powerOfTwo = (k: number): Enclosure => exactly(2 ** k);

/** x − k·(high + low) */
const reduced = (x: number, k: number, high: Enclosure, low: Enclosure): Enclosure =>
  minus(minus(exactly(x), times(exactly(k), high)), times(exactly(k), low));

function expm1At(x: number): Enclosure {
  if (Math.abs(x) > 0.5) return minus(expAt(x), one);
  return times(exactly(x), expm1Quotient(exactly(x)));
}

/** 2·artanh z = 2·Σ z^(2n+1)/(2n + 1) for |z| ≤ 0.2. Terms up to z^33; the rest is below z·0.04¹⁷/35/0.96. */
const ARTANH_TERMS = integers(17, 0).map((n) => over(one, exactly(2 * n + 1)));
const twiceArtanh = (z: Enclosure): Enclosure =>
  times(times(two, z), widened(polynomial(square(z), ARTANH_TERMS), 2 ** -80));

/** ln x at one double: x = 2^k·m with m in [√½, √2], nearly, and ln m = 2·artanh((m − 1)/(m + 1)). */
function logAt(x: number): Enclosure {
  if (x <= 0) return { low: -Infinity, high: -Infinity };
  if (x === Infinity) return { low: Number.MAX_VALUE, high: Infinity };
  const subnormal = x < 2 ** -1000;
  const scaled = subnormal ? x * 2 ** 100 : x;
  const exponent = Math.round(Math.log2(scaled));
  const m = over(over(exactly(scaled), powerOfTwo(exponent >> 1)), powerOfTwo(exponent - (exponent >> 1)));
  const k = exactly(subnormal ? exponent - 100 : exponent);
  const mantissa = twiceArtanh(over(minus(m, one), plus(m, one)));
  return plus(times(k, LN2_HIGH), plus(times(k, LN2_LOW), mantissa));
}

/** ln(1 + t), with every digit also near 0. */
function log1pOf(t: Enclosure): Enclosure {
  if (magnitude(t).high <= 0.33) return twiceArtanh(over(t, plus(two, t)));
  return increasing(logAt)(plus(one, t));
}

const log1pAt = (x: number): Enclosure => log1pOf(exactly(x));

/** Σ (−1)ⁿ·x^(2n+1)/(2n + 1) for |x| ≤ 0.21: 15 terms; what is left out is below the next, x·0.0441¹⁵/31. */
const ATAN_TERMS = integers(15, 0).map((n) => over(exactly((-1) ** n), exactly(2 * n + 1)));
const atanSeries = (x: Enclosure): Enclosure =>
  times(x, widened(polynomial(square(x), ATAN_TERMS), 2 ** -70));

/** tan of half the angle whose tangent is x. */
const halfTangent = (x: Enclosure): Enclosure => over(x, plus(one, root(plus(one, square(x)))));

function atanAt(x: number): Enclosure {
  if (x < 0) return negative(atanAt(-x));
  if (x > 1) return minus(HALF_PI, atanOf(over(one, exactly(x))));
  return atanOf(exactly(x));
}
/** @domain x within [0, 1] */
const atanOf = (x: Enclosure): Enclosure => times(exactly(4), atanSeries(halfTangent(halfTangent(x))));

/** Alternating series in x², for |x| ≤ 0.8: 14 terms; what is left out is below 0.64¹⁴/28!. */
const COS_TERMS = integers(14, 0).map((n) => over(exactly((-1) ** n), exactly(factorial(2 * n))));
const SIN_TERMS = integers(14, 0).map((n) => over(exactly((-1) ** n), exactly(factorial(2 * n + 1))));

/** sin(x + turns·π/2) at one double. */
function sinAt(x: number, turns: 0 | 1): Enclosure {
  if (Math.abs(x) > 2 ** 19) return UNIT;
  const k = Math.round(x / (Math.PI / 2));
  const r = reduced(x, k, HALF_PI_HIGH, HALF_PI_LOW);
  const quarter = (((k + turns) % 4) + 4) % 4;
  const y =
    quarter % 2 === 0
      ? times(r, widened(polynomial(square(r), SIN_TERMS), 2 ** -90))
      : widened(polynomial(square(r), COS_TERMS), 2 ** -90);
  return meet(quarter < 2 ? y : negative(y), UNIT);
}

/** sin(x + turns·π/2) of a set: its ends, and the extremes between them. */
const turning =
  (turns: 0 | 1) =>
  (x: Enclosure): Enclosure => {
    if (!(Math.max(-x.low, x.high) < 2 ** 19)) return UNIT;
    // In quarter turns. An extreme that only may lie inside counts.
    const first = Math.ceil(over(exactly(x.low), HALF_PI).low + turns);
    const last = Math.floor(over(exactly(x.high), HALF_PI).high + turns);
    const ends = hull(sinAt(x.low, turns), sinAt(x.high, turns));
    if (last - first >= 3) return UNIT;
    let y = ends;
    for (let quarter = first; quarter <= last; quarter++) {
      if (quarter % 2 !== 0) y = hull(y, exactly(((quarter % 4) + 4) % 4 === 1 ? 1 : -1));
    }
    return y;
  };

const sinOf = turning(0);
const cosOf = turning(1);

/** Everything where x may reach a pole. */
function tanOf(x: Enclosure): Enclosure {
  const c = cosOf(x);
  if (contains(c, 0)) return EVERYTHING;
  const at = (t: number): Enclosure => over(sinAt(t, 0), sinAt(t, 1));
  return hull(at(x.low), at(x.high));
}

/** e^(−x²) */
const gaussian = (x: number): Enclosure => exp(negative(square(exactly(x))));

function erfcAt(x: number): Enclosure {
  if (x < 0) return minus(two, erfcAt(-x));
  return x < 2 ? minus(one, erfSeries(x, gaussian(x))) : erfcFraction(x, gaussian(x));
}

function erfAt(x: number): Enclosure {
  if (x < 0) return negative(erfAt(-x));
  return x < 2 ? erfSeries(x, gaussian(x)) : minus(one, erfcFraction(x, gaussian(x)));
}

/** An increasing function of a set, from its values at doubles; `range` is where its values lie for other reasons. */
const increasing =
  (at: (x: number) => Enclosure, range: Enclosure = EVERYTHING) =>
  (x: Enclosure): Enclosure => {
    const low = at(x.low);
    return meet(isExact(x) ? low : { low: low.low, high: at(x.high).high }, range);
  };

const decreasing =
  (at: (x: number) => Enclosure, range: Enclosure) =>
  (x: Enclosure): Enclosure =>
    negative(increasing((t) => negative(at(t)), negative(range))(x));

/** The values at infinite ends are limits. */
const limits =
  (at: (x: number) => Enclosure, low: Enclosure, high: Enclosure) =>
  (x: number): Enclosure =>
    x === -Infinity ? low : x === Infinity ? high : at(x);

const NOTHING_LEFT: Enclosure = { low: 0, high: Number.MIN_VALUE };
/** e^−x for x ≥ 700. */
const NOTHING_LEFT_AT_700: Enclosure = { low: 0, high: 1e-300 };
const ENDLESS: Enclosure = { low: Number.MAX_VALUE, high: Infinity };

const expIncreasing = increasing(limits(expAt, NOTHING_LEFT, ENDLESS), POSITIVE);
/** At most 1 for x ≤ 0, and at least 1 for x ≥ 0. */
function exp(x: Enclosure): Enclosure {
  const y = expIncreasing(x);
  if (x.high <= 0) return meet(y, { low: 0, high: 1 });
  return x.low >= 0 ? meet(y, { low: 1, high: Infinity }) : y;
}

const expm1 = increasing(limits(expm1At, exactly(-1), ENDLESS), { low: -1, high: Infinity });

function sinhAt(x: number): Enclosure {
  if (x < 0) return negative(sinhAt(-x));
  if (x > 700) return times(half, minus(expAt(x), NOTHING_LEFT_AT_700));
  const t = expm1At(x);
  return times(half, plus(t, over(t, plus(t, one))));
}

function coshAt(x: number): Enclosure {
  const e = expAt(Math.abs(x));
  return times(half, plus(e, over(one, e)));
}

/** Even, and increasing from 1 with |x|. */
const cosh = (x: Enclosure): Enclosure =>
  increasing(limits(coshAt, ENDLESS, ENDLESS), { low: 1, high: Infinity })(magnitude(x));

function tanhAt(x: number): Enclosure {
  if (x < 0) return negative(tanhAt(-x));
  const t = expm1(exactly(-2 * x));
  return negative(over(t, plus(t, two)));
}

/** ln(x + √(x² + 1)); for large x, ln 2x plus less than 1/(4x²). */
function asinhAt(x: number): Enclosure {
  if (x < 0) return negative(asinhAt(-x));
  if (x > 2 ** 40) return plus(plus(logAt(x), LN2), { low: 0, high: 2 ** -81 });
  const s = square(exactly(x));
  return log1pOf(plus(exactly(x), over(s, plus(one, root(plus(one, s))))));
}

/** ln(x + √(x² − 1)); for large x, ln 2x less at most 1/(2x²). */
function acoshAt(x: number): Enclosure {
  if (x > 2 ** 40) return plus(plus(logAt(x), LN2), { low: -(2 ** -80), high: 0 });
  const t = minus(exactly(x), one);
  return log1pOf(plus(t, root(times(t, plus(t, two)))));
}

function atanhAt(x: number): Enclosure {
  if (x < 0) return negative(atanhAt(-x));
  if (x >= 1) return ENDLESS;
  return times(half, log1pOf(over(times(two, exactly(x)), minus(one, exactly(x)))));
}

/** The angle of the point (√((1 − x)(1 + x)), x), from half of it. */
const asinAt = (x: number): Enclosure => {
  if (x < 0) return negative(asinAt(-x));
  const t = exactly(Math.min(x, 1));
  const leg = root(times(minus(one, t), plus(one, t)));
  return times(two, increasing(atanAt)(over(t, plus(one, leg))));
};

const within =
  (low: number, high: number, f: (x: Enclosure) => Enclosure) =>
  (x: Enclosure): Enclosure =>
    // Where there is no value, everything may be claimed of it; an empty set would turn its ends around.
    x.high < low || x.low > high ? EVERYTHING : f(meet(x, { low, high }));

const QUARTER_TURN: Enclosure = { low: -HALF_PI.high, high: HALF_PI.high };

/** Enclosures of the values on a set; where part of it lies outside the domain, of those on the rest. */
export const ENCLOSED: { readonly [name in Intrinsic]: (x: Enclosure) => Enclosure } = {
  exp,
  expm1,
  log: within(0, Infinity, increasing(logAt)),
  log1p: within(-1, Infinity, increasing(limits(log1pAt, ENDLESS, ENDLESS))),
  sin: sinOf,
  cos: cosOf,
  tan: tanOf,
  asin: within(-1, 1, increasing(asinAt, QUARTER_TURN)),
  acos: within(-1, 1, (x) => meet(minus(HALF_PI, increasing(asinAt)(x)), { low: 0, high: PI.high })),
  atan: increasing(limits(atanAt, negative(HALF_PI), HALF_PI), QUARTER_TURN),
  sinh: increasing(limits(sinhAt, negative(ENDLESS), ENDLESS)),
  cosh,
  tanh: increasing(limits(tanhAt, exactly(-1), one), UNIT),
  asinh: increasing(limits(asinhAt, negative(ENDLESS), ENDLESS)),
  acosh: within(1, Infinity, increasing(limits(acoshAt, one, ENDLESS), POSITIVE)),
  atanh: within(-1, 1, increasing(atanhAt)),
  erf: increasing(limits(erfAt, exactly(-1), one), UNIT),
  erfc: decreasing(limits(erfcAt, two, NOTHING_LEFT), { low: 0, high: 2 }),
};
