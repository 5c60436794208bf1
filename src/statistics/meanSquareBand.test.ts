import { describe, expect, it } from "vitest";
import { LAWS, drawnWeights, isAllowed, isExact, missed } from "../../fixtures/builders/calibration.js";
import { chernoffExponent, meanSquareBand, scaleInterval } from "./meanSquareBand.js";
import { normalLaw, uniformLaw } from "./weightLaw.js";

const squares = (weights: Float64Array): number => weights.reduce((total, w) => total + w * w, 0);

describe("the scale of weights", () => {
  it("has the certified band of the study for uniform weights", () => {
    const { low, high } = meanSquareBand(uniformLaw, 7500, 1e-9);
    // Their squares in units of the limit's have the mean 1/3.
    expect((low / 3).toFixed(5)).toBe("0.31099");
    expect((high / 3).toFixed(5)).toBe("0.35604");
  });

  it("has a band that is never tighter than the exact probability allows", () => {
    // Two uniform weights: the mean of u² is at most x with probability πx/2 for 2x ≤ 1.
    const alpha = 1e-3;
    const { low } = meanSquareBand(uniformLaw, 2, alpha);
    expect((Math.PI * (low / 3)) / 2).toBeLessThan(alpha / 2);
    // One weight: √(x/3) is its probability; and the other end is the law's own.
    const one = meanSquareBand(uniformLaw, 1, alpha);
    expect(Math.sqrt(one.low / 3)).toBeLessThan(alpha / 2);
    expect(one.high).toBeCloseTo(3, 14);
    // The normal law's exact band, against Chernoff's for the same law: exact ones are within.
    const exact = meanSquareBand(normalLaw, 1000, alpha);
    const needed = Math.log(2 / alpha) / 1000;
    expect(chernoffExponent(normalLaw, exact.high)).toBeLessThan(needed);
    expect(chernoffExponent(normalLaw, exact.high)).toBeGreaterThan(0.6 * needed);
    expect(chernoffExponent(normalLaw, exact.low)).toBeLessThan(needed);
  });

  it.each(LAWS)("$name: intervals miss no more often than they may, and see a gain of 1.2", (law) => {
    const runs = 500;
    const interval = (gain: number) => (i: number) =>
      scaleInterval(law, gain * gain * squares(drawnWeights(law, 400, `scale/${i}`)), 400, 0.05);
    expect(isAllowed(missed(runs, 1, interval(1)), runs, 0.05)).toBe(true);
    expect(missed(runs, 1, interval(1.2))).toBeGreaterThan(0.9 * runs);
  });

  it("of normal weights is missed as often as it may be, not less", () => {
    const runs = 2000;
    const misses = missed(runs, 1, (i) =>
      scaleInterval(normalLaw, squares(drawnWeights(normalLaw, 20, `exact/${i}`)), 20, 0.05),
    );
    expect(isExact(misses, runs, 0.05)).toBe(true);
  });

  it("has intervals without an end where nothing is known, and refuses bad sums", () => {
    expect(scaleInterval(uniformLaw, 1, 1, 1e-9).high).toBe(Infinity);
    expect(scaleInterval(normalLaw, 0, 5, 1e-9)).toEqual({ low: 0, high: 0 });
    expect(() => scaleInterval(normalLaw, NaN, 5, 0.1)).toThrow("sumOfSquares is NaN");
    expect(() => scaleInterval(normalLaw, 1, 0, 0.1)).toThrow(
      "samples is 0; allowed are whole numbers from 1 on",
    );
    expect(() => meanSquareBand(uniformLaw, 5, 0)).toThrow("alpha is 0");
  });
});
