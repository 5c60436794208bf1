import { InvalidProgramError } from "../core/errors.js";
import { sameShape, showShape, type Shape } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { bilinear } from "./bilinear.js";
import { chained } from "./chained.js";
import { drawAround, drawWindow, simplerWindow } from "./drawWindow.js";
import { real, register, type Attributes, type DrawContext, type Op } from "./op.js";
import { wholeNumbers } from "./wholeNumbers.js";
import {
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

type ConvolutionAttributes = Attributes & WindowAttributes;
type TransposeAttributes = ConvolutionAttributes & { readonly outputSize: readonly number[] };

type Geometry<P> = (shapes: readonly Shape[], attributes: P) => Sliding;

const named = (...names: readonly string[]) => names.map((name) => ({ name, domain: real }));

const shapesOf = (xs: readonly Tensor[]): Shape[] => xs.map((x) => x.shape);

const shared = {
  version: 1,
  family: "convolution and pooling",
  kinks: [],
  textbook: [],
} as const;

const ofTwo = {
  ...shared,
  arity: { low: 2, high: 2 },
  inputs: () => named("x", "filter"),
} as const;

/** Rules and shape of an op that multiplies what its windows read by a filter. */
function filtering<P extends ConvolutionAttributes>(geometry: Geometry<P>) {
  const shape = (shapes: readonly Shape[], attributes: P): Shape => slidShape(geometry(shapes, attributes));
  return {
    shape,
    accepts: (xs: readonly Tensor[], attributes: P): boolean =>
      isUndisputed(geometry(shapesOf(xs), attributes)),
    ...bilinear<P>({
      shape,
      taps: (shapes, attributes, visit) => forEachTerm(geometry(shapes, attributes), visit),
    }),
  };
}

/** @throws InvalidProgramError unless the filter is [...spatial axes, ...channels]; a word stands for any number */
function requireFilter(
  op: string,
  x: Shape,
  filter: Shape,
  channels: readonly [number | string, number | string],
): void {
  const axes = x.length - 2;
  const last = filter.slice(axes);
  if (last.length !== 2 || channels.some((n, k) => typeof n === "number" && n !== last[k])) {
    throw new InvalidProgramError(
      `${op} of ${showShape(x)} needs a filter [${spatialNames(axes)}, ${channels.join(", ")}], got ${showShape(filter)}`,
    );
  }
}

const denseGeometry =
  (op: string, axes: number): Geometry<ConvolutionAttributes> =>
  ([x, filter], attributes) => {
    const { batch, image, channels } = imageShape(x, axes);
    requireFilter(op, x, filter, [channels, "out"]);
    const windows = windowsOver(image, filter.slice(0, axes), attributes);
    return { batch, channels, out: filter[axes + 1], groups: 1, windows };
  };

/** A convolution over any number of spatial axes. */
function convolution(axes: 1 | 2 | 3, ceil: boolean): Op<ConvolutionAttributes> {
  const name = `conv${axes}d`;
  return {
    ...ofTwo,
    name,
    summary: `cross-correlation of [batch, ${spatialNames(axes)}, in] with a filter [${spatialNames(axes)}, in, out]`,
    source: "ONNX Conv-11 with channels last; Dumoulin and Visin 2016",
    attributes: windowAttributes({ axes, ceil }),
    draw(context) {
      const { attributes, kernel, image } = drawWindow(context, axes);
      const { batch, channels } = drawAround(context, image);
      return {
        shapes: [
          [batch, ...image, channels],
          [...kernel, channels, context.stream.int(1, axes < 3 ? 3 : 2)],
        ],
        attributes: attributes as ConvolutionAttributes,
      };
    },
    simpler: simplerWindow,
    ...filtering(denseGeometry(name, axes)),
  };
}

export const conv1d = register(convolution(1, true));
export const conv2d = register(convolution(2, true));
// No library rounds the size of three axes up.
export const conv3d = register(convolution(3, false));

/** Every channel is a group of its own: channel c makes out / channels channels, from c·out / channels on. */
const depthwiseGeometry =
  (op: string): Geometry<ConvolutionAttributes> =>
  ([x, filter], attributes) => {
    const { batch, image, channels } = imageShape(x, 2);
    requireFilter(op, x, filter, [channels, "multiplier"]);
    const windows = windowsOver(image, filter.slice(0, 2), attributes);
    return { batch, channels, out: channels * filter[3], groups: channels, windows };
  };

const MULTIPLIER = {
  classes: ["1", "2+"],
  summary: "how many channels each channel makes",
} as const;

function drawDepthwise(context: DrawContext) {
  const { attributes, kernel, image } = drawWindow(context, 2);
  const { batch, channels } = drawAround(context, image);
  const multiplier = context.classes.multiplier === "1" ? 1 : context.stream.int(2, 3);
  return {
    shapes: [
      [batch, ...image, channels],
      [...kernel, channels, multiplier],
    ],
    attributes: attributes as ConvolutionAttributes,
  };
}

export const depthwiseConv2d = register<ConvolutionAttributes>({
  ...ofTwo,
  name: "depthwiseConv2d",
  summary:
    "cross-correlation of each channel of [batch, height, width, in] by itself with a filter [height, width, in, multiplier]",
  source: "ONNX Conv-11 with group = channels, and channels last",
  attributes: { ...windowAttributes({ axes: 2, ceil: true }), multiplier: MULTIPLIER },
  draw: drawDepthwise,
  simpler: simplerWindow,
  ...filtering(depthwiseGeometry("depthwiseConv2d")),
});

const depthwise = filtering(depthwiseGeometry("separableConv2d"));

/** A convolution of single pixels: the attributes belong to the depthwise part. */
const pointwise = filtering<ConvolutionAttributes>(([x, filter]) => {
  if (filter[0] !== 1 || filter[1] !== 1) {
    throw new InvalidProgramError(`a pointwise filter is [1, 1, channels, out], got ${showShape(filter)}`);
  }
  const attributes = { strides: [1, 1], padding: "valid", dilation: [1, 1] } as const;
  return denseGeometry("the second half of separableConv2d", 2)([x, filter], attributes);
});

export const separableConv2d = register<ConvolutionAttributes>({
  ...shared,
  name: "separableConv2d",
  summary: "depthwiseConv2d, then a mixture [1, 1, in · multiplier, out] of the channels of each pixel",
  source: "Chollet 2017, sec. 1 and 3; Python API of TensorFlow 2.16, tf.nn.separable_conv2d",
  attributes: { ...windowAttributes({ axes: 2 }), multiplier: MULTIPLIER },
  arity: { low: 3, high: 3 },
  inputs: () => named("x", "depthwiseFilter", "pointwiseFilter"),
  shape: ([x, filter, pixel], attributes) =>
    pointwise.shape([depthwise.shape([x, filter], attributes), pixel], attributes),
  accepts: ([x, filter], attributes) => depthwise.accepts([x, filter], attributes),
  draw(context) {
    const { shapes, attributes } = drawDepthwise(context);
    const [, [, , channels, multiplier]] = shapes;
    const pixel = [1, 1, channels * multiplier, context.stream.int(1, 2)];
    return { shapes: [...shapes, pixel], attributes };
  },
  simpler: simplerWindow,
  ...chained(depthwise, pointwise),
});

/** Windows over the output, which the input's pixels are placed at. */
function transposeGeometry([x, filter]: readonly Shape[], attributes: TransposeAttributes): Sliding {
  const { batch, image: counts, channels } = imageShape(x, 2);
  const outputSize = wholeNumbers("outputSize", attributes.outputSize, 2);
  requireFilter("conv2dTranspose", x, filter, ["out", channels]);
  const windows = windowsOver(outputSize, filter.slice(0, 2), attributes);
  const counted = windows.map(({ count }) => count);
  if (!sameShape(counted, counts)) {
    throw new InvalidProgramError(
      `conv2dTranspose of ${showShape(x)} to ${showShape(outputSize)}: a convolution makes ${showShape(counted)} of that`,
    );
  }
  return { batch, channels: filter[2], out: channels, groups: 1, windows };
}

const transposedShape = (shapes: readonly Shape[], attributes: TransposeAttributes): Shape => {
  const { batch, channels } = transposeGeometry(shapes, attributes);
  return [batch, ...attributes.outputSize, channels];
};

/** An output of as many windows as x has pixels; what they leave over at its end stays. */
function adaptTranspose(
  [x, filter]: readonly Shape[],
  attributes: TransposeAttributes,
): TransposeAttributes | undefined {
  if (x.length !== 4 || filter.length !== 4) return undefined;
  const { padding, strides, dilation } = attributes;
  const outputSize = attributes.outputSize.map((size, axis) => {
    const around = typeof padding === "string" ? 0 : padding[axis][0] + padding[axis][1];
    const reach = padding === "same" ? 1 : (filter[axis] - 1) * dilation[axis] + 1;
    const stride = strides[axis];
    const smallest = (x[axis + 1] - 1) * stride + reach - around;
    return smallest + ((((size - smallest) % stride) + stride) % stride);
  });
  return { ...attributes, outputSize };
}

export const conv2dTranspose = register<TransposeAttributes>({
  ...ofTwo,
  name: "conv2dTranspose",
  summary:
    "the transposed map of conv2d: [batch, height, width, in] and a filter [height, width, out, in] to [batch, ...outputSize, out]",
  source: "ONNX ConvTranspose-11 with channels last; Dumoulin and Visin 2016, ch. 4",
  attributes: windowAttributes({ axes: 2 }),
  shape: transposedShape,
  accepts: (xs, attributes) => isUndisputed(transposeGeometry(shapesOf(xs), attributes)),
  draw(context) {
    const { attributes, kernel, image } = drawWindow(context, 2);
    const { batch, channels } = drawAround(context, image);
    const read = context.stream.int(1, 2);
    const counts = windowsOver(image, kernel, attributes).map(({ count }) => count);
    return {
      shapes: [
        [batch, ...counts, read],
        [...kernel, channels, read],
      ],
      attributes: { ...attributes, outputSize: image },
    };
  },
  adapt: adaptTranspose,
  simpler: simplerWindow,
  ...bilinear<TransposeAttributes>({
    shape: transposedShape,
    taps: (shapes, attributes, visit) =>
      forEachTerm(transposeGeometry(shapes, attributes), (pixel, place, f) => visit(place, pixel, f)),
  }),
});
