import type { Shape } from "../core/shape.js";
import { maximumOver } from "./linear.js";
import { real, register, type Attributes, type DrawContext } from "./op.js";
import {
  axisWindow,
  drawWindow,
  forEachTap,
  imageShape,
  simplerWindow,
  WINDOW_ATTRIBUTES,
  type WindowAttributes,
} from "./window.js";

type PoolAttributes = Attributes & WindowAttributes & { readonly window: readonly [number, number] };

function poolGeometry(x: Shape, attributes: PoolAttributes) {
  const [batch, height, width, channels] = imageShape(x);
  const rows = axisWindow(0, height, attributes.window[0], attributes);
  const columns = axisWindow(1, width, attributes.window[1], attributes);
  return { batch, height, width, channels, rows, columns };
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
  const batch = context.length();
  const shape = [Math.min(batch, 2), image[0], image[1], context.stream.int(1, 2)];
  return { shapes: [shape], attributes: { ...attributes, window: kernel } as PoolAttributes };
}

const simplerPool = (attributes: PoolAttributes): PoolAttributes[] => [
  ...simplerWindow(attributes),
  ...([0, 1] as const)
    .filter((axis) => attributes.window[axis] > 1)
    .map((axis) => ({
      ...attributes,
      window: attributes.window.map((size, a) => (a === axis ? size - 1 : size)) as [number, number],
    })),
];

const shared = {
  version: 1,
  family: "convolution and pooling",
  attributes: WINDOW_ATTRIBUTES,
  arity: { low: 1, high: 1 },
  inputs: () => [{ name: "x", domain: real }],
  shape: poolShape,
  draw: drawPool,
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
