import { describe, expect, it } from "vitest";
import { Stream } from "../core/random.js";
import { medianInterval } from "./medianInterval.js";

describe("the interval for a median", () => {
  it("reaches from the smallest to the largest of just enough samples", () => {
    // The ends miss with 2·½ⁿ, the next ones with 2·(n + 1)·½ⁿ.
    const samples = Array.from({ length: 31 }, (_, i) => i);
    expect(medianInterval(samples, 2 ** -24)).toEqual({ low: 1, high: 29 });
    expect(medianInterval(samples, 2 ** -30)).toEqual({ low: 0, high: 30 });
    expect(medianInterval(samples, 2 ** -31)).toEqual({ low: -Infinity, high: Infinity });
    expect(medianInterval([], 0.5)).toEqual({ low: -Infinity, high: Infinity });
  });

  it("does not mind the order, nor how far out samples are", () => {
    const samples = [5, -1e300, 2, 7, 1e300, 3, 4, -Infinity, 6];
    expect(medianInterval(samples, 0.2)).toEqual({ low: 2, high: 6 });
  });

  it("misses the median no more often than it says, of a law far from normal", () => {
    const alpha = 0.1;
    let missed = 0;
    const runs = 2000;
    for (let run = 0; run < runs; run++) {
      const stream = new Stream(run, "median");
      const samples = Array.from({ length: 41 }, () => Math.tan(Math.PI * stream.uniform()) ** 3);
      const { low, high } = medianInterval(samples, alpha);
      if (low > 0 || high < 0) missed++;
    }
    // Of 2,000 at 0.1, more than 268 has probability below 1e-6.
    expect(missed).toBeLessThan(268);
    expect(missed).toBeGreaterThan(50);
  });

  it.each([0, 1, NaN])("refuses alpha %d", (alpha) => {
    expect(() => medianInterval([1], alpha)).toThrow(expect.objectContaining({ code: "outside-domain" }));
  });
});
