import { describe, expect, it } from "vitest";
import { logMeanExponential, tiltedMeanFourth, tiltedMeanSquare } from "./exponentialOfSquare.js";
import { normalLaw, truncatedNormalLaw, truncationFactor, uniformLaw, type WeightLaw } from "./weightLaw.js";

/** ∫₀¹ by the midpoint rule extrapolated: independent of every formula, good to 1e-10 for these integrands. */
function integral(f: (u: number) => number): number {
  const midpoints = (n: number): number => {
    let total = 0;
    for (let i = 0; i < n; i++) total += f((i + 0.5) / n);
    return total / n;
  };
  const [one, two, four] = [midpoints(2000), midpoints(4000), midpoints(8000)];
  const [first, second] = [two + (two - one) / 3, four + (four - two) / 3];
  return second + (second - first) / 15;
}

const LAWS: readonly WeightLaw[] = [
  uniformLaw,
  truncatedNormalLaw(2),
  truncatedNormalLaw(0.5),
  truncatedNormalLaw(4),
];

describe("exponentials of u²", () => {
  it.each([-40, -8, -2, -1.0001, -0.9999, -1e-9, 0, 0.3, 5, 30])("at the tilt %d", (t) => {
    const moment = (k: number): number => integral((u) => u ** k * Math.exp(t * u * u));
    expect(Math.abs(Math.exp(logMeanExponential(t)) / moment(0) - 1)).toBeLessThan(1e-9);
    expect(Math.abs(tiltedMeanSquare(t) / (moment(2) / moment(0)) - 1)).toBeLessThan(1e-9);
    expect(Math.abs(tiltedMeanFourth(t) / (moment(4) / moment(0)) - 1)).toBeLessThan(1e-9);
  });

  it("agree where one formula ends and the other begins", () => {
    for (const f of [logMeanExponential, tiltedMeanSquare, tiltedMeanFourth]) {
      // The derivative of each is below 1.
      expect(Math.abs(f(-1 - 1e-13) - f(-1))).toBeLessThan(3e-13);
    }
  });

  it("refuse tilts whose sums would overflow", () => {
    expect(() => logMeanExponential(601)).toThrow("a tilt is 601; allowed are numbers from -600 to 600");
    expect(() => tiltedMeanSquare(NaN)).toThrow("a tilt is NaN");
    expect(() => tiltedMeanFourth(-601)).toThrow("a tilt is -601");
  });
});

describe("laws of weights", () => {
  it("know the numbers of the literature", () => {
    expect(truncationFactor(2)).toBeCloseTo(0.87962566103423978, 14);
    expect(uniformLaw.limit).toBeCloseTo(Math.sqrt(3), 14);
    expect(uniformLaw.fourthMoment).toBeCloseTo(9 / 5, 14);
    // 2.3655 in the study.
    expect(truncatedNormalLaw(2).fourthMoment).toBeCloseTo(2.3655, 4);
    // Nothing is cut off at 8.
    expect(truncatedNormalLaw(8).fourthMoment).toBeCloseTo(3, 10);
  });

  it.each(LAWS)("$name: mean square 1, by its distribution function", ({ cdf, limit, fourthMoment }) => {
    // E w^k = ∫ k·w^(k − 1)·P(|w| > w) dw.
    const beyond = (w: number): number => 2 * (1 - cdf(w));
    expect(integral((u) => 2 * u * limit * limit * beyond(u * limit))).toBeCloseTo(1, 9);
    expect(integral((u) => 4 * u ** 3 * limit ** 4 * beyond(u * limit))).toBeCloseTo(fourthMoment, 8);
    expect(cdf(0)).toBe(0.5);
    expect([cdf(-limit), cdf(limit)]).toEqual([0, 1]);
    expect(cdf(-1) + cdf(1)).toBeCloseTo(1, 15);
  });

  it.each([...LAWS, normalLaw])(
    "$name: the tilt of a mean square is where the cumulant has that slope",
    (law) => {
      for (const meanSquare of [0.3, 0.9, 1, 1.1, 1.15]) {
        const s = law.tiltOf(meanSquare);
        const h = 1e-5;
        const slope = (law.logExponentialOfSquare(s + h) - law.logExponentialOfSquare(s - h)) / (2 * h);
        // Rounding 1e-16/1e-5 and h² times a third derivative below 100.
        expect(Math.abs(slope - meanSquare)).toBeLessThan(2e-8);
      }
      expect(law.logExponentialOfSquare(0)).toBeCloseTo(0, 15);
    },
  );

  it("refuse what they cannot be", () => {
    expect(() => truncatedNormalLaw(0)).toThrow("the cut of a truncated normal law is 0");
    expect(() => uniformLaw.tiltOf(3)).toThrow(
      "a mean square of the law is 3; allowed are numbers from 0.003",
    );
    expect(() => normalLaw.tiltOf(0)).toThrow("a mean square of the law is 0");
    expect(() => normalLaw.logExponentialOfSquare(0.5)).toThrow("the tilt of a normal law is 0.5");
  });
});
