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

/** What a rule promises by itself. */
export const promiseOf = ({ algorithm, choices, hyper, says, source }: UpdateRule): OptimizerPromise => ({
  algorithm,
  choices,
  hyper: Object.fromEntries(Object.entries(hyper).map(([name, { initial }]) => [name, initial])),
  says,
  source,
});

/**
 * The optimiser that keeps a promise, with what a user sets on top of its defaults.
 *
 * @throws GradproofError `unknown-optimizer`, `unknown-hyper-parameter`, `bad-hyper-parameter`
 */
export const promisedOptimizer = (
  { algorithm, choices, hyper }: Pick<OptimizerPromise, "algorithm" | "choices" | "hyper">,
  given: Hyper = {},
): Optimizer => optimizerOf(findRule(algorithm, choices), { ...hyper, ...given });

/** The algorithms as their papers have them, by name. */
export const OPTIMIZERS: Readonly<Record<string, OptimizerPromise>> = Object.fromEntries(
  Object.keys(ALGORITHMS).map((name) => [name, promiseOf(findRule(name))]),
);

/** Every rule in every combination of its placements. */
export function everyRule(): UpdateRule[] {
  return Object.entries(ALGORITHMS).flatMap(([name, { choices }]) => {
    let combinations: OptimizerChoices[] = [{}];
    for (const [choice, words] of Object.entries(choices)) {
      combinations = combinations.flatMap((some) => words.map((word) => ({ ...some, [choice]: word })));
    }
    return combinations.map((combination) => findRule(name, combination));
  });
}
