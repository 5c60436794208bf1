import { InvalidProgramError } from "../core/errors.js";
import type { Shape } from "../core/shape.js";
import { linear, type LinearTaps } from "./linear.js";
import { maximumOver } from "./maximumOver.js";
import { real, register, type Attributes, type DrawContext } from "./op.js";
import { wholeNumbers } from "./wholeNumbers.js";
import {
  axisWindow,
  drawAround,
  drawWindow,
  forEachTap,
  imageShape,
  simplerWindow,
  WINDOW_ATTRIBUTES,
  type AxisWindow,
  type WindowAttributes,
} from "./window.js";

type PoolAttributes = Attributes & WindowAttributes & { readonly window: readonly [number, number] };

function poolGeometry(x: Shape, attributes: PoolAttributes) {
  const [batch, height, width, channels] = imageShape(x);
  const window = wholeNumbers("window", attributes.window, 2);
  const rows = axisWindow(0, height, window[0], attributes);
  const columns = axisWindow(1, width, window[1], attributes);
  requireImage(rows);
  requireImage(columns);
  return { batch, height, width, channels, rows, columns };
}

/** @throws InvalidProgramError when a window reads nothing but padding: it has no maximum and no mean */
function requireImage(window: AxisWindow): void {
  for (let o = 0; o < window.count; o++) {
    let read = 0;
    forEachTap(window, o, () => read++);
    if (read === 0) {
      throw new InvalidProgramError(
        `window ${window.kernel} with stride ${window.stride}, dilation ${window.dilation} and padding ${window.before} reads nothing of the ${window.size} at its place ${o}`,
      );
    }
  }
}

const poolShape = ([x]: readonly Shape[], attributes: PoolAttributes): Shape => {
  const { batch, channels, rows, columns } = poolGeometry(x, attributes);
  return [batch, rows.count, columns.count, channels];
};

/** Visits every (output element, image element) that a pooling window brings together. */
function poolTaps(x: Shape, attributes: PoolAttributes, visit: (o: number, i: number) => void): void {
  const { batch, height, width, channels, rows, columns } = poolGeometry(x, attributes);
  let o = 0;
  for (let b = 0; b < batch; b++) {
    for (let r = 0; r < rows.count; r++) {
      for (let c = 0; c < columns.count; c++) {
        for (let k = 0; k < channels; k++, o++) {
          forEachTap(rows, r, (i) =>
            forEachTap(columns, c, (j) => visit(o, ((b * height + i) * width + j) * channels + k)),
          );
        }
      }
    }
  }
}

function drawPool(context: DrawContext) {
  const { attributes, kernel, image } = drawWindow(context);
  const { batch, channels } = drawAround(context, image);
  return {
    shapes: [[batch, ...image, channels]],
    attributes: { ...attributes, window: kernel } as PoolAttributes,
  };
}

/** Padding below the window's reach: then no window lies in it altogether. */
function limitPadding(attributes: PoolAttributes): PoolAttributes {
  const { padding, window, dilation } = attributes;
  if (padding === "valid" || padding === "same") return attributes;
  const limit = (axis: 0 | 1): [number, number] => {
    const most = (window[axis] - 1) * dilation[axis];
    return [Math.min(padding[axis][0], most), Math.min(padding[axis][1], most)];
  };
  return { ...attributes, padding: [limit(0), limit(1)] };
}

/** A smaller image takes a smaller window, with its elements less far apart. */
function adaptPool([x]: readonly Shape[], attributes: PoolAttributes): PoolAttributes | undefined {
  if (x.length !== 4 || x[1] === 0 || x[2] === 0) return undefined;
  const { padding } = attributes;
  const dilationOf = (axis: 0 | 1): number => Math.min(attributes.dilation[axis], x[axis + 1]);
  const windowOf = (axis: 0 | 1): number => {
    const [before, after] = padding === "valid" || padding === "same" ? [0, 0] : padding[axis];
    const size = x[axis + 1];
    const wanted = attributes.window[axis];
    const dilation = dilationOf(axis);
    const fits = padding === "same" || (wanted - 1) * dilation < before + size + after;
    return fits ? wanted : Math.floor((size - 1) / dilation) + 1;
  };
  return limitPadding({
    ...attributes,
    window: [windowOf(0), windowOf(1)],
    dilation: [dilationOf(0), dilationOf(1)],
  });
}

const simplerPool = (attributes: PoolAttributes): PoolAttributes[] =>
  [
    ...simplerWindow(attributes),
    ...([0, 1] as const)
      .filter((axis) => attributes.window[axis] > 1)
      .map((axis) => ({
        ...attributes,
        window: attributes.window.map((size, a) => (a === axis ? size - 1 : size)) as [number, number],
      })),
  ].map(limitPadding);

const shared = {
  version: 1,
  family: "convolution and pooling",
  attributes: WINDOW_ATTRIBUTES,
  arity: { low: 1, high: 1 },
  inputs: () => [{ name: "x", domain: real }],
  kinks: [],
  shape: poolShape,
  draw: drawPool,
  adapt: adaptPool,
  simpler: simplerPool,
  textbook: [],
} as const;

export const maxPool2d = register<PoolAttributes>({
  ...shared,
  name: "maxPool2d",
  summary: "largest value in each window of [batch, height, width, channels]; padding never wins",
  source: "ONNX MaxPool-12",
  kinks: [{ at: "tied values in a window", convention: "equal shares" }],
  ...maximumOver<PoolAttributes>({
    shape: poolShape,
    taps: ([x], attributes, visit) => poolTaps(x, attributes, visit),
  }),
});

const averageTaps: LinearTaps<PoolAttributes> = {
  shape: poolShape,
  taps: ([x], attributes, visit) => poolTaps(x, attributes, (o, i) => visit(o, 0, i)),
};

export const avgPool2d = register<PoolAttributes>({
  ...shared,
  name: "avgPool2d",
  summary: "mean of each window of [batch, height, width, channels]; padding is not counted",
  source: "ONNX AveragePool-19 with count_include_pad = 0",
  ...linear({ ...averageTaps, average: "quotient" }),
  // TensorFlow.js multiplies cotangents by 1 / n.
  textbook: [linear({ ...averageTaps, average: "reciprocal" })],
});
