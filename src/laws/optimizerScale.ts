import { formatOf } from "../core/float.js";
import { mapTensor, type Tensor } from "../core/tensor.js";
import {
  adamStepBound,
  adamStepBoundAt,
  rmspropStepBound,
  worstAdamGradients,
} from "../networks/stepBounds.js";
import { Stream } from "../core/random.js";
import type { Hyper, OptimizerPromise } from "../record/promises.js";
import type { Inquiry, Verdicted } from "./inquiry.js";
import { failure, PASS, type LawJudgement } from "./law.js";
import { firstWeight, neededHyper, withoutChanges } from "./optimizerRelations.js";
import { neededOf } from "./optimizers.js";
import { askOffered, askRun, hyperOf, runOf, type AskedRun, type Weights } from "./optimizerRun.js";

/** How steps grow, or do not grow, with the gradients (claims C015 and C088). */

const LINEAR = ["sgd", "momentum", "nesterov"];
export const isLinear = ({ algorithm }: Pick<OptimizerPromise, "algorithm">): boolean =>
  LINEAR.includes(algorithm);

const told = (judgement: LawJudgement, does: string): Verdicted => ({ ...judgement, does, facts: [] });

const scaled = (x: Tensor | undefined, c: number): Tensor => mapTensor(x!, (v) => v * c);

const scaleGradients = (run: AskedRun, c: number): AskedRun => ({
  ...run,
  steps: run.steps.map(({ gradients }) => ({ gradients: gradients.map((g) => scaled(g, c)) })),
});

const differing = (weights: Weights, others: Weights, c: number, says: string): LawJudgement | undefined =>
  firstWeight(weights, (x, t, k, i) => {
    const expected = others[t][k].data[i] * c;
    return x === expected || (Number.isNaN(x) && Number.isNaN(expected))
      ? undefined
      : `a weight is ${x} instead of ${expected}: ${says}`;
  });

/** Weights and gradients times a power of two: every weight is that much larger, to the bit. */
function* linearScale(...[scenario]: Parameters<Inquiry>): ReturnType<Inquiry> {
  const run = withoutChanges(runOf(scenario));
  const c = Number(scenario.settings.factor);
  const one = yield* askRun(scenario, run);
  if (!one.ok) return one.verdicted;
  const larger = { ...scaleGradients(run, c), params: run.params.map((x) => scaled(x, c)) };
  const other = yield* askRun(scenario, larger);
  if (!other.ok) return other.verdicted;
  const problem = differing(other.weights, one.weights, c, `weights and gradients are ${c} times as large`);
  return problem ? told(problem, "is not linear") : told(PASS, "is linear in its gradients, to the bit");
}

/** Epsilon 0 may be refused, or not be offered; anything else that goes wrong is a verdict. */
const mayRefuse = (verdicted: Verdicted): Verdicted | undefined =>
  ["error", "unsupported"].includes(verdicted.verdict) ? undefined : verdicted;

/** Without epsilon, gradients times a power of two change no bit. */
function* exactInvariance(promise: OptimizerPromise, ...[scenario]: Parameters<Inquiry>) {
  const run = withoutChanges(runOf(scenario));
  const zeros = Object.fromEntries(
    ["epsilon", "initialAccumulator", "weightDecay"].flatMap((name) =>
      name in promise.hyper ? [[name, 0]] : [],
    ),
  );
  const hyper = { ...run.hyper, ...zeros };
  const one = yield* askRun(scenario, { ...run, hyper });
  if (!one.ok) return mayRefuse(one.verdicted);
  const c = Number(scenario.settings.factor);
  const other = yield* askRun(scenario, scaleGradients({ ...run, hyper }, c));
  if (!other.ok) return mayRefuse(other.verdicted);
  const problem = differing(
    other.weights,
    one.weights,
    1,
    `gradients are ${c} times as large, and epsilon is 0`,
  );
  return problem
    ? told(problem, "is not invariant to the scale of gradients")
    : told(PASS, "is invariant to the scale of gradients without epsilon, to the bit");
}

/** How small g²·share is, of which the root is taken after one step; the least of all placements. */
function shareOf({ algorithm }: OptimizerPromise, { decay = 0.9, rho = 0.95, beta2 = 0.999 }: Hyper): number {
  if (algorithm === "rmsprop") return 1 - decay;
  if (algorithm === "centeredRmsprop") return decay * (1 - decay);
  if (algorithm === "adadelta") return 1 - rho;
  return algorithm.startsWith("adam") && algorithm !== "adamax" ? 1 - beta2 : 1;
}

/** With epsilon, one step changes by O(epsilon ÷ |c·g|) at most, relative to its length. */
function* nearInvariance(promise: OptimizerPromise, ...[scenario]: Parameters<Inquiry>): ReturnType<Inquiry> {
  const { steps: all, params, ...rest } = withoutChanges(runOf(scenario));
  const run = { ...rest, params: params.map((x) => mapTensor(x, () => 0)), steps: all.slice(0, 1) };
  const less: Hyper = "initialAccumulator" in promise.hyper ? { initialAccumulator: 0 } : {};
  const c = Number(scenario.settings.factor);
  const hyper = { ...neededHyper(promise, run), ...less };
  const one = yield* askRun(scenario, { ...run, hyper });
  if (!one.ok) return one.verdicted;
  const other = yield* askRun(scenario, scaleGradients({ ...run, hyper }, c));
  if (!other.ok) return other.verdicted;
  const used: Hyper = { ...promise.hyper, ...hyper };
  const share = shareOf(promise, used);
  const { u } = formatOf(scenario.dtype);
  const { beta2 = 0, decay = 0, rho = 0, epsilon = 0 } = used;
  // 1 − β, computed in the format, has lost the digits of β; the rest is a dozen roundings in either run.
  const rounding = 32 * u + (4 * u) / (1 - Math.max(beta2, decay, rho));
  const part = (g: number): number => epsilon / (Math.sqrt(share) * g) + epsilon / (2 * share * g * g);
  const problem = firstWeight(other.weights, (x, t, k, i) => {
    const g = Math.abs(run.steps[0].gradients[k]!.data[i]);
    const expected = one.weights[t][k].data[i];
    const allowed = (part(g) + part(Math.abs(c) * g) + rounding) * Math.max(Math.abs(expected), Math.abs(x));
    if (Math.abs(x - expected) <= allowed) return undefined;
    return `a step is ${x} instead of ${expected} ± ${allowed}: the gradient ${g} is ${c} times as large`;
  });
  return problem
    ? told(problem, "is not invariant to the scale of gradients")
    : told(PASS, "is invariant to the scale of gradients where epsilon is small beside them");
}

/** Descent is linear in the gradients; what divides by their size does not feel their scale. */
export const scale = (promise: OptimizerPromise): Inquiry =>
  function* (scenario, context) {
    if (isLinear(promise)) return yield* linearScale(scenario, context);
    const exact =
      scenario.settings.epsilon === "zero" && promise.algorithm !== "adadelta"
        ? yield* exactInvariance(promise, scenario, context)
        : undefined;
    return exact ?? (yield* nearInvariance(promise, scenario, context));
  };

/** Steps of a run that looks for the longest one: after the first of these bias correction has no part in it. */
const LONG = { low: 5000, high: 7000 };

/** Gradients that try to make a long step, of one weight each: the worst, rare large ones, growing ones. */
function longStepGradients(
  stream: Stream,
  promise: OptimizerPromise,
  { beta1 = 0.9, beta2 = 0.999 }: Hyper,
): number[][] {
  const worst = promise.algorithm === "rmsprop" ? [1] : [...worstAdamGradients({ beta1, beta2 }, 150)];
  const ratio = stream.between(1, 1.1);
  const growing = Array.from({ length: 300 }, (_, t) => 1e-6 * ratio ** t);
  const steps = stream.int(LONG.low, LONG.high);
  const late = (sequence: readonly number[], t: number): number => sequence[t - steps + sequence.length] ?? 0;
  return Array.from({ length: steps }, (_, t) => [
    late(worst, t),
    stream.chance(0.05) ? 10 * stream.normal() : 0,
    late(growing, t),
  ]);
}

/** No gradients make a step longer than the bound, and the worst ones reach it. */
export const stepBound = (promise: OptimizerPromise): Inquiry =>
  function* (scenario) {
    const { seed, dtype } = scenario;
    const { round, u } = formatOf(dtype);
    const hyper = hyperOf(scenario);
    const gradients = longStepGradients(new Stream(seed, "gradients"), promise, {
      ...promise.hyper,
      ...hyper,
    });
    const run: AskedRun = {
      hyper,
      params: scenario.tensors,
      steps: gradients.map((g) => ({ gradients: [{ shape: [3], data: Float64Array.from(g, round) }] })),
    };
    const { answer, asked } = yield* askOffered(scenario, run, neededOf(promise));
    if (!answer.ok) return answer.verdicted;
    const used: Hyper = { ...promise.hyper, ...asked.hyper };
    const { learningRate, beta1 = 0.9, beta2 = 0.999, decay = 0.9 } = used;
    const isAdam = promise.algorithm !== "rmsprop";
    const bound = isAdam ? adamStepBound({ beta1, beta2 }) : rmspropStepBound(decay);
    // The sums of both moments lose at most two roundings per step, weighted by β^k; then a dozen more.
    const relative = isAdam ? 4 * u * (1 / (1 - beta1) + 1 / (1 - beta2)) : (4 * u) / (1 - decay);
    let longest = 0;
    const problem = firstWeight(answer.weights, (x, t, k, i) => {
      const before = (t === 0 ? run.params : answer.weights[t - 1])[k].data[i];
      const moved = Math.abs(x - before);
      longest = Math.max(longest, moved / learningRate);
      const allowed =
        bound * learningRate * (1 + relative + 32 * u) + 2 * u * (Math.abs(x) + Math.abs(before));
      if (moved <= allowed) return undefined;
      return `a weight moves by ${moved / learningRate}·learningRate; no more than ${bound} is possible`;
    });
    const does = `moves a weight by ${longest.toFixed(4)}·learningRate at most (the bound is ${bound.toFixed(4)})`;
    if (problem) return told(problem, does);
    const steps = run.steps.length;
    // A hundredth is more than epsilon and the end of the sequence take away.
    const reached = 0.99 * (isAdam ? adamStepBoundAt({ beta1, beta2 }, steps) : bound);
    if (longest >= reached) return told(PASS, does);
    const reason = `the worst gradients move a weight by ${longest}·learningRate only, not by ${reached}`;
    return told(failure("value", `value[${steps - 1}]`, reason), does);
  };

/** Without gradients, memories of earlier ones go on or nothing moves; and nothing becomes NaN. */
export const zeroGradients = (promise: OptimizerPromise): Inquiry =>
  function* (scenario) {
    const run = withoutChanges(runOf(scenario));
    const decayless: Hyper = "weightDecay" in promise.hyper ? { weightDecay: 0 } : {};
    const momentum: Hyper = promise.algorithm.endsWith("msprop")
      ? { momentum: Number(scenario.settings.momentum) }
      : {};
    const hyper = { ...neededHyper(promise, run), ...decayless, ...momentum };
    const zeros = { ...scaleGradients(run, 0), hyper };
    const still = yield* askRun(scenario, zeros);
    if (!still.ok) return still.verdicted;
    const stirred = firstWeight(still.weights, (x, _t, k, i) => {
      const start = run.params[k].data[i];
      return x === start ? undefined : `${start} becomes ${x}, and all gradients are 0`;
    });
    if (stirred) return told({ ...stirred, kind: "zeros" }, "moves without any gradient");
    const steps = run.steps.map((step, t) => (t === 0 ? step : zeros.steps[t]));
    const params = run.params.map((x) => mapTensor(x, () => 0));
    const pushed = yield* askRun(scenario, { hyper, params, steps });
    if (!pushed.ok) return pushed.verdicted;
    const used: Hyper = { ...promise.hyper, ...hyper };
    const remembers = remembersGradients(promise, used);
    const problem = firstWeight(pushed.weights, (x, t, k, i) => {
      if (t === 0) return undefined;
      const before = pushed.weights[t - 1][k].data[i];
      if (!remembers)
        return x === before ? undefined : `${before} becomes ${x} after a single gradient, which is over`;
      return Math.abs(x) > Math.abs(before) && Math.sign(x) === Math.sign(before)
        ? undefined
        : `${before} becomes ${x}: what is remembered of the gradient does not go on`;
    });
    if (problem) return told({ ...problem, kind: "zeros" }, "does not go on as it must");
    const epsilonless = yield* askRun(scenario, {
      ...zeros,
      hyper: { ...hyper, ...("epsilon" in used && { epsilon: 0 }) },
    });
    const isNaN =
      epsilonless.ok && epsilonless.weights.some((w) => w.some(({ data }) => data.some(Number.isNaN)));
    const words = remembers
      ? "goes on by what it remembers when gradients end"
      : "stays to the bit without gradients";
    return told(PASS, isNaN ? `${words}; with epsilon 0, a gradient of 0 makes the weight NaN` : words);
  };

const remembersGradients = ({ algorithm }: OptimizerPromise, { momentum = 0, beta1 = 0 }: Hyper): boolean =>
  algorithm === "momentum" || algorithm === "nesterov" || algorithm.endsWith("msprop")
    ? momentum > 0
    : beta1 > 0;
