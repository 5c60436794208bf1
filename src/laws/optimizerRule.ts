import type { Tensor } from "../core/tensor.js";
import { optimizerOf, type UpdateRule } from "../networks/optimizer.js";
import { promisedRules, rulesOf } from "../networks/optimizers.js";
import { AttainableTraining, type Reached, type TrainingRun } from "../oracles/attainableTraining.js";
import { F, type Precision } from "../oracles/tolerance.js";
import type { OptimizerPromise } from "../record/promises.js";
import type { Fact } from "../record/record.js";
import type { Verdicted } from "./inquiry.js";
import { failure, PASS, undecided } from "./law.js";
import { flatten, placeOf, type AskedRun, type Weights } from "./optimizerRun.js";

/** Which of the published rules an optimiser follows (Kingma and Ba 2015 and the sources of `networks/`). */

interface Compared {
  readonly rule: UpdateRule;
  readonly reached: Reached;
}

/** Rules that keep the promise; decay of weights is nothing that is left open. */
export const openRules = (promise: OptimizerPromise): UpdateRule[] => {
  const rules = promisedRules(promise);
  const silent = rules.filter(
    ({ choices }) =>
      (choices.weightDecay ?? "none") === "none" || Object.hasOwn(promise.hyper, "weightDecay"),
  );
  return silent.length > 0 ? silent : rules;
};

/** Rules of the same algorithm that place something elsewhere than it is stated. */
const otherRules = (promise: OptimizerPromise): UpdateRule[] => {
  const open = new Set(openRules(promise).map(({ says }) => says));
  return rulesOf(promise.algorithm).filter(({ says }) => !open.has(says));
};

/** With the hyper-parameters that this rule knows. */
function optimizerBy(rule: UpdateRule, promise: OptimizerPromise, { hyper }: AskedRun) {
  const all = { ...promise.hyper, ...hyper };
  return optimizerOf(rule, Object.fromEntries(Object.entries(all).filter(([name]) => name in rule.hyper)));
}

/** Every variable has a gradient in every step. */
const trainingRun = ({ params, steps, last }: AskedRun): TrainingRun => ({
  params,
  steps: steps.map(({ gradients, hyper }) => ({
    gradients: gradients as readonly Tensor[],
    ...(hyper && { hyper }),
  })),
  ...(last && { last }),
});

export const attainableBy = (
  rule: UpdateRule,
  promise: OptimizerPromise,
  run: AskedRun,
  precision: Precision,
) => new AttainableTraining(optimizerBy(rule, promise, run), trainingRun(run), precision);

export const compareRules = (
  rules: readonly UpdateRule[],
  promise: OptimizerPromise,
  run: AskedRun,
  weights: Weights,
  precision: Precision,
): Compared[] => {
  const got = flatten(weights);
  return rules.map((rule) => ({ rule, reached: attainableBy(rule, promise, run, precision).reached(got) }));
};

export const within = ({ reached }: Compared): boolean => reached.verdict === "within";

const spaced = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** What rules have in common, in words: "epsilon outside root, bias correction in moments". */
export function choiceWords(rules: readonly UpdateRule[]): string {
  const words = Object.keys(rules[0].choices).map((choice) => {
    const said = [...new Set(rules.map(({ choices }) => choices[choice]))];
    return `${spaced(choice)} ${said.join(" or ")}`;
  });
  return words.join(", ");
}

const named = (rules: readonly UpdateRule[]): string =>
  `${rules[0].algorithm}${choiceWords(rules) === "" ? "" : `: ${choiceWords(rules)}`}`;

/**
 * Weights against every rule that keeps the promise. One that fits is enough; what fits is told.
 *
 * @param explain what else may have been done, where no rule fits
 */
export function judgeRun(
  promise: OptimizerPromise,
  run: AskedRun,
  weights: Weights,
  precision: Precision,
  explain: () => string | undefined = () => undefined,
): Verdicted {
  const facts = factsOf(run);
  const compared = compareRules(openRules(promise), promise, run, weights, precision);
  const fitting = compared.filter(within).map(({ rule }) => rule);
  if (fitting.length > 0) return { ...PASS, does: named(fitting), facts };
  const open = compared.find(({ reached }) => reached.verdict === "undecidable");
  if (open?.reached.verdict === "undecidable") {
    return { ...undecided(open.reached.reason), does: "could not be told", facts };
  }
  const others = compareRules(otherRules(promise), promise, run, weights, precision).filter(within);
  const instead = others.length > 0 ? named(others.map(({ rule }) => rule)) : explain();
  return {
    ...nearestMiss(compared, run, weights, instead),
    does: instead ? `takes the step of ${instead}` : "takes another step than its rule",
    facts,
  };
}

const factsOf = ({ hyper, params, steps }: AskedRun): Fact[] => [
  { name: "steps", value: String(steps.length) },
  { name: "variables", value: String(params.length) },
  ...Object.entries(hyper).map(([name, value]) => ({ name, value: String(value) })),
];

function nearestMiss(
  compared: readonly Compared[],
  { params, steps, last }: AskedRun,
  weights: Weights,
  instead?: string,
) {
  const misses = compared.flatMap(({ rule, reached }) =>
    reached.verdict === "beyond" ? [{ rule, worst: reached.worst }] : [],
  );
  const { rule, worst } = misses.reduce((best, miss) => (miss.worst.ratio < best.worst.ratio ? miss : best));
  const { step, variable, element } = placeOf(worst.at, params);
  const got = weights[step][variable].data[element];
  const does = instead === undefined ? `the nearest is ${named([rule])}` : `it is what comes of ${instead}`;
  const reason = `a weight is ${got} after step ${last ? steps.length : step + 1} instead of ${worst.exact}; ${does}`;
  return failure(Number.isNaN(got) ? "nan" : "value", `value[${step * params.length + variable}]`, reason, {
    element,
    got,
    expected: { low: worst.low, high: worst.high, value: worst.exact },
    errorOverAttainable: F * worst.ratio,
  });
}
