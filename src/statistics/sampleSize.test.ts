import { describe, expect, it } from "vitest";
import { sampleSizeForEquivalence, sampleSizeForGain } from "./sampleSize.js";
import { normalLaw, truncatedNormalLaw, uniformLaw } from "./weightLaw.js";

describe("sample sizes", () => {
  it("of normal weights are those of the study", () => {
    const size = (gain: number, alpha = 1e-9): number =>
      sampleSizeForGain(normalLaw, gain, { alpha, miss: 1e-3 });
    expect([size(1.05), size(0.95)]).toEqual([17_590, 16_268]);
    expect([size(1.05, 1e-6), size(0.95, 1e-6)]).toEqual([13_286, 12_204]);
    expect([size(1.05, 1e-2), size(0.95, 1e-2)]).toEqual([6765, 6084]);
    expect([Math.SQRT2, Math.sqrt(3), 1 / Math.sqrt(3), 0.88, 1.02, 1.01].map((gain) => size(gain))).toEqual([
      329, 127, 161, 2666, 107_447, 426_476,
    ]);
  });

  it("of equivalence, exact: the rule with normal quantiles says 18,121", () => {
    const region = { low: 1 / 1.05, high: 1.05 };
    expect(sampleSizeForEquivalence(normalLaw, region, { alpha: 1e-9, miss: 1e-3 })).toBe(18_139);
  });

  it("of bounded laws, certified on both sides, are above those found by simulation", () => {
    // 7,500 at a miss of 1e-3 by simulation; Chernoff's bound of the miss itself costs the rest.
    const size = sampleSizeForGain(uniformLaw, 1.05, { alpha: 1e-9, miss: 1e-3 });
    expect(size).toBeGreaterThan(7500);
    expect(size).toBeLessThan(9000);
    expect(sampleSizeForGain(truncatedNormalLaw(2), 1.05, { alpha: 1e-9, miss: 1e-3 })).toBeLessThan(15_000);
  });

  it("refuse what cannot be found", () => {
    const errors = { alpha: 0.01, miss: 0.01 };
    expect(() => sampleSizeForGain(normalLaw, 1, errors)).toThrow("the gain is 1");
    expect(() => sampleSizeForGain(normalLaw, NaN, errors)).toThrow("the gain is NaN");
    expect(() => sampleSizeForEquivalence(normalLaw, { low: 1.01, high: 1.05 }, errors)).toThrow(
      "the region of gains is [1.01, 1.05]",
    );
  });
});
