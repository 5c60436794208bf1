import type { Algebra, Vector } from "../core/algebra.js";
import { GradproofError } from "../core/errors.js";
import type { Hyper } from "../record/promises.js";

/** One hyper-parameter: what it is when nobody sets it, and what it may be. */
export interface HyperParameter {
  readonly initial: number;
  readonly low: number;
  readonly high: number;
  /** The upper end itself is excluded. */
  readonly open?: true;
}

/**
 * The hyper-parameters of one step in some arithmetic. How 1 − β and 1 − βᵗ are computed is up to whoever makes this:
 * near β = 1 most digits depend on it.
 */
export interface Scalars<S> {
  readonly A: Algebra<S>;
  value(name: string): S;
  /** 1 − β */
  rest(name: string): S;
  /** 1 − βᵗ, t being the number of the step, from 1 on. */
  restOfPower(name: string): S;
  /** How many steps were taken before. */
  readonly before: number;
}

/**
 * One published update rule, in one of the ways in which it is written down. Everything is per coordinate, so a rule
 * allocates nothing and the order of parameters cannot matter.
 */
export interface UpdateRule {
  readonly algorithm: string;
  /** Which of the published placements this is: of epsilon, of the bias correction, of the rate. */
  readonly choices: Readonly<Record<string, string>>;
  readonly says: string;
  readonly source: string;
  readonly hyper: Readonly<Record<string, HyperParameter>>;
  /** What is remembered of each coordinate. */
  readonly slots: readonly string[];
  /** What a slot holds before the first step; 0 where nothing is said. */
  initial?(slot: string, hyper: Hyper): number;
  /** Numbers that all coordinates share, once per step. */
  coefficients<S>(scalars: Scalars<S>): readonly S[];
  /** The new weight of coordinate i; writes the new contents of the slots. */
  update<T>(A: Algebra<T>, c: readonly T[], slots: readonly Vector<T>[], i: number, w: T, g: T): T;
}

/** A rule and its hyper-parameters. */
export interface Optimizer {
  readonly rule: UpdateRule;
  readonly hyper: Hyper;
}

function checkHyper(rule: UpdateRule, name: string, value: unknown): void {
  if (!Object.hasOwn(rule.hyper, name)) {
    throw new GradproofError(
      "unknown-hyper-parameter",
      `${rule.algorithm} has no hyper-parameter "${name}": it has ${Object.keys(rule.hyper).join(", ")}`,
    );
  }
  const { low, high, open } = rule.hyper[name];
  const fits = typeof value === "number" && value >= low && (open ? value < high : value <= high);
  // Infinity is the end of some ranges, and never meant.
  if (!fits || !Number.isFinite(value)) {
    const end = open || high === Infinity ? ")" : "]";
    throw new GradproofError(
      "bad-hyper-parameter",
      `${name} of ${rule.algorithm} is ${String(value)}: must be in [${low}, ${high}${end}`,
    );
  }
}

/**
 * An optimiser with the hyper-parameters that are given, and the published ones for the rest.
 *
 * @throws GradproofError `unknown-hyper-parameter`, `bad-hyper-parameter`
 */
export function optimizerOf(rule: UpdateRule, given: Hyper = {}): Optimizer {
  for (const [name, value] of Object.entries(given)) checkHyper(rule, name, value);
  const initial = Object.fromEntries(Object.entries(rule.hyper).map(([name, h]) => [name, h.initial]));
  return { rule, hyper: { ...initial, ...given } };
}

/** The optimiser with some hyper-parameters changed, for the steps from here on. @throws as `optimizerOf` */
export const withHyper = ({ rule, hyper }: Optimizer, changes: Hyper): Optimizer =>
  optimizerOf(rule, { ...hyper, ...changes });

export const positive = (initial: number): HyperParameter => ({ initial, low: 0, high: Infinity });
/** Of running means. */
export const decayRate = (initial: number): HyperParameter => ({ initial, low: 0, high: 1, open: true });
