import { ADADELTA, adagradRule, rmspropRule } from "./adaptiveRules.js";
import { adamaxRule, adamRule } from "./adamRules.js";
import type { Hyper, OptimizerPromise } from "../record/promises.js";
import { GradproofError } from "../core/errors.js";
import { momentumRule, nesterovRule, SGD, type RatePlacement } from "./descentRules.js";
import type { EpsilonPlacement } from "./epsilon.js";
import { optimizerOf, type Optimizer, type UpdateRule } from "./optimizer.js";

/** Every placement that some algorithm knows; those that are not an algorithm's own are refused. */
export type OptimizerChoices = Readonly<Record<string, string>>;

const placements: readonly EpsilonPlacement[] = ["outside root", "inside root"];
const rates: readonly RatePlacement[] = ["outside velocity", "inside velocity"];

interface Algorithm {
  /** The words that each choice may be. */
  readonly choices: Readonly<Record<string, readonly string[]>>;
  rule(choices: OptimizerChoices): UpdateRule;
}

const rmspropChoices = { epsilon: placements, rate: rates, variance: ["recursive", "difference"] };
const adamChoices = {
  epsilon: placements,
  biasCorrection: ["in moments", "in step, epsilon hat", "none"],
} as const;

const ALGORITHMS: Readonly<Record<string, Algorithm>> = {
  sgd: { choices: {}, rule: () => SGD },
  momentum: { choices: { rate: rates }, rule: (c) => momentumRule(c) },
  nesterov: { choices: { rate: rates }, rule: (c) => nesterovRule(c) },
  adagrad: { choices: { epsilon: placements }, rule: (c) => adagradRule(c) },
  rmsprop: {
    choices: { epsilon: placements, rate: rates },
    rule: (c) => rmspropRule(c),
  },
  centeredRmsprop: {
    choices: rmspropChoices,
    rule: (c) => rmspropRule({ ...c, centered: true }),
  },
  adadelta: { choices: { epsilon: ["inside root"] }, rule: () => ADADELTA },
  adam: {
    choices: { ...adamChoices, weightDecay: ["none", "in gradient"] },
    rule: (c) => adamRule(c),
  },
  adamw: {
    choices: { ...adamChoices, weightDecay: ["decoupled", "decoupled, without rate"] },
    rule: (c) => adamRule({ weightDecay: "decoupled", ...c }),
  },
  adamax: {
    choices: { epsilon: ["none", "outside maximum", "inside maximum"] },
    rule: (c) => adamaxRule(c),
  },
};

/** Names of the algorithms, and the placements that each has. */
export const OPTIMIZER_CHOICES: Readonly<Record<string, Algorithm["choices"]>> = Object.fromEntries(
  Object.entries(ALGORITHMS).map(([name, { choices }]) => [name, choices]),
);

/**
 * The update rule of an algorithm, with the placements that are named and the paper's for the rest.
 *
 * @throws GradproofError `unknown-optimizer` for an algorithm or placement that there is not
 * @example findRule("adam").choices.biasCorrection // "in moments"
 */
export function findRule(algorithm: string, choices: OptimizerChoices = {}): UpdateRule {
  if (!Object.hasOwn(ALGORITHMS, algorithm)) {
    const known = Object.keys(ALGORITHMS).join(", ");
    throw new GradproofError("unknown-optimizer", `no optimiser "${algorithm}": it must be one of ${known}`);
  }
  const { choices: allowed, rule } = ALGORITHMS[algorithm];
  for (const [choice, word] of Object.entries(choices)) {
    const words = Object.hasOwn(allowed, choice) ? allowed[choice] : undefined;
    if (!words?.includes(word)) {
      const may = words ? `must be ${words.map((w) => `"${w}"`).join(" or ")}` : "is no choice that it has";
      throw new GradproofError("unknown-optimizer", `${choice} "${word}" of ${algorithm}: ${may}`);
    }
  }
  return rule(choices);
}

/** Every rule of an algorithm, in every combination of its placements; the paper's first. */
export function rulesOf(algorithm: string): UpdateRule[] {
  const { choices: known } = findRule(algorithm);
  let combinations: OptimizerChoices[] = [{}];
  for (const [choice, words] of Object.entries(ALGORITHMS[algorithm].choices)) {
    // The paper's own word comes first.
    const ordered = [known[choice], ...words.filter((word) => word !== known[choice])];
    combinations = combinations.flatMap((some) => ordered.map((word) => ({ ...some, [choice]: word })));
  }
  return combinations.map((combination) => findRule(algorithm, combination));
}

/** Every rule of every algorithm. */
export const everyRule = (): UpdateRule[] => Object.keys(ALGORITHMS).flatMap(rulesOf);

/** What a rule promises by itself. */
export const promiseOf = ({ algorithm, choices, hyper, says, source }: UpdateRule): OptimizerPromise => ({
  algorithm,
  choices,
  hyper: Object.fromEntries(Object.entries(hyper).map(([name, { initial }]) => [name, initial])),
  says,
  source,
});

/**
 * Every rule that keeps a promise, the paper's first: a placement that is not stated is left open. Rules that lack one
 * of the promised hyper-parameters are not meant.
 *
 * @throws GradproofError `unknown-optimizer` for an algorithm or placement that there is not, and where no rule is left
 */
export function promisedRules({
  algorithm,
  choices,
  hyper,
}: Pick<OptimizerPromise, "algorithm" | "choices" | "hyper">): UpdateRule[] {
  findRule(algorithm, choices);
  const names = Object.keys(hyper);
  const rules = rulesOf(algorithm).filter(
    (rule) =>
      Object.entries(choices).every(([choice, word]) => rule.choices[choice] === word) &&
      names.every((name) => Object.hasOwn(rule.hyper, name)),
  );
  if (rules.length > 0) return rules;
  throw new GradproofError(
    "unknown-optimizer",
    `no rule of ${algorithm} with ${JSON.stringify(choices)} has all of ${names.join(", ")}`,
  );
}

/**
 * Every optimiser that keeps a promise, with what a user sets on top of its defaults; the paper's first.
 *
 * @throws GradproofError `unknown-optimizer`, `unknown-hyper-parameter`, `bad-hyper-parameter`
 */
export const promisedOptimizers = (
  promise: Pick<OptimizerPromise, "algorithm" | "choices" | "hyper">,
  given: Hyper = {},
): Optimizer[] => promisedRules(promise).map((rule) => optimizerOf(rule, { ...promise.hyper, ...given }));

/** The algorithms as their papers have them, by name. */
export const OPTIMIZERS: Readonly<Record<string, OptimizerPromise>> = Object.fromEntries(
  Object.keys(ALGORITHMS).map((name) => [name, promiseOf(findRule(name))]),
);
