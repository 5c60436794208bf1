import { InvalidProgramError } from "../core/errors.js";
import type { Shape } from "../core/shape.js";
import type { Attribute, DrawContext } from "./op.js";
import { wholeNumbers } from "./wholeNumbers.js";

/** "valid": none; "same": as much as makes the output ⌈size / stride⌉ long; or rows and columns given one by one. */
export type Padding = "valid" | "same" | readonly [readonly [number, number], readonly [number, number]];

/** How a window slides over the two spatial axes of a [batch, height, width, channels] array. */
export interface WindowAttributes {
  readonly strides: readonly [number, number];
  readonly padding: Padding;
  readonly dilation: readonly [number, number];
}

export const WINDOW_ATTRIBUTES: Readonly<Record<string, Attribute>> = {
  padding: {
    classes: ["valid", "same", "explicit"],
    summary: "zeros (or nothing, for pooling) around the image",
  },
  strides: { classes: ["1", "2", "unequal"], summary: "steps of the window in height and width" },
  dilation: { classes: ["1", "2", "unequal"], summary: "spacing of the elements that a window reads" },
};

/** Along one axis: how far apart windows and taps are, what is skipped before the image, how many windows fit. */
export interface AxisWindow {
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly count: number;
  readonly kernel: number;
  readonly size: number;
}

/** Windows along height (0) or width (1). @throws InvalidProgramError when no window fits */
export function axisWindow(
  axis: 0 | 1,
  size: number,
  kernel: number,
  attributes: WindowAttributes,
): AxisWindow {
  const stride = wholeNumbers("strides", attributes.strides, 2)[axis];
  const dilation = wholeNumbers("dilation", attributes.dilation, 2)[axis];
  if (!(stride >= 1 && dilation >= 1 && kernel >= 1)) {
    throw new InvalidProgramError(
      `window ${kernel}, stride ${stride}, dilation ${dilation}: each must be at least 1`,
    );
  }
  const reach = (kernel - 1) * dilation + 1;
  const [before, after] = amounts(attributes.padding, axis, size, stride, reach);
  const count = Math.floor((before + size + after - reach) / stride) + 1;
  if (count < 1) {
    throw new InvalidProgramError(
      `a window of reach ${reach} does not fit into ${size} with padding ${before} and ${after}`,
    );
  }
  return { stride, dilation, before, count, kernel, size };
}

/** Padding before and after one axis; where "same" needs an odd number, the larger half goes after. */
function amounts(
  padding: Padding,
  axis: 0 | 1,
  size: number,
  stride: number,
  reach: number,
): readonly number[] {
  if (padding === "valid") return [0, 0];
  if (padding === "same") {
    const total = Math.max((Math.ceil(size / stride) - 1) * stride + reach - size, 0);
    return [total >> 1, total - (total >> 1)];
  }
  if (!Array.isArray(padding)) {
    throw new InvalidProgramError(
      `padding ${JSON.stringify(padding)}: must be "valid", "same" or [[top, bottom], [left, right]]`,
    );
  }
  return wholeNumbers("padding", padding[axis], 2);
}

/** Visits the places of the image that window o reads; places in the padding are left out. */
export function forEachTap(window: AxisWindow, o: number, visit: (place: number, tap: number) => void): void {
  for (let tap = 0; tap < window.kernel; tap++) {
    const place = o * window.stride - window.before + tap * window.dilation;
    if (place >= 0 && place < window.size) visit(place, tap);
  }
}

/** Attributes of the wanted classes, with a kernel and an image in which at least one window fits. */
export function drawWindow(context: DrawContext): {
  readonly attributes: WindowAttributes;
  readonly kernel: readonly [number, number];
  readonly image: readonly [number, number];
} {
  const { stream, classes } = context;
  const pair = (wanted: string): [number, number] =>
    wanted === "1" ? [1, 1] : wanted === "2" ? [2, 2] : stream.chance(0.5) ? [2, 1] : [1, 3];
  const strides = pair(classes.strides);
  const dilation = pair(classes.dilation);
  // A dilation means something only where the window has two elements to set apart.
  const side = (axis: number): number =>
    dilation[axis] > 1 ? 2 + Number(stream.chance(0.3)) : stream.int(1, 3);
  const kernel: [number, number] = [side(0), side(1)];
  const reach = kernel.map((k, axis) => (k - 1) * dilation[axis] + 1);
  // Below the reach, so that the first window already meets the image.
  const around = (axis: number): [number, number] => [
    stream.int(0, reach[axis] - 1),
    stream.int(0, reach[axis] - 1),
  ];
  const padding: Padding =
    classes.padding === "explicit" ? [around(0), around(1)] : classes.padding === "same" ? "same" : "valid";
  const image = reach.map((r, axis) => {
    const [before, after] = padding === "valid" || padding === "same" ? [0, 0] : padding[axis];
    const fitting = padding === "same" ? 1 : r - before - after;
    // Narrower than the dilation, the image could lie between two elements of a window.
    return Math.max(fitting, dilation[axis]) + stream.int(0, Math.max(2, strides[axis]));
  });
  return { attributes: { strides, padding, dilation }, kernel, image: [image[0], image[1]] };
}

/** Batch and channels for an image of this size: empty, one or two, and few where the image is large. */
export function drawAround(
  context: DrawContext,
  [height, width]: readonly [number, number],
): { readonly batch: number; readonly channels: number } {
  const batch = Math.min(context.length(), 2);
  const channels = context.stream.int(1, 2);
  return height * width > 24 ? { batch: Math.min(batch, 1), channels } : { batch, channels };
}

/** Simpler windows first: no dilation, stride 1, then no padding. */
export function simplerWindow<P extends WindowAttributes>(attributes: P): P[] {
  const simpler: P[] = [];
  if (attributes.dilation.some((d) => d !== 1)) simpler.push({ ...attributes, dilation: [1, 1] });
  if (attributes.strides.some((s) => s !== 1)) simpler.push({ ...attributes, strides: [1, 1] });
  if (attributes.padding !== "valid") simpler.push({ ...attributes, padding: "valid" });
  return simpler;
}

/** @throws InvalidProgramError unless x is [batch, height, width, channels] */
export function imageShape(shape: Shape): readonly [number, number, number, number] {
  if (shape.length !== 4) {
    throw new InvalidProgramError(`an image is [batch, height, width, channels], got [${shape.join(", ")}]`);
  }
  return [shape[0], shape[1], shape[2], shape[3]];
}
