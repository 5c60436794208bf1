import type { Shape } from "../core/shape.js";
import type { Stream } from "../core/random.js";
import type { DrawContext } from "./op.js";
import { windowsOver, type Padding, type WindowAttributes } from "./window.js";

/** Attributes of the wanted classes, with a kernel and an image in which every window reads something. */
export function drawWindow(
  { stream, classes }: DrawContext,
  axes: number,
): { readonly attributes: WindowAttributes; readonly kernel: Shape; readonly image: Shape } {
  const dilation = perAxis(stream, classes.dilation, axes);
  const largest = axes < 3 ? 3 : 2;
  // A dilation means something only where the window has two elements to set apart.
  const kernel = dilation.map((d) => (d > 1 && stream.chance(0.7) ? 2 : stream.int(d > 1 ? 2 : 1, largest)));
  const strides =
    classes.strides === "wide"
      ? kernel.map((k) => k + stream.int(1, 2))
      : perAxis(stream, classes.strides, axes);
  const reach = kernel.map((k, axis) => (k - 1) * dilation[axis] + 1);
  const padding = drawPadding(stream, classes.padding, reach);
  const attributes: WindowAttributes = {
    strides,
    padding,
    dilation,
    ...(classes.padding === "ceil" && { rounding: "ceil" }),
  };
  const image = reach.map((r, axis) => {
    const around = typeof padding === "string" ? 0 : padding[axis][0] + padding[axis][1];
    const fitting = padding === "same" ? 1 : r - around;
    // Narrower than the dilation, the image could lie between two elements of a window.
    return Math.max(fitting, dilation[axis]) + stream.int(0, Math.max(axes < 3 ? 2 : 1, strides[axis]));
  });
  // A last window that would lie in the padding does not any more in a longer image.
  const beyond = (): number => windowsOver(image, kernel, attributes).findIndex(({ dropped }) => dropped > 0);
  for (let axis = beyond(); axis >= 0; axis = beyond()) image[axis]++;
  return { attributes, kernel, image };
}

function perAxis(stream: Stream, wanted: string, axes: number): number[] {
  if (wanted !== "unequal") return Array.from({ length: axes }, () => Number(wanted));
  const turn = stream.int(0, 2);
  return stream.permutation(axes).map((place) => 1 + ((place + turn) % 3));
}

/** Below the reach, so that the first window already meets the image. */
function drawPadding(stream: Stream, wanted: string, reach: readonly number[]): Padding {
  if (wanted === "valid" || wanted === "same") return wanted;
  // Many libraries take one number for all sides.
  if (stream.chance(0.3)) {
    const amount = stream.int(0, Math.min(...reach) - 1);
    return reach.map(() => [amount, amount]);
  }
  return reach.map((r) => [stream.int(0, r - 1), stream.int(0, r - 1)]);
}

/** Batch and channels for an image of this size: empty, one or two, and few where the image is large. */
export function drawAround(
  context: DrawContext,
  image: Shape,
): { readonly batch: number; readonly channels: number } {
  const batch = Math.min(context.length(), 2);
  const channels = context.stream.int(1, 2);
  const size = image.reduce((product, length) => product * length, 1);
  return { batch: size > 24 ? Math.min(batch, 1) : batch, channels: size > 60 ? 1 : channels };
}

/** Simpler windows first: no dilation, stride 1, then no padding. */
export function simplerWindow<P extends WindowAttributes>(attributes: P): P[] {
  const ones = attributes.strides.map(() => 1);
  const simpler: P[] = [];
  if (attributes.dilation.some((d) => d !== 1)) simpler.push({ ...attributes, dilation: ones });
  if (attributes.strides.some((s) => s !== 1)) simpler.push({ ...attributes, strides: ones });
  const { rounding, ...floored } = attributes;
  if (rounding === "ceil") simpler.push(floored as P);
  if (attributes.padding !== "valid") simpler.push({ ...floored, padding: "valid" } as P);
  return simpler;
}
