import { GradproofError } from "../core/errors.js";
import { formatOf, nextDown, nextUp, type FloatType } from "../core/float.js";
import type { Stream } from "../core/random.js";
import { showShape, sizeOf, type Shape } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import type { InitializerPromise } from "../record/promises.js";
import type { DrawOptions } from "./initializer.js";
import { orthogonalWeights } from "./orthogonal.js";
import { promisedLaw, type WeightLaw } from "./promisedLaw.js";
import { CUT, truncatedDeviation } from "./truncation.js";

type Rounding = (x: number) => number;

/** To the nearest number of the format that the law allows: rounding must not carry a weight over its limit. */
function roundingInside([low, high]: readonly [number, number], dtype: FloatType): Rounding {
  const { round } = formatOf(dtype);
  const lowest = round(low) < low ? nextUp(round(low), dtype) : round(low);
  const highest = round(high) > high ? nextDown(round(high), dtype) : round(high);
  return (x) => Math.min(Math.max(round(x), lowest), highest);
}

/** Draws again while |z| > 2. */
function cutNormal(stream: Stream): number {
  for (;;) {
    const z = stream.normal();
    if (Math.abs(z) <= CUT) return z;
  }
}

/** One number of the law, not yet rounded. */
function samplerOf({ kind, mean, deviation, limits: [low, high] }: WeightLaw, stream: Stream): () => number {
  if (kind === "constant") return () => mean;
  if (kind === "uniform") {
    // From the middle, so that a law that is symmetric is drawn symmetrically.
    const half = (high - low) / 2;
    return () => mean + half * (2 * stream.uniform() - 1);
  }
  if (kind === "normal") return () => mean + deviation * stream.normal();
  const parent = deviation / truncatedDeviation(CUT);
  return () => mean + parent * cutNormal(stream);
}

/**
 * Numbers that are drawn independently from a law, in row-major order.
 *
 * Uniform numbers are multiples of 2⁻⁵² of half the range. Normal ones come from Marsaglia's polar method, which has
 * the normal law for real uniform numbers; for multiples of 2⁻⁵² the tails go on to ±12, beyond which there is less
 * than 1e-32 of the mass.
 */
export function drawLaw(law: WeightLaw, shape: Shape, stream: Stream, dtype: FloatType = "f64"): Tensor {
  // A constant is its own limit, and need not be a number of the format.
  const round = law.kind === "constant" ? formatOf(dtype).round : roundingInside(law.limits, dtype);
  const sample = samplerOf(law, stream);
  const data = new Float64Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = round(sample());
  return { shape: [...shape], data };
}

function identityWeights([rows, columns]: Shape, gain: number): Float64Array {
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < Math.min(rows, columns); i++) data[i * columns + i] = gain;
  return data;
}

/**
 * Weights exactly as a promise describes them: the one function that all initialisers share.
 *
 * @throws GradproofError `no-fans` and `initializer-rank` for a shape that the promise does not cover
 */
export function drawWeights(
  promise: InitializerPromise,
  shape: Shape,
  stream: Stream,
  options: DrawOptions = {},
): Tensor {
  const { dtype = "f64", layout } = options;
  const law = promisedLaw(promise, shape, { layout });
  if (!promise.ranks.includes(shape.length)) {
    throw new GradproofError(
      "initializer-rank",
      `a ${promise.law} weight of shape ${showShape(shape)} has rank ${shape.length}: ` +
        `it must be ${promise.ranks.join(", ")}`,
    );
  }
  if (law) return drawLaw(law, shape, stream, dtype);
  const { gain = 1 } = promise;
  const data =
    promise.law === "identity" ? identityWeights(shape, gain) : orthogonalWeights(shape, gain, stream);
  return { shape: [...shape], data: data.map(formatOf(dtype).round) };
}
