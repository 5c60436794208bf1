import { InvalidProgramError } from "../core/errors.js";
import { showShape, stridesOf, type Shape } from "../core/shape.js";
import { walk } from "./axes.js";
import { drawShape } from "./drawShape.js";
import { linear } from "./linear.js";
import { moving } from "./moving.js";
import { register, type DrawContext } from "./op.js";

type StridedSliceAttributes = {
  readonly begin: readonly number[];
  readonly end: readonly number[];
  readonly strides: readonly number[];
  /** Bit a set: begin[a] is ignored, and the slice begins at the first element that its stride allows. */
  readonly beginMask: number;
  readonly endMask: number;
};

/** The positions along one axis that are taken: `count` of them, from `start` on. */
interface Span {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

const masked = (mask: number, axis: number): boolean => (mask & (1 << axis)) !== 0;

/** Negative positions count from the end; those beyond an end are taken for it. */
function spanOf(length: number, axis: number, attributes: StridedSliceAttributes): Span {
  const { begin, end, strides, beginMask, endMask } = attributes;
  const step = strides[axis];
  // One before the first element is where a walk backwards ends.
  const [low, high] = step > 0 ? [0, length] : [-1, length - 1];
  const clamped = (p: number): number => Math.max(low, Math.min(high, p < 0 ? p + length : p));
  const start = masked(beginMask, axis) ? (step > 0 ? low : high) : clamped(begin[axis]);
  const stop = masked(endMask, axis) ? (step > 0 ? high : low) : clamped(end[axis]);
  return { start, step, count: Math.max(0, Math.ceil((stop - start) / step)) };
}

/** @throws InvalidProgramError unless there are whole numbers for every axis, and no stride is 0 */
function spans(x: Shape, attributes: StridedSliceAttributes): Span[] {
  for (const name of ["begin", "end", "strides"] as const) {
    const list: unknown = attributes[name];
    if (!Array.isArray(list) || list.length !== x.length || !list.every(Number.isInteger)) {
      throw new InvalidProgramError(
        `${name} ${JSON.stringify(list)} of ${showShape(x)}: must be a whole number for each axis`,
      );
    }
  }
  if (attributes.strides.includes(0)) {
    throw new InvalidProgramError(`strides [${attributes.strides.join(", ")}]: none may be 0`);
  }
  for (const name of ["beginMask", "endMask"] as const) {
    const mask = attributes[name];
    if (!Number.isInteger(mask) || mask < 0 || mask >= 2 ** x.length) {
      throw new InvalidProgramError(
        `${name} ${mask} of ${showShape(x)}: must be 0 to ${2 ** x.length - 1}, a bit for each axis`,
      );
    }
  }
  return x.map((length, axis) => spanOf(length, axis, attributes));
}

const slicedShape = ([x]: readonly Shape[], attributes: StridedSliceAttributes): Shape =>
  spans(x, attributes).map(({ count }) => count);

/** Strides of the wanted class; one axis at least shows it. */
function drawStrides({ classes, stream }: DrawContext, rank: number): number[] {
  const shown = stream.int(0, rank - 1);
  return Array.from({ length: rank }, (_, axis) => {
    if (classes.strides === "1") return 1;
    const negative = classes.strides === "negative" && (axis === shown || stream.chance(0.5));
    const size = axis === shown && !negative ? stream.int(2, 3) : stream.int(1, 3);
    return negative ? -size : size;
  });
}

/** Where an axis is cut, both written as the class of bounds wants; at least one element is left. */
function drawBounds({ classes, stream }: DrawContext, length: number, step: number): [number, number] {
  const first = stream.int(0, Math.max(0, length - 1));
  const last = stream.int(0, Math.max(0, length - 1));
  const [low, high] = [Math.min(first, last), Math.max(first, last)];
  // The end is not taken any more.
  const [begin, end] = step > 0 ? [low, high + 1] : [high, low - 1];
  if (classes.bounds === "beyond") {
    return step > 0
      ? [-length - stream.int(1, 3), length + stream.int(1, 3)]
      : [length + stream.int(0, 3), -length - stream.int(1, 3)];
  }
  // −1 is the last element: what stands before the first cannot be written from the front.
  const fromBack = (p: number): number => (p < length ? p - length : p);
  return classes.bounds === "from the end" || end < 0 ? [fromBack(begin), fromBack(end)] : [begin, end];
}

function drawStridedSlice(context: DrawContext) {
  const { classes, stream } = context;
  const rank = context.rank(1, 4);
  const x = drawShape(context, rank, [], 60);
  const strides = drawStrides(context, rank);
  const bounds = x.map((length, axis) => drawBounds(context, length, strides[axis]));
  const mask = (wanted: boolean): number => (wanted ? stream.int(1, 2 ** rank - 1) : 0);
  return {
    shapes: [x],
    attributes: {
      begin: bounds.map(([begin]) => begin),
      end: bounds.map(([, end]) => end),
      strides,
      beginMask: mask(classes.masks === "begin" || classes.masks === "both"),
      endMask: mask(classes.masks === "end" || classes.masks === "both"),
    },
  };
}

export const stridedSlice = register<StridedSliceAttributes>({
  ...moving,
  name: "stridedSlice",
  summary: "every strides[axis]-th element of every axis, from begin[axis] to before end[axis]",
  source: "TensorFlow 2, tf.strided_slice, masks of begin and end",
  attributes: {
    strides: { classes: ["1", "positive", "negative"], summary: "steps; negative ones walk backwards" },
    bounds: {
      classes: ["inside", "from the end", "beyond"],
      summary: "how they are written: from the front, as negative numbers, or past the ends",
    },
    masks: {
      classes: ["none", "begin", "end", "both"],
      summary: "which of the bounds are ignored along some axes",
    },
  },
  shape: slicedShape,
  draw: drawStridedSlice,
  adapt([x], { begin, end, strides, beginMask, endMask }) {
    const bits = 2 ** x.length - 1;
    return {
      begin: x.map((_, axis) => begin[axis] ?? 0),
      end: x.map((length, axis) => end[axis] ?? length),
      strides: x.map((_, axis) => strides[axis] ?? 1),
      beginMask: beginMask & bits,
      endMask: endMask & bits,
    };
  },
  simpler: (attributes) => {
    const { strides, beginMask, endMask } = attributes;
    return [
      ...(beginMask !== 0 ? [{ ...attributes, beginMask: 0 }] : []),
      ...(endMask !== 0 ? [{ ...attributes, endMask: 0 }] : []),
      ...strides.flatMap((step, axis) =>
        Math.abs(step) > 1
          ? [{ ...attributes, strides: strides.map((s, a) => (a === axis ? Math.sign(s) : s)) }]
          : [],
      ),
    ];
  },
  ...linear<StridedSliceAttributes>({
    shape: slicedShape,
    taps([x], attributes, visit) {
      const places = spans(x, attributes);
      const strides = stridesOf(x);
      const start = places.reduce((position, span, axis) => position + span.start * strides[axis], 0);
      const steps = places.map(({ step }, axis) => step * strides[axis]);
      walk(slicedShape([x], attributes), steps, start).forEach((i, o) => visit(o, 0, i));
    },
  }),
});
