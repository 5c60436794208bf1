import { GradproofError } from "../core/errors.js";

/** An end of the bracket, low ≤ high. */
export interface Bracket {
  readonly low: number;
  readonly high: number;
}

/**
 * Halves the bracket until its ends are neighbouring doubles (or 0 is between them): `after` is false below some point
 * and true above it. The caller takes the end that errs on the safe side.
 *
 * @throws GradproofError `no-bracket` unless `after` is false at the low end and true at the high one
 */
export function bisect(low: number, high: number, after: (x: number) => boolean): Bracket {
  if (after(low) || !after(high)) {
    throw new GradproofError(
      "no-bracket",
      `nothing changes between ${low} and ${high}; allowed are ends that differ`,
    );
  }
  let [a, b] = [low, high];
  for (;;) {
    const middle = a + (b - a) / 2;
    if (middle === a || middle === b) return { low: a, high: b };
    if (after(middle)) b = middle;
    else a = middle;
  }
}

/** The same over whole numbers: the smallest one from `low` on at which `after` is true. */
export function smallestWhole(low: number, after: (n: number) => boolean): number {
  if (after(low)) return low;
  let [a, step] = [low, 1];
  while (!after(a + step)) {
    a += step;
    step *= 2;
    if (a > 2 ** 50)
      throw new GradproofError("no-bracket", `no whole number up to ${a} will do; allowed is less`);
  }
  let b = a + step;
  while (b - a > 1) {
    const middle = Math.floor((a + b) / 2);
    if (after(middle)) b = middle;
    else a = middle;
  }
  return b;
}
