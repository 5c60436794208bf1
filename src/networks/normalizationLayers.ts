import { GradproofError } from "../core/errors.js";
import { normalizeAxis, showShape } from "../core/shape.js";
import { filled } from "../core/tensor.js";
import type { NetworkBuilder, NetworkValue } from "./networkBuilder.js";

export interface NormalizationOptions {
  readonly name: string;
  /** Default 1e-5. */
  readonly epsilon?: number;
  /** Whether scale and offset are learnt. Default true. */
  readonly affine?: boolean;
}

export interface BatchNormOptions extends NormalizationOptions {
  /** Whether the moments are those of the batch, or inputs `mean` and `variance`. Default true. */
  readonly training?: boolean;
  /** Of the channels. Default −1. */
  readonly axis?: number;
  /**
   * In training: also the new running statistics, momentum·old + (1 − momentum)·of the batch, as values `runningMean`
   * and `runningVariance`; the old ones are inputs. The variance of n numbers is divided by n − correction.
   */
  readonly running?: { readonly momentum: number; readonly correction: 0 | 1 };
}

/** @throws GradproofError `empty-batch` */
function checkBatch({ shape }: NetworkValue, { name, axis = -1 }: BatchNormOptions): void {
  const at = normalizeAxis(axis, shape.length);
  if (shape.some((length, a) => a !== at && length === 0)) {
    throw new GradproofError(
      "empty-batch",
      `batch norm "${name}" of shape ${showShape(shape)}: a batch must have at least one element`,
    );
  }
}

const learntBy = (b: NetworkBuilder, width: number, affine: boolean): NetworkValue[] =>
  affine ? [b.parameter("scale", [width]), b.parameter("offset", [width])] : [];

/** The statistics of a batch that are kept for later. */
function updateRunning(
  b: NetworkBuilder,
  x: NetworkValue,
  channels: number,
  at: number,
  { momentum, correction }: NonNullable<BatchNormOptions["running"]>,
): void {
  const axes = x.shape.map((_, a) => a).filter((a) => a !== at);
  // What a layer keeps comes first: constants are none of its variables.
  const [oldMean, oldVariance] = ["oldMean", "oldVariance"].map((name) => b.input(name, [channels]));
  const old = b.constant("momentum", filled([], momentum));
  const rest = b.constant("rest", filled([], 1 - momentum));
  const blend = (name: string, before: NetworkValue, now: NetworkValue): void => {
    const parts = [b.apply("multiply", [old, before]), b.apply("multiply", [rest, now])];
    b.mark(`running${name}`, b.apply("add", parts));
  };
  blend("Mean", oldMean, b.apply("mean", [x], { axes, keepdims: false }));
  blend("Variance", oldVariance, b.apply("variance", [x], { axes, keepdims: false, correction }));
}

/**
 * Batch normalisation of one channel axis.
 *
 * @shape x: any of rank ≥ 1, scale, offset (and mean, variance): [channels] → x
 * @throws GradproofError `empty-batch` in training, when there is nothing to take the mean of
 */
export function batchNorm(b: NetworkBuilder, x: NetworkValue, options: BatchNormOptions): NetworkValue {
  const { name, epsilon = 1e-5, affine = true, training = true, axis = -1, running } = options;
  if (training) checkBatch(x, options);
  const at = normalizeAxis(axis, x.shape.length);
  const channels = x.shape[at];
  return b.within(name, () => {
    const given = training ? [] : [b.input("mean", [channels]), b.input("variance", [channels])];
    const inputs = [...given, ...learntBy(b, channels, affine)];
    const parameters = affine ? "scale and offset" : "none";
    const y = b.apply("batchNorm", [x, ...inputs], { axis, epsilon, training, parameters });
    if (training && running) updateRunning(b, x, channels, at, running);
    return b.mark("activation", y);
  });
}

/** Over the last axis, each row by itself. @shape scale, offset: [last axis] */
export function layerNorm(b: NetworkBuilder, x: NetworkValue, options: NormalizationOptions): NetworkValue {
  const { name, epsilon = 1e-5, affine = true } = options;
  return b.within(name, () => {
    const width = x.shape[x.shape.length - 1];
    return b.mark(
      "activation",
      b.apply("layerNorm", [x, ...learntBy(b, width, affine)], { epsilon, affine }),
    );
  });
}

/** By the root of the mean square over the last axis; no offset. @shape scale: [last axis] */
export function rmsNorm(b: NetworkBuilder, x: NetworkValue, options: NormalizationOptions): NetworkValue {
  const { name, epsilon = 1e-5, affine = true } = options;
  return b.within(name, () => {
    const learnt = affine ? [b.parameter("scale", [x.shape[x.shape.length - 1]])] : [];
    return b.mark("activation", b.apply("rmsNorm", [x, ...learnt], { epsilon, affine }));
  });
}

/** Over groups of channels of each element of the batch. @shape scale, offset: [channels] */
export function groupNorm(
  b: NetworkBuilder,
  x: NetworkValue,
  options: NormalizationOptions & {
    readonly groups: number;
    /** Which axis holds the channels. Default "last". */
    readonly channels?: "second" | "last";
  },
): NetworkValue {
  const { name, groups, channels = "last", epsilon = 1e-5, affine = true } = options;
  return b.within(name, () => {
    const width = x.shape[channels === "second" ? 1 : x.shape.length - 1];
    const inputs = [x, ...learntBy(b, width, affine)];
    return b.mark("activation", b.apply("groupNorm", inputs, { epsilon, affine, groups, channels }));
  });
}
