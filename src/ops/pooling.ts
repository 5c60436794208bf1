import { InvalidProgramError } from "../core/errors.js";
import type { Shape } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { drawAround, drawWindow, simplerWindow } from "./drawWindow.js";
import { linear, type LinearTaps } from "./linear.js";
import { maximumOver } from "./maximumOver.js";
import { real, register, type Attributes, type DrawContext } from "./op.js";
import { wholeNumbers } from "./wholeNumbers.js";
import {
  blindWindow,
  forEachTerm,
  imageShape,
  isUndisputed,
  slidShape,
  spatialNames,
  windowAttributes,
  windowsOver,
  type Sliding,
  type WindowAttributes,
} from "./window.js";

type PoolAttributes = Attributes & WindowAttributes & { readonly window: readonly number[] };

/** Every channel by itself. @throws InvalidProgramError when a window reads nothing: it has no maximum and no mean */
function poolGeometry(x: Shape, attributes: PoolAttributes, axes: number): Sliding {
  const { batch, image, channels } = imageShape(x, axes);
  const windows = windowsOver(image, wholeNumbers("window", attributes.window, axes), attributes);
  for (const window of windows) {
    const { kernel, stride, dilation, before, size } = window;
    const blind = blindWindow(window);
    if (blind >= 0) {
      throw new InvalidProgramError(
        `window ${kernel} with stride ${stride}, dilation ${dilation} and padding ${before} reads nothing of the ${size} at its place ${blind}`,
      );
    }
  }
  return { batch, channels, out: channels, groups: channels, windows };
}

function drawPool(context: DrawContext, axes: number) {
  const { attributes, kernel, image } = drawWindow(context, axes);
  const { batch, channels } = drawAround(context, image);
  return {
    shapes: [[batch, ...image, channels]],
    attributes: { ...attributes, window: kernel } as PoolAttributes,
  };
}

/** Padding below the window's reach: then no window lies in it altogether. */
function limitPadding(attributes: PoolAttributes): PoolAttributes {
  const { padding, window, dilation } = attributes;
  if (typeof padding === "string") return attributes;
  const limited = padding.map((sides, axis) =>
    sides.map((amount) => Math.min(amount, (window[axis] - 1) * dilation[axis])),
  );
  return { ...attributes, padding: limited };
}

/** A smaller image takes a smaller window, with its elements less far apart. */
function adaptPool(x: Shape, attributes: PoolAttributes, axes: number): PoolAttributes | undefined {
  const image = x.slice(1, -1);
  if (x.length !== axes + 2 || image.includes(0)) return undefined;
  const { padding } = attributes;
  const dilation = image.map((size, axis) => Math.min(attributes.dilation[axis], size));
  const window = image.map((size, axis) => {
    const [before, after] = typeof padding === "string" ? [0, 0] : padding[axis];
    const wanted = attributes.window[axis];
    const fits = padding === "same" || (wanted - 1) * dilation[axis] < before + size + after;
    return fits ? wanted : Math.floor((size - 1) / dilation[axis]) + 1;
  });
  return limitPadding({ ...attributes, window, dilation });
}

const simplerPool = (attributes: PoolAttributes): PoolAttributes[] =>
  [
    ...simplerWindow(attributes),
    ...attributes.window.flatMap((size, axis) =>
      size > 1 ? [{ ...attributes, window: attributes.window.with(axis, size - 1) }] : [],
    ),
  ].map(limitPadding);

const nameOfImage = (axes: number): string => `[batch, ${spatialNames(axes)}, channels]`;

/** What poolings over a number of spatial axes have in common. */
function pool(axes: 2 | 3) {
  const shape = ([x]: readonly Shape[], attributes: PoolAttributes): Shape =>
    slidShape(poolGeometry(x, attributes, axes));
  return {
    version: 1,
    family: "convolution and pooling",
    attributes: windowAttributes({ axes, ceil: true }),
    arity: { low: 1, high: 1 },
    inputs: () => [{ name: "x", domain: real }],
    kinks: [],
    shape,
    accepts: ([x]: readonly Tensor[], attributes: PoolAttributes) =>
      isUndisputed(poolGeometry(x.shape, attributes, axes)),
    draw: (context: DrawContext) => drawPool(context, axes),
    adapt: ([x]: readonly Shape[], attributes: PoolAttributes) => adaptPool(x, attributes, axes),
    simpler: simplerPool,
    textbook: [],
  };
}

function maxPool(axes: 2 | 3) {
  const shared = pool(axes);
  return register<PoolAttributes>({
    ...shared,
    name: `maxPool${axes}d`,
    summary: `largest value in each window of ${nameOfImage(axes)}; padding never wins`,
    source: "ONNX MaxPool-12",
    kinks: [{ at: "tied values in a window", convention: "equal shares" }],
    ...maximumOver<PoolAttributes>({
      shape: shared.shape,
      taps: ([x], attributes, visit) => forEachTerm(poolGeometry(x, attributes, axes), visit),
    }),
  });
}

function avgPool(axes: 2 | 3) {
  const shared = pool(axes);
  const taps: LinearTaps<PoolAttributes> = {
    shape: shared.shape,
    taps: ([x], attributes, visit) =>
      forEachTerm(poolGeometry(x, attributes, axes), (o, i) => visit(o, 0, i)),
  };
  return register<PoolAttributes>({
    ...shared,
    name: `avgPool${axes}d`,
    summary: `mean of each window of ${nameOfImage(axes)}; padding is not counted`,
    source: "ONNX AveragePool-19 with count_include_pad = 0",
    ...linear({ ...taps, average: "quotient" }),
    // TensorFlow.js multiplies cotangents by 1 / n.
    textbook: [linear({ ...taps, average: "reciprocal" })],
  });
}

export const maxPool2d = maxPool(2);
export const avgPool2d = avgPool(2);
export const maxPool3d = maxPool(3);
export const avgPool3d = avgPool(3);
