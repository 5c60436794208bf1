import { sameShape, showShape } from "../core/shape.js";
import type { NdArray } from "../core/tensor.js";
import type { Approximate } from "../oracles/runningError.js";

/** Two fields of a record that say the same thing in two ways, held against each other at one point. */
export interface Finding {
  /** `jvp contradicts vjp`. */
  readonly fields: string;
  readonly contradiction: string | undefined;
  /** The bound is so small that a difference in the ninth digit would have shown. */
  readonly sharp: boolean;
}

const SHARP = 1e-9;
/** Bounds below this only cover underflow: exact zeros are compared as sharply as can be. */
const UNDERFLOW = 2 ** -1022;

/** NaN and infinities decide nothing: they are outside of what a record promises. */
export function compare(fields: string, where: string, a: Approximate, b: Approximate): Finding {
  const allowed = a.bound + b.bound;
  const difference = Math.abs(a.value - b.value);
  if (!Number.isFinite(allowed) || !Number.isFinite(difference)) {
    return { fields, contradiction: undefined, sharp: false };
  }
  return {
    fields,
    contradiction:
      difference > allowed
        ? `${fields} at ${where}: ${a.value} and ${b.value} differ by ${difference}, rounding explains ${allowed}`
        : undefined,
    sharp: allowed <= Math.max(SHARP * Math.max(Math.abs(a.value), Math.abs(b.value)), UNDERFLOW),
  };
}

export const same = (
  fields: string,
  where: string,
  a: NdArray<Approximate>,
  b: NdArray<Approximate>,
): Finding[] =>
  sameShape(a.shape, b.shape)
    ? Array.from({ length: a.data.length }, (_, i) => compare(fields, `${where}[${i}]`, a.data[i], b.data[i]))
    : [wrong(fields, `${where} has shape ${showShape(a.shape)} and ${showShape(b.shape)}`)];

export const wrong = (fields: string, reason: string): Finding => ({
  fields,
  contradiction: `${fields}: ${reason}`,
  sharp: true,
});
