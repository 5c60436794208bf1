import { describe, expect, it } from "vitest";
import { drawnWeights, holds } from "../../fixtures/builders/calibration.js";
import { clopperPearson } from "./binomial.js";
import { cosineTail, signAgreement } from "./independence.js";
import { normalTails } from "./normalTail.js";
import { normalLaw, uniformLaw } from "./weightLaw.js";

describe("independence", () => {
  it("shows in the signs of two streams", () => {
    const x = drawnWeights(normalLaw, 5000, "x");
    const y = drawnWeights(uniformLaw, 5000, "y");
    expect(holds(signAgreement(x, y, 1e-6), 0.5)).toBe(true);
    const mixed = x.map((w, i) => w + 0.3 * y[i]);
    expect(signAgreement(mixed, y, 1e-6).low).toBeGreaterThan(0.5);
    expect(
      signAgreement(
        mixed.map((w) => -w),
        y,
        1e-6,
      ).high,
    ).toBeLessThan(0.5);
    // Zeros are no signs.
    expect(signAgreement([1, 0, -1], [1, 5, -2], 0.1)).toEqual(clopperPearson(2, 2, 0.1));
  });

  it("shows in the angle between them", () => {
    // In the plane the angle is uniform; in three dimensions the cosine is.
    expect(cosineTail(Math.cos(0.3), 2)).toBeCloseTo(0.3 / (Math.PI / 2), 13);
    expect(cosineTail(Math.cos(1.4), 2)).toBeCloseTo(1.4 / (Math.PI / 2), 13);
    expect(cosineTail(-0.25, 3)).toBeCloseTo(0.75, 14);
    // Many dimensions: normal, with deviation 1/√n.
    expect(cosineTail(0.006, 1e6) / (2 * normalTails(6).upper.value)).toBeCloseTo(1, 3);
  });

  it("refuses what cannot be compared", () => {
    expect(() => signAgreement([1], [1, 2], 0.1)).toThrow("the length of the second stream is 2");
    expect(() => signAgreement([NaN], [1], 0.1)).toThrow("a sample is NaN beside 1");
    expect(() => signAgreement([0], [1], 0.1)).toThrow("the number of pairs with signs is 0");
    expect(() => cosineTail(1.1, 5)).toThrow("a cosine is 1.1");
  });
});
