import type { Algebra, Vector } from "../core/algebra.js";
import { GradproofError } from "../core/errors.js";
import { DOUBLES } from "../core/numberAlgebra.js";
import { sameShape, showShape, sizeOf, type Shape } from "../core/shape.js";
import type { NdArray } from "../core/tensor.js";
import type { Optimizer, Scalars } from "./optimizer.js";

/** Everything that an optimiser remembers: by parameter and by slot of its rule. */
export interface OptimizerState<T> {
  /** How many steps were taken. */
  readonly step: number;
  readonly slots: readonly (readonly Vector<T>[])[];
}

/**
 * Where 1 − β, 1 − βᵗ and what is made of them are computed:
 * "host": in doubles, whatever the arithmetic of the weights, each rounded once at the end (PyTorch, Keras);
 * "format": in the arithmetic of the weights from the start. 1 − 0.999 has lost three digits then;
 * "powers in format": 1 − β in doubles, 1 − βᵗ in the arithmetic of the weights (TensorFlow.js).
 * Over real numbers they agree. Of a subject in float32 all of them are attainable.
 */
export type ScalarArithmetic = "host" | "format" | "powers in format";

export interface StepOptions {
  /** Default "host". For many digits: "format", since doubles are not exact enough there. */
  readonly scalars?: ScalarArithmetic;
}

/** Through its decimal digits, as a user writes it: see `attribute` of the ops. */
const decimal = <T>(A: Algebra<T>, x: number): T => A.constant(String(x));

const hostScalars = ({ hyper }: Optimizer, step: number): Scalars<number> => ({
  A: DOUBLES,
  value: (name) => hyper[name],
  rest: (name) => 1 - hyper[name],
  // 1 − β is exact near 1, and βᵗ is not: the power is taken of the rest.
  restOfPower: (name) => -Math.expm1(step * Math.log1p(hyper[name] - 1)),
  before: step - 1,
});

function formatScalars<T>(
  A: Algebra<T>,
  { hyper }: Optimizer,
  step: number,
  rest: (name: string) => T,
): Scalars<T> {
  const value = (name: string): T => decimal(A, hyper[name]);
  return {
    A,
    value,
    rest,
    restOfPower: (name) =>
      hyper[name] === 0 ? A.lift(1) : A.sub(A.lift(1), A.pow(value(name), A.lift(step))),
    before: step - 1,
  };
}

function coefficientsOf<T>(
  A: Algebra<T>,
  optimizer: Optimizer,
  step: number,
  scalars: ScalarArithmetic,
): readonly T[] {
  const { rule, hyper } = optimizer;
  if (scalars === "host") {
    return rule.coefficients(hostScalars(optimizer, step)).map((x) => decimal(A, x));
  }
  const rest =
    scalars === "format"
      ? (name: string): T => A.sub(A.lift(1), decimal(A, hyper[name]))
      : (name: string): T => decimal(A, 1 - hyper[name]);
  return rule.coefficients(formatScalars(A, optimizer, step, rest));
}

/** What an optimiser remembers before its first step. */
export function initialState<T>(
  A: Algebra<T>,
  { rule, hyper }: Optimizer,
  shapes: readonly Shape[],
): OptimizerState<T> {
  const slots = shapes.map((shape) =>
    rule.slots.map((slot) => {
      const data = A.array(sizeOf(shape));
      const start = decimal(A, rule.initial?.(slot, hyper) ?? 0);
      for (let i = 0; i < data.length; i++) data[i] = start;
      return data;
    }),
  );
  return { step: 0, slots };
}

function copyOf<T>(A: Algebra<T>, xs: Vector<T>): Vector<T> {
  const copy = A.array(xs.length);
  for (let i = 0; i < copy.length; i++) copy[i] = xs[i];
  return copy;
}

/** @throws GradproofError `gradient-count`, `gradient-shape`, `other-state` */
function checkShapes<T>(
  { rule }: Optimizer,
  state: OptimizerState<T>,
  params: readonly NdArray<T>[],
  gradients: readonly (NdArray<T> | undefined)[],
): void {
  if (gradients.length !== params.length || gradients.includes(undefined)) {
    const missing = params.findIndex((_, p) => !gradients[p]);
    const which = missing < 0 ? "" : `, the first that is missing is number ${missing}`;
    throw new GradproofError(
      "gradient-count",
      `${rule.algorithm} needs one gradient for each of ${params.length} parameters, got ${gradients.length}${which}`,
    );
  }
  params.forEach(({ shape }, p) => {
    const got = gradients[p]!.shape;
    if (!sameShape(shape, got)) {
      throw new GradproofError(
        "gradient-shape",
        `gradient ${p} of ${rule.algorithm} has shape ${showShape(got)}: must be that of its parameter, ${showShape(shape)}`,
      );
    }
  });
  const sizes = state.slots.map((slots) => slots.map((slot) => slot.length));
  const fits =
    sizes.length === params.length &&
    params.every(
      ({ data }, p) =>
        sizes[p].length === rule.slots.length && sizes[p].every((length) => length === data.length),
    );
  if (!fits) {
    const shapes = params.map(({ shape }) => showShape(shape)).join(", ");
    throw new GradproofError(
      "other-state",
      `a state of ${sizes.length} parameters with slots of sizes ${JSON.stringify(sizes)}: ${rule.algorithm} of ${shapes} ` +
        `needs ${rule.slots.length} slots of the size of each`,
    );
  }
}

/**
 * One step of an optimiser, in any arithmetic: nothing that is handed over is changed, and nothing is allocated per
 * coordinate.
 *
 * In doubles it is the reference. Over random rounding (`rounded(randomRounding(…))`), under every `ScalarArithmetic`,
 * it shows what a correct library of a lower precision can attain; over BigNumbers, with "format", the truth.
 *
 * @throws GradproofError `gradient-count`, `gradient-shape`, `other-state`
 */
export function optimizerStep<T>(
  A: Algebra<T>,
  optimizer: Optimizer,
  state: OptimizerState<T>,
  params: readonly NdArray<T>[],
  gradients: readonly NdArray<T>[],
  options: StepOptions = {},
): { readonly params: NdArray<T>[]; readonly state: OptimizerState<T> } {
  checkShapes(optimizer, state, params, gradients);
  const { rule } = optimizer;
  const step = state.step + 1;
  const c = coefficientsOf(A, optimizer, step, options.scalars ?? "host");
  const slots = state.slots.map((before) => before.map((slot) => copyOf(A, slot)));
  const after = params.map(({ shape, data }, p) => {
    const next = A.array(data.length);
    const g = gradients[p].data;
    for (let i = 0; i < next.length; i++) next[i] = rule.update(A, c, slots[p], i, data[i], g[i]);
    return { shape, data: next };
  });
  return { params: after, state: { step, slots } };
}
