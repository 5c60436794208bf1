import type { Stream } from "../core/random.js";
import type { Shape } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import type { LayerConfig } from "../networks/layerNetwork.js";
import type { LayerPromise } from "../record/promises.js";

/** The shape of a layer's x, and settings that are given. */
export interface DrawnLayer {
  readonly shape: Shape;
  readonly config: LayerConfig;
  /** What becomes of the numbers that are drawn for x, where not all do. */
  readonly change?: (stream: Stream, x: Tensor) => Tensor;
}

/** @param name of the object, whose end may tell how many spatial axes it has */
export type DrawLayerKind = (stream: Stream, promise: LayerPromise, name: string) => DrawnLayer;

export const LAYER_ACTIVATIONS = ["tanh", "sigmoid", "relu", "softplus"] as const;

/** What dense and convolutional layers have in common. */
export const drawEnding = (stream: Stream): LayerConfig => ({
  ...(stream.chance(0.7) && { activation: stream.pick(LAYER_ACTIVATIONS) }),
  ...(stream.chance(0.3) && { bias: false }),
});

const each = (stream: Stream, count: number, low: number, high: number): number[] =>
  Array.from({ length: count }, () => stream.int(low, high));

/** How many spatial axes the object has by its name, or any of those that are possible. */
const axesOf = (stream: Stream, name: string, [low, high]: readonly [number, number]): number =>
  Number(/([123])d/i.exec(name)?.[1] ?? stream.int(low, high));

/** Of three axes smaller ones: the number of pixels is what an evaluation costs. */
const image = (stream: Stream, axes: number): Shape => [
  stream.int(1, 2),
  ...(axes === 3 ? each(stream, axes, 3, 4) : each(stream, axes, 4, 6)),
  stream.int(1, axes === 3 ? 2 : 3),
];

const padding = (stream: Stream): "valid" | "same" => stream.pick(["valid", "same"]);

/** An image whose channels may be its second axis. */
function withChannels(stream: Stream, shape: Shape, config: LayerConfig): DrawnLayer {
  if (!stream.chance(0.2)) return { shape, config };
  const last = shape.length - 1;
  return {
    shape: [shape[0], shape[last], ...shape.slice(1, last)],
    config: { ...config, channels: "second" },
  };
}

/** Windows that slide or are spread, and not both: several libraries have either. */
function windows(stream: Stream, axes: number): LayerConfig {
  const kernelSize = each(stream, axes, 1, 3);
  const sides = padding(stream);
  const stride = stream.chance(0.4);
  const spread = !stride && stream.chance(0.3) && (sides === "same" || Math.max(...kernelSize) < 3);
  const equal = (step: number): number[] => Array.from({ length: axes }, () => step);
  return {
    kernelSize,
    ...(stride && { strides: equal(stream.int(1, 2)) }),
    ...(spread && { dilation: equal(2) }),
    padding: sides,
    ...drawEnding(stream),
  };
}

const pooling: DrawLayerKind = (stream, _promise, name) => {
  const axes = axesOf(stream, name, [1, 3]);
  const config = {
    ...(stream.chance(0.7) && { poolSize: each(stream, axes, 1, 3) }),
    ...(stream.chance(0.5) && { strides: each(stream, axes, 1, 3) }),
    ...(stream.chance(0.8) && { padding: padding(stream) }),
  };
  const shape = image(stream, axes);
  return axes === 1 ? { shape, config } : withChannels(stream, shape, config);
};

const globalPooling: DrawLayerKind = (stream, _promise, name) => {
  const axes = axesOf(stream, name, [1, 2]);
  const shape = image(stream, axes);
  return axes === 1 ? { shape, config: {} } : withChannels(stream, shape, {});
};

/** Convolutions, poolings and what else there is for images, by kind. */
export const IMAGE_DRAWS: Readonly<Record<string, DrawLayerKind>> = {
  convolution(stream, _promise, name) {
    const axes = axesOf(stream, name, [1, 3]);
    const config = { filters: stream.int(1, 3), ...windows(stream, axes) };
    return withChannels(stream, image(stream, axes), config);
  },
  depthwiseConvolution: (stream) =>
    withChannels(stream, image(stream, 2), { multiplier: stream.int(1, 2), ...windows(stream, 2) }),
  separableConvolution: (stream) =>
    withChannels(stream, image(stream, 2), {
      filters: stream.int(1, 3),
      ...(stream.chance(0.5) && { multiplier: stream.int(1, 2) }),
      ...windows(stream, 2),
    }),
  transposedConvolution(stream, _promise, name) {
    const axes = axesOf(stream, name, [2, 3]);
    const { dilation: _dilation, ...config } = windows(stream, axes);
    const shape = [stream.int(1, 2), ...each(stream, axes, 2, axes === 3 ? 3 : 4), stream.int(1, 2)];
    return withChannels(stream, shape, {
      filters: stream.int(1, 3),
      ...config,
    });
  },
  averagePooling: pooling,
  maxPooling: pooling,
  globalAveragePooling: globalPooling,
  globalMaxPooling: globalPooling,
  zeroPadding: (stream) =>
    withChannels(stream, image(stream, 2), {
      ...(stream.chance(0.8) && { margins: each(stream, 4, 0, 2) }),
    }),
  cropping: (stream) => withChannels(stream, image(stream, 2), { margins: each(stream, 4, 0, 1) }),
  // What is left over at both sides is equal: nobody says what is the middle otherwise.
  centerCrop(stream) {
    const shape = image(stream, 2);
    const [height, width] = [shape[1], shape[2]].map((side) => side - 2 * stream.int(0, (side - 1) >> 1));
    return { shape, config: { height, width } };
  },
  upSampling: (stream) =>
    withChannels(stream, image(stream, 2), {
      ...(stream.chance(0.8) && { size: each(stream, 2, 1, 3) }),
      ...(stream.chance(0.5) && { interpolation: stream.pick(["nearest", "bilinear"]) }),
    }),
  resizing: (stream) => ({
    shape: image(stream, 2),
    config: {
      height: stream.int(2, 9),
      width: stream.int(2, 9),
      ...(stream.chance(0.5) && { interpolation: stream.pick(["nearest", "bilinear"]) }),
    },
  }),
};
