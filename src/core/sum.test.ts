import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dot, sum, sumErrorBound } from "./sum.js";

const SEED = { seed: 22, numRuns: 500 };
/** Finite, and small enough that no partial sum overflows. */
const terms = fc.array(fc.double({ min: -1e300, max: 1e300, noNaN: true }), { maxLength: 100, size: "max" });

const bits = new Float64Array(1);
const words = new BigUint64Array(bits.buffer);

/** A finite double in units of 2⁻¹⁰⁷⁴, exactly. */
function exact(x: number): bigint {
  bits[0] = Math.abs(x);
  const exponent = words[0] >> 52n;
  const fraction = words[0] & (2n ** 52n - 1n);
  const magnitude = exponent === 0n ? fraction : (fraction + 2n ** 52n) << (exponent - 1n);
  return x < 0 ? -magnitude : magnitude;
}

const distance = (a: bigint, b: bigint): bigint => (a < b ? b - a : a - b);

describe("sum", () => {
  it("is within its bound of the exact sum", () => {
    fc.assert(
      fc.property(terms, (xs) => {
        const truth = xs.reduce((total, x) => total + exact(x), 0n);
        expect(distance(exact(sum(xs)), truth) <= exact(sumErrorBound(xs))).toBe(true);
      }),
      SEED,
    );
  });

  it("is exact for integers", () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { maxLength: 200, size: "max" }), (xs) => {
        expect(sum(xs)).toBe(xs.reduce((a, b) => a + b, 0));
      }),
      SEED,
    );
  });

  it("does not lose the small terms that a running sum loses", () => {
    const xs = [1, ...Array.from({ length: 1023 }, () => 2 ** -54)];
    expect(xs.reduce((a, b) => a + b)).toBe(1);
    // The first run of four absorbs three of the terms.
    expect(sum(xs)).toBe(1 + 1020 * 2 ** -54);
  });

  it("adds a part of an array", () => {
    expect(sum([1, 2, 4, 8, 16, 32], 1, 4)).toBe(14);
    expect(sum([1, 2], 1, 1)).toBe(0);
  });

  it("treats −0, NaN and infinities as addition does", () => {
    expect(sum([])).toBe(0);
    expect(sum([-0])).toBe(-0);
    expect(sum([-0, -0, -0, -0, -0])).toBe(-0);
    expect(sum([-0, 0])).toBe(0);
    expect(sum([1, NaN, 2])).toBeNaN();
    expect(sum([1, Infinity, 2, 3, 4])).toBe(Infinity);
    expect(sum([Infinity, 1, 2, 3, -Infinity])).toBeNaN();
  });

  it("claims no error where there is none", () => {
    expect(sumErrorBound([])).toBe(0);
    expect(sumErrorBound([0.1])).toBe(0);
  });
});

describe("dot", () => {
  it("is within its bound of the exact product", () => {
    // Integers of 26 bits: products are exact, so only the sum rounds.
    const factor = fc.integer({ min: -(2 ** 26), max: 2 ** 26 });
    fc.assert(
      fc.property(fc.array(fc.tuple(factor, factor), { maxLength: 50, size: "max" }), (pairs) => {
        const a = pairs.map(([x]) => x);
        const b = pairs.map(([, y]) => y);
        const truth = pairs.reduce((total, [x, y]) => total + BigInt(x) * BigInt(y), 0n);
        const error = distance(BigInt(dot(a, b)), truth);
        expect(Number(error)).toBeLessThanOrEqual(sumErrorBound(pairs.map(([x, y]) => x * y)));
      }),
      SEED,
    );
  });
});
