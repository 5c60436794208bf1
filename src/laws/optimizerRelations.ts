import { sameBits, ulp } from "../core/float.js";
import { mapTensor, type Tensor } from "../core/tensor.js";
import type { Hyper, OptimizerPromise } from "../record/promises.js";
import type { Scenario } from "../record/scenario.js";
import type { Inquiry, Verdicted } from "./inquiry.js";
import { failure, PASS, type LawJudgement } from "./law.js";
import { neededOf } from "./optimizers.js";
import { askOffered, askRun, runOf, type AskedRun, type Weights } from "./optimizerRun.js";

/** What holds between two runs of one optimiser, whatever its rule. */

/** −0 and 0 are the same weight. */
const sameNumber = (x: number, y: number): boolean => x === y || sameBits(x, y);

const told = (judgement: LawJudgement, does: string): Verdicted => ({ ...judgement, does, facts: [] });

/** The first weight of which something is wrong, in the order of the steps. */
export function firstWeight(
  weights: Weights,
  wrong: (x: number, step: number, variable: number, element: number) => string | undefined,
  kind = "value",
): LawJudgement | undefined {
  for (const [t, variables] of weights.entries()) {
    for (const [k, { data }] of variables.entries()) {
      for (let i = 0; i < data.length; i++) {
        const reason = wrong(data[i], t, k, i);
        if (reason === undefined) continue;
        const where = `value[${t * variables.length + k}]`;
        return failure(kind, where, `after step ${t + 1} ${reason}`, { element: i, got: data[i] });
      }
    }
  }
  return undefined;
}

const unequal = (weights: Weights, others: Weights, says: string, kind?: string): LawJudgement | undefined =>
  firstWeight(
    weights,
    (x, t, k, i) =>
      sameNumber(x, others[t][k].data[i]) ? undefined : `${others[t][k].data[i]} becomes ${x} ${says}`,
    kind,
  );

export const withoutChanges = (run: AskedRun): AskedRun => ({
  ...run,
  steps: run.steps.map(({ gradients }) => ({ gradients })),
});

/** Only what has to be given. */
export const neededHyper = (promise: OptimizerPromise, { hyper }: AskedRun): Hyper =>
  Object.fromEntries(Object.entries(hyper).filter(([name]) => neededOf(promise).includes(name)));

/** The order in which variables are handed over, the same in all steps or another in each, changes no bit. */
export const order = (promise: OptimizerPromise): Inquiry =>
  function* (scenario) {
    const run = withoutChanges(runOf(scenario));
    const { answer: plain, asked } = yield* askOffered(scenario, run, neededOf(promise));
    if (!plain.ok) return plain.verdicted;
    const turned = scenario.settings.order as readonly number[];
    const identity = turned.map((_, k) => k);
    const orders = {
      "in another order": () => turned,
      "in an order that changes": (t: number) => (t % 2 === 0 ? identity : turned),
    };
    for (const [says, orderOf] of Object.entries(orders)) {
      const steps = asked.steps.map((step, t) => ({ ...step, order: orderOf(t) }));
      const answer = yield* askRun(scenario, { ...asked, steps });
      if (!answer.ok) {
        const { verdicted } = answer;
        const reason = `when variables are handed over ${says}: ${verdicted.reason}`;
        return { ...verdicted, reason, does: `fails ${reason}` };
      }
      const problem = unequal(
        answer.weights,
        plain.weights,
        `when variables are handed over ${says}`,
        "order",
      );
      if (problem) return told(problem, `takes another step when variables are handed over ${says}`);
    }
    return told(PASS, "keeps apart what it remembers of variables, in whatever order they come");
  };

/** NaN in one element of a gradient stays in the weight of that element. */
export const nanContained = (promise: OptimizerPromise): Inquiry =>
  function* (scenario) {
    const run = withoutChanges(runOf(scenario));
    const { answer: clean, asked } = yield* askOffered(scenario, run, neededOf(promise));
    if (!clean.ok) return clean.verdicted;
    const { step, variable, element } = scenario.settings;
    const steps = asked.steps.map(({ gradients, ...rest }, t) => ({
      ...rest,
      gradients: gradients.map((g, k) =>
        t === step && k === variable ? mapTensor(g!, (x, i) => (i === element ? NaN : x)) : g,
      ),
    }));
    const answer = yield* askRun(scenario, { ...asked, steps });
    if (!answer.ok) return answer.verdicted;
    const problem = firstWeight(
      answer.weights,
      (x, t, k, i) => {
        if (t >= Number(step) && k === variable && i === element) {
          return Number.isNaN(x) ? undefined : `a gradient that is NaN has left the weight ${x}`;
        }
        const before = clean.weights[t][k].data[i];
        return sameNumber(x, before) ? undefined : `${before} becomes ${x} by a NaN in another gradient`;
      },
      "nan",
    );
    return problem
      ? told(problem, "does not keep NaN in its place")
      : told(PASS, "keeps NaN in the weight whose gradient it was");
  };

/** A variable without a gradient: refused, left alone, or taken as zeros, and no other variable feels it. */
export const absentGradient = (promise: OptimizerPromise): Inquiry =>
  function* (scenario) {
    const run = withoutChanges(runOf(scenario));
    const { step, variable } = scenario.settings;
    const put = (from: AskedRun, make: (g: Tensor) => Tensor | undefined): AskedRun => ({
      ...from,
      steps: from.steps.map(({ gradients }, t) => ({
        gradients: gradients.map((g, k) => (t === step && k === variable ? make(g!) : g)),
      })),
    });
    const zeroed = put(run, (g) => mapTensor(g, () => 0));
    const { answer: zeros, asked } = yield* askOffered(scenario, zeroed, neededOf(promise));
    if (!zeros.ok) return zeros.verdicted;
    const answer = yield* askRun(
      scenario,
      put(asked, () => undefined),
    );
    if (!answer.ok) {
      return answer.verdicted.verdict === "error"
        ? told(PASS, "refuses a step in which a variable has no gradient")
        : answer.verdicted;
    }
    const problem = firstWeight(answer.weights, (x, t, k, i) => {
      const other = zeros.weights[t][k].data[i];
      if (k !== variable) {
        return sameNumber(x, other)
          ? undefined
          : `${other} becomes ${x} when another variable has no gradient`;
      }
      const before = t === 0 ? run.params[k].data[i] : answer.weights[t - 1][k].data[i];
      if (t !== step || sameNumber(x, before) || sameNumber(x, other)) return undefined;
      return `a weight without a gradient went from ${before} to ${x}`;
    });
    if (problem) return told(problem, "confuses variables when one of them has no gradient");
    const moved = unequal(answer.weights, zeros.weights, "");
    return told(
      PASS,
      moved
        ? "skips a variable that has no gradient"
        : "takes a missing gradient as zeros, or skips its variable, which is the same here",
    );
  };

/** A gradient of another shape than its variable is refused. */
export const refusesShapes = (promise: OptimizerPromise): Inquiry =>
  function* (scenario) {
    const run = runOf(scenario);
    const answer = yield* askRun(scenario, { ...run, hyper: neededHyper(promise, run) });
    if (!answer.ok && answer.verdicted.verdict === "error") {
      return told(PASS, "refuses a gradient of another shape");
    }
    // A result of another shape is not that of a refusal either.
    if (!answer.ok && answer.verdicted.verdict !== "fail") return answer.verdicted;
    const [variable, gradient] = scenario.tensors.map(({ shape }) => `[${shape.join(", ")}]`);
    const reason = `a gradient of shape ${gradient} is accepted for a variable of shape ${variable}`;
    return told({ verdict: "accepted-invalid", kind: "accepts invalid", where: "value", reason }, reason);
  };

/** A step of less than half a spacing leaves the weight as it is, and one of more does not (claim C008). */
export const stall: Inquiry = function* (scenario) {
  const run = runOf(scenario);
  const answer = yield* askRun(scenario, run);
  if (!answer.ok) return answer.verdicted;
  const [weights] = run.params;
  const [gradients] = run.steps[0].gradients as readonly Tensor[];
  const rate = run.hyper.learningRate;
  const problem = firstWeight(answer.weights, (after, _t, _k, i) => {
    const w = weights.data[i];
    const step = rate * gradients.data[i];
    const half = halfSpacing(w, step, scenario.dtype);
    const stays = after === w;
    // Within a rounding of the step itself, either may be: drawn steps keep clear of that.
    if (stays === Math.abs(step) < half) return undefined;
    return `${w} ${stays ? "stays" : `becomes ${after}`} by a step of ${step}; half the spacing there is ${half}`;
  });
  return problem
    ? told(problem, "does not round its steps to nearest")
    : told(PASS, "stalls exactly where a step is below half the spacing of the weight");
};

/** Half of the way to the next number of the format in the direction of −step: below a power of two it is shorter. */
export function halfSpacing(w: number, step: number, dtype: Scenario["dtype"]): number {
  const shrinks = Math.sign(w) === Math.sign(step);
  const magnitude = Math.abs(w);
  const isPower = Number.isInteger(Math.log2(magnitude));
  return ulp(w, dtype) / (shrinks && isPower ? 4 : 2);
}
