import type { Algebra } from "../core/algebra.js";
import { InvalidProgramError } from "../core/errors.js";
import { showShape, sizeOf, stridesOf, type Shape } from "../core/shape.js";
import type { NdArray } from "../core/tensor.js";
import { bilinear } from "./bilinear.js";
import { linear, type Rules } from "./linear.js";
import { real, register, type DrawContext } from "./op.js";
import {
  COORDINATES,
  exactWeight,
  nearestPixel,
  neighboursOf,
  roundedPosition,
  roundedWeight,
  type Coordinates,
  type Neighbour,
  type ResizedAxis,
} from "./sampling.js";
import { wholeNumbers } from "./wholeNumbers.js";
import { imageShape } from "./window.js";

type ResizeAttributes = { readonly size: readonly number[]; readonly coordinates: Coordinates };
type BlockAttributes = { readonly blockSize: number };

const shared = {
  version: 1,
  family: "resizing",
  arity: { low: 1, high: 1 },
  inputs: () => [{ name: "x", domain: real }],
  kinks: [],
  textbook: [],
} as const;

/** @throws InvalidProgramError unless there are pixels before and after */
function resizedShape([x]: readonly Shape[], { size, coordinates }: ResizeAttributes): Shape {
  const { batch, image, channels } = imageShape(x, 2);
  wholeNumbers("size", size, 2);
  if (image.includes(0) || size.includes(0)) {
    throw new InvalidProgramError(`resizing ${showShape(image)} to ${showShape(size)}: no size may be 0`);
  }
  if (!COORDINATES.includes(coordinates)) {
    throw new InvalidProgramError(
      `coordinates ${JSON.stringify(coordinates)}: must be one of ${COORDINATES.join(", ")}`,
    );
  }
  return [batch, ...size, channels];
}

const axesOf = (x: Shape, { size, coordinates }: ResizeAttributes): ResizedAxis[] =>
  size.map((to, axis) => ({ from: x[axis + 1], to, coordinates }));

/** Position of [image, row, column, channel 0] in an array of images. */
const pixelAt = (shape: Shape): ((b: number, row: number, column: number) => number) => {
  const [perImage, perRow, perColumn] = stridesOf(shape);
  return (b, row, column) => b * perImage + row * perRow + column * perColumn;
};

function forEachPixel(
  [batch, height, width]: Shape,
  visit: (b: number, row: number, column: number) => void,
): void {
  for (let b = 0; b < batch; b++) {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) visit(b, row, column);
    }
  }
}

/**
 * Lengths of an axis before and after. At these lengths, and at any up to 16, libraries that compute positions in
 * float32 select the pixels that exact fractions do.
 */
function drawLengths({ stream }: DrawContext, wanted: string): [number, number] {
  const short = stream.chance(0.06) ? 1 : stream.int(2, 3);
  const long = short + stream.int(1, 4);
  if (wanted === "up") return [short, long];
  if (wanted === "down") return [long, short];
  return wanted === "one" ? [long, 1] : [short, short];
}

function drawResize(context: DrawContext) {
  const { stream, classes } = context;
  const wanted = classes.size === "mixed" ? ["up", "down"] : [classes.size, classes.size];
  // The other axis need not be of one pixel as well.
  if (wanted[1] === "one" && stream.chance(0.7)) wanted[1] = stream.pick(["up", "down", "same"]);
  const order = stream.permutation(2);
  const lengths = order.map((place) => drawLengths(context, wanted[place]));
  return {
    shapes: [[Math.min(context.length(), 2), ...lengths.map(([from]) => from), stream.int(1, 2)]],
    attributes: {
      size: lengths.map(([, to]) => to),
      coordinates: classes.coordinates as Coordinates,
    },
  };
}

const resize = {
  ...shared,
  attributes: {
    size: {
      classes: ["up", "down", "mixed", "same", "one"],
      summary: "[height, width] of the result: larger, smaller, one of each, as before, or a single pixel",
    },
    coordinates: {
      classes: COORDINATES,
      summary: "where pixels are taken from: at r · from / to, corner on corner, or centre on centre",
    },
  },
  shape: resizedShape,
  draw: drawResize,
  simpler: ({ size, coordinates }: ResizeAttributes): ResizeAttributes[] => [
    ...size.flatMap((length, axis) =>
      length > 1
        ? [
            { size: size.with(axis, 1), coordinates },
            { size: size.with(axis, length - 1), coordinates },
          ]
        : [],
    ),
    ...(coordinates === "asymmetric" ? [] : [{ size, coordinates: "asymmetric" as const }]),
  ],
};

export const resizeNearest = register<ResizeAttributes>({
  ...resize,
  name: "resizeNearest",
  // Which pixel is taken depends on sizes alone: it jumps between sizes, and has no kink in x.
  summary:
    "each pixel of [batch, height, width, channels] in its new size is one of the old: that at or before its position, with the other coordinates the nearest, of two the later",
  source: "Python API of TensorFlow 2.16, tf.raw_ops.ResizeNearestNeighbor; ONNX Resize-19",
  ...linear<ResizeAttributes>({
    shape: resizedShape,
    taps([x], attributes, visit) {
      const y = resizedShape([x], attributes);
      const channels = y[3];
      const [rows, columns] = axesOf(x, attributes);
      const [to, from] = [pixelAt(y), pixelAt(x)];
      forEachPixel(y, (b, r, c) => {
        const pixel = from(b, nearestPixel(rows, r), nearestPixel(columns, c));
        for (let k = 0; k < channels; k++) visit(to(b, r, c) + k, 0, pixel + k);
      });
    },
  }),
});

/** The contribution of each pair of a neighbour along height and one along width; sizes alone decide it. */
function weightsOf<T>(
  A: Algebra<T>,
  x: Shape,
  attributes: ResizeAttributes,
  weight: (neighbour: Neighbour, axis: ResizedAxis) => T,
): NdArray<T> {
  const [rows, columns] = axesOf(x, attributes).map((axis) =>
    neighboursOf(axis).map((neighbour) => weight(neighbour, axis)),
  );
  const data = A.array(rows.length * columns.length);
  rows.forEach((row, r) =>
    columns.forEach((column, c) => (data[r * columns.length + c] = A.mul(row, column))),
  );
  return { shape: [rows.length, columns.length], data };
}

const product = bilinear<ResizeAttributes>({
  shape: ([x], attributes) => resizedShape([x], attributes),
  taps([x], attributes, visit) {
    const y = resizedShape([x], attributes);
    const [batch, , , channels] = y;
    const [rows, columns] = axesOf(x, attributes).map(neighboursOf);
    const [to, from] = [pixelAt(y), pixelAt(x)];
    for (let b = 0; b < batch; b++) {
      rows.forEach((row, r) =>
        columns.forEach((column, c) => {
          for (let k = 0; k < channels; k++) {
            const o = to(b, row.r, column.r) + k;
            visit(o, from(b, row.pixel, column.pixel) + k, r * columns.length + c);
          }
        }),
      );
    }
  },
});

/** Rules of the product of x with weights that depend on sizes only. */
function interpolation(
  weight: <T>(A: Algebra<T>, neighbour: Neighbour, axis: ResizedAxis) => T,
): Rules<ResizeAttributes> {
  const weights = <T>(A: Algebra<T>, x: NdArray<T>, attributes: ResizeAttributes): NdArray<T> =>
    weightsOf(A, x.shape, attributes, (neighbour, axis) => weight(A, neighbour, axis));
  return {
    meaning: (A, [x], attributes) => product.meaning(A, [x, weights(A, x, attributes)], attributes),
    jvp: (A, [dx], [x], y, attributes) =>
      product.jvp(A, [dx, null], [x, weights(A, x, attributes)], y, attributes),
    vjp: (A, gy, [x], y, attributes) =>
      product.vjp(A, gy, [x, weights(A, x, attributes)], y, attributes).slice(0, 1),
  };
}

/** The pixels around position r of an axis, and how far it is from the first to the second. */
function between<T>(A: Algebra<T>, axis: ResizedAxis, r: number) {
  const position = roundedPosition(A, axis, r);
  const first = Math.floor(A.toNumber(position));
  return {
    first,
    second: Math.min(first + 1, axis.from - 1),
    part: A.sub(position, A.lift(first)),
  };
}

/** Along width, then along height, each as a + (b − a)·part: it loses the digits of b where a is much larger. */
function steps<T>(A: Algebra<T>, [x]: readonly NdArray<T>[], attributes: ResizeAttributes): NdArray<T> {
  const shape = resizedShape([x.shape], attributes);
  const [rows, columns] = axesOf(x.shape, attributes).map((axis) =>
    Array.from({ length: axis.to }, (_, r) => between(A, axis, r)),
  );
  const [to, from] = [pixelAt(shape), pixelAt(x.shape)];
  const data = A.array(sizeOf(shape));
  const step = (a: T, b: T, part: T): T => A.add(a, A.mul(A.sub(b, a), part));
  forEachPixel(shape, (b, r, c) => {
    const [row, column] = [rows[r], columns[c]];
    for (let k = 0; k < shape[3]; k++) {
      const at = (i: number, j: number): T => x.data[from(b, i, j) + k];
      const along = (i: number): T => step(at(i, column.first), at(i, column.second), column.part);
      data[to(b, r, c) + k] = step(along(row.first), along(row.second), row.part);
    }
  });
  return { shape, data };
}

const rounded = interpolation(roundedWeight);

export const resizeBilinear = register<ResizeAttributes>({
  ...resize,
  name: "resizeBilinear",
  summary:
    "each pixel of [batch, height, width, channels] in its new size is the mean of the four around its position, weighted by nearness; beyond the edge counts as the edge",
  source: "Python API of TensorFlow 2.16, tf.raw_ops.ResizeBilinear; ONNX Resize-19",
  ...interpolation(exactWeight),
  textbook: [{ meaning: steps, vjp: rounded.vjp }, { meaning: rounded.meaning }],
});

/** @throws InvalidProgramError unless the channels are a whole number of square blocks */
function spreadShape([x]: readonly Shape[], { blockSize }: BlockAttributes): Shape {
  const { batch, image, channels } = imageShape(x, 2);
  if (!Number.isInteger(blockSize) || blockSize < 2) {
    throw new InvalidProgramError(
      `blockSize ${JSON.stringify(blockSize)}: must be a whole number of at least 2`,
    );
  }
  if (channels % blockSize ** 2 !== 0) {
    throw new InvalidProgramError(
      `depthToSpace of ${showShape(x)}: its channels must be a multiple of ${blockSize}²`,
    );
  }
  return [batch, ...image.map((length) => length * blockSize), channels / blockSize ** 2];
}

export const depthToSpace = register<BlockAttributes>({
  ...shared,
  name: "depthToSpace",
  summary:
    "the channels of each pixel of [batch, height, width, channels] become a square of pixels, row by row",
  source: "ONNX DepthToSpace-13, mode DCR, with channels last",
  attributes: { blockSize: { classes: ["2", "3"], summary: "pixels along each side of the square" } },
  shape: spreadShape,
  draw(context) {
    const { stream, classes } = context;
    const blockSize = Number(classes.blockSize);
    const [height, width] = [stream.int(1, 3), stream.int(1, 3)];
    const channels = blockSize ** 2 * stream.int(1, 2);
    return {
      shapes: [[Math.min(context.length(), 2), height, width, channels]],
      attributes: { blockSize },
    };
  },
  // A square of nine that is cut may still be one of four.
  adapt: ([x], { blockSize }) => ({ blockSize: x[3] % blockSize ** 2 === 0 ? blockSize : 2 }),
  ...linear<BlockAttributes>({
    shape: spreadShape,
    taps([x], attributes, visit) {
      const { blockSize } = attributes;
      const y = spreadShape([x], attributes);
      const channels = y[3];
      const [to, from] = [pixelAt(y), pixelAt(x)];
      forEachPixel(y, (b, r, c) => {
        const pixel = from(b, Math.floor(r / blockSize), Math.floor(c / blockSize));
        const block = ((r % blockSize) * blockSize + (c % blockSize)) * channels;
        for (let k = 0; k < channels; k++) visit(to(b, r, c) + k, 0, pixel + block + k);
      });
    },
  }),
});
