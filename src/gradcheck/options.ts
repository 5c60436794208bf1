import type { TensorLibrary } from "./argument.js";

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
