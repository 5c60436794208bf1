import { GradproofError } from "../core/errors.js";
import { showShape, sizeOf, type Shape } from "../core/shape.js";
import type { FanMode } from "../record/promises.js";

/** How many numbers one unit sums up, and how many units one number goes to. */
export interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

/**
 * Which axes of a kernel are which, channels last:
 * "dense": [...spatial axes, in, out], a matrix being a convolution without spatial axes;
 * "transposed": [...spatial axes, out, in], as transposed convolutions have it;
 * "depthwise": [...spatial axes, in, multiplier], where each channel is seen by its own filters only.
 */
export type KernelLayout = "dense" | "transposed" | "depthwise";

/**
 * The fans of a kernel: channels times the receptive field.
 *
 * @domain rank 2 to 5; of fewer axes there is no fan, and every library makes up another number
 * @throws GradproofError `no-fans` outside
 * @example fansOf([3, 5, 2, 7]) // { fanIn: 30, fanOut: 105 }
 */
export function fansOf(shape: Shape, options: { readonly layout?: KernelLayout } = {}): Fans {
  const { layout = "dense" } = options;
  const rank = shape.length;
  if (rank < 2 || rank > 5) {
    throw new GradproofError(
      "no-fans",
      `a weight of shape ${showShape(shape)} has rank ${rank}: only kernels of rank 2 to 5, [...spatial axes, in, out], have fans`,
    );
  }
  const field = sizeOf(shape.slice(0, -2));
  const [before, last] = shape.slice(-2);
  if (layout === "transposed") return { fanIn: last * field, fanOut: before * field };
  if (layout === "depthwise") return { fanIn: field, fanOut: last * field };
  return { fanIn: before * field, fanOut: last * field };
}

/**
 * The fan that a variance is divided by.
 *
 * @example fanOf({ fanIn: 30, fanOut: 105 }, "fanAvg") // 67.5
 */
export function fanOf({ fanIn, fanOut }: Fans, mode: FanMode): number {
  if (mode === "fanIn") return fanIn;
  return mode === "fanOut" ? fanOut : (fanIn + fanOut) / 2;
}
