import { describe, expect, it } from "vitest";
import { LAWS } from "../../fixtures/builders/calibration.js";
import { drawSumOfSquares } from "../../fixtures/builders/drawSums.js";
import { Stream } from "../core/random.js";
import { SquareMixture } from "./squareMixture.js";
import { normalLaw } from "./weightLaw.js";

describe("mixtures", () => {
  const bets = [1.05, 0.95].map((gain) => ({ gain, weight: 0.5 }));

  it("of two gains stop when the study says", () => {
    for (const [gain, expected] of [
      [1.05, 8863],
      [0.95, 8288],
    ]) {
      const mixture = new SquareMixture(normalLaw, bets);
      const counts = Array.from({ length: 400 }, (_, i) => {
        const stream = new Stream(1, `mixture/${gain}/${i}`);
        let [sum, n] = [0, 0];
        while (mixture.logEValue(sum, n) < Math.log(1e9)) {
          sum += gain * gain * drawSumOfSquares(normalLaw, 20, stream);
          n += 20;
        }
        return n;
      });
      const mean = counts.reduce((a, b) => a + b, 0) / counts.length;
      const deviation = Math.sqrt(counts.reduce((a, b) => a + (b - mean) ** 2, 0)) / counts.length;
      // Five deviations of the mean, and the step.
      expect(Math.abs(mean - expected)).toBeLessThan(5 * deviation + 20);
    }
  });

  it("are likelihood ratios of normal weights", () => {
    const mixture = new SquareMixture(normalLaw, [{ gain: 1.2, weight: 1 }]);
    const ratio = -10 * Math.log(1.2) + (7 / 2) * (1 - 1 / 1.44);
    expect(mixture.logEValue(7, 10)).toBeCloseTo(ratio, 13);
  });

  it.each(LAWS)("$name: have the expectation 1", (law) => {
    const mixture = new SquareMixture(law, [
      { gain: 1.1, weight: 0.5 },
      { gain: 0.9, weight: 0.5 },
    ]);
    const stream = new Stream(1, "expectation");
    const values = Array.from({ length: 20_000 }, () =>
      Math.exp(mixture.logEValue(drawSumOfSquares(law, 20, stream), 20)),
    );
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0)) / values.length;
    expect(deviation).toBeLessThan(0.02);
    expect(Math.abs(mean - 1)).toBeLessThan(5 * deviation);
  });

  it("stake one, on gains that are not the hypothesis", () => {
    expect(() => new SquareMixture(normalLaw, [{ gain: 1.1, weight: 0.9 }])).toThrow(
      "the sum of the weights of a mixture is 0.9",
    );
    expect(() => new SquareMixture(normalLaw, [{ gain: 1, weight: 1 }])).toThrow("a gain is 1");
    expect(() => new SquareMixture(normalLaw, [{ gain: -2, weight: 1 }])).toThrow("a gain is -2");
    expect(() => new SquareMixture(normalLaw, bets).logEValue(1, -1)).toThrow("samples is -1");
  });
});
