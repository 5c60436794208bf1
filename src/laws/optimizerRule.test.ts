import { describe, expect, it } from "vitest";
import { drawTraining } from "../arbitraries/drawTraining.js";
import { F64 } from "../core/float.js";
import { DOUBLES } from "../core/numberAlgebra.js";
import { Stream } from "../core/random.js";
import type { Tensor } from "../core/tensor.js";
import { optimizerOf, type UpdateRule } from "../networks/optimizer.js";
import { OPTIMIZERS, rulesOf } from "../networks/optimizers.js";
import { train } from "../networks/training.js";
import type { OptimizerPromise } from "../record/promises.js";
import { judgeRun } from "./optimizerRule.js";
import { placeOf, runOf, type AskedRun, type Weights } from "./optimizerRun.js";

const SEED = 17;
const precision = { format: F64, flush: false };

/** Runs in which every placement makes other weights: several steps, and a rate that changes. */
function runsOf(promise: OptimizerPromise): AskedRun[] {
  return Array.from({ length: 10 }, (_, i) => {
    const stream = new Stream(SEED, `${promise.algorithm} ${i}`);
    const scenario = drawTraining(stream, { target: "optimizer:any", promise, dtype: "f64" }, { steps: 4 });
    return runOf({ ...scenario, settings: { ...scenario.settings, "step2.learningRate": 0.2 } });
  });
}

const weightsBy = (rule: UpdateRule, { hyper, params, steps }: AskedRun): Weights =>
  train(
    DOUBLES,
    optimizerOf(rule, hyper),
    params,
    steps.map((step) => ({ ...step, gradients: step.gradients as readonly Tensor[] })),
  ) as Tensor[][];

const words = ({ choices }: UpdateRule): string[] => Object.values(choices);

describe("the rule that weights follow", () => {
  it.each(["momentum", "nesterov", "adagrad", "rmsprop", "adam"])(
    "is named where it is left open: %s",
    (algorithm) => {
      const promise = { ...OPTIMIZERS[algorithm], choices: {} };
      const rules = rulesOf(algorithm).filter(({ choices }) => choices.weightDecay !== "in gradient");
      for (const rule of rules) {
        const said = runsOf(promise).map((run) => judgeRun(promise, run, weightsBy(rule, run), precision));
        for (const { verdict, does } of said) {
          expect(verdict).toBe("pass");
          for (const word of words(rule)) expect(does).toContain(word);
        }
        expect(
          said.some(({ does }) => !does.includes(" or ")),
          words(rule).join(),
        ).toBe(true);
      }
    },
  );

  it("is wrong where another one is stated, and both are named", () => {
    const promise = OPTIMIZERS.adam;
    const [, other] = rulesOf("adam").filter(({ choices }) => choices.weightDecay === "none");
    const verdicts = runsOf(promise).map((run) => judgeRun(promise, run, weightsBy(other, run), precision));
    expect(verdicts.some(({ verdict }) => verdict === "fail")).toBe(true);
    for (const { verdict, does, reason } of verdicts.filter((each) => each.verdict === "fail")) {
      expect(verdict).toBe("fail");
      expect(reason).toContain("it is what comes of adam: ");
      for (const word of words(other)) expect(does).toContain(word);
    }
  });

  it("is none where weights are another algorithm's, and the nearest is named", () => {
    const [run] = runsOf(OPTIMIZERS.sgd);
    const promise = OPTIMIZERS.adagrad;
    const [sgd] = rulesOf("sgd");
    const { verdict, does, reason } = judgeRun(promise, run, weightsBy(sgd, run), precision);
    expect({ verdict, does }).toEqual({ verdict: "fail", does: "takes another step than its rule" });
    expect(reason).toContain("the nearest is adagrad: epsilon outside root");
  });
});

describe("places in the weights of a run", () => {
  it("are found again behind variables without elements", () => {
    const params = [2, 0, 3].map((n) => ({ shape: [n], data: new Float64Array(n) }));
    const places = Array.from({ length: 10 }, (_, at) => Object.values(placeOf(at, params)).join());
    const steps = [0, 1].flatMap((step) =>
      ["0,0", "0,1", "2,0", "2,1", "2,2"].map((place) => `${step},${place}`),
    );
    expect(places).toEqual(steps);
  });
});
