import { describe, expect, it } from "vitest";
import { bisect, smallestWhole } from "./bisect.js";
import { exactProduct, exactSum } from "./doubleDouble.js";
import { newtonOnLogarithm } from "./newtonOnLogarithm.js";

describe("bisect", () => {
  it("ends at neighbouring doubles", () => {
    const { low, high } = bisect(0, 2, (x) => x * x >= 2);
    expect(low * low).toBeLessThan(2);
    expect(high * high).toBeGreaterThanOrEqual(2);
    expect(high - low).toBe(2 ** -52);
  });

  it("refuses a bracket in which nothing changes", () => {
    for (const after of [(): boolean => true, (): boolean => false]) {
      expect(() => bisect(1, 2, after)).toThrow(expect.objectContaining({ code: "no-bracket" }));
    }
  });

  it("finds whole numbers", () => {
    for (const n of [3, 4, 5, 100, 12_345]) expect(smallestWhole(3, (k) => k >= n)).toBe(n);
    expect(() => smallestWhole(1, () => false)).toThrow(expect.objectContaining({ code: "no-bracket" }));
  });
});

describe("sums and products in two doubles", () => {
  it("are exact", () => {
    const whole = (x: number): bigint => BigInt(x * 2 ** 60);
    for (const [a, b] of [
      [1, 2 ** -60],
      [2 ** -60, -1],
      [1 / 3, 1e5 / 7],
      [-0.1, 0.3],
    ]) {
      const sum = exactSum(a, b);
      expect(whole(sum.high) + whole(sum.low)).toBe(whole(a) + whole(b));
    }
    const square = exactProduct(1 + 2 ** -30, 1 - 2 ** -30);
    expect(square).toEqual({ high: 1, low: -(2 ** -60) });
  });
});

describe("Newton's method on the logarithm", () => {
  it("says so when it finds nothing", () => {
    const flat = (): { tail: { value: number; log: number }; slope: number } => ({
      tail: { value: 0.5, log: Math.log(0.5) },
      slope: 1,
    });
    expect(() => newtonOnLogarithm(0.25, 1, flat)).toThrow(
      expect.objectContaining({ code: "not-converged" }),
    );
  });
});
