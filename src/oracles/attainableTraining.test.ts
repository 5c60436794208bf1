import { describe, expect, it } from "vitest";
import { F32, F64, type FloatFormat } from "../core/float.js";
import { rounded, roundToNearest } from "../core/numberAlgebra.js";
import { Stream } from "../core/random.js";
import type { Tensor } from "../core/tensor.js";
import { optimizerOf } from "../networks/optimizer.js";
import { everyRule } from "../networks/optimizers.js";
import type { ScalarArithmetic } from "../networks/optimizerStep.js";
import { train } from "../networks/training.js";
import { AttainableTraining, type TrainingRun } from "./attainableTraining.js";

const SEED = 2026;
const ARITHMETICS: readonly ScalarArithmetic[] = ["host", "format", "powers in format"];

function drawRun(stream: Stream, count: number, { round }: FloatFormat): TrainingRun {
  const weights = (): Tensor => ({
    shape: [3],
    data: Float64Array.from({ length: 3 }, () => round(stream.normal())),
  });
  const same = stream.chance(0.5) ? weights() : undefined;
  const steps = Array.from({ length: count }, () => ({ gradients: [same ?? weights()] }));
  return { params: [weights()], steps, last: true };
}

const names = (rule: ReturnType<typeof everyRule>[number]): string =>
  [rule.algorithm, ...Object.values(rule.choices)].join(", ");

describe("what training attains", () => {
  // A variance that is the difference of two equal numbers is rounding alone, and may be negative.
  const rules = everyRule().filter(({ choices }) => choices.variance !== "difference");

  it.each(rules.map((rule) => [names(rule), rule] as const))(
    "holds for rounding to nearest: %s",
    (name, rule) => {
      const stream = new Stream(SEED, name);
      for (const [format, count] of [
        [F32, 1],
        [F32, 3],
        [F32, 300],
        [F64, 100],
      ] as const) {
        const run = drawRun(stream, count, format);
        for (const scalars of ARITHMETICS) {
          const A = rounded(roundToNearest(format));
          const optimizer = optimizerOf(rule);
          const [after] = train(A, optimizer, run.params, run.steps, { scalars }).at(-1)!;
          const got = Float64Array.from(after.data as Float64Array);
          const attainable = new AttainableTraining(optimizer, run, { format, flush: false });
          expect(attainable.reached(got), `${format.name}, ${count} steps, ${scalars}`).toMatchObject({
            verdict: "within",
          });
        }
      }
    },
  );

  it.each([
    [1, 1e-3],
    [300, 1e-3],
  ])("sees a rate that is wrong, after %i steps by a part of %f", (count, part) => {
    const stream = new Stream(SEED, "rate");
    for (const rule of rules) {
      const run = { ...drawRun(stream, count, F32), params: [{ shape: [3], data: new Float64Array(3) }] };
      const right = optimizerOf(rule);
      const wrong = optimizerOf(rule, { learningRate: right.hyper.learningRate * (1 + part) });
      const [after] = train(rounded(roundToNearest(F32)), wrong, run.params, run.steps).at(-1)!;
      const attainable = new AttainableTraining(right, run, { format: F32, flush: false });
      const reached = attainable.reached(Float64Array.from(after.data as Float64Array));
      expect(reached, names(rule)).toMatchObject({ verdict: "beyond" });
    }
  });

  it("never accepts NaN, and decides nothing where the rule itself has none", () => {
    const rule = everyRule().find(({ algorithm }) => algorithm === "adagrad")!;
    const at = (g: number): TrainingRun => ({
      params: [{ shape: [1], data: Float64Array.of(1) }],
      steps: [{ gradients: [{ shape: [1], data: Float64Array.of(g) }] }],
    });
    const reached = (g: number) =>
      new AttainableTraining(optimizerOf(rule, { epsilon: 0 }), at(g), { format: F32, flush: false }).reached(
        Float64Array.of(NaN),
      );
    expect(reached(1)).toMatchObject({ verdict: "beyond", worst: { at: 0, ratio: Infinity } });
    expect(reached(0)).toMatchObject({ verdict: "undecidable" });
  });
});
