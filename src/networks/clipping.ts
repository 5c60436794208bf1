import { GradproofError } from "../core/errors.js";
import { F64 } from "../core/float.js";
import { mapTensor, type Tensor } from "../core/tensor.js";
import type { ClipperPromise } from "../record/promises.js";
import { plusEpsilon, scaledNorm, type ScaledNorm } from "./euclideanNorm.js";

/**
 * What becomes of a gradient that holds NaN or ±∞:
 * "propagate": the formula is applied as it stands. By value, ±∞ becomes ±threshold and NaN stays; by norm, the
 * length is ∞ or NaN: finite elements become 0 and infinite ones NaN, or everything NaN.
 * "refuse": an error. "zero": everything that is clipped together becomes 0, so that the step is skipped.
 */
export type NonFinite = "propagate" | "refuse" | "zero";

export interface ClipOptions {
  /** Default "propagate", as in every library. */
  readonly nonFinite?: NonFinite;
  /** What PyTorch adds to the length before it divides by it (1e-6 there). Default 0. Not by value. */
  readonly epsilon?: number;
}

/** @throws GradproofError `bad-threshold` unless it is a positive number; Infinity clips nothing */
function checkThreshold(threshold: number): void {
  if (!(threshold > 0)) {
    throw new GradproofError("bad-threshold", `clipping threshold ${threshold}: must be a positive number`);
  }
}

function checkEpsilon(epsilon: number): void {
  if (!(epsilon >= 0 && epsilon < Infinity)) {
    throw new GradproofError(
      "bad-epsilon",
      `clipping epsilon ${epsilon}: must be a number that is not negative`,
    );
  }
}

const isFinite = ({ data }: Tensor): boolean => data.every((x) => Number.isFinite(x));

/** Zeros or an error where the policy wants them, for what is clipped together. */
function withPolicy(
  tensors: readonly Tensor[],
  nonFinite: NonFinite,
  clip: () => readonly Tensor[],
): readonly Tensor[] {
  if (nonFinite === "propagate" || tensors.every(isFinite)) return clip();
  if (nonFinite === "zero") return tensors.map((x) => mapTensor(x, () => 0));
  const place = tensors.findIndex((x) => !isFinite(x));
  const found = tensors[place].data.find((x) => !Number.isFinite(x));
  throw new GradproofError(
    "non-finite-gradient",
    `gradient ${place} holds ${found}: only finite numbers are clipped under this policy`,
  );
}

/**
 * Every element brought into [−threshold, threshold].
 *
 * @throws GradproofError `bad-threshold`, and `non-finite-gradient` where the policy refuses
 * @example Array.from(clipByValue({ shape: [3], data: Float64Array.of(3, -4, 0.5) }, 1).data) // [1, -1, 0.5]
 */
export function clipByValue(x: Tensor, threshold: number, options: ClipOptions = {}): Tensor {
  checkThreshold(threshold);
  return withPolicy([x], options.nonFinite ?? "propagate", () => [
    mapTensor(x, (v) => (v > threshold ? threshold : v < -threshold ? -threshold : v)),
  ])[0];
}

/**
 * x · threshold / norm. The factor is at most 1, so that no element grows by its rounding. Where it would be subnormal,
 * and would lose digits, elements become parts of the length first, none of which is above 1.
 */
function shrink(x: Tensor, threshold: number, { mantissa, scale }: ScaledNorm): Tensor {
  const factor = threshold / mantissa / scale;
  const normal = factor >= F64.smallestNormal;
  return mapTensor(x, (v) => (normal ? v * factor : (v / scale / mantissa) * threshold));
}

/**
 * All tensors together brought into the ball of a radius: the gradient keeps its direction.
 *
 * @throws GradproofError `bad-threshold`, `bad-epsilon`, and `non-finite-gradient` where the policy refuses
 */
export function clipByGlobalNorm(
  tensors: readonly Tensor[],
  threshold: number,
  options: ClipOptions = {},
): readonly Tensor[] {
  const { nonFinite = "propagate", epsilon = 0 } = options;
  checkThreshold(threshold);
  checkEpsilon(epsilon);
  return withPolicy(tensors, nonFinite, () => {
    const norm = plusEpsilon(scaledNorm(tensors), epsilon);
    // Written so that NaN is clipped too, to NaN: a comparison with it would leave such gradients as they are.
    if (norm.mantissa <= threshold / norm.scale) return tensors;
    return tensors.map((x) => shrink(x, threshold, norm));
  });
}

/**
 * One tensor brought into the ball of a radius.
 *
 * @throws GradproofError `bad-threshold`, `bad-epsilon`, and `non-finite-gradient` where the policy refuses
 * @example Array.from(clipByNorm({ shape: [2], data: Float64Array.of(3, -4) }, 2.5).data) // [1.5, -2]
 */
export const clipByNorm = (x: Tensor, threshold: number, options: ClipOptions = {}): Tensor =>
  clipByGlobalNorm([x], threshold, options)[0];

export interface Clipper {
  readonly name: string;
  readonly promise: ClipperPromise;
  clip(tensors: readonly Tensor[], threshold: number): readonly Tensor[];
}

const POLICIES = { propagates: "propagate", refuses: "refuse", zeroes: "zero", unsaid: "propagate" } as const;

/** The way of clipping that a promise describes; where it does not speak of NaN and ±∞, they propagate. */
export function clipperOf(name: string, promise: ClipperPromise): Clipper {
  const { by, epsilon, nonFinite } = promise;
  const options: ClipOptions = { epsilon, nonFinite: POLICIES[nonFinite ?? "unsaid"] };
  const clips = {
    value: (xs, threshold) => xs.map((x) => clipByValue(x, threshold, options)),
    norm: (xs, threshold) => xs.map((x) => clipByNorm(x, threshold, options)),
    globalNorm: (xs, threshold) => clipByGlobalNorm(xs, threshold, options),
  } satisfies Record<ClipperPromise["by"], Clipper["clip"]>;
  return {
    name,
    promise,
    clip(tensors, threshold) {
      // Of no tensors, too.
      checkThreshold(threshold);
      return clips[by](tensors, threshold);
    },
  };
}

const pascanu = "Pascanu, Mikolov and Bengio 2013, algorithm 1";

const PROMISES: Readonly<Record<string, ClipperPromise>> = {
  byValue: {
    by: "value",
    nonFinite: "propagates",
    thresholds: "positive",
    says: "every element is brought into [−threshold, threshold]",
    source: "Mikolov 2012, sec. 3.3.2",
  },
  byNorm: {
    by: "norm",
    nonFinite: "propagates",
    thresholds: "positive",
    scaled: true,
    says: "every tensor that is longer than the threshold is scaled to that length",
    source: pascanu,
  },
  byGlobalNorm: {
    by: "globalNorm",
    nonFinite: "propagates",
    thresholds: "positive",
    scaled: true,
    says: "all tensors are scaled alike, if together they are longer than the threshold, to that length",
    source: pascanu,
  },
};

export const CLIPPERS: Readonly<Record<string, Clipper>> = Object.fromEntries(
  Object.entries(PROMISES).map(([name, promise]) => [name, clipperOf(name, promise)]),
);
