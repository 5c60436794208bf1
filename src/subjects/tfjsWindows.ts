import type { Attributes } from "../record/program.js";
import { Expression, type Argument } from "./tfjsExpression.js";
import type { TfjsOp } from "./tfjsOp.js";

const { call } = Expression;

type Sides = readonly (readonly number[])[];
const isExplicit = ({ padding }: Attributes): boolean => typeof padding !== "string";

/** One number where all sides have the same; otherwise sides are written for all four axes of an NHWC image. */
function padding({ padding }: Attributes): Argument {
  if (typeof padding === "string") return padding;
  const sides = padding as Sides;
  if (isEven(sides)) return sides[0][0];
  const missing = Array.from({ length: 2 - sides.length }, () => [0, 0]);
  return [[0, 0], ...missing, ...sides, [0, 0]];
}

const isEven = (sides: Sides): boolean => new Set(sides.flat()).size === 1;

/** What `dimRoundingMode` is given: nothing, where nothing is rounded up. */
const rounding = ({ rounding }: Attributes): Argument => (rounding === "ceil" ? "ceil" : undefined);

const allOne = (steps: Attributes[string]): boolean => (steps as readonly number[]).every((x) => x === 1);

const stridedAndDilated = ({ strides, dilation }: Attributes): string | undefined =>
  allOne(strides) || allOne(dilation) ? undefined : "Either strides or dilations must be 1.";

/** Over three axes, and of transposed convolutions: there is no argument to say it. */
const dilated = ({ dilation }: Attributes): string | undefined =>
  allOne(dilation) ? undefined : "it has no argument for dilations";

/** The declared type of the argument is "valid" | "same". */
const namedPaddingOnly = (p: Attributes): string | undefined =>
  isExplicit(p) ? 'its padding must be "valid" or "same"' : undefined;

/** `tf.maxPool` and `tf.avgPool` know no dilation; `tf.pool` does. */
const pool = (name: "maxPool" | "avgPool", type: "max" | "avg"): TfjsOp => ({
  call: ([x], p) =>
    allOne(p.dilation)
      ? call(name, x, p.window, p.strides, padding(p), rounding(p))
      : call("pool", x, p.window, type, padding(p), p.dilation, p.strides, rounding(p)),
  refuses: stridedAndDilated,
});

const pool3d = (name: "maxPool3d" | "avgPool3d"): TfjsOp => ({
  call: ([x], p) => call(name, x, p.window, p.strides, padding(p), rounding(p)),
  refuses: (p) =>
    dilated(p) ??
    (isExplicit(p) && !isEven(p.padding as Sides) ? "Unknown padding parameter: a list of sides" : undefined),
});

const resize = (name: "image.resizeBilinear" | "image.resizeNearestNeighbor"): TfjsOp => ({
  call: ([x], { size, coordinates }) =>
    call(name, x, size, coordinates === "alignCorners", coordinates === "halfPixel"),
});

/** Convolution, pooling and resizing. */
export const TFJS_WINDOWS: Readonly<Record<string, TfjsOp>> = {
  conv1d: {
    call([x, filter], p) {
      const [[stride], [dilation]] = [p.strides, p.dilation] as number[][];
      return call("conv1d", x, filter, stride, padding(p), "NWC", dilation, rounding(p));
    },
    refuses: stridedAndDilated,
  },
  conv2d: {
    call: ([x, filter], p) =>
      call("conv2d", x, filter, p.strides, padding(p), "NHWC", p.dilation, rounding(p)),
    refuses: stridedAndDilated,
  },
  conv3d: {
    call: ([x, filter], p) => call("conv3d", x, filter, p.strides, p.padding, "NDHWC", p.dilation),
    refuses: (p) => stridedAndDilated(p) ?? namedPaddingOnly(p),
  },
  depthwiseConv2d: {
    call: ([x, filter], p) =>
      call("depthwiseConv2d", x, filter, p.strides, padding(p), "NHWC", p.dilation, rounding(p)),
    refuses: stridedAndDilated,
  },
  separableConv2d: {
    call: ([x, depthwise, pointwise], p) =>
      call("separableConv2d", x, depthwise, pointwise, p.strides, p.padding, p.dilation),
    refuses: (p) => stridedAndDilated(p) ?? namedPaddingOnly(p),
  },
  conv2dTranspose: {
    call([x, filter], p) {
      const size = [x.lengthOf(0), ...(p.outputSize as readonly number[]), filter.lengthOf(2)];
      return call("conv2dTranspose", x, filter, size, p.strides, padding(p));
    },
    refuses: dilated,
  },
  maxPool2d: pool("maxPool", "max"),
  avgPool2d: pool("avgPool", "avg"),
  maxPool3d: pool3d("maxPool3d"),
  avgPool3d: pool3d("avgPool3d"),

  resizeBilinear: resize("image.resizeBilinear"),
  resizeNearest: resize("image.resizeNearestNeighbor"),
  depthToSpace: { call: ([x], { blockSize }) => call("depthToSpace", x, blockSize) },
};
