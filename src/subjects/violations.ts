import { ordinal32 } from "../core/float.js";
import type { Violations } from "../record/exhaustion.js";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export const noViolations = (): Mutable<Violations> => ({ count: 0, first: null, worst: null });

/** Counts a rule that is broken at an input, between two results. Inputs come in ascending order. */
export function violate(found: Mutable<Violations>, bits: number, a: number, b: number): void {
  found.count++;
  found.first ??= bits;
  const steps = stepsBetween(a, b);
  if (!found.worst || steps > found.worst.steps) found.worst = { bits, steps };
}

/** Steps of float32; a number and NaN are as far apart as can be. */
function stepsBetween(a: number, b: number): number {
  if (a !== a || b !== b) return 2 ** 32;
  return Math.abs(ordinal32(a) - ordinal32(b));
}
