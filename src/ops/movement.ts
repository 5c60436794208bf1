import { InvalidProgramError } from "../core/errors.js";
import { normalizeAxis, sameShape, showShape, sizeOf, stridesOf, type Shape } from "../core/shape.js";
import { adaptAxis, AXIS, drawAxis, splitAt, walk } from "./axes.js";
import { drawReshape, drawSlice, drawPaddings, drawPermutation } from "./drawMovement.js";
import { drawShape } from "./drawShape.js";
import { linear } from "./linear.js";
import { moving } from "./moving.js";
import { real, register } from "./op.js";
import { wholeNumbers } from "./wholeNumbers.js";

type ReshapeAttributes = { readonly shape: readonly number[] };
type TransposeAttributes = { readonly permutation: readonly number[] };
type ConcatAttributes = { readonly axis: number };
type SliceAttributes = { readonly begin: readonly number[]; readonly size: readonly number[] };
type PadAttributes = { readonly paddings: readonly (readonly number[])[]; readonly value: number };

function reshapedShape([x]: readonly Shape[], attributes: ReshapeAttributes): Shape {
  const shape = wholeNumbers("shape", attributes.shape);
  if (sizeOf(shape) !== sizeOf(x)) {
    throw new InvalidProgramError(
      `reshape of ${showShape(x)} (${sizeOf(x)} elements) to ${showShape(shape)} (${sizeOf(shape)} elements)`,
    );
  }
  return shape;
}

/** The shape that is nearest to another and holds so many elements: one axis changes, or all become one. */
function resized(shape: Shape, size: number): Shape {
  if (size === 1) return shape.map(() => 1);
  const axis = shape.findIndex((length) => Number.isInteger((length * size) / sizeOf(shape)));
  return axis < 0
    ? [size]
    : shape.map((length, a) => (a === axis ? (length * size) / sizeOf(shape) : length));
}

export const reshape = register<ReshapeAttributes>({
  ...moving,
  name: "reshape",
  summary: "the same elements in row-major order, in another shape",
  source: "Python Array API 2023.12, reshape",
  attributes: {
    shape: {
      classes: ["flatten", "split", "merge", "ones", "scalar"],
      summary:
        "to one axis; one axis to two; two to one; with axes of length 1 more or less; to or from rank 0",
    },
  },
  shape: reshapedShape,
  draw: drawReshape,
  adapt: ([x], { shape }) => ({ shape: resized(shape, sizeOf(x)) }),
  simpler: ({ shape }) => (shape.length === 1 ? [] : [{ shape: [sizeOf(shape)] }]),
  ...linear<ReshapeAttributes>({
    shape: reshapedShape,
    taps([x], _attributes, visit) {
      for (let i = 0; i < sizeOf(x); i++) visit(i, 0, i);
    },
  }),
});

/** Where each axis of the result comes from, counted from the front. */
function normalizePermutation(rank: number, { permutation }: TransposeAttributes): number[] {
  const axes = Array.isArray(permutation) ? permutation.map((axis: number) => normalizeAxis(axis, rank)) : [];
  if (axes.length !== rank || new Set(axes).size !== rank) {
    throw new InvalidProgramError(
      `permutation ${JSON.stringify(permutation)}: must name each of ${rank} axes once`,
    );
  }
  return axes;
}

const transposedShape = ([x]: readonly Shape[], attributes: TransposeAttributes): Shape =>
  normalizePermutation(x.length, attributes).map((axis) => x[axis]);

export const transpose = register<TransposeAttributes>({
  ...moving,
  name: "transpose",
  summary: "axis j of the result is axis permutation[j] of x",
  source: "Python Array API 2023.12, permute_dims",
  attributes: {
    permutation: {
      classes: ["identity", "reverse", "swap", "cycle"],
      summary: "a cycle differs from its inverse: only it tells a permutation from the way back",
    },
  },
  shape: transposedShape,
  draw: drawPermutation,
  adapt: ([x], { permutation }) => ({ permutation: permutation.filter((axis) => axis < x.length) }),
  simpler({ permutation }) {
    const identity = permutation.map((_, axis) => axis);
    return sameShape(permutation, identity) ? [] : [{ permutation: identity }];
  },
  ...linear<TransposeAttributes>({
    shape: transposedShape,
    taps([x], attributes, visit) {
      const axes = normalizePermutation(x.length, attributes);
      const strides = stridesOf(x);
      walk(
        axes.map((axis) => x[axis]),
        axes.map((axis) => strides[axis]),
      ).forEach((i, o) => visit(o, 0, i));
    },
  }),
});

function concatShape(shapes: readonly Shape[], { axis }: ConcatAttributes): Shape {
  const [first] = shapes;
  const at = normalizeAxis(axis, first.length);
  const others = (shape: Shape): number[] => shape.filter((_, a) => a !== at);
  for (const shape of shapes) {
    if (shape.length !== first.length || !sameShape(others(shape), others(first))) {
      throw new InvalidProgramError(
        `concat of ${shapes.map(showShape).join(", ")} along axis ${axis}: the other axes must agree`,
      );
    }
  }
  const total = shapes.reduce((length, shape) => length + shape[at], 0);
  return first.map((length, a) => (a === at ? total : length));
}

export const concat = register<ConcatAttributes>({
  ...moving,
  name: "concat",
  summary: "arrays joined along an axis that they have",
  source: "Python Array API 2023.12, concat",
  attributes: { axis: AXIS, count: { classes: ["2", "3+"], summary: "how many arrays" } },
  arity: { low: 1, high: Infinity },
  inputs: (count) => Array.from({ length: count }, (_, k) => ({ name: `x${k}`, domain: real })),
  shape: concatShape,
  draw(context) {
    const rank = context.rank(1, 3);
    const axis = drawAxis(context, rank);
    const count = context.classes.count === "2" ? 2 : context.stream.int(3, 4);
    const first = drawShape(context, rank, [], 30);
    const at = normalizeAxis(axis, rank);
    const slab = sizeOf(first.map((length, a) => (a === at ? 1 : length)));
    const longest = Math.floor(30 / Math.max(1, slab));
    const shapes = Array.from({ length: count }, (_, k) =>
      first.map((length, a) => (a === at && k > 0 ? Math.min(context.length(), longest) : length)),
    );
    return { shapes, attributes: { axis } };
  },
  adapt: ([x], attributes) => adaptAxis(x.length, attributes),
  simpler: ({ axis }) => (axis === 0 ? [] : [{ axis: 0 }]),
  ...linear<ConcatAttributes>({
    shape: concatShape,
    taps(shapes, { axis }, visit) {
      const { length: total, inner } = splitAt(concatShape(shapes, { axis }), axis);
      let offset = 0;
      shapes.forEach((shape, k) => {
        const { outer, length } = splitAt(shape, axis);
        const run = length * inner;
        for (let a = 0; a < outer; a++) {
          for (let r = 0; r < run; r++) visit((a * total + offset) * inner + r, k, a * run + r);
        }
        offset += length;
      });
    },
  }),
});

function slicedShape([x]: readonly Shape[], attributes: SliceAttributes): Shape {
  const begin = wholeNumbers("begin", attributes.begin, x.length);
  const size = wholeNumbers("size", attributes.size, x.length);
  if (x.some((length, axis) => begin[axis] + size[axis] > length)) {
    throw new InvalidProgramError(
      `slice of ${showShape(x)} from ${showShape(begin)} of size ${showShape(size)} reaches beyond the end`,
    );
  }
  return size;
}

export const slice = register<SliceAttributes>({
  ...moving,
  name: "slice",
  summary: "size[axis] elements of every axis, from begin[axis] on",
  source: "ONNX Slice-13 with steps of 1",
  attributes: {
    begin: { classes: ["origin", "inside"], summary: "from the start of every axis, or not" },
    size: { classes: ["rest", "part"], summary: "up to the end of every axis, or not" },
  },
  shape: slicedShape,
  draw: drawSlice,
  adapt([x], attributes) {
    const begin = x.map((length, axis) => Math.min(attributes.begin[axis] ?? 0, Math.max(length - 1, 0)));
    const size = x.map((length, axis) => Math.min(attributes.size[axis] ?? length, length - begin[axis]));
    return { begin, size };
  },
  simpler: ({ begin, size }) => [
    ...(begin.some((b) => b > 0) ? [{ begin: begin.map(() => 0), size }] : []),
    ...(size.some((s) => s > 1) ? [{ begin, size: size.map((s) => Math.min(s, 1)) }] : []),
  ],
  ...linear<SliceAttributes>({
    shape: slicedShape,
    taps([x], { begin, size }, visit) {
      const strides = stridesOf(x);
      const start = begin.reduce((position, b, axis) => position + b * strides[axis], 0);
      walk(size, strides, start).forEach((i, o) => visit(o, 0, i));
    },
  }),
});

function paddedShape([x]: readonly Shape[], { paddings, value }: PadAttributes): Shape {
  if (!Array.isArray(paddings) || paddings.length !== x.length) {
    throw new InvalidProgramError(
      `paddings ${JSON.stringify(paddings)} of ${showShape(x)}: must be a pair for each axis`,
    );
  }
  if (typeof value !== "number") {
    throw new InvalidProgramError(`value ${JSON.stringify(value)}: must be a number`);
  }
  return x.map((length, axis) => {
    const [before, after] = wholeNumbers("padding", paddings[axis], 2);
    return before + length + after;
  });
}

export const pad = register<PadAttributes>({
  ...moving,
  name: "pad",
  summary: "elements of one value put before and after every axis",
  source: "ONNX Pad-13, mode constant",
  attributes: {
    paddings: { classes: ["both", "before", "after"], summary: "on which side of an axis" },
    value: { classes: ["zero", "nonzero"], summary: "what is put there" },
  },
  shape: paddedShape,
  draw: drawPaddings,
  adapt: ([x], { paddings, value }) => ({ paddings: x.map((_, axis) => paddings[axis] ?? [0, 0]), value }),
  simpler: ({ paddings, value }) => [
    ...(value === 0 ? [] : [{ paddings, value: 0 }]),
    ...paddings.flatMap((pair, axis) =>
      Math.max(...pair) === 0
        ? []
        : [0, 1].flatMap((most) =>
            Math.max(...pair) > most
              ? [
                  {
                    paddings: paddings.map((p, a) => (a === axis ? p.map((n) => Math.min(n, most)) : p)),
                    value,
                  },
                ]
              : [],
          ),
    ),
  ],
  ...linear<PadAttributes>({
    shape: paddedShape,
    taps([x], attributes, visit) {
      const strides = stridesOf(paddedShape([x], attributes));
      const start = strides.reduce((position, s, axis) => position + attributes.paddings[axis][0] * s, 0);
      walk(x, strides, start).forEach((o, i) => visit(o, 0, i));
    },
    fill: ({ value }) => String(value),
  }),
});
