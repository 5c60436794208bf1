import { GradproofError } from "../core/errors.js";
import { filled } from "../core/tensor.js";
import type { NetworkBuilder, NetworkValue } from "./networkBuilder.js";

/** What is added to a loss because of weights, and what weights are made into after a step. */

export interface PenaltyOptions {
  readonly name: string;
  /** Of Σ |w|. Default 0: nothing. */
  readonly l1?: number;
  /** Of Σ w². Default 0: nothing. */
  readonly l2?: number;
}

/** l1 · Σ |w| + l2 · Σ w². @shape w: any → scalar */
export function penalty(b: NetworkBuilder, w: NetworkValue, options: PenaltyOptions): NetworkValue {
  const { name, l1 = 0, l2 = 0 } = options;
  return b.within(name, () => {
    const term = (factor: string, rate: number, op: "abs" | "square"): NetworkValue => {
      const terms = b.apply("multiply", [b.constant(factor, filled([], rate)), b.apply(op, [w])]);
      return b.apply("sum", [terms], { axes: "all", keepdims: false });
    };
    return b.mark("activation", b.apply("add", [term("l1", l1, "abs"), term("l2", l2, "square")]));
  });
}

export interface NormOptions {
  readonly name: string;
  /** Over which axes the length is taken. Default 0: of the weights that come in, of each unit. */
  readonly axis?: number | readonly number[];
  /** Added to the length before dividing by it. Default 1e-7, as in Keras: weights of length 0 stay 0. */
  readonly epsilon?: number;
}

const constant = (b: NetworkBuilder, name: string, x: number): NetworkValue =>
  b.constant(name, filled([], x));

/** The length along the axes, and what is divided by. */
function lengthOf(
  b: NetworkBuilder,
  w: NetworkValue,
  { axis = 0, epsilon = 1e-7 }: NormOptions,
): { readonly length: NetworkValue; readonly divisor: NetworkValue } {
  const axes = typeof axis === "number" ? [axis] : axis;
  const length = b.apply("norm", [w], { axes, keepdims: true, ord: "2" });
  return { length, divisor: b.apply("add", [length, constant(b, "epsilon", epsilon)]) };
}

/** w · desired / (length + epsilon) */
function rescaled(
  b: NetworkBuilder,
  w: NetworkValue,
  options: NormOptions,
  desired: (length: NetworkValue) => NetworkValue,
): NetworkValue {
  return b.within(options.name, () => {
    const { length, divisor } = lengthOf(b, w, options);
    const factor = b.apply("divide", [desired(length), divisor]);
    return b.mark("activation", b.apply("multiply", [w, factor]));
  });
}

/** Weights that are longer than `maxValue` (default 2) are scaled to that length. */
export const maxNorm = (
  b: NetworkBuilder,
  w: NetworkValue,
  options: NormOptions & { readonly maxValue?: number },
): NetworkValue =>
  rescaled(b, w, options, (length) =>
    b.apply("minimum", [length, constant(b, "maxValue", options.maxValue ?? 2)]),
  );

export interface MinMaxNormOptions extends NormOptions {
  /** Default 0. */
  readonly minValue?: number;
  /** Default 1. */
  readonly maxValue?: number;
  /** How much of the way to the nearest length that is allowed. Default 1: all of it. */
  readonly rate?: number;
}

/**
 * Weights come to a length of (1 − rate) · length + rate · the nearest allowed one.
 *
 * @throws GradproofError `bad-layer` for limits that leave no length
 */
export function minMaxNorm(b: NetworkBuilder, w: NetworkValue, options: MinMaxNormOptions): NetworkValue {
  const { name, minValue = 0, maxValue = 1, rate = 1 } = options;
  if (!(minValue <= maxValue)) {
    throw new GradproofError(
      "bad-layer",
      `constraint "${name}" to lengths from ${minValue} to ${maxValue}: the lowest must not be above the highest`,
    );
  }
  return rescaled(b, w, options, (length) => {
    const least = b.apply("maximum", [length, constant(b, "minValue", minValue)]);
    const nearest = b.apply("minimum", [least, constant(b, "maxValue", maxValue)]);
    return b.apply("add", [
      b.apply("multiply", [constant(b, "rate", rate), nearest]),
      b.apply("multiply", [constant(b, "rest", 1 - rate), length]),
    ]);
  });
}

/** Weights of length 1. */
export const unitNorm = (b: NetworkBuilder, w: NetworkValue, options: NormOptions): NetworkValue =>
  b.within(options.name, () => {
    const { divisor } = lengthOf(b, w, options);
    return b.mark("activation", b.apply("divide", [w, divisor]));
  });

/** Weights that are not negative: those that are become 0. */
export const nonNegative = (
  b: NetworkBuilder,
  w: NetworkValue,
  { name }: { readonly name: string },
): NetworkValue => b.within(name, () => b.mark("activation", b.apply("relu", [w])));
