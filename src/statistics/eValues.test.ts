import { describe, expect, it } from "vitest";
import { averageEValue, eBenjaminiHochberg } from "./eValues.js";

describe("e-values", () => {
  it("average to an e-value, also when one is infinite", () => {
    expect(averageEValue([2, 4, 0, 6])).toBe(3);
    expect(averageEValue([0, Infinity])).toBe(Infinity);
  });

  it("of dependent nulls keep the alarm rate", () => {
    // The worst dependence: each is n/alpha in its own share alpha/n of all cases. Their mean is 1/alpha with probability alpha.
    const [n, alpha] = [5, 0.1];
    const alarms = Array.from({ length: 1000 }, (_, i) =>
      Array.from({ length: n }, (__, k) => (Math.floor(i / 20) === k ? n / alpha : 0)),
    ).filter((values) => averageEValue(values) >= 1 / alpha);
    expect(alarms).toHaveLength(alpha * 1000);
  });

  it("refute by rank: the k-th largest must reach n/(k·alpha)", () => {
    // n/alpha is 40: thresholds 40, 20, 13.3, 10.
    expect(eBenjaminiHochberg([40, 0, 0, 0], 0.1)).toEqual([0]);
    expect(eBenjaminiHochberg([39, 0, 0, 0], 0.1)).toEqual([]);
    expect(eBenjaminiHochberg([0, 20, 0, 20], 0.1)).toEqual([1, 3]);
    // The third reaches its threshold, and takes the two before it along.
    expect(eBenjaminiHochberg([14, 19, 1, 15], 0.1)).toEqual([0, 1, 3]);
    expect(eBenjaminiHochberg([10, 10, 10, 10], 0.1)).toEqual([0, 1, 2, 3]);
    expect(eBenjaminiHochberg([Infinity, 1], 1e-6)).toEqual([0]);
  });

  it("are not negative", () => {
    expect(() => averageEValue([1, -1])).toThrow("an e-value is -1");
    expect(() => averageEValue([])).toThrow("the number of e-values is 0");
    expect(() => eBenjaminiHochberg([NaN], 0.1)).toThrow("an e-value is NaN");
    expect(() => eBenjaminiHochberg([1], 0)).toThrow("alpha is 0");
  });
});
