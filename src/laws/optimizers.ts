import { Stream } from "../core/random.js";
import { formatOf } from "../core/float.js";
import type { Tensor } from "../core/tensor.js";
import type { Precision } from "../oracles/tolerance.js";
import type { OptimizerPromise } from "../record/promises.js";
import type { Scenario } from "../record/scenario.js";
import type { Inquiry, Verdicted } from "./inquiry.js";
import { PASS, undecided } from "./law.js";
import { attainableBy, compareRules, judgeRun, openRules, within } from "./optimizerRule.js";
import { askOffered, hyperOf, runOf, type AskedRun, type AskedStep } from "./optimizerRun.js";

/** Optimisers against the rules that they promise, step by step. */

/** Hyper-parameters that are given in every question: all others may be ones that cannot be given. */
export const neededOf = ({ required = [] }: OptimizerPromise): string[] => ["learningRate", ...required];

/** Every step of a run is one of a published rule, within what rounding attains. */
export const steps = (promise: OptimizerPromise): Inquiry =>
  function* (scenario, { precision }) {
    const { answer, asked } = yield* askOffered(scenario, runOf(scenario), neededOf(promise));
    return answer.ok ? judgeRun(promise, asked, answer.weights, precision) : answer.verdicted;
  };

/** Gradients of one element over many steps, as training has them: what they are like is a setting. */
const PATTERNS: Readonly<Record<string, (stream: Stream, t: number, before: number) => number>> = {
  noise: (stream) => stream.normal(),
  constant: (_stream, t, before) => (t === 0 ? 0.7 : before),
  alternating: (_stream, t) => (t % 2 === 0 ? 1 : -0.9),
  decaying: (stream, t) => 0.99 ** t * (1 + 0.1 * stream.normal()),
  spikes: (stream) => (stream.chance(0.02) ? 30 * stream.normal() : 0.01 * stream.normal()),
};
export const LONG_PATTERNS: readonly string[] = Object.keys(PATTERNS);

/** A long run from few numbers: a scenario need not hold a thousand gradients. */
function longRun(scenario: Scenario): AskedRun {
  const { settings, tensors, seed, dtype } = scenario;
  const { round } = formatOf(dtype);
  const stream = new Stream(seed, "gradients");
  const next = PATTERNS[String(settings.gradients)];
  let before: readonly Tensor[] = tensors;
  const steps = Array.from({ length: Number(settings.steps) }, (_, t): AskedStep => {
    before = before.map(({ shape, data }) => ({ shape, data: data.map((x) => round(next(stream, t, x))) }));
    return { gradients: before };
  });
  return { hyper: hyperOf(scenario), params: tensors, steps, last: true };
}

/** A weight that rounding may move by more than this part of its way says nothing of the rule. */
const ILL_CONDITIONED = 1e-2;

/** After a thousand steps, weights are where the rule brings them, within what rounding attains. */
export const longRuns = (promise: OptimizerPromise): Inquiry =>
  function* (scenario, { precision }) {
    const { answer, asked } = yield* askOffered(scenario, longRun(scenario), neededOf(promise));
    if (!answer.ok) return answer.verdicted;
    const verdict = judgeRun(promise, asked, answer.weights, precision);
    if (verdict.verdict !== "pass") return verdict;
    return conditioned(promise, asked, answer.weights[0], precision, verdict);
  };

/** The verdict, where at least one weight goes further than rounding can move it. */
function conditioned(
  promise: OptimizerPromise,
  run: AskedRun,
  after: readonly Tensor[],
  precision: Precision,
  verdict: Verdicted,
): Verdicted {
  const flat = (tensors: readonly Tensor[]): number[] => tensors.flatMap(({ data }) => [...data]);
  const [before, reached] = [flat(run.params), flat(after)];
  const attainable = openRules(promise).map((rule) => attainableBy(rule, promise, run, precision));
  const got = Float64Array.from(reached);
  const tolerance = attainable.find((each) => each.reached(got).verdict === "within")?.tolerance();
  const told = before.some((x, i) => tolerance && tolerance[i] <= ILL_CONDITIONED * Math.abs(reached[i] - x));
  if (told) return verdict;
  return { ...verdict, ...undecided("ill-conditioned: rounding moves every weight as far as the steps do") };
}

/** What is given explicitly counts, zeros too; what is changed counts from the next step on. */
export const hyperParameters = (promise: OptimizerPromise): Inquiry =>
  function* (scenario, { precision }) {
    const zero = String(scenario.settings.zero);
    const { answer, asked } = yield* askOffered(scenario, runOf(scenario), neededOf(promise));
    if (!answer.ok) {
      const refuses = answer.verdicted.verdict === "error" && zero !== "";
      return refuses ? { ...PASS, does: `refuses ${zero} 0`, facts: [] } : answer.verdicted;
    }
    const { weights } = answer;
    const explain = (): string | undefined =>
      whatElse(promise, asked, zero, (run) =>
        compareRules(openRules(promise), promise, run, weights, precision).some(within),
      );
    return judgeRun(promise, asked, weights, precision, explain);
  };

function whatElse(
  promise: OptimizerPromise,
  run: AskedRun,
  zero: string,
  fits: (run: AskedRun) => boolean,
): string | undefined {
  const without = Object.fromEntries(Object.entries(run.hyper).filter(([name]) => name !== zero));
  if (zero in run.hyper && zero in promise.hyper && fits({ ...run, hyper: without })) {
    return `the default ${zero} ${promise.hyper[zero]} in the place of an explicit 0`;
  }
  const steady = run.steps.map(({ hyper: _hyper, ...step }) => step);
  if (run.steps.some(({ hyper }) => hyper) && fits({ ...run, steps: steady })) {
    return "the first learning rate, though it was changed";
  }
  return undefined;
}
