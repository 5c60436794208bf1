import { GradproofError } from "../core/errors.js";
import type { Shape } from "../core/shape.js";
import { fanOf, fansOf, type KernelLayout } from "./fans.js";
import type { InitializerPromise } from "../record/promises.js";
import { CUT, truncatedDeviation } from "./truncation.js";

/** The law of the single weights of one tensor, in numbers. */
export interface WeightLaw {
  readonly kind: "constant" | "uniform" | "normal" | "truncatedNormal";
  readonly mean: number;
  /** Standard deviation of what comes out. */
  readonly deviation: number;
  /** No weight lies outside; ±∞ for a normal law. */
  readonly limits: readonly [low: number, high: number];
}

function incomplete(promise: InitializerPromise, needs: string): GradproofError {
  return new GradproofError(
    "incomplete-promise",
    `the promise "${promise.says}" of a ${promise.law} law needs ${needs}`,
  );
}

/** A promise about variances or deviations as a deviation. */
function promisedDeviation(promise: InitializerPromise, shape: Shape, layout?: KernelLayout): number {
  const { variance, deviation } = promise;
  if (variance) return Math.sqrt(variance.scale / fanOf(fansOf(shape, { layout }), variance.mode));
  if (deviation === undefined) throw incomplete(promise, "a variance or a deviation");
  return deviation;
}

function uniformLaw(promise: InitializerPromise, shape: Shape, layout?: KernelLayout): WeightLaw {
  // U(−l, l) has variance l²/3.
  const limit = promise.limits ? undefined : Math.sqrt(3) * promisedDeviation(promise, shape, layout);
  const [low, high] = limit === undefined ? promise.limits! : [-limit, limit];
  const deviation = (high - low) / Math.sqrt(12);
  return { kind: "uniform", mean: (low + high) / 2, deviation, limits: [low, high] };
}

function truncatedLaw(
  promise: InitializerPromise,
  shape: Shape,
  options: { readonly corrected: boolean; readonly layout?: KernelLayout },
): WeightLaw {
  const promised = promisedDeviation(promise, shape, options.layout);
  const kept = truncatedDeviation(CUT);
  const { mean = 0 } = promise;
  const deviation = options.corrected ? promised : promised * kept;
  // Of the normal law before it is cut off.
  const reach = CUT * (options.corrected ? promised / kept : promised);
  return { kind: "truncatedNormal", mean, deviation, limits: [mean - reach, mean + reach] };
}

const constantLaw = (value: number): WeightLaw => ({
  kind: "constant",
  mean: value,
  deviation: 0,
  limits: [value, value],
});

/**
 * What a promise says about the single weights of a tensor of this shape; undefined for orthogonal and identity
 * matrices, which are promised as a whole.
 *
 * @param options corrected: which reading of an unsaid truncation, default false; layout: of the kernel
 * @throws GradproofError `no-fans` when the variance is that of fans and the shape has none, `incomplete-promise`
 *   when the law lacks its numbers
 */
export function promisedLaw(
  promise: InitializerPromise,
  shape: Shape,
  options: { readonly corrected?: boolean; readonly layout?: KernelLayout } = {},
): WeightLaw | undefined {
  const { corrected = promise.corrected === true, layout } = options;
  const { law, value, mean = 0 } = promise;
  if (law === "orthogonal" || law === "identity") return undefined;
  if (law === "zeros" || law === "ones") return constantLaw(law === "ones" ? 1 : 0);
  if (law === "constant") {
    if (value === undefined) throw incomplete(promise, "a value");
    return constantLaw(value);
  }
  if (law === "uniform") return uniformLaw(promise, shape, layout);
  if (law === "truncatedNormal") return truncatedLaw(promise, shape, { corrected, layout });
  const deviation = promisedDeviation(promise, shape, layout);
  return { kind: "normal", mean, deviation, limits: [-Infinity, Infinity] };
}
