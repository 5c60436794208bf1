import { InvalidProgramError } from "../core/errors.js";
import { sameShape, showShape, sizeOf, stridesOf, type Shape } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { drawShape } from "./drawShape.js";
import { attribute, checkNumber } from "./elementwise.js";
import { linear, zeros } from "./linear.js";
import { index, real, register, type Attribute, type DrawContext } from "./op.js";
import { wholeNumbers } from "./wholeNumbers.js";

/** Ops whose positions are rows of an index array: the last axis names a place along each of the leading axes. */

const shared = {
  version: 1,
  family: "indexing",
  arity: { low: 2, high: 2 },
  kinks: [],
  textbook: [],
} as const;

/** Of positions [..., depth] in an array of the given shape: how many rows, and the size of what each names. */
function slicesOf(shape: Shape, positions: Shape) {
  const depth = positions.at(-1);
  if (depth === undefined || depth === 0 || depth > shape.length) {
    throw new InvalidProgramError(
      `indices of shape ${showShape(positions)} into ${showShape(shape)}: the last axis must name 1 to ${shape.length} places`,
    );
  }
  return {
    depth,
    count: sizeOf(positions.slice(0, -1)),
    size: sizeOf(shape.slice(depth)),
    rest: shape.slice(depth),
  };
}

const inRange = (position: number, length: number): boolean =>
  Number.isInteger(position) && position >= 0 && position < length;

/** The first element that row r names. @throws InvalidProgramError when a position is out of range */
function startOf(shape: Shape, depth: number, positions: readonly number[], r: number): number {
  const strides = stridesOf(shape);
  let start = 0;
  for (let axis = 0; axis < depth; axis++) {
    const position = positions[r * depth + axis];
    if (!inRange(position, shape[axis])) {
      throw new InvalidProgramError(`index ${position} is not one of 0..${shape[axis] - 1}, axis ${axis}`);
    }
    start += position * strides[axis];
  }
  return start;
}

const allInRange = (shape: Shape, { shape: rows, data }: Tensor): boolean =>
  data.every((position, i) => inRange(position, shape[i % rows[rows.length - 1]]));

const intoRange = (shape: Shape, { shape: rows, data }: Tensor): Tensor => ({
  shape: rows,
  data: data.map((position, i) =>
    Math.min(position, Math.max(0, (shape[i % rows[rows.length - 1]] ?? 1) - 1)),
  ),
});

const INDICES: Attribute = {
  classes: ["unique", "repeated", "one row", "several axes"],
  summary: "rows of positions: all different, some equal, without an axis of rows, with two of them",
};

const DEPTH: Attribute = {
  classes: ["first axis", "some axes", "all axes"],
  summary: "whether a row names a slice or a single element",
};

/** An array to read or write, and rows of positions in it. */
function drawPositions(context: DrawContext) {
  const { classes, stream } = context;
  const rank = context.rank(classes.depth === "some axes" ? 3 : classes.depth === "first axis" ? 2 : 1, 4);
  const depth =
    classes.depth === "first axis" ? 1 : classes.depth === "all axes" ? rank : stream.int(2, rank - 1);
  const named = Array.from({ length: depth }, (_, axis) => axis);
  const shape = drawShape(context, rank, named, 40);
  const row = (): number[] => named.map((axis) => stream.int(0, shape[axis] - 1));
  const drawn: Readonly<Record<string, () => [number[], number[][]]>> = {
    unique() {
      const all = stream.permutation(sizeOf(shape.slice(0, depth)));
      const places = all.slice(0, Math.min(context.length(), all.length));
      const strides = stridesOf(shape.slice(0, depth));
      return [
        [places.length],
        places.map((place) => strides.map((stride, axis) => Math.floor(place / stride) % shape[axis])),
      ];
    },
    repeated() {
      const list = Array.from({ length: stream.int(2, 4) }, row);
      list[0] = list[list.length - 1];
      return [[list.length], list];
    },
    "one row": () => [[], [row()]],
    "several axes"() {
      const counts = [stream.int(1, 2), Math.min(context.length(), 3)];
      return [counts, Array.from({ length: sizeOf(counts) }, row)];
    },
  };
  const [counts, list] = drawn[classes.indices]();
  return { shape, depth, counts, positions: list.flat() };
}

type NoAttributes = Readonly<Record<string, never>>;

const gatheredShape = ([x, indices]: readonly Shape[]): Shape => [
  ...indices.slice(0, -1),
  ...slicesOf(x, indices).rest,
];

export const gatherND = register<NoAttributes>({
  ...shared,
  name: "gatherND",
  summary: "the elements or slices of x that the rows of indices name",
  source: "ONNX GatherND-13 with no batch axes, indices not negative",
  attributes: { indices: INDICES, depth: DEPTH },
  inputs: () => [
    { name: "x", domain: real },
    { name: "indices", domain: index },
  ],
  shape: gatheredShape,
  draw(context) {
    const { shape, depth, counts, positions } = drawPositions(context);
    return { shapes: [shape, [...counts, depth]], attributes: {}, values: [undefined, positions] };
  },
  repair: ([x, indices]) => [x, intoRange(x.shape, indices)],
  accepts: ([x, indices]) => allInRange(x.shape, indices),
  ...linear<NoAttributes>({
    shape: gatheredShape,
    positions: 1,
    taps([x, indices], _attributes, visit, positions) {
      const { depth, count, size } = slicesOf(x, indices);
      for (let r = 0; r < count; r++) {
        const start = startOf(x, depth, positions, r);
        for (let e = 0; e < size; e++) visit(r * size + e, 0, start + e);
      }
    },
  }),
});

type ScatterAttributes = { readonly shape: readonly number[] };

function scatteredShape([indices, updates]: readonly Shape[], attributes: ScatterAttributes): Shape {
  const shape = wholeNumbers("shape", attributes.shape);
  const { rest } = slicesOf(shape, indices);
  if (!sameShape(updates, [...indices.slice(0, -1), ...rest])) {
    throw new InvalidProgramError(
      `scatter of ${showShape(updates)} at ${showShape(indices)} into ${showShape(shape)}: does not fit`,
    );
  }
  return shape;
}

export const scatterND = register<ScatterAttributes>({
  ...shared,
  name: "scatterND",
  summary: "zeros, with the updates added at the places that the rows of indices name; repeated ones add up",
  source: "TensorFlow 2, tf.scatter_nd",
  attributes: { indices: INDICES, depth: DEPTH },
  inputs: () => [
    { name: "indices", domain: index },
    { name: "updates", domain: real },
  ],
  shape: scatteredShape,
  draw(context) {
    const { shape, depth, counts, positions } = drawPositions(context);
    const updates = [...counts, ...shape.slice(depth)];
    return { shapes: [[...counts, depth], updates], attributes: { shape }, values: [positions, undefined] };
  },
  adapt([indices, updates], { shape }) {
    const depth = indices.at(-1) ?? 0;
    return { shape: [...shape.slice(0, depth), ...updates.slice(indices.length - 1)] };
  },
  simpler: ({ shape }) =>
    shape.flatMap((length, axis) =>
      length > 1 ? [{ shape: shape.map((l, a) => (a === axis ? l - 1 : l)) }] : [],
    ),
  repair: ([indices, updates], { shape }) => [intoRange(shape, indices), updates],
  accepts: ([indices], { shape }) => allInRange(shape, indices),
  ...linear<ScatterAttributes>({
    shape: scatteredShape,
    positions: 0,
    taps([indices], { shape }, visit, positions) {
      const { depth, count, size } = slicesOf(shape, indices);
      for (let r = 0; r < count; r++) {
        const start = startOf(shape, depth, positions, r);
        for (let e = 0; e < size; e++) visit(start + e, 1, r * size + e);
      }
    },
  }),
});

type OneHotAttributes = { readonly depth: number; readonly onValue: number; readonly offValue: number };

function oneHotShape([indices]: readonly Shape[], { depth, onValue, offValue }: OneHotAttributes): Shape {
  checkNumber("onValue", onValue);
  checkNumber("offValue", offValue);
  return [...indices, ...wholeNumbers("depth", [depth])];
}

export const oneHot = register<OneHotAttributes>({
  ...shared,
  name: "oneHot",
  summary:
    "a row for each index: onValue at its place, offValue elsewhere, and everywhere when it is not below depth",
  source: "ONNX OneHot-11, the new axis last, indices not negative",
  arity: { low: 1, high: 1 },
  attributes: {
    values: { classes: ["1 and 0", "others"], summary: "what stands at the place and elsewhere" },
    indices: { classes: ["inside", "some outside"], summary: "whether every index is below depth" },
  },
  inputs: () => [{ name: "indices", domain: index }],
  shape: oneHotShape,
  draw(context) {
    const { classes, stream } = context;
    // Libraries have no row of one element.
    const depth = stream.int(2, 5);
    const shape = drawShape(context, context.rank(0, 3), [], 12);
    const highest = classes.indices === "inside" ? depth - 1 : depth + 1;
    const positions = Array.from({ length: sizeOf(shape) }, () => stream.int(0, highest));
    if (classes.indices === "some outside" && positions.length > 0) positions[0] = depth;
    const [onValue, offValue] =
      classes.values === "1 and 0"
        ? [1, 0]
        : stream.pick([
            [0.75, -0.25],
            [-1, 1],
            [0, 1],
            [5, 0.5],
          ] as const);
    return { shapes: [shape], attributes: { depth, onValue, offValue }, values: [positions] };
  },
  simpler: ({ depth, onValue, offValue }) => [
    ...(onValue === 1 && offValue === 0 ? [] : [{ depth, onValue: 1, offValue: 0 }]),
    ...(depth > 2 ? [{ depth: depth - 1, onValue, offValue }] : []),
  ],
  meaning(A, [indices], attributes) {
    const { depth, onValue, offValue } = attributes;
    const shape = oneHotShape([indices.shape], attributes);
    const data = A.array(sizeOf(shape));
    for (let i = 0; i < indices.data.length; i++) {
      for (let p = 0; p < depth; p++) {
        const hit = A.toNumber(indices.data[i]) === p;
        data[i * depth + p] = attribute(A, hit ? onValue : offValue);
      }
    }
    return { shape, data };
  },
  jvp: (A, _dxs, _xs, y) => zeros(A, y.shape),
  vjp: () => [null],
});
