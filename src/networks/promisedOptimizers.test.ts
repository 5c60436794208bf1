import { describe, expect, it } from "vitest";
import { optimizerPromise, type OptimizerPromise } from "../record/promises.js";
import { optimizerOf } from "./optimizer.js";
import {
  everyRule,
  OPTIMIZER_CHOICES,
  OPTIMIZERS,
  promisedOptimizers,
  promisedRules,
  promiseOf,
} from "./optimizers.js";

const promise = (part: Partial<OptimizerPromise>): OptimizerPromise => ({ ...OPTIMIZERS.adam, ...part });

describe("what optimisers promise", () => {
  it("leads back to the one rule that makes it, with its numbers", () => {
    for (const rule of everyRule()) {
      const made = optimizerPromise.parse(promiseOf(rule));
      const optimizers = promisedOptimizers(made, { learningRate: 0.5 });
      expect(optimizers.map(({ rule }) => promiseOf(rule))).toEqual([promiseOf(rule)]);
      expect(optimizers[0].hyper).toEqual({ ...optimizerOf(rule).hyper, learningRate: 0.5 });
    }
  });

  it("is there for every algorithm, under its own name", () => {
    expect(Object.entries(OPTIMIZERS).map(([name, { algorithm }]) => [name, algorithm])).toEqual(
      Object.keys(OPTIMIZER_CHOICES).map((name) => [name, name]),
    );
    expect(OPTIMIZERS.adam.hyper).toEqual({ learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 });
  });

  it("leaves open what is not stated, the paper's way first", () => {
    const choices = (part: Partial<OptimizerPromise>) =>
      promisedRules(promise(part)).map((rule) => Object.values(rule.choices).join("; "));
    const open = { choices: {}, hyper: {} };
    expect(choices({ algorithm: "momentum", ...open })).toEqual(["outside velocity", "inside velocity"]);
    expect(choices({ algorithm: "momentum", choices: { rate: "inside velocity" }, hyper: {} })).toEqual([
      "inside velocity",
    ]);
    expect(choices({ choices: { epsilon: "inside root", weightDecay: "none" } })).toEqual([
      "inside root; in moments; none",
      "inside root; in step, epsilon hat; none",
      "inside root; none; none",
    ]);
    // The paper's rule has no epsilon, and this promise has one.
    expect(choices({ algorithm: "adamax", choices: {}, hyper: OPTIMIZERS.adamax.hyper })).toEqual([
      "outside maximum",
      "inside maximum",
    ]);
    for (const algorithm of Object.keys(OPTIMIZER_CHOICES)) {
      const [first] = promisedRules({ algorithm, choices: {}, hyper: OPTIMIZERS[algorithm].hyper });
      expect(promiseOf(first)).toEqual(OPTIMIZERS[algorithm]);
    }
  });

  it.each([
    ["unknown-optimizer", { choices: { epsilon: "somewhere" } }],
    ["unknown-optimizer", { algorithm: "lion" }],
    ["unknown-optimizer", { hyper: { viscosity: 1 } }],
    ["bad-hyper-parameter", { hyper: { beta1: 2 } }],
  ])("is refused as %s: %j", (code, part) => {
    expect(() => promisedOptimizers(promise(part as Partial<OptimizerPromise>))).toThrow(
      expect.objectContaining({ code }),
    );
  });
});
