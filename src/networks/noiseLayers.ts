import { GradproofError } from "../core/errors.js";
import type { Stream } from "../core/random.js";
import { broadcastShapes, sameShape, showShape, sizeOf, type Shape } from "../core/shape.js";
import { filled, type Tensor } from "../core/tensor.js";
import type { NetworkBuilder, NetworkValue } from "./networkBuilder.js";

/** Layers that are random in training. What they draw, a mask or noise, is an input of its own. */

export interface DropoutOptions {
  readonly name: string;
  readonly rate: number;
  /** Shape of the mask, which is the same along axes of length 1. Default that of x. */
  readonly noiseShape?: Shape;
}

/** @throws GradproofError `bad-layer`: of all that is dropped nothing is left to be scaled up */
function checkRate(name: string, rate: number): void {
  if (!(rate >= 0 && rate < 1)) {
    throw new GradproofError("bad-layer", `dropout "${name}" of rate ${rate}: must be in [0, 1)`);
  }
}

/** @throws GradproofError `bad-layer` for a mask that does not fit x */
function maskOf(
  b: NetworkBuilder,
  x: NetworkValue,
  { name, noiseShape = x.shape }: DropoutOptions,
): NetworkValue {
  const fits =
    noiseShape.length === x.shape.length && sameShape(broadcastShapes([noiseShape, x.shape]), x.shape);
  if (!fits) {
    throw new GradproofError(
      "bad-layer",
      `dropout "${name}" of x ${showShape(x.shape)} by a mask ${showShape(noiseShape)}: each axis must be as long as that of x, or 1`,
    );
  }
  return b.input("mask", noiseShape, "bool");
}

/** x / (1 − rate) where the mask is true, 0 elsewhere. @throws GradproofError `bad-layer` for a mask that does not fit x */
export const dropout = (b: NetworkBuilder, x: NetworkValue, options: DropoutOptions): NetworkValue =>
  b.within(options.name, () =>
    b.mark("activation", b.apply("dropout", [x, maskOf(b, x, options)], { rate: options.rate })),
  );

/**
 * Dropout of whole maps of a sequence: of each channel at all steps (Tompson et al. 2015), or of each step.
 *
 * @shape x: [batch, steps, channels], mask: [batch, 1, channels] or [batch, steps, 1]
 */
export const spatialDropout = (
  b: NetworkBuilder,
  x: NetworkValue,
  options: Omit<DropoutOptions, "noiseShape"> & {
    /** Default "channels". */
    readonly maps?: "channels" | "steps";
  },
): NetworkValue =>
  dropout(b, x, { ...options, noiseShape: x.shape.with(options.maps === "steps" ? 2 : 1, 1) });

/** −scale · alpha of selu: where it saturates (Klambauer et al. 2017). */
export const SATURATION = -1.7580993408473766;

/**
 * What alpha dropout multiplies by, and adds, so that mean 0 and variance 1 stay what they are (Klambauer et al. 2017,
 * sec. 2): a = ((1 − rate) · (1 + rate · saturation²))^(−1/2), b = −a · rate · saturation.
 */
export function alphaTransform(rate: number): { readonly a: number; readonly b: number } {
  const a = 1 / Math.sqrt((1 - rate) * (1 + rate * SATURATION ** 2));
  return { a, b: -a * rate * SATURATION };
}

/** a · x + b where the mask is true, a · saturation + b elsewhere. @throws GradproofError `bad-layer` */
export function alphaDropout(b: NetworkBuilder, x: NetworkValue, options: DropoutOptions): NetworkValue {
  const { name, rate } = options;
  checkRate(name, rate);
  const { a, b: offset } = alphaTransform(rate);
  return b.within(name, () => {
    const saturated = b.constant("saturation", filled([], SATURATION));
    const dropped = b.apply("where", [maskOf(b, x, options), x, saturated]);
    const scaled = b.apply("multiply", [dropped, b.constant("factor", filled([], a))]);
    return b.mark("activation", b.apply("add", [scaled, b.constant("offset", filled([], offset))]));
  });
}

/** x times noise of mean 1. The rate is that of a dropout whose factors vary as much. @throws GradproofError `bad-layer` */
export function gaussianDropout(
  b: NetworkBuilder,
  x: NetworkValue,
  { name, rate }: { readonly name: string; readonly rate: number },
): NetworkValue {
  checkRate(name, rate);
  return b.within(name, () => b.mark("activation", b.apply("multiply", [x, b.input("noise", x.shape)])));
}

/** x plus noise of mean 0. @throws GradproofError `bad-layer` */
export function gaussianNoise(
  b: NetworkBuilder,
  x: NetworkValue,
  { name, stddev }: { readonly name: string; readonly stddev: number },
): NetworkValue {
  if (!(stddev >= 0 && stddev < Infinity)) {
    throw new GradproofError(
      "bad-layer",
      `noise "${name}" of deviation ${stddev}: must be a number that is not negative`,
    );
  }
  return b.within(name, () => b.mark("activation", b.apply("add", [x, b.input("noise", x.shape)])));
}

type NoiseSettings = { readonly rate?: number; readonly stddev?: number };

/** Whether it is kept: 1, or 0. */
const flag = (stream: Stream, { rate = 0 }: NoiseSettings): number => Number(stream.uniform() >= rate);

/** The deviation of the factors of gaussian dropout: as of dropout itself. */
export const multiplicativeDeviation = (rate: number): number => Math.sqrt(rate / (1 - rate));

/** By kind of layer: one number of what it draws. */
const NOISE: Readonly<Record<string, (stream: Stream, settings: NoiseSettings) => number>> = {
  dropout: flag,
  spatialDropout: flag,
  alphaDropout: flag,
  gaussianDropout: (stream, { rate = 0 }) => 1 + multiplicativeDeviation(rate) * stream.normal(),
  gaussianNoise: (stream, { stddev = 0 }) => stddev * stream.normal(),
};

/** Kinds of layers that are random in training. */
export const NOISY_KINDS: readonly string[] = Object.keys(NOISE);

/** What a layer of the kind draws in training: flags of what is kept, or noise. */
export function drawNoise(kind: string, settings: NoiseSettings, shape: Shape, stream: Stream): Tensor {
  const data = new Float64Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = NOISE[kind](stream, settings);
  return { shape, data };
}
