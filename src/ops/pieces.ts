import { InvalidProgramError } from "../core/errors.js";
import { normalizeAxis, showShape, type Shape } from "../core/shape.js";
import { adaptAxis, AXIS, drawAxis, splitAt } from "./axes.js";
import { drawShape } from "./drawShape.js";
import { linear } from "./linear.js";
import { moving } from "./moving.js";
import { bundleShape, register, type DrawContext } from "./op.js";
import { wholeNumbers } from "./wholeNumbers.js";

/** Ops that cut an array into several along one axis. */

type SplitAttributes = { readonly axis: number; readonly sizes: readonly number[] };
type UnstackAttributes = { readonly axis: number };

/** Visits the elements of pieces of the given lengths along an axis, piece by piece, each in row-major order. */
function visitPieces(
  x: Shape,
  axis: number,
  sizes: readonly number[],
  visit: (o: number, k: number, i: number) => void,
): void {
  const { outer, length, inner } = splitAt(x, axis);
  let o = 0;
  let offset = 0;
  for (const size of sizes) {
    for (let a = 0; a < outer; a++) {
      for (let r = 0; r < size * inner; r++) visit(o++, 0, (a * length + offset) * inner + r);
    }
    offset += size;
  }
}

const axisOnly = (context: DrawContext): { x: number[]; axis: number; at: number } => {
  const rank = context.rank(1, 4);
  const axis = drawAxis(context, rank);
  return { x: drawShape(context, rank, [], 30), axis, at: normalizeAxis(axis, rank) };
};

function splitParts([x]: readonly Shape[], { axis, sizes }: SplitAttributes): Shape[] {
  const at = normalizeAxis(axis, x.length);
  const pieces = wholeNumbers("sizes", sizes);
  const total = pieces.reduce((sum, size) => sum + size, 0);
  if (pieces.length === 0 || total !== x[at]) {
    throw new InvalidProgramError(
      `split of ${showShape(x)} along axis ${axis} into sizes ${showShape(sizes)}: they must add up to ${x[at]}`,
    );
  }
  return pieces.map((size) => x.map((length, a) => (a === at ? size : length)));
}

const splitBundle = (shapes: readonly Shape[], attributes: SplitAttributes): Shape =>
  bundleShape(splitParts(shapes, attributes));

/** Sizes of pieces for another length: the largest give way, pieces of one element go last. */
function fittedSizes(sizes: readonly number[], length: number): number[] {
  const fitted = [...sizes];
  let excess = sizes.reduce((total, size) => total + size, 0) - length;
  while (excess > 0 && fitted.length > 1) {
    const largest = fitted.indexOf(Math.max(...fitted));
    if (fitted[largest] > 1) {
      fitted[largest]--;
      excess--;
    } else {
      excess -= fitted.pop()!;
    }
  }
  return excess === 0 ? fitted : [length];
}

export const split = register<SplitAttributes>({
  ...moving,
  name: "split",
  summary: "consecutive pieces of the given sizes along an axis",
  source: "ONNX Split-18",
  attributes: {
    axis: AXIS,
    sizes: {
      classes: ["equal", "unequal", "one"],
      summary: "pieces of equal size, of others, or a single one",
    },
  },
  shape: splitBundle,
  parts: splitParts,
  draw(context) {
    const { stream, classes } = context;
    const { x, axis, at } = axisOnly(context);
    const count = classes.sizes === "one" ? 1 : stream.int(2, 3);
    const each = context.length();
    const sizes = Array.from({ length: count }, (_, k) => (classes.sizes === "unequal" ? each + k : each));
    const mixed = stream.permutation(count).map((k) => sizes[k]);
    x[at] = mixed.reduce((total, size) => total + size, 0);
    return { shapes: [x], attributes: { axis, sizes: mixed } };
  },
  adapt([x], attributes) {
    const fitting = adaptAxis(x.length, attributes);
    return (
      fitting && { ...fitting, sizes: fittedSizes(fitting.sizes, x[normalizeAxis(fitting.axis, x.length)]) }
    );
  },
  simpler: ({ axis, sizes }) => [
    ...(sizes.length > 1 ? [{ axis, sizes: [sizes.reduce((total, size) => total + size, 0)] }] : []),
    ...(axis === 0 ? [] : [{ axis: 0, sizes }]),
  ],
  ...linear<SplitAttributes>({
    shape: splitBundle,
    taps: ([x], { axis, sizes }, visit) => visitPieces(x, axis, sizes, visit),
  }),
});

function unstackParts([x]: readonly Shape[], { axis }: UnstackAttributes): Shape[] {
  const at = normalizeAxis(axis, x.length);
  if (x[at] === 0) {
    throw new InvalidProgramError(`unstack of ${showShape(x)} along axis ${axis}: the axis holds nothing`);
  }
  const piece = x.filter((_, a) => a !== at);
  return Array.from({ length: x[at] }, () => piece);
}

const unstackBundle = (shapes: readonly Shape[], attributes: UnstackAttributes): Shape =>
  bundleShape(unstackParts(shapes, attributes));

export const unstack = register<UnstackAttributes>({
  ...moving,
  name: "unstack",
  summary: "the slices along an axis, which disappears",
  source: "Python Array API 2023.12, unstack",
  attributes: { axis: AXIS },
  shape: unstackBundle,
  parts: unstackParts,
  draw(context) {
    const { x, axis, at } = axisOnly(context);
    x[at] = context.stream.int(1, 4);
    return { shapes: [x], attributes: { axis } };
  },
  adapt: ([x], attributes) => adaptAxis(x.length, attributes),
  simpler: ({ axis }) => (axis === 0 ? [] : [{ axis: 0 }]),
  ...linear<UnstackAttributes>({
    shape: unstackBundle,
    taps: ([x], { axis }, visit) =>
      visitPieces(
        x,
        axis,
        Array.from({ length: x[normalizeAxis(axis, x.length)] }, () => 1),
        visit,
      ),
  }),
});
