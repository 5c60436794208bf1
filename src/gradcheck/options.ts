import { GradproofError } from "../core/errors.js";
import { shown, type TensorLibrary } from "./argument.js";

/** How `gradcheck` is to look. */
export interface GradcheckOptions {
  /** Jᵀ·v: from a cotangent shaped like the result and the inputs, one gradient per input. */
  readonly vjp?: (cotangent: never, ...inputs: never[]) => unknown;
  /** The gradient of a function whose result is one number: from the inputs, one gradient per input. */
  readonly gradient?: (...inputs: never[]) => unknown;
  /** H·d, for `order: 2`: from a direction shaped like the inputs (a list where there are several) and the inputs. */
  readonly hvp?: (direction: never, ...inputs: never[]) => unknown;
  /** TensorFlow.js, where inputs are its tensors. Default: the global `tf`. */
  readonly tf?: TensorLibrary;
  /** 2 also checks the gradient of the gradient. Default 1. */
  readonly order?: 1 | 2;
  /** Names the random directions; the same seed asks the same. Default 0. */
  readonly seed?: number;
  /** Random directions per input. Default 3. */
  readonly probes?: number;
  /** Evaluations of f that a gradient that seems right may cost. Default 250. */
  readonly mostEvaluations?: number;
  /** Evaluations on top of these that go into a gradient that seems wrong: to trace and confirm it. Default 2250. */
  readonly mostTracing?: number;
  /** Evaluations for finding a smaller case of a failure; 0 leaves it as it is. Default 2000. */
  readonly mostShrinking?: number;
  /** A pass must have been able to see errors of this relative size. Default 1e-6; float32: 1e-2. */
  readonly resolution?: number;
  /** The only cotangent to ask for, all its numbers in a row. Default: random ones. */
  readonly cotangent?: readonly number[];
  /** Absolute error of an output of this size. Default: what its format promises, measured where that looks broken. */
  readonly noise?: (y: number) => number;
  /** Throw a `GradcheckError` unless the gradient is right. Default false. */
  readonly throws?: boolean;
}

/** What each option must be, in words, and how to tell. */
export type Allowed<O> = Readonly<Record<keyof O & string, readonly [string, (x: unknown) => boolean]>>;

const isFunction = (x: unknown): boolean => typeof x === "function";
export const isCount = (x: unknown): boolean =>
  typeof x === "number" && (Number.isInteger(x) || x === Infinity) && x >= 0;

const GRADCHECK: Allowed<GradcheckOptions> = {
  vjp: ["a function", isFunction],
  gradient: ["a function", isFunction],
  hvp: ["a function", isFunction],
  tf: ["the library", (x) => typeof x === "object" && x !== null],
  order: ["1 or 2", (x) => x === 1 || x === 2],
  seed: ["a whole number", Number.isSafeInteger],
  probes: ["a whole number above 0", (x) => isCount(x) && x !== 0],
  mostEvaluations: ["a whole number", isCount],
  mostTracing: ["a whole number", isCount],
  mostShrinking: ["a whole number", isCount],
  resolution: ["a number above 0", (x) => typeof x === "number" && x > 0],
  cotangent: ["a list of numbers", (x) => Array.isArray(x) && x.every((part) => typeof part === "number")],
  noise: ["a function", isFunction],
  throws: ["true or false", (x) => typeof x === "boolean"],
};

function refuse(message: string): never {
  throw new GradproofError("bad-option", message);
}

/**
 * Options that were understood: what is misspelt would be ignored, and pass for a check that it is not.
 *
 * @throws GradproofError `bad-option` with the offending name or value and what is allowed
 */
export function understood<O extends object>(options: O, allowed: Allowed<O>): O {
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(allowed, name)) {
      refuse(`there is no option "${name}"; allowed are ${Object.keys(allowed).join(", ")}`);
    }
    const [what, fits] = allowed[name as keyof O & string];
    if (value !== undefined && !fits(value)) refuse(`${name} is ${shown(value)}, and must be ${what}`);
  }
  return options;
}

/** @throws GradproofError `bad-option`, also for options that exclude each other */
export function gradcheckOptions(options: GradcheckOptions): GradcheckOptions {
  const { vjp, gradient, hvp, order } = understood(options, GRADCHECK);
  if (vjp && gradient) refuse("vjp and gradient are both given; give the one that is to be checked");
  if (hvp && order !== 2) refuse("hvp is only looked at with order: 2");
  return options;
}
