import { describe, expect, it } from "vitest";
import { LAWS, drawnWeights } from "../../fixtures/builders/calibration.js";
import {
  distanceInterval,
  distributionDistance,
  distributionMargin,
  samplesForMargin,
} from "./distributionDistance.js";
import { normalLaw, uniformLaw } from "./weightLaw.js";

describe("the distance of distributions", () => {
  it("is that of steps, whatever their order", () => {
    expect(distributionDistance([0.5], (x) => x)).toBe(0.5);
    expect(distributionDistance([0.75, 0.25], (x) => x)).toBe(0.25);
    expect(distributionDistance([0.9, 0.8, 0.85], (x) => x)).toBeCloseTo(0.8, 15);
    expect(distributionDistance([0.1, 0.2], (x) => x)).toBeCloseTo(0.8, 15);
  });

  it.each(LAWS)("$name: is the largest of all, though few samples are looked at", (law) => {
    for (const n of [1, 2, 3, 7, 500, 20_000]) {
      for (const shift of [0, 0.02, 0.5]) {
        const weights = drawnWeights(law, n, `shift ${shift}`).sort();
        const cdf = (x: number): number => law.cdf(x + shift);
        let seen = 0;
        const distance = distributionDistance(weights, (x) => (seen++, cdf(x)));
        const each = Array.from(weights, (w, i) => Math.max(cdf(w) - i / n, (i + 1) / n - cdf(w)));
        expect(Math.abs(distance - Math.max(...each))).toBeLessThan(1e-14);
        if (n === 20_000) expect(seen).toBeLessThan(n / 10);
      }
    }
  });

  it("takes samples for a margin, and no fewer", () => {
    for (const margin of [0.0118, 0.0572]) {
      const n = samplesForMargin(margin, 1e-9);
      expect(distributionMargin(n, 1e-9)).toBeLessThanOrEqual(margin);
      expect(distributionMargin(n - 1, 1e-9)).toBeGreaterThan(margin);
    }
    // 2·e^(−2n·margin²) is alpha.
    expect((2 * Math.exp(-2 * 20_000 * distributionMargin(20_000, 1e-9) ** 2)) / 1e-9).toBeCloseTo(1, 12);
  });

  it.each(LAWS)("$name: 0 is in the interval of its own weights, and not in that of others", (law) => {
    const weights = drawnWeights(law, 10_000, "shape");
    expect(distanceInterval(weights, (x) => law.cdf(x), 1e-6).low).toBe(0);
    for (const other of LAWS) {
      // Uniform and normal differ by 0.0572; cut and whole by 0.0167, which takes 98,200 weights.
      const far = [law, other].includes(uniformLaw) && law !== other;
      expect(distanceInterval(weights, (x) => other.cdf(x), 1e-6).low > 0).toBe(far);
    }
    expect(distanceInterval(weights, (x) => law.cdf(x + 0.2), 1e-6).low).toBeGreaterThan(0);
  });

  it("refuses samples that are no numbers", () => {
    expect(() => distributionDistance([NaN], normalLaw.cdf)).toThrow("z of normalTails is NaN");
    expect(() => distributionDistance([NaN], uniformLaw.cdf)).toThrow(
      "the distribution function at NaN is NaN",
    );
    expect(() => distributionDistance([], normalLaw.cdf)).toThrow("the number of samples is 0");
    expect(() => samplesForMargin(0, 0.1)).toThrow("a margin is 0");
  });
});
