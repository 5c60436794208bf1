import { describe, expect, it } from "vitest";
import { binomialTails, clopperPearson } from "./binomial.js";

describe("Clopper and Pearson's interval", () => {
  it("has ends at which the tails are alpha/2", () => {
    for (const [k, n] of [
      [0, 7],
      [1, 10],
      [5, 10],
      [99_990, 100_000],
      [7, 7],
    ]) {
      const { low, high } = clopperPearson(k, n, 1e-9);
      if (k > 0) expect(binomialTails(k, n, low).atLeast.value / 5e-10).toBeCloseTo(1, 6);
      else expect(low).toBe(0);
      if (k < n) expect(binomialTails(k, n, high).atMost.value / 5e-10).toBeCloseTo(1, 6);
      else expect(high).toBe(1);
    }
  });

  it("has a closed form without successes", () => {
    const { high } = clopperPearson(0, 1000, 1e-9);
    expect(Math.abs(high / -Math.expm1(Math.log(5e-10) / 1000) - 1)).toBeLessThan(1e-13);
  });
});
