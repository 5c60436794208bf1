import { GradproofError } from "../core/errors.js";
import { showShape, type Shape } from "../core/shape.js";
import type { NetworkBuilder, NetworkValue } from "./networkBuilder.js";

/** Layers over images without anything that is learnt: [batch, ...spatial axes, channels], or channels second. */

export interface ImageOptions {
  readonly name: string;
  /** Which axis holds the channels. Default "last". */
  readonly channels?: "second" | "last";
}

/** One number for all spatial axes, or one for each. */
export type Sizes = number | readonly number[];

const each = (sizes: Sizes, axes: number): readonly number[] =>
  typeof sizes === "number" ? Array.from({ length: axes }, () => sizes) : sizes;

/** @throws GradproofError `bad-layer` unless there are as many spatial axes as the layer can take */
function checkImage({ shape }: NetworkValue, { name }: ImageOptions, axes: readonly number[]): void {
  if (axes.includes(shape.length - 2)) return;
  throw new GradproofError(
    "bad-layer",
    `layer "${name}" of x ${showShape(shape)}: x must be an image with ${axes.join(" or ")} spatial axes, and batch and channels`,
  );
}

/** A step over images whose channels are the last axis, wherever those of x are. */
export function withChannelsLast(
  b: NetworkBuilder,
  x: NetworkValue,
  channels: ImageOptions["channels"],
  step: (x: NetworkValue) => NetworkValue,
): NetworkValue {
  if (channels !== "second") return step(x);
  const last = [0, ...x.shape.slice(2).map((_, k) => k + 2), 1];
  const y = step(b.apply("transpose", [x], { permutation: last }));
  const back = [0, y.shape.length - 1, ...y.shape.slice(2).map((_, k) => k + 1)];
  return b.apply("transpose", [y], { permutation: back });
}

export type PoolingMode = "average" | "max";

export interface PoolingOptions extends ImageOptions {
  /** Default 2. */
  readonly poolSize?: Sizes;
  /** Default that of the window. */
  readonly strides?: Sizes;
  /** Default "valid". */
  readonly padding?: "valid" | "same";
}

const POOLS = { average: "avgPool", max: "maxPool" } as const;

/**
 * The mean or the largest number in each window, over one to three spatial axes; padding is not counted.
 *
 * @throws GradproofError `bad-layer` for other numbers of axes, and as the op does
 */
export const pooling =
  (mode: PoolingMode) =>
  (b: NetworkBuilder, x: NetworkValue, options: PoolingOptions): NetworkValue => {
    checkImage(x, options, [1, 2, 3]);
    const { name, channels, poolSize = 2, strides = poolSize, padding = "valid" } = options;
    const axes = x.shape.length - 2;
    const window = each(poolSize, axes);
    const steps = each(strides, axes);
    return b.within(name, () =>
      b.mark(
        "activation",
        withChannelsLast(b, x, channels, (image) => {
          const slide = (of: NetworkValue, over: readonly number[], by: readonly number[]): NetworkValue =>
            b.apply(`${POOLS[mode]}${over.length}d`, [of], {
              window: over,
              strides: by,
              padding,
              dilation: over.map(() => 1),
            });
          if (axes > 1) return slide(image, window, steps);
          // Of one axis there is no op: it is an image one pixel wide.
          const wide = b.apply("expandDims", [image], { axis: 2 });
          return b.apply("squeeze", [slide(wide, [...window, 1], [...steps, 1])], { axes: [2] });
        }),
      ),
    );
  };

/** The mean or the largest number of each channel. @shape x → [batch, channels] */
export const globalPooling =
  (mode: PoolingMode) =>
  (b: NetworkBuilder, x: NetworkValue, options: ImageOptions): NetworkValue => {
    checkImage(x, options, [1, 2, 3]);
    const first = options.channels === "second" ? 2 : 1;
    const axes = Array.from({ length: x.shape.length - 2 }, (_, k) => first + k);
    const op = mode === "average" ? "mean" : "max";
    return b.within(options.name, () => b.mark("activation", b.apply(op, [x], { axes, keepdims: false })));
  };

export interface MarginOptions extends ImageOptions {
  /** Top, bottom, left, right. Default 1 each. */
  readonly margins?: readonly number[];
}

const ONES = [1, 1, 1, 1];

/** Zeros around an image. @throws GradproofError `bad-layer` */
export function zeroPadding(b: NetworkBuilder, x: NetworkValue, options: MarginOptions): NetworkValue {
  checkImage(x, options, [2]);
  const { name, channels, margins: [top, bottom, left, right] = ONES } = options;
  const paddings = [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
  return b.within(name, () => {
    const padded = withChannelsLast(b, x, channels, (image) =>
      b.apply("pad", [image], { paddings, value: 0 }),
    );
    return b.mark("activation", padded);
  });
}

function slicePixels(b: NetworkBuilder, image: NetworkValue, [top, left]: Shape, size: Shape): NetworkValue {
  const [batch, , , width] = image.shape;
  return b.apply("slice", [image], { begin: [0, top, left, 0], size: [batch, ...size, width] });
}

/** An image without its margins. @throws GradproofError `bad-layer`, InvalidProgramError where nothing would be left */
export function cropping(b: NetworkBuilder, x: NetworkValue, options: MarginOptions): NetworkValue {
  checkImage(x, options, [2]);
  const { name, channels, margins: [top, bottom, left, right] = ONES } = options;
  return b.within(name, () => {
    const cropped = withChannelsLast(b, x, channels, (image) => {
      const [, height, width] = image.shape;
      return slicePixels(b, image, [top, left], [height - top - bottom, width - left - right]);
    });
    return b.mark("activation", cropped);
  });
}

/**
 * The middle of an image, whose margins are equal on both sides.
 *
 * @throws GradproofError `bad-layer` where they cannot be: libraries differ in what they do then
 */
export function centerCrop(
  b: NetworkBuilder,
  x: NetworkValue,
  options: ImageOptions & { readonly height: number; readonly width: number },
): NetworkValue {
  checkImage(x, options, [2]);
  const { name, height, width } = options;
  const [, rows, columns] = x.shape;
  const [top, left] = [(rows - height) / 2, (columns - width) / 2];
  if (!(Number.isInteger(top) && Number.isInteger(left) && top >= 0 && left >= 0)) {
    throw new GradproofError(
      "bad-layer",
      `layer "${name}" crops ${rows} × ${columns} to ${height} × ${width}: what is cut off must be even, and not negative`,
    );
  }
  return b.within(name, () => b.mark("activation", slicePixels(b, x, [top, left], [height, width])));
}

export type Interpolation = "nearest" | "bilinear";

const RESIZES = { nearest: "resizeNearest", bilinear: "resizeBilinear" } as const;

/**
 * Each pixel becomes a block of pixels, or with "bilinear" means of its neighbours.
 *
 * @throws GradproofError `bad-layer`
 */
export function upSampling(
  b: NetworkBuilder,
  x: NetworkValue,
  options: ImageOptions & {
    /** Default 2. */
    readonly size?: Sizes;
    /** Default "nearest". */
    readonly interpolation?: Interpolation;
    /** Of means. Default "asymmetric". */
    readonly coordinates?: string;
  },
): NetworkValue {
  checkImage(x, options, [2]);
  const { name, channels, size = 2, interpolation = "nearest", coordinates = "asymmetric" } = options;
  const [down, across] = each(size, 2);
  return b.within(name, () => {
    const resized = withChannelsLast(b, x, channels, (image) =>
      b.apply(RESIZES[interpolation], [image], {
        size: [image.shape[1] * down, image.shape[2] * across],
        coordinates: interpolation === "nearest" ? "asymmetric" : coordinates,
      }),
    );
    return b.mark("activation", resized);
  });
}

/** An image in another size. @throws GradproofError `bad-layer` */
export function resizing(
  b: NetworkBuilder,
  x: NetworkValue,
  options: ImageOptions & {
    readonly height: number;
    readonly width: number;
    /** Default "bilinear". */
    readonly interpolation?: Interpolation;
    /** Default "halfPixel". */
    readonly coordinates?: string;
  },
): NetworkValue {
  checkImage(x, options, [2]);
  const { name, height, width, interpolation = "bilinear", coordinates = "halfPixel" } = options;
  return b.within(name, () =>
    b.mark("activation", b.apply(RESIZES[interpolation], [x], { size: [height, width], coordinates })),
  );
}
