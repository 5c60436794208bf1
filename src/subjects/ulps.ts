import { ERROR_CLASSES } from "../record/exhaustion.js";

/** 1/ulp of float32 by the exponent bits of a double. */
const PER_ULP = Float64Array.from({ length: 2048 }, (_, e) => 2 ** -(Math.max(e - 1023, -126) - 23));

/**
 * Relative size below which a change of the exact result may be rounding: 128 roundings of a double.
 * Then the direction of the whole cell tells.
 */
export const NOISE = 2 ** -46;

/** Errors are known to 2⁻²⁶ ulps: what lies this near above the edge of a class belongs to it. */
const SLACK = 1 - 2 ** -24;
/** Within an ulp a result is as good as careful arithmetic gets, whose last rounding alone may cost as much. */
export const FAITHFUL = 1 / SLACK;

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);

/** A size in units of the spacing of float32 at the exact result. */
export function inUlps(size: number, exact: number): number {
  double[0] = exact;
  return size * PER_ULP[(words[1] >>> 20) & 0x7ff];
}

/** The place of an error in a histogram. */
export function errorClass(ulps: number): number {
  const shrunk = ulps * SLACK;
  if (shrunk < 0.5) return 0;
  // The exponent of what is left, without a logarithm.
  double[0] = shrunk;
  return Math.min(ERROR_CLASSES - 1, ((words[1] >>> 20) & 0x7ff) - 1021);
}
