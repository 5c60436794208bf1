import { describe, expect, it } from "vitest";
import { DOUBLES } from "../core/numberAlgebra.js";
import { Stream } from "../core/random.js";
import { optimizerOf } from "./optimizer.js";
import { findRule, type OptimizerChoices } from "./optimizers.js";
import { adamStepBound, adamStepBoundAt, rmspropStepBound, worstAdamGradients } from "./stepBounds.js";
import { train } from "./training.js";

const usual = { beta1: 0.9, beta2: 0.999 };

/** Lengths of the steps that a rule takes, in learning rates: from weights of 0, so that nothing is rounded away. */
function lengths(
  algorithm: string,
  gradients: ArrayLike<number>,
  hyper: Readonly<Record<string, number>>,
  choices: OptimizerChoices = {},
): number[] {
  const optimizer = optimizerOf(findRule(algorithm, choices), { learningRate: 1, epsilon: 0, ...hyper });
  const steps = Array.from(gradients, (g) => ({ gradients: [{ shape: [1], data: Float64Array.of(g) }] }));
  const after = train(DOUBLES, optimizer, [{ shape: [1], data: Float64Array.of(0) }], steps).map(
    ([{ data }]) => data[0],
  );
  return after.map((w, t) => Math.abs(w - (after[t - 1] ?? 0)));
}

describe("the bound of Adam's step", () => {
  it("is 7.2703 for the usual rates, and one step reaches it after 10,000 zeros", () => {
    expect(adamStepBound(usual)).toBeCloseTo(7.2703, 4);
    // A tiny gradient instead of zeros first: 0/√0 is no step.
    const gradients = Float64Array.of(
      ...Array.from({ length: 10_000 }, () => 1e-60),
      ...worstAdamGradients(usual, 400),
    );
    const last = lengths("adam", gradients, {}).at(-1)!;
    // 1 − β₂ᵗ is 3e-5 short of 1, half of which shows; weights of thousands of steps cost 1e-12.
    expect(last).toBeLessThan(adamStepBound(usual));
    expect(last).toBeGreaterThan(7.27);
  });

  it("is not exceeded, in any step and with either correction", () => {
    const stream = new Stream(73, "bound");
    for (let i = 0; i < 60; i++) {
      const beta2 = stream.pick([0.999, 0.99, 0.9, 0.5]);
      const beta1 = Math.sqrt(beta2) * stream.pick([0, 0.5, 0.9, 0.99]);
      const spikes = Array.from({ length: 60 }, () => stream.normal() * 10 ** stream.between(-6, 6));
      // Without memory the worst is a gradient after nothing, where 0/√0 is no step.
      const worst = beta1 === 0 ? [] : Array.from(worstAdamGradients({ beta1, beta2 }, 60));
      for (const gradients of [spikes, worst]) {
        const bound = adamStepBound({ beta1, beta2 });
        // 60 steps of a recursion, each with a few roundings, and a difference of sums of at most 60 steps.
        const slack = 1 + 1e-11;
        lengths("adam", gradients, { beta1, beta2 }).forEach((length, t) => {
          expect(length).toBeLessThanOrEqual(adamStepBoundAt({ beta1, beta2 }, t + 1) * slack);
          expect(adamStepBoundAt({ beta1, beta2 }, t + 1)).toBeLessThanOrEqual(bound * slack);
        });
        for (const length of lengths("adam", gradients, { beta1, beta2 }, { biasCorrection: "none" })) {
          expect(length).toBeLessThanOrEqual(bound * slack);
        }
      }
    }
  });

  it("is reached in every step from the first on, where bias correction is counted", () => {
    for (const steps of [1, 2, 5, 50]) {
      const last = lengths("adam", worstAdamGradients(usual, steps), {}).at(-1)!;
      expect(last / adamStepBoundAt(usual, steps)).toBeCloseTo(1, 10);
    }
    expect(adamStepBoundAt(usual, 1)).toBeCloseTo(1, 12);
    expect(adamStepBoundAt(usual, 20_000)).toBeCloseTo(adamStepBound(usual), 6);
  });

  it("has the edges that the formula has", () => {
    expect(adamStepBound({ beta1: 0.9, beta2: 0.81 })).toBe(Infinity);
    expect(adamStepBound({ beta1: 0.95, beta2: 0.9 })).toBe(Infinity);
    expect(adamStepBound({ beta1: 0, beta2: 0 })).toBe(1);
    expect(adamStepBound({ beta1: 0, beta2: 0.75 })).toBeCloseTo(2, 14);
    expect(Number.isFinite(adamStepBoundAt({ beta1: 0.95, beta2: 0.9 }, 30))).toBe(true);
  });

  it.each([{ beta1: 1 }, { beta1: NaN }, { beta2: 1.5 }, { beta2: -1 }])("refuses %j", (wrong) => {
    const betas = { ...usual, ...wrong };
    for (const act of [
      () => adamStepBound(betas),
      () => adamStepBoundAt(betas, 1),
      () => worstAdamGradients(betas, 2),
    ]) {
      expect(act).toThrow(expect.objectContaining({ code: "bad-hyper-parameter" }));
    }
    expect(() => adamStepBoundAt(usual, 0)).toThrow("step 0: must be an integer from 1 on");
  });
});

describe("the bound of RMSprop's step", () => {
  it("is reached by a gradient after nothing, and not exceeded", () => {
    const decay = 0.9;
    expect(lengths("rmsprop", [5], { decay })[0]).toBeCloseTo(rmspropStepBound(decay), 12);
    const stream = new Stream(74, "rmsprop");
    const gradients = Array.from({ length: 500 }, () => stream.normal() * 10 ** stream.between(-6, 6));
    for (const length of lengths("rmsprop", gradients, { decay })) {
      expect(length).toBeLessThanOrEqual(rmspropStepBound(decay) * (1 + 1e-11));
    }
    expect(() => rmspropStepBound(1)).toThrow(expect.objectContaining({ code: "bad-hyper-parameter" }));
  });
});
