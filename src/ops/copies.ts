import { InvalidProgramError } from "../core/errors.js";
import { broadcastIndex, broadcastShapes, sameShape, showShape, type Shape } from "../core/shape.js";
import { drawShape } from "./drawShape.js";
import { linear, type LinearTaps } from "./linear.js";
import { moving } from "./moving.js";
import { register, type Attributes } from "./op.js";
import { wholeNumbers } from "./wholeNumbers.js";

/** Ops that read elements several times: the gradient of an element is the sum of the cotangents of its copies. */

type BroadcastAttributes = { readonly shape: readonly number[] };

function broadcastShape([x]: readonly Shape[], attributes: BroadcastAttributes): Shape {
  const shape = wholeNumbers("shape", attributes.shape);
  if (!sameShape(broadcastShapes([x, shape]), shape)) {
    throw new InvalidProgramError(`broadcast of ${showShape(x)} to ${showShape(shape)}: does not fit`);
  }
  return shape;
}

export const broadcastTo = register<BroadcastAttributes>({
  ...moving,
  name: "broadcastTo",
  summary: "copies along axes of length 1, and along new axes in front",
  source: "Python Array API 2023.12, broadcast_to",
  attributes: {
    shape: {
      classes: ["identity", "scalar", "front", "inside", "several"],
      summary: "nothing is copied; from rank 0; new axes in front; one axis of length 1; several axes",
    },
  },
  shape: broadcastShape,
  draw(context) {
    const { classes, stream } = context;
    const [low, high] = { identity: [0, 4], scalar: [1, 4], front: [2, 5], inside: [1, 4], several: [2, 5] }[
      classes.shape
    ]!;
    const shape = drawShape(context, context.rank(low, high));
    const x = [...shape];
    const copied = stream
      .permutation(shape.length)
      .slice(0, classes.shape === "several" ? stream.int(2, shape.length) : 1);
    if (classes.shape === "inside" || classes.shape === "several") for (const axis of copied) x[axis] = 1;
    if (classes.shape === "scalar") x.length = 0;
    if (classes.shape === "front") x.splice(0, stream.int(1, shape.length - 1));
    return { shapes: [x], attributes: { shape } };
  },
  adapt([x], { shape }) {
    const kept = shape.slice(Math.max(0, shape.length - x.length));
    const front = shape.slice(0, Math.max(0, shape.length - x.length));
    return { shape: [...front, ...x.map((length, axis) => (length === 1 ? (kept[axis] ?? 1) : length))] };
  },
  simpler: ({ shape }) => [
    ...(shape.length > 0 ? [{ shape: shape.slice(1) }] : []),
    ...shape.flatMap((length, axis) =>
      length > 2 ? [{ shape: shape.map((l, a) => (a === axis ? 2 : l)) }] : [],
    ),
  ],
  ...linear<BroadcastAttributes>({
    shape: broadcastShape,
    taps: ([x], { shape }, visit) => broadcastIndex(x, shape).forEach((i, o) => visit(o, 0, i)),
  }),
});

/** For each position along an axis of the result, the position that it copies. */
type Source<P> = (length: number, axis: number, attributes: P) => readonly number[];

/** Taps of an op that treats every axis by itself. */
function axisByAxis<P extends Attributes>(
  check: (x: Shape, attributes: P) => void,
  sourceOf: Source<P>,
): LinearTaps<P> {
  const sources = (x: Shape, attributes: P): (readonly number[])[] => {
    check(x, attributes);
    return x.map((length, axis) => sourceOf(length, axis, attributes));
  };
  return {
    shape: ([x], attributes) => sources(x, attributes).map((source) => source.length),
    taps([x], attributes, visit) {
      let positions = [0];
      sources(x, attributes).forEach((source, axis) => {
        positions = positions.flatMap((position) => source.map((p) => position * x[axis] + p));
      });
      positions.forEach((i, o) => visit(o, 0, i));
    },
  };
}

type TileAttributes = { readonly repetitions: readonly number[] };

const tileTaps = axisByAxis<TileAttributes>(
  (x, { repetitions }) => wholeNumbers("repetitions", repetitions, x.length),
  (length, axis, { repetitions }) => Array.from({ length: length * repetitions[axis] }, (_, p) => p % length),
);

export const tile = register<TileAttributes>({
  ...moving,
  name: "tile",
  summary: "the whole array, repeated along every axis",
  source: "ONNX Tile-13",
  attributes: {
    repetitions: {
      classes: ["none", "one axis", "several axes"],
      summary: "along how many axes it is repeated",
    },
  },
  shape: tileTaps.shape,
  draw(context) {
    const { classes, stream } = context;
    const several = classes.repetitions === "several axes";
    const rank = context.rank(several ? 2 : 1, 4);
    const repetitions = Array.from({ length: rank }, () => 1);
    const axes = stream.permutation(rank).slice(0, several ? 2 : Number(classes.repetitions === "one axis"));
    for (const axis of axes) repetitions[axis] = stream.int(2, 3);
    return { shapes: [drawShape(context, rank, [], several ? 24 : 40)], attributes: { repetitions } };
  },
  adapt: ([x], { repetitions }) => ({ repetitions: x.map((_, axis) => repetitions[axis] ?? 1) }),
  simpler: ({ repetitions }) =>
    repetitions.flatMap((n, axis) =>
      [1, 2].flatMap((fewer) =>
        n > fewer ? [{ repetitions: repetitions.map((r, a) => (a === axis ? fewer : r)) }] : [],
      ),
    ),
  ...linear(tileTaps),
});

type MirrorAttributes = { readonly paddings: readonly (readonly number[])[]; readonly mode: string };

const MODES = ["reflect", "symmetric"] as const;

/** How much may be put on a side: a reflection leaves out the edge itself. */
const mostPadding = (length: number, mode: string): number => (mode === "reflect" ? length - 1 : length);

function checkMirror(x: Shape, { paddings, mode }: MirrorAttributes): void {
  if (!MODES.some((known) => known === mode)) {
    throw new InvalidProgramError(`mode ${JSON.stringify(mode)}: must be one of "${MODES.join('", "')}"`);
  }
  if (!Array.isArray(paddings) || paddings.length !== x.length) {
    throw new InvalidProgramError(
      `paddings ${JSON.stringify(paddings)} of ${showShape(x)}: must be a pair for each axis`,
    );
  }
  x.forEach((length, axis) => {
    const most = wholeNumbers("padding", paddings[axis], 2);
    if (Math.max(...most) > Math.max(0, mostPadding(length, mode))) {
      throw new InvalidProgramError(
        `padding [${most.join(", ")}] of an axis of length ${length}: at most ${Math.max(0, mostPadding(length, mode))} with ${mode}`,
      );
    }
  });
}

const mirrorTaps = axisByAxis<MirrorAttributes>(checkMirror, (length, axis, { paddings, mode }) => {
  const [before, after] = paddings[axis];
  // Symmetric counts the edge twice.
  const edge = mode === "reflect" ? 0 : 1;
  return Array.from({ length: before + length + after }, (_, o) => {
    const p = o - before;
    if (p < 0) return -p - edge;
    return p < length ? p : 2 * (length - 1) - p + edge;
  });
});

export const mirrorPad = register<MirrorAttributes>({
  ...moving,
  name: "mirrorPad",
  summary: "every axis continued by its mirror image, with or without the edge itself",
  source: "ONNX Pad-19, mode reflect; TensorFlow 2, tf.pad, modes REFLECT and SYMMETRIC",
  attributes: {
    mode: { classes: MODES, summary: "reflect leaves out the edge itself, symmetric repeats it" },
    paddings: { classes: ["none", "both", "before", "after"], summary: "on which side of an axis" },
  },
  shape: mirrorTaps.shape,
  draw(context) {
    const { classes, stream } = context;
    const rank = context.rank(1, 4);
    const x = drawShape(context, rank, [], 20);
    const shown = stream.int(0, rank - 1);
    if (classes.paddings !== "none") x[shown] = Math.max(2, x[shown]);
    const paddings = x.map((length, axis) => {
      const most = Math.max(0, Math.min(3, mostPadding(length, classes.mode)));
      const lowest = axis === shown ? 1 : 0;
      // Padding of every axis multiplies: most of the others do without.
      const side = (): number =>
        classes.paddings === "none" || (axis !== shown && stream.chance(0.6)) ? 0 : stream.int(lowest, most);
      const pair = [side(), side()];
      if (classes.paddings === "before") pair[1] = 0;
      if (classes.paddings === "after") pair[0] = 0;
      return pair;
    });
    return { shapes: [x], attributes: { paddings, mode: classes.mode } };
  },
  adapt: ([x], { paddings, mode }) => ({
    mode,
    paddings: x.map((length, axis) =>
      (paddings[axis] ?? [0, 0]).map((n) => Math.min(n, Math.max(0, mostPadding(length, mode)))),
    ),
  }),
  simpler: ({ paddings, mode }) =>
    paddings.flatMap((pair, axis) =>
      [0, 1].flatMap((most) =>
        Math.max(...pair) > most
          ? [{ mode, paddings: paddings.map((p, a) => (a === axis ? p.map((n) => Math.min(n, most)) : p)) }]
          : [],
      ),
    ),
  ...linear(mirrorTaps),
});
