import { sizeOf } from "../core/shape.js";
import { drawShape } from "./drawShape.js";
import type { DrawContext } from "./op.js";

/** Shapes and attributes for the ops that only move elements. */

export function drawReshape(context: DrawContext) {
  const { stream, classes } = context;
  const drawn: Readonly<Record<string, () => [number[], number[]]>> = {
    flatten() {
      const x = drawShape(context, context.rank(2, 5));
      return [x, [sizeOf(x)]];
    },
    split() {
      const [a, b, ...rest] = drawShape(context, context.rank(2, 3));
      return stream.chance(0.5)
        ? [
            [a * b, ...rest],
            [a, b, ...rest],
          ]
        : [
            [...rest, a * b],
            [...rest, a, b],
          ];
    },
    merge() {
      const [a, b, ...rest] = drawShape(context, context.rank(2, 5));
      return stream.chance(0.5)
        ? [
            [a, b, ...rest],
            [a * b, ...rest],
          ]
        : [
            [...rest, a, b],
            [...rest, a * b],
          ];
    },
    ones() {
      const x = drawShape(context, context.rank(1, 3));
      const at = stream.int(0, x.length);
      const wide = [...x.slice(0, at), 1, ...x.slice(at)];
      return stream.chance(0.5) ? [x, wide] : [wide, x];
    },
    scalar() {
      const ones = Array.from({ length: context.rank(1, 3) }, () => 1);
      return stream.chance(0.5) ? [[], ones] : [ones, []];
    },
  };
  const [x, shape] = drawn[classes.shape]();
  return { shapes: [x], attributes: { shape } };
}

export function drawPermutation(context: DrawContext) {
  const { stream, classes } = context;
  const lowest: Readonly<Record<string, number>> = { identity: 0, reverse: 2, swap: 2, cycle: 3 };
  const rank = context.rank(lowest[classes.permutation], 5);
  const permutation = Array.from({ length: rank }, (_, axis) => axis);
  if (classes.permutation === "reverse") permutation.reverse();
  if (classes.permutation === "swap") {
    const [a, b] = stream.permutation(rank);
    [permutation[a], permutation[b]] = [b, a];
  }
  if (classes.permutation === "cycle") {
    const turns = stream.int(1, rank - 1);
    // Half a turn of four axes is its own inverse.
    permutation.push(...permutation.splice(0, 2 * turns === rank ? 1 : turns));
  }
  return { shapes: [drawShape(context, rank)], attributes: { permutation } };
}

export function drawSlice(context: DrawContext) {
  const { stream, classes } = context;
  const rank = context.rank(1, 5);
  // One axis at least shows the class that is wanted.
  const shown = stream.int(0, rank - 1);
  const x = drawShape(context, rank, [], 50);
  const inside = classes.begin === "inside";
  const part = classes.size === "part";
  x[shown] = Math.max(x[shown], 1 + Number(inside) + Number(part));
  // At least one element stays along every axis that has any: an empty slice shows nothing.
  const begin = x.map((length, axis) => {
    if (!inside) return 0;
    return axis === shown ? stream.int(1, length - 1 - Number(part)) : stream.int(0, Math.max(0, length - 1));
  });
  const size = x.map((length, axis) => {
    const rest = length - begin[axis];
    if (!part) return rest;
    return axis === shown ? stream.int(1, rest - 1) : stream.int(Math.min(1, rest), rest);
  });
  return { shapes: [x], attributes: { begin, size } };
}

/** Float32 holds these, so that padding is the same number for everybody. */
const PAD_VALUES = [-1.5, 0.25, 1, 3] as const;

export function drawPaddings(context: DrawContext) {
  const { stream, classes } = context;
  const rank = context.rank(1, 5);
  const shown = stream.int(0, rank - 1);
  const paddings = Array.from({ length: rank }, (_, axis) => {
    const lowest = axis === shown ? 1 : 0;
    const pair = [stream.int(lowest, 2), stream.int(lowest, 2)];
    if (classes.paddings === "before") pair[1] = 0;
    if (classes.paddings === "after") pair[0] = 0;
    return pair;
  });
  const x = drawShape(context, rank, [], 30);
  // Padding of every axis multiplies: the other axes do without where the result would be large.
  const size = (): number => paddings.reduce((n, pair, axis) => n * (pair[0] + x[axis] + pair[1]), 1);
  for (let axis = 0; axis < rank && size() > 100; axis++) if (axis !== shown) paddings[axis] = [0, 0];
  const value = classes.value === "zero" ? 0 : stream.pick(PAD_VALUES);
  return { shapes: [x], attributes: { paddings, value } };
}
