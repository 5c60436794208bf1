import type { Algebra } from "../core/algebra.js";
import type { NdArray } from "../core/tensor.js";
import type { Hyper } from "../record/promises.js";
import { withHyper, type Optimizer } from "./optimizer.js";
import { initialState, optimizerStep, type StepOptions } from "./optimizerStep.js";

/** One step of a run: a gradient for each parameter, and hyper-parameters that change before it and stay changed. */
export interface TrainingStep<T> {
  readonly gradients: readonly NdArray<T>[];
  readonly hyper?: Hyper;
}

/**
 * The parameters after each step, from the first state of the optimiser on; each step is taken when it is asked for.
 *
 * Where a β changes on the way, 1 − βᵗ is that of the new β, as if it had been so from the start.
 *
 * @throws GradproofError as `optimizerStep` and `withHyper`
 */
export function* trainStepwise<T>(
  A: Algebra<T>,
  optimizer: Optimizer,
  params: readonly NdArray<T>[],
  steps: Iterable<TrainingStep<T>>,
  options: StepOptions = {},
): Generator<NdArray<T>[]> {
  let state = initialState(
    A,
    optimizer,
    params.map(({ shape }) => shape),
  );
  let current = optimizer;
  let weights = params;
  for (const { gradients, hyper } of steps) {
    if (hyper) current = withHyper(current, hyper);
    const after = optimizerStep(A, current, state, weights, gradients, options);
    state = after.state;
    weights = after.params;
    yield after.params;
  }
}

/** All steps of a run at once. @throws GradproofError as `trainStepwise` */
export const train = <T>(...run: Parameters<typeof trainStepwise<T>>): NdArray<T>[][] => [
  ...trainStepwise(...run),
];
