import { GradproofError } from "../core/errors.js";
import { showShape } from "../core/shape.js";
import { filled } from "../core/tensor.js";
import { activate, type Activation } from "./activate.js";
import { withChannelsLast, type ImageOptions } from "./imageLayers.js";
import type { NetworkBuilder, NetworkValue } from "./networkBuilder.js";
import { stuffedConvolution } from "./stuffedConvolution.js";

/**
 * Layers put their ops into a network under construction and return what they make. What they learn becomes an input
 * with the layer's name before it: `layer1/kernel`.
 */

export interface LayerOptions extends Activation {
  readonly name: string;
  /** Default true. */
  readonly bias?: boolean;
  /** What stands between the sum and the activation, such as `batchNorm`. */
  normalize?(b: NetworkBuilder, sum: NetworkValue): NetworkValue;
}

/** Bias, normalisation and activation. The values are called `sum`, `normal` if there is one, and `activation`. */
function finish(
  b: NetworkBuilder,
  product: NetworkValue,
  width: number,
  options: LayerOptions,
): NetworkValue {
  const { bias = true, normalize } = options;
  const sum = b.mark("sum", bias ? b.apply("add", [product, b.parameter("bias", [width])]) : product);
  const normal = normalize ? b.mark("normal", normalize(b, sum)) : sum;
  return b.mark("activation", activate(b, normal, options));
}

const plain = { transposeA: false, transposeB: false };

/**
 * activation(x·kernel + bias) over the last axis.
 *
 * @shape x: [..., in] of rank 2 or more, kernel: [in, units], bias: [units] → [..., units]
 * @throws GradproofError `bad-layer` for x of a lower rank
 */
export function dense(
  b: NetworkBuilder,
  x: NetworkValue,
  options: LayerOptions & { readonly units: number },
): NetworkValue {
  const { name, units } = options;
  if (x.shape.length < 2) {
    throw new GradproofError(
      "bad-layer",
      `dense layer "${name}" of x ${showShape(x.shape)}: x must be [batch, ..., in]`,
    );
  }
  return b.within(name, () => {
    const kernel = b.parameter("kernel", [x.shape[x.shape.length - 1], units]);
    return finish(b, b.apply("matmul", [x, kernel], plain), units, options);
  });
}

export interface ConvolutionOptions extends LayerOptions, ImageOptions {
  /** Of each spatial axis. */
  readonly kernelSize: readonly number[];
  /** Default 1 along each axis. */
  readonly strides?: readonly number[];
  /** Default 1 along each axis. */
  readonly dilation?: readonly number[];
  /** Default "valid". */
  readonly padding?: "valid" | "same" | readonly (readonly number[])[];
}

function windowOf({ kernelSize, strides, dilation, padding = "valid" }: ConvolutionOptions) {
  const ones = kernelSize.map(() => 1);
  return { strides: strides ?? ones, dilation: dilation ?? ones, padding };
}

/** @throws GradproofError `bad-layer` unless x is an image with as many spatial axes as the window */
function checkImage(
  { shape }: NetworkValue,
  { name, kernelSize }: ConvolutionOptions,
  axes: readonly number[],
): void {
  if (axes.includes(kernelSize.length) && shape.length === kernelSize.length + 2) return;
  throw new GradproofError(
    "bad-layer",
    `convolution "${name}" of x ${showShape(shape)} by windows of ${showShape(kernelSize)}: ` +
      `x must be [batch, ...spatial axes, channels], with as many spatial axes as the window, ${axes.join(" or ")}`,
  );
}

const channelsOf = ({ shape }: NetworkValue): number => shape[shape.length - 1];

/**
 * A convolution along one, two or three spatial axes.
 *
 * @shape x: [batch, ...spatial axes, in], kernel: [...kernelSize, in, filters], bias: [filters]
 * @throws GradproofError `bad-layer`
 */
export function convolution(
  b: NetworkBuilder,
  x: NetworkValue,
  options: ConvolutionOptions & { readonly filters: number },
): NetworkValue {
  checkImage(x, options, [1, 2, 3]);
  const { name, filters, kernelSize, channels } = options;
  return b.within(name, () =>
    withChannelsLast(b, x, channels, (image) => {
      const kernel = b.parameter("kernel", [...kernelSize, channelsOf(image), filters]);
      const op = `conv${kernelSize.length}d`;
      return finish(b, b.apply(op, [image, kernel], windowOf(options)), filters, options);
    }),
  );
}

/**
 * Each channel by filters of its own.
 *
 * @shape x: [batch, height, width, in], kernel: [...kernelSize, in, multiplier], bias: [in · multiplier]
 * @throws GradproofError `bad-layer`
 */
export function depthwiseConvolution(
  b: NetworkBuilder,
  x: NetworkValue,
  options: ConvolutionOptions & { readonly multiplier: number },
): NetworkValue {
  checkImage(x, options, [2]);
  const { name, multiplier, kernelSize, channels } = options;
  return b.within(name, () =>
    withChannelsLast(b, x, channels, (image) => {
      const kernel = b.parameter("kernel", [...kernelSize, channelsOf(image), multiplier]);
      const product = b.apply("depthwiseConv2d", [image, kernel], windowOf(options));
      return finish(b, product, channelsOf(image) * multiplier, options);
    }),
  );
}

/**
 * Each channel by filters of its own, and then a mixture of what they make in each pixel.
 *
 * @shape x: [batch, height, width, in], depthwiseKernel: [...kernelSize, in, multiplier],
 *   pointwiseKernel: [1, 1, in · multiplier, filters], bias: [filters]
 * @throws GradproofError `bad-layer`
 */
export function separableConvolution(
  b: NetworkBuilder,
  x: NetworkValue,
  options: ConvolutionOptions & { readonly filters: number; readonly multiplier?: number },
): NetworkValue {
  checkImage(x, options, [2]);
  const { name, filters, multiplier = 1, kernelSize, channels } = options;
  return b.within(name, () =>
    withChannelsLast(b, x, channels, (image) => {
      const made = channelsOf(image) * multiplier;
      const depthwise = b.parameter("depthwiseKernel", [...kernelSize, channelsOf(image), multiplier]);
      const pointwise = b.parameter("pointwiseKernel", [1, 1, made, filters]);
      const product = b.apply("separableConv2d", [image, depthwise, pointwise], windowOf(options));
      return finish(b, product, filters, options);
    }),
  );
}

/**
 * The transposed map of a convolution. Each side is as long as if the windows touched: stride · n, and what the last
 * window reaches beyond that without padding.
 *
 * @shape x: [batch, ...2 or 3 spatial axes, in], kernel: [...kernelSize, filters, in], bias: [filters]
 * @throws GradproofError `bad-layer`, also for dilated windows over 3 axes
 */
export function transposedConvolution(
  b: NetworkBuilder,
  x: NetworkValue,
  options: Omit<ConvolutionOptions, "padding"> & {
    readonly filters: number;
    /** Default "valid". */
    readonly padding?: "valid" | "same";
  },
): NetworkValue {
  checkImage(x, options, [2, 3]);
  const { name, filters, kernelSize, channels, padding = "valid" } = options;
  const window = windowOf(options);
  if (kernelSize.length === 3 && window.dilation.some((step) => step !== 1)) {
    throw new GradproofError(
      "bad-layer",
      `transposed convolution "${name}" with dilation ${showShape(window.dilation)}: over 3 axes it must be 1`,
    );
  }
  return b.within(name, () =>
    withChannelsLast(b, x, channels, (image) => {
      const kernel = b.parameter("kernel", [...kernelSize, filters, channelsOf(image)]);
      const outputSize = window.strides.map((stride, axis) => {
        const reach = (kernelSize[axis] - 1) * window.dilation[axis] + 1;
        const beyond = padding === "valid" ? Math.max(reach - stride, 0) : 0;
        return image.shape[axis + 1] * stride + beyond;
      });
      const product =
        kernelSize.length === 2
          ? b.apply("conv2dTranspose", [image, kernel], { ...window, outputSize })
          : stuffedConvolution(b, image, kernel, { strides: window.strides, outputSize, padding });
      return finish(b, product, filters, options);
    }),
  );
}

/**
 * x + scale·branch(x). With n blocks and branches that keep the mean square, scale 1 doubles it in every block, and
 * 1/√n keeps it below e in all of them together (Zhang et al. 2019).
 *
 * @throws InvalidProgramError when the branch changes the shape beyond broadcasting
 */
export function residual(
  b: NetworkBuilder,
  x: NetworkValue,
  options: {
    readonly name: string;
    /** Default 1, without a node. */
    readonly scale?: number;
    branch(b: NetworkBuilder, x: NetworkValue): NetworkValue;
  },
): NetworkValue {
  const { name, scale = 1, branch } = options;
  return b.within(name, () => {
    const made = b.mark("branch", branch(b, x));
    const scaled = scale === 1 ? made : b.apply("multiply", [b.constant("scale", filled([], scale)), made]);
    return b.mark("sum", b.apply("add", [x, scaled]));
  });
}
