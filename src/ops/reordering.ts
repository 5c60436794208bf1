import { InvalidProgramError } from "../core/errors.js";
import { normalizeAxis, sizeOf, stridesOf, type Shape } from "../core/shape.js";
import { normalizeAxes, walk, type Axes } from "./axes.js";
import { drawShape } from "./drawShape.js";
import { linear } from "./linear.js";
import { moving } from "./moving.js";
import { register, type DrawContext } from "./op.js";

/** Ops that put the elements of an axis into another order. */

type FlipAttributes = { readonly axes: Axes };

const AXES = {
  classes: ["all", "first", "last", "several", "negative"],
  summary: "along which axes; negative ones count from the end",
} as const;

/** Axes of the wanted class, at times by their negative names. @domain rank ≥ 1, and ≥ 2 for several */
function drawAxes({ classes, stream }: DrawContext, rank: number): Axes {
  if (classes.axes === "all") return "all";
  if (classes.axes === "first") return [0];
  if (classes.axes === "last") return [rank - 1];
  if (classes.axes === "negative") return [-stream.int(1, rank)];
  const some = stream.permutation(rank).slice(0, stream.int(2, rank));
  return some.map((axis) => (stream.chance(0.3) ? axis - rank : axis));
}

const lowestRank = ({ classes }: DrawContext): number =>
  classes.axes === "all" ? 0 : classes.axes === "several" ? 2 : 1;

/** The axes that another rank still has. */
const remaining = (axes: readonly number[], rank: number): number[] =>
  axes.filter((axis) => axis >= -rank && axis < rank);

function flippedShape([x]: readonly Shape[], { axes }: FlipAttributes): Shape {
  normalizeAxes(axes, x.length);
  return x;
}

export const flip = register<FlipAttributes>({
  ...moving,
  name: "flip",
  summary: "the elements in reverse order along the axes",
  source: "Python Array API 2023.12, flip",
  attributes: { axes: AXES },
  shape: flippedShape,
  draw(context) {
    const rank = context.rank(lowestRank(context), 4);
    return { shapes: [drawShape(context, rank)], attributes: { axes: drawAxes(context, rank) } };
  },
  adapt([x], { axes }) {
    if (axes === "all") return { axes };
    const left = remaining(axes, x.length);
    const distinct = left.filter(
      (axis, i) => left.findIndex((other) => (other - axis) % x.length === 0) === i,
    );
    return distinct.length > 0 ? { axes: distinct } : undefined;
  },
  simpler: ({ axes }) => [
    ...(axes === "all" ? [] : [{ axes: "all" as const }]),
    ...(axes !== "all" && axes.length > 1 ? axes.map((axis) => ({ axes: [axis] })) : []),
  ],
  ...linear<FlipAttributes>({
    shape: flippedShape,
    taps([x], { axes }, visit) {
      const strides = stridesOf(x);
      let start = 0;
      for (const axis of normalizeAxes(axes, x.length)) {
        start += (x[axis] - 1) * strides[axis];
        strides[axis] = -strides[axis];
      }
      walk(x, strides, start).forEach((i, o) => visit(o, 0, i));
    },
  }),
});

type RollAttributes = { readonly shift: readonly number[]; readonly axes: Axes };

function rolledShape([x]: readonly Shape[], { shift, axes }: RollAttributes): Shape {
  if (axes !== "all" && !Array.isArray(axes)) {
    throw new InvalidProgramError(`axes ${JSON.stringify(axes)}: must be "all" or a list of axes`);
  }
  const count = axes === "all" ? 1 : axes.length;
  if (!Array.isArray(shift) || shift.length !== count || !shift.every(Number.isInteger)) {
    throw new InvalidProgramError(
      `shift ${JSON.stringify(shift)}: must be a whole number for each of the axes ${JSON.stringify(axes)}`,
    );
  }
  // An axis named twice is moved twice.
  if (axes !== "all") for (const axis of axes) normalizeAxis(axis, x.length);
  return x;
}

/** The remainder that is not negative. */
const wrapped = (p: number, length: number): number => ((p % length) + length) % length;

/** How far each axis of `shape` is moved, all moves of it together. */
function movesOf(
  shape: Shape,
  { shift, axes }: RollAttributes & { readonly axes: readonly number[] },
): number[] {
  const moves = shape.map(() => 0);
  axes.forEach((axis, i) => (moves[normalizeAxis(axis, shape.length)] += shift[i]));
  return moves;
}

export const roll = register<RollAttributes>({
  ...moving,
  name: "roll",
  summary: "every element moved on by shift along the axes; those that leave come in at the other end",
  source: "Python Array API 2023.12, roll",
  attributes: {
    axes: { ...AXES, classes: [...AXES.classes, "repeated"] },
    shift: { classes: ["forward", "backward", "more than once round"], summary: "how far, and which way" },
  },
  shape: rolledShape,
  draw(context) {
    const { classes, stream } = context;
    const rank = context.rank(lowestRank(context), 4);
    const x = drawShape(context, rank);
    const named = drawAxes(
      classes.axes === "repeated" ? { ...context, classes: { ...classes, axes: "first" } } : context,
      rank,
    );
    const axes = named !== "all" && classes.axes === "repeated" ? [...named, named[0]] : named;
    const lengths = axes === "all" ? [sizeOf(x)] : axes.map((axis) => x.at(axis)!);
    const shift = lengths.map((length) => {
      if (classes.shift === "more than once round") return stream.sign() * (length + stream.int(1, 3));
      const within = stream.int(1, Math.max(1, length - 1));
      return classes.shift === "backward" ? -within : within;
    });
    return { shapes: [x], attributes: { shift, axes } };
  },
  adapt([x], { shift, axes }) {
    if (axes === "all") return { shift, axes };
    const kept = axes.flatMap((axis, i) => (axis >= -x.length && axis < x.length ? [i] : []));
    if (kept.length === 0) return undefined;
    return { shift: kept.map((i) => shift[i]), axes: kept.map((i) => axes[i]) };
  },
  simpler: ({ shift, axes }) => [
    ...(axes === "all" ? [] : [{ shift: [shift[0]], axes: "all" as const }]),
    ...(axes !== "all" && axes.length > 1
      ? axes.map((axis, i) => ({ shift: [shift[i]], axes: [axis] }))
      : []),
    ...(shift.some((by) => by !== 1) ? [{ shift: shift.map(() => 1), axes }] : []),
  ],
  ...linear<RollAttributes>({
    shape: rolledShape,
    taps([x], { shift, axes }, visit) {
      // Without axes the array is moved as if it were flat.
      const shape = axes === "all" ? [sizeOf(x)] : x;
      const moves = movesOf(shape, { shift, axes: axes === "all" ? [0] : axes });
      const strides = stridesOf(shape);
      for (let i = 0; i < sizeOf(shape); i++) {
        let o = 0;
        shape.forEach((length, axis) => {
          const p = Math.floor(i / strides[axis]) % length;
          o += wrapped(p + moves[axis], length) * strides[axis];
        });
        visit(o, 0, i);
      }
    },
  }),
});
