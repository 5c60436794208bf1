import { describe, expect, it } from "vitest";
import { LAWS, drawnWeights, holds, isAllowed, missed } from "../../fixtures/builders/calibration.js";
import { boundedMeanInterval, meanInterval, studentInterval } from "./meanInterval.js";
import { normalUpperQuantile } from "./normalTail.js";
import { normalLaw, truncatedNormalLaw, uniformLaw } from "./weightLaw.js";

describe("the mean of weights", () => {
  const meanOf = (weights: Float64Array): number => weights.reduce((a, b) => a + b, 0) / weights.length;

  it.each(LAWS)("$name: is in its interval, and a shifted one is not", (law) => {
    const runs = 500;
    const interval = (shift: number) => (i: number) => {
      const mean = meanOf(drawnWeights(law, 100, `mean/${i}`)) + shift;
      return meanInterval(law, { mean, samples: 100, deviation: 1 }, 0.05);
    };
    expect(isAllowed(missed(runs, 0, interval(0)), runs, 0.05)).toBe(true);
    expect(missed(runs, 0, interval(0.5))).toBeGreaterThan(0.95 * runs);
  });

  it("of bounded laws is bounded by a normal law of the same deviation", () => {
    // E e^(s·w) by sums over the distribution function, against e^(s²/2).
    for (const law of [uniformLaw, truncatedNormalLaw(2), truncatedNormalLaw(0.3), truncatedNormalLaw(5)]) {
      const steps = 4000;
      for (const s of [0.1, 0.5, 1, 2, 4, 8]) {
        let mean = 0;
        for (let i = 0; i < steps; i++) {
          const [from, to] = [i, i + 1].map((k) => law.limit * ((2 * k) / steps - 1));
          // cosh, as the law is symmetric; the point in the middle is off by the square of half a step times s.
          mean += (law.cdf(to) - law.cdf(from)) * Math.cosh((s * (from + to)) / 2);
        }
        expect(mean).toBeLessThanOrEqual(Math.exp((s * s) / 2) * (1 + ((s * law.limit) / steps) ** 2));
        expect(mean).toBeGreaterThan(1);
      }
    }
  });

  it("of normal samples of unknown deviation has Student's interval", () => {
    // t of 4 degrees of freedom at 5 %: 2.7764451051977987 (tables).
    const { high } = studentInterval({ mean: 0, samples: 5, squaredDeviations: 4 * 5 }, 0.05);
    expect(high).toBeCloseTo(2.7764451051977987, 12);
    // And of 1, where t is Cauchy's variable: cot(π·alpha/2).
    const cauchy = studentInterval({ mean: 3, samples: 2, squaredDeviations: 2 }, 1e-9);
    expect((cauchy.high - 3) / (1 / Math.tan((Math.PI * 1e-9) / 2))).toBeCloseTo(1, 12);
    expect(cauchy.low + cauchy.high).toBeCloseTo(6, 6);
    // With many it is the normal one.
    const many = studentInterval({ mean: 0, samples: 1e6, squaredDeviations: 1e6 - 1 }, 0.05);
    expect(many.high * 1000).toBeCloseTo(normalUpperQuantile(0.025), 4);
  });

  it("of samples out of [0, 1] is bounded on both sides", () => {
    const alpha = 0.02;
    // Without successes: (1 − m)ⁿ = alpha/2.
    expect(boundedMeanInterval(0, 100, alpha).low).toBe(0);
    expect(boundedMeanInterval(0, 100, alpha).high).toBeCloseTo(1 - (alpha / 2) ** 0.01, 14);
    expect(boundedMeanInterval(1, 100, alpha)).toEqual({
      low: 1 - boundedMeanInterval(0, 100, alpha).high,
      high: 1,
    });
    const half = boundedMeanInterval(0.5, 100, alpha);
    const hoeffding = Math.sqrt(Math.log(2 / alpha) / 200);
    expect(half.high - 0.5).toBeLessThan(hoeffding);
    expect(half.high - 0.5).toBeGreaterThan(0.9 * hoeffding);
    expect(half.low + half.high).toBeCloseTo(1, 12);
    // The fourth moment of the uniform law, 1/5.
    const fourth = drawnWeights(uniformLaw, 5000, "fourth").map((w) => (w / uniformLaw.limit) ** 4);
    expect(holds(boundedMeanInterval(meanOf(fourth), 5000, 1e-6), 1 / 5)).toBe(true);
    expect(holds(boundedMeanInterval(meanOf(fourth), 5000, 1e-6), 1 / 4)).toBe(false);
  });

  it("refuses what cannot be", () => {
    expect(() => boundedMeanInterval(1.5, 10, 0.1)).toThrow("the mean of samples out of [0, 1] is 1.5");
    expect(() => meanInterval(normalLaw, { mean: NaN, samples: 1, deviation: 1 }, 0.1)).toThrow(
      "the mean is NaN",
    );
    expect(() => meanInterval(normalLaw, { mean: 0, samples: 1, deviation: 0 }, 0.1)).toThrow(
      "the deviation is 0",
    );
    expect(() => studentInterval({ mean: 0, samples: 1, squaredDeviations: 1 }, 0.1)).toThrow("samples is 1");
  });
});
