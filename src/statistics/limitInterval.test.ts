import { describe, expect, it } from "vitest";
import { drawnWeights, isExact, missed } from "../../fixtures/builders/calibration.js";
import { type Interval } from "./interval.js";
import { certainShare, limitInterval } from "./limitInterval.js";
import { normalLaw, truncatedNormalLaw, uniformLaw } from "./weightLaw.js";

describe("the limit of weights", () => {
  it("takes the numbers of the study", () => {
    // A limit that is 5 % too small shows when the interval's end is below it: 0.95 is certain to be exceeded.
    const enough = (alpha: number): number => {
      let n = 1;
      while (certainShare(uniformLaw, n, alpha) < 0.95) n++;
      return n;
    };
    expect([enough(1e-6), enough(1e-9)]).toEqual([270, 405]);
  });

  it("is in its interval, whose low end is certain", () => {
    for (const law of [uniformLaw, truncatedNormalLaw(2)]) {
      const runs = 500;
      const interval = (i: number): Interval => {
        const largest = drawnWeights(law, 100, `limit/${i}`).reduce(
          (most, w) => Math.max(most, Math.abs(w)),
          0,
        );
        expect(largest).toBeLessThanOrEqual(law.limit);
        return limitInterval(law, largest, 100, 0.05);
      };
      const misses = missed(runs, law.limit, interval);
      expect(isExact(misses, runs, 0.05)).toBe(true);
      expect(missed(runs, 1.3 * law.limit, interval)).toBeGreaterThan(0.99 * runs);
    }
  });

  it("is nothing that normal weights have", () => {
    expect(() => limitInterval(normalLaw, 1, 10, 0.1)).toThrow("the limit of the law is Infinity");
    expect(() => limitInterval(uniformLaw, -1, 10, 0.1)).toThrow("the largest weight is -1");
  });
});
