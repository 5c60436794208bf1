import type { NetworkBuilder, NetworkValue } from "./networkBuilder.js";

/** The same for axes of the image, and none for batch and channels. */
const around = (sides: readonly (readonly number[])[]): number[][] => [
  [0, 0],
  ...sides.map((s) => [...s]),
  [0, 0],
];

/** stride − 1 zeros between any two pixels along each axis. */
function stuffed(b: NetworkBuilder, x: NetworkValue, strides: readonly number[]): NetworkValue {
  const [batch, ...rest] = x.shape;
  const image = rest.slice(0, -1);
  const channels = rest[rest.length - 1];
  // [batch, n, 1, m, 1, …, channels], whose axes of length 1 are filled up to the stride.
  const apart = b.apply("reshape", [x], { shape: [batch, ...image.flatMap((n) => [n, 1]), channels] });
  const paddings = around(
    strides.flatMap((stride) => [
      [0, 0],
      [0, stride - 1],
    ]),
  );
  const filled = b.apply("pad", [apart], { paddings, value: 0 });
  const whole = b.apply("reshape", [filled], {
    shape: [batch, ...image.map((n, axis) => n * strides[axis]), channels],
  });
  const size = [batch, ...image.map((n, axis) => (n - 1) * strides[axis] + 1), channels];
  return b.apply("slice", [whole], { begin: size.map(() => 0), size });
}

/**
 * The transposed map of a convolution without dilation, by a convolution with zeros between the pixels and the kernel
 * turned round: for numbers of axes for which there is no op.
 *
 * @shape x: [batch, ...spatial axes, in], kernel: [...sizes, filters, in] → [batch, ...outputSize, filters]
 */
export function stuffedConvolution(
  b: NetworkBuilder,
  x: NetworkValue,
  kernel: NetworkValue,
  options: {
    readonly strides: readonly number[];
    readonly outputSize: readonly number[];
    readonly padding: "valid" | "same";
  },
): NetworkValue {
  const { strides, outputSize, padding } = options;
  const axes = strides.map((_, axis) => axis);
  const sizes = axes.map((axis) => kernel.shape[axis]);
  const reached = sizes.map((size) => [size - 1, size - 1]);
  const wide = b.apply("pad", [stuffed(b, x, strides)], { paddings: around(reached), value: 0 });
  const turned = b.apply("flip", [kernel], { axes });
  const [filters, channels] = [axes.length, axes.length + 1];
  const swapped = b.apply("transpose", [turned], { permutation: [...axes, channels, filters] });
  const ones = axes.map(() => 1);
  const full = b.apply(`conv${axes.length}d`, [wide, swapped], {
    strides: ones,
    dilation: ones,
    padding: "valid",
  });
  // What the padding of the convolution would have cut off at the front, and what no window reaches at the end.
  const before = sizes.map((size, axis) => (padding === "same" ? Math.max(size - strides[axis], 0) >> 1 : 0));
  const missing = outputSize.map((n, axis) => [0, Math.max(0, before[axis] + n - full.shape[axis + 1])]);
  const long = b.apply("pad", [full], { paddings: around(missing), value: 0 });
  return b.apply("slice", [long], {
    begin: [0, ...before, 0],
    size: [x.shape[0], ...outputSize, kernel.shape[axes.length]],
  });
}
