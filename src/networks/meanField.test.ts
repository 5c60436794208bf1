import { describe, expect, it } from "vitest";
import { steadyState } from "./meanField.js";

describe("a random recurrent network that noise drives", () => {
  // Networks of 300 units were measured at −0.878, −0.274, −0.017, 0.116 and 0.287, within 0.003 each.
  it.each([
    [0.5, -0.8813, -0.878],
    [1, -0.2725, -0.274],
    [1.5, -0.0167, -0.017],
    [2, 0.1204, 0.116],
    [3, 0.2989, 0.287],
  ])("multiplies gradients by e^rate a step: σ = %d", (recurrent, rate, measured) => {
    const { size, gain } = steadyState({ recurrent, input: 0.5 });
    expect(Math.log(gain) / 2).toBeCloseTo(rate, 4);
    expect(Math.abs(Math.log(gain) / 2 - measured)).toBeLessThan(0.012 + 0.003);
    expect(size).toBeGreaterThan(0.25);
  });

  it("is what the inputs are without weights, and critical at 1 without inputs", () => {
    expect(steadyState({ recurrent: 0, input: 0.5 })).toEqual({ size: 0.25, gain: 0 });
    const still = steadyState({ recurrent: 0.9, input: 0 });
    expect(still.size).toBeLessThan(1e-12);
    expect(still.gain).toBeCloseTo(0.81, 10);
  });
});
