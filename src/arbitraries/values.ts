import { formatOf, nextDown, nextUp, type FloatType } from "../core/float.js";
import type { Stream } from "../core/random.js";
import { sizeOf, type Shape } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import type { Domain } from "../ops/op.js";

/**
 * Regions of the inputs, with their share of the draws. Normal numbers alone leave bands untested: fewer than one
 * in 100,000 lies within 1e-5 of a kink.
 */
export const REGIONS = {
  normal: 0.3,
  magnitudes: 0.2,
  specials: 0.15,
  ties: 0.1,
  saturated: 0.1,
  scaled: 0.05,
  extremes: 0.1,
} as const;
export type Region = keyof typeof REGIONS;

export function drawRegion(stream: Stream): Region {
  let at = stream.uniform();
  for (const [region, share] of Object.entries(REGIONS)) {
    at -= share;
    if (at < 0) return region as Region;
  }
  return "normal";
}

/** Numbers of a domain, rounded to the precision; what a region means is decided per tensor. */
export function drawTensor(
  stream: Stream,
  shape: Shape,
  domain: Domain,
  dtype: FloatType,
  region: Region,
): Tensor {
  const size = sizeOf(shape);
  const data = new Float64Array(size);
  if (domain.type === "bool") return { shape, data: data.map(() => stream.int(0, 1)) };
  const scale = region === "scaled" ? 10 ** stream.pick([-6, 6]) : 1;
  for (let i = 0; i < size; i++)
    data[i] = settle(scale * drawNumber(stream, domain, dtype, region), domain, dtype);
  if (region === "ties" && size > 1) {
    // Repeat some of the numbers; sometimes all are the same.
    const distinct = stream.chance(0.2) ? 1 : stream.int(1, Math.max(1, size >> 1));
    for (let i = distinct; i < size; i++) data[i] = data[stream.int(0, distinct - 1)];
  }
  return { shape, data };
}

function drawNumber(stream: Stream, domain: Domain, dtype: FloatType, region: Region): number {
  const anchored = domain.specials.length > 0;
  switch (region) {
    case "magnitudes":
      return stream.sign() * 10 ** stream.between(-6, 3);
    case "specials":
      if (stream.chance(0.3)) return stream.normal();
      return near(stream, stream.pick(anchored ? domain.specials : [0, 1, -1]), dtype);
    case "ties":
      return stream.chance(0.3) && anchored ? stream.pick(domain.specials) : short(stream);
    case "saturated":
      return stream.sign() * stream.between(5, 40);
    case "extremes":
      return extreme(stream, dtype);
    default:
      return stream.normal();
  }
}

/** A special value itself, one ulp beside it, or very near; zero with either sign. */
function near(stream: Stream, value: number, dtype: FloatType): number {
  const x = formatOf(dtype).round(value);
  switch (stream.int(0, 4)) {
    case 0:
      return nextUp(x, dtype);
    case 1:
      return nextDown(x, dtype);
    case 2:
      return x + stream.sign() * 1e-6 * Math.max(1, Math.abs(x));
    case 3:
      return x === 0 ? -0 : x;
    default:
      return x;
  }
}

/** A short decimal, of which equal ones are likely; −0 is among them and ties with 0. */
function short(stream: Stream): number {
  const x = stream.int(-8, 8) / 4;
  return x === 0 && stream.chance(0.5) ? -0 : x;
}

/** Any size that the format holds, each power of ten alike; subnormals and zeros of both signs. */
function extreme(stream: Stream, dtype: FloatType): number {
  const { largest, smallestNormal, eta } = formatOf(dtype);
  const sign = stream.sign();
  const kind = stream.uniform();
  if (kind < 0.1) return sign < 0 ? -0 : 0;
  if (kind < 0.3) return sign * eta * 2 ** stream.between(0, Math.log2(smallestNormal) - Math.log2(eta));
  // A tenth at the very ends, where the square of a number is out of range and the number is not.
  const [low, high] = [Math.log10(smallestNormal), Math.log10(largest)];
  const exponent = kind < 0.4 ? stream.pick([low, high - 1]) + stream.uniform() : stream.between(low, high);
  return sign * Math.min(10 ** exponent, largest);
}

/** The nearest number of the precision that the domain holds. */
function settle(value: number, domain: Domain, dtype: FloatType): number {
  const { low, high, open, integer } = domain;
  let x = value;
  if (Number.isFinite(low) && Number.isFinite(high)) {
    // Wrapped into a bounded domain, so that every region keeps its fine structure near zero.
    if (x < low || x > high) x = low + (high - low) * (0.5 + Math.atan(x) / Math.PI);
  } else if (x < low) {
    x = 2 * low - x;
  } else if (x > high) {
    x = 2 * high - x;
  }
  if (integer) x = Math.round(x);
  x = formatOf(dtype).round(x);
  const excluded = (v: number): boolean => (open ? v <= low || v >= high : v < low || v > high);
  if (excluded(x) && x <= low)
    x = open ? nextUp(formatOf(dtype).round(low), dtype) : formatOf(dtype).round(low);
  if (excluded(x) && x >= high)
    x = open ? nextDown(formatOf(dtype).round(high), dtype) : formatOf(dtype).round(high);
  return x;
}

/**
 * A direction to differentiate along: of mixed signs and sizes, never all ones, since a normalisation's gradient
 * for equal cotangents is zero whatever it does.
 */
export function drawDirection(stream: Stream, shape: Shape, dtype: FloatType): Tensor {
  const { round } = formatOf(dtype);
  const data = new Float64Array(sizeOf(shape));
  const sparse = data.length > 2 && stream.chance(0.1);
  for (let i = 0; i < data.length; i++) data[i] = round(stream.sign() * stream.between(0.25, 2));
  if (sparse) {
    const kept = stream.int(0, data.length - 1);
    data.forEach((_, i) => {
      if (i !== kept) data[i] = 0;
    });
  }
  return { shape, data };
}
