import { InvalidProgramError } from "../core/errors.js";
import { normalizeAxis, sameShape, showShape, sizeOf, type Shape } from "../core/shape.js";
import { normalizeAxes, type Axes } from "./axes.js";
import { drawShape } from "./drawShape.js";
import { linear } from "./linear.js";
import { moving } from "./moving.js";
import { real, register, type Attribute, type DrawContext } from "./op.js";

/** Ops whose result has more or fewer axes than what they are given. */

type AxisAttributes = { readonly axis: number };

const NEW_AXIS: Attribute = {
  classes: ["first", "last", "inside", "negative"],
  summary: "where the new axis stands in the result; a negative one counts from its end",
};

/** An axis of the wanted class, of a result with `rank` axes. @domain rank ≥ 1, and ≥ 3 for one inside */
function drawNewAxis({ classes, stream }: DrawContext, rank: number): number {
  if (classes.axis === "first") return 0;
  if (classes.axis === "last") return rank - 1;
  return classes.axis === "inside" ? stream.int(1, rank - 2) : -stream.int(1, rank);
}

/** For a result of another rank, the nearest axis that it has. */
const nearestAxis = (axis: number, rank: number): number => Math.max(-rank, Math.min(axis, rank - 1));

const insert = (shape: Shape, axis: number, length: number): Shape => {
  const at = normalizeAxis(axis, shape.length + 1);
  return [...shape.slice(0, at), length, ...shape.slice(at)];
};

function stackedShape(shapes: readonly Shape[], { axis }: AxisAttributes): Shape {
  const [first] = shapes;
  if (!shapes.every((shape) => sameShape(shape, first))) {
    throw new InvalidProgramError(`stack of ${shapes.map(showShape).join(", ")}: all must have one shape`);
  }
  return insert(first, axis, shapes.length);
}

export const stack = register<AxisAttributes>({
  ...moving,
  name: "stack",
  summary: "arrays of one shape joined along a new axis",
  source: "Python Array API 2023.12, stack",
  attributes: { axis: NEW_AXIS, count: { classes: ["1", "2", "3+"], summary: "how many arrays" } },
  arity: { low: 1, high: Infinity },
  inputs: (count) => Array.from({ length: count }, (_, k) => ({ name: `x${k}`, domain: real })),
  shape: stackedShape,
  draw(context) {
    const { classes, stream } = context;
    const rank = context.rank(classes.axis === "inside" ? 2 : 0, 4);
    const shape = drawShape(context, rank, [], 20);
    const count = classes.count === "3+" ? stream.int(3, 4) : Number(classes.count);
    return {
      shapes: Array.from({ length: count }, () => shape),
      attributes: { axis: drawNewAxis(context, rank + 1) },
    };
  },
  adapt: ([x], { axis }) => ({ axis: nearestAxis(axis, x.length + 1) }),
  simpler: ({ axis }) => (axis === 0 ? [] : [{ axis: 0 }]),
  ...linear<AxisAttributes>({
    shape: stackedShape,
    taps(shapes, { axis }, visit) {
      const [first] = shapes;
      const at = normalizeAxis(axis, first.length + 1);
      const run = sizeOf(first.slice(at));
      shapes.forEach((shape, k) => {
        for (let i = 0; i < sizeOf(shape); i++) {
          const block = Math.floor(i / run) * shapes.length + k;
          visit(block * run + (i % run), k, i);
        }
      });
    },
  }),
});

const expandedShape = ([x]: readonly Shape[], { axis }: AxisAttributes): Shape => insert(x, axis, 1);

export const expandDims = register<AxisAttributes>({
  ...moving,
  name: "expandDims",
  summary: "one more axis, of length 1",
  source: "Python Array API 2023.12, expand_dims",
  attributes: { axis: NEW_AXIS },
  shape: expandedShape,
  draw(context) {
    const rank = context.rank(context.classes.axis === "inside" ? 2 : 0, 4);
    return { shapes: [drawShape(context, rank)], attributes: { axis: drawNewAxis(context, rank + 1) } };
  },
  adapt: ([x], { axis }) => ({ axis: nearestAxis(axis, x.length + 1) }),
  simpler: ({ axis }) => (axis === 0 ? [] : [{ axis: 0 }]),
  ...linear<AxisAttributes>({
    shape: expandedShape,
    taps([x], _attributes, visit) {
      for (let i = 0; i < sizeOf(x); i++) visit(i, 0, i);
    },
  }),
});

type SqueezeAttributes = { readonly axes: Axes };

function squeezedShape([x]: readonly Shape[], { axes }: SqueezeAttributes): Shape {
  if (axes === "all") return x.filter((length) => length !== 1);
  const gone = normalizeAxes(axes, x.length);
  const long = gone.find((axis) => x[axis] !== 1);
  if (long !== undefined) {
    throw new InvalidProgramError(`squeeze of ${showShape(x)}: axis ${long} has length ${x[long]}, not 1`);
  }
  return x.filter((_, axis) => !gone.includes(axis));
}

export const squeeze = register<SqueezeAttributes>({
  ...moving,
  name: "squeeze",
  summary: "without axes of length 1",
  source: "Python Array API 2023.12, squeeze; of all axes as in NumPy",
  attributes: {
    axes: {
      classes: ["all", "one", "several", "negative"],
      summary: "which; all that have length 1, or those named",
    },
  },
  shape: squeezedShape,
  draw(context) {
    const { classes, stream } = context;
    const several = classes.axes === "several";
    const rank = context.rank(several ? 2 : 1, 5);
    const x = drawShape(context, rank);
    const order = stream.permutation(rank);
    // Other axes of length 1 stay, unless all are meant.
    const named = order.slice(0, several ? stream.int(2, rank) : 1);
    for (const axis of named) x[axis] = 1;
    const axes = classes.axes === "negative" ? named.map((axis) => axis - rank) : named;
    return { shapes: [x], attributes: { axes: classes.axes === "all" ? "all" : axes } };
  },
  adapt([x], { axes }) {
    if (axes === "all") return { axes };
    const left = axes.filter((axis) => x.at(axis) === 1);
    return left.length > 0 ? { axes: left } : undefined;
  },
  simpler: ({ axes }) => [
    ...(axes === "all" ? [] : [{ axes: "all" as const }]),
    ...(axes !== "all" && axes.length > 1 ? axes.map((axis) => ({ axes: [axis] })) : []),
  ],
  ...linear<SqueezeAttributes>({
    shape: squeezedShape,
    taps([x], _attributes, visit) {
      for (let i = 0; i < sizeOf(x); i++) visit(i, 0, i);
    },
  }),
});
