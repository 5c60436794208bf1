import { InvalidProgramError } from "../core/errors.js";
import { showShape, sizeOf, type Shape } from "../core/shape.js";
import type { Attribute } from "./op.js";
import { wholeNumbers } from "./wholeNumbers.js";

/** Windows that slide over the spatial axes of [batch, ...spatial axes, channels], any number of them. */

/** "valid": none; "same": as much as makes the output ⌈size / stride⌉ long; or [before, after] of each axis. */
export type Padding = "valid" | "same" | readonly (readonly number[])[];

/** One number for each spatial axis, outermost first. */
export interface WindowAttributes {
  readonly strides: readonly number[];
  readonly padding: Padding;
  readonly dilation: readonly number[];
  /**
   * "ceil": a last window that reaches beyond explicit padding is counted too, if it begins in the image. The other
   * paddings say themselves how many windows there are. Default "floor".
   */
  readonly rounding?: "floor" | "ceil";
}

/**
 * @param ceil whether the output size of explicit padding can be rounded up
 */
export function windowAttributes({
  axes,
  ceil = false,
}: {
  readonly axes: number;
  readonly ceil?: boolean;
}): Readonly<Record<"padding" | "strides" | "dilation", Attribute>> {
  // One axis has nothing to be unequal to.
  const unequal = axes > 1 ? ["unequal"] : [];
  return {
    padding: {
      classes: ["valid", "same", "explicit", ...(ceil ? ["ceil"] : [])],
      summary:
        "zeros (or nothing, for pooling) around the image" +
        (ceil ? "; ceil: explicit, and a last window that reaches beyond them is counted too" : ""),
    },
    strides: {
      classes: ["1", "2", ...unequal, "wide"],
      summary: "steps of the window along each axis; wide: larger than the window",
    },
    dilation: {
      classes: ["1", "2", ...unequal],
      summary: "spacing of the elements that a window reads",
    },
  };
}

/** Along one axis: how far apart windows and taps are, what is skipped before the image, how many windows fit. */
export interface AxisWindow {
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly count: number;
  readonly kernel: number;
  readonly size: number;
  /** Windows that rounding up would count although they begin beyond the image: ONNX does not, TensorFlow.js does. */
  readonly dropped: number;
}

/**
 * Windows along each spatial axis: none, where one does not fit by less than a stride.
 *
 * @throws InvalidProgramError where not even that
 */
export function windowsOver(image: Shape, kernel: Shape, attributes: WindowAttributes): AxisWindow[] {
  const strides = wholeNumbers("strides", attributes.strides, image.length);
  const dilation = wholeNumbers("dilation", attributes.dilation, image.length);
  const roundUp = roundsUp(attributes);
  return image.map((size, axis) => {
    const [stride, spacing] = [strides[axis], dilation[axis]];
    if (!(stride >= 1 && spacing >= 1 && kernel[axis] >= 1)) {
      throw new InvalidProgramError(
        `window ${kernel[axis]}, stride ${stride}, dilation ${spacing}: each must be at least 1`,
      );
    }
    const reach = (kernel[axis] - 1) * spacing + 1;
    const [before, after] = amounts(attributes.padding, axis, size, stride, reach);
    const rounded = (roundUp ? Math.ceil : Math.floor)((before + size + after - reach) / stride) + 1;
    const count = roundUp ? Math.min(rounded, Math.ceil((before + size) / stride)) : rounded;
    if (count < 0) {
      throw new InvalidProgramError(
        `a window of reach ${reach} does not fit into ${size} with padding ${before} and ${after}`,
      );
    }
    const dropped = rounded - count;
    return { stride, dilation: spacing, before, count, kernel: kernel[axis], size, dropped };
  });
}

function roundsUp({ rounding = "floor", padding }: WindowAttributes): boolean {
  if (rounding === "floor") return false;
  if (rounding !== "ceil" || typeof padding === "string") {
    throw new InvalidProgramError(
      `rounding ${JSON.stringify(rounding)} with padding ${JSON.stringify(padding)}: must be "floor", or "ceil" with explicit padding`,
    );
  }
  return true;
}

/** Padding before and after one axis; where "same" needs an odd number, the larger half goes after. */
function amounts(
  padding: Padding,
  axis: number,
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
      `padding ${JSON.stringify(padding)}: must be "valid", "same" or [before, after] of each spatial axis`,
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

/**
 * Whether all libraries agree how many windows there are. Of an image that is a little too small for one, some make
 * an empty result and others make an error.
 */
export const isUndisputed = ({ windows }: Sliding): boolean =>
  windows.every(({ count, dropped }) => count > 0 && dropped === 0);

/** Number of the first window that reads nothing but padding; −1 when there is none. */
export function blindWindow(window: AxisWindow): number {
  for (let o = 0; o < window.count; o++) {
    let read = 0;
    forEachTap(window, o, () => read++);
    if (read === 0) return o;
  }
  return -1;
}

/** Visits (window, place in the image, tap), each counted in row-major order over all spatial axes. */
function forEachMeeting(
  windows: readonly AxisWindow[],
  visit: (window: number, place: number, tap: number) => void,
): void {
  const along = (axis: number, window: number, place: number, tap: number): void => {
    if (axis === windows.length) return visit(window, place, tap);
    const { count, size, kernel } = windows[axis];
    for (let o = 0; o < count; o++) {
      forEachTap(windows[axis], o, (p, t) =>
        along(axis + 1, window * count + o, place * size + p, tap * kernel + t),
      );
    }
  };
  along(0, 0, 0, 0);
}

/** An image of [batch, ...sizes, channels] and the windows over it, which make `out` channels of it. */
export interface Sliding {
  readonly batch: number;
  readonly channels: number;
  readonly out: number;
  /** Parts of equal size into which channels fall; those of one part read those of the same part only. */
  readonly groups: number;
  readonly windows: readonly AxisWindow[];
}

/** Shape of what the windows make. */
export const slidShape = ({ batch, windows, out }: Sliding): Shape => [
  batch,
  ...windows.map(({ count }) => count),
  out,
];

/**
 * Visits every (output element, image element, filter element) that windows bring together.
 *
 * The filter is [...kernel, channels / groups, out]. With as many groups as channels its elements stand in the same
 * order as those of a depthwise filter [...kernel, channels, out / channels].
 */
export function forEachTerm(
  { batch, channels, out, groups, windows }: Sliding,
  visit: (o: number, i: number, f: number) => void,
): void {
  const places = sizeOf(windows.map(({ size }) => size));
  const count = sizeOf(windows.map((window) => window.count));
  const [read, made] = [channels / groups, out / groups];
  for (let b = 0; b < batch; b++) {
    forEachMeeting(windows, (window, place, tap) => {
      for (let k = 0; k < out; k++) {
        const o = (b * count + window) * out + k;
        const i = (b * places + place) * channels + Math.floor(k / made) * read;
        for (let p = 0; p < read; p++) visit(o, i + p, (tap * read + p) * out + k);
      }
    });
  }
}

/** What the spatial axes are called, outermost first. */
export const spatialNames = (axes: number): string => ["depth", "height", "width"].slice(-axes).join(", ");

/** @throws InvalidProgramError unless x is [batch, ...spatial axes, channels] */
export function imageShape(
  shape: Shape,
  axes: number,
): { readonly batch: number; readonly image: Shape; readonly channels: number } {
  if (shape.length !== axes + 2) {
    throw new InvalidProgramError(
      `an image is [batch, ${spatialNames(axes)}, channels], got ${showShape(shape)}`,
    );
  }
  return { batch: shape[0], image: shape.slice(1, -1), channels: shape[axes + 1] };
}
