import type { Algebra } from "../core/algebra.js";
import { normalizeAxis, type Shape } from "../core/shape.js";
import { adaptAxis, AXIS, drawAxis, mapLanes, splitAt } from "./axes.js";
import { drawShape } from "./drawShape.js";
import { linear } from "./linear.js";
import { real, register, type DrawContext } from "./op.js";
import { drawFactors, isSafeProduct, multiplied } from "./factors.js";

type RunningAttributes = { readonly axis: number; readonly exclusive: boolean; readonly reverse: boolean };

const BOOLEAN = ["false", "true"] as const;

function runningShape([x]: readonly Shape[], { axis }: RunningAttributes): Shape {
  normalizeAxis(axis, x.length);
  return x;
}

function drawRunning(context: DrawContext, nonEmpty: boolean) {
  const { classes } = context;
  const rank = context.rank(1, 3);
  const axis = drawAxis(context, rank);
  return {
    shapes: [drawShape(context, rank, nonEmpty ? [normalizeAxis(axis, rank)] : [])],
    attributes: { axis, exclusive: classes.exclusive === "true", reverse: classes.reverse === "true" },
  };
}

const shared = {
  version: 1,
  family: "reductions",
  attributes: {
    axis: AXIS,
    exclusive: { classes: BOOLEAN, summary: "an element is no part of its own result" },
    reverse: { classes: BOOLEAN, summary: "from the end" },
  },
  arity: { low: 1, high: 1 },
  inputs: () => [{ name: "x", domain: real }],
  kinks: [],
  shape: runningShape,
  adapt: ([x]: readonly Shape[], attributes: RunningAttributes) => adaptAxis(x.length, attributes),
  simpler: (attributes: RunningAttributes): RunningAttributes[] => [
    ...(attributes.axis === 0 ? [] : [{ ...attributes, axis: 0 }]),
    ...(attributes.exclusive ? [{ ...attributes, exclusive: false }] : []),
    ...(attributes.reverse ? [{ ...attributes, reverse: false }] : []),
  ],
} as const;

/** Of a lane of the given length, the elements that have a part in the result at p: from `from` up to before `to`. */
function partsOf(p: number, length: number, { exclusive, reverse }: RunningAttributes) {
  return {
    from: reverse ? (exclusive ? p + 1 : p) : 0,
    to: reverse ? length : exclusive ? p : p + 1,
  };
}

export const cumsum = register<RunningAttributes>({
  ...shared,
  name: "cumsum",
  summary: "running sum along an axis",
  source: "ONNX CumSum-14",
  draw: (context) => drawRunning(context, false),
  ...linear<RunningAttributes>({
    shape: runningShape,
    taps([x], attributes, visit) {
      const { outer, length, inner } = splitAt(x, attributes.axis);
      const at = (a: number, p: number, b: number): number => (a * length + p) * inner + b;
      for (let a = 0; a < outer; a++) {
        for (let b = 0; b < inner; b++) {
          for (let p = 0; p < length; p++) {
            const { from, to } = partsOf(p, length, attributes);
            for (let q = from; q < to; q++) visit(at(a, p, b), 0, at(a, q, b));
          }
        }
      }
    },
  }),
  textbook: [],
});

/** The places whose result has q in it. */
const resultsWith = (q: number, length: number, attributes: RunningAttributes): number[] =>
  Array.from({ length }, (_, p) => p).filter((p) => {
    const { from, to } = partsOf(p, length, attributes);
    return q >= from && q < to;
  });

/** The product of the parts of the result at p, without the one at q. */
function productWithout<T>(
  A: Algebra<T>,
  xs: readonly T[],
  p: number,
  q: number,
  attributes: RunningAttributes,
): T {
  const { from, to } = partsOf(p, xs.length, attributes);
  return multiplied(
    A,
    xs.filter((_, j) => j >= from && j < to && j !== q),
  );
}

export const cumprod = register<RunningAttributes>({
  ...shared,
  name: "cumprod",
  summary: "running product along an axis",
  source: "Python Array API 2023.12, cumulative_prod; exclusive and reverse as in ONNX CumSum-14",
  attributes: {
    ...shared.attributes,
    zeros: { classes: ["none", "one", "several"], summary: "how many zeros there are along an axis" },
  },
  draw(context) {
    const drawn = drawRunning(context, context.classes.zeros !== "none");
    const [x] = drawn.shapes;
    const axis = normalizeAxis(drawn.attributes.axis, x.length);
    if (context.classes.zeros === "several") x[axis] = Math.max(2, x[axis]);
    return { ...drawn, values: [drawFactors(context, x, [axis])] };
  },
  accepts: ([x], { axis }) => isSafeProduct(x, [normalizeAxis(axis, x.shape.length)]),
  meaning: (A, xs, attributes) =>
    mapLanes(A, attributes.axis, xs, (lane) =>
      lane.map((_, p) => productWithout(A, lane, p, -1, attributes)),
    ),
  jvp: (A, [dx], [x], _y, attributes) =>
    mapLanes(A, attributes.axis, dx ? [x, dx] : [x], (lane, moving) =>
      lane.map((_, p) => {
        const { from, to } = partsOf(p, lane.length, attributes);
        const terms = (moving ?? []).flatMap((d, q) =>
          q >= from && q < to ? [A.mul(d, productWithout(A, lane, p, q, attributes))] : [],
        );
        return A.sum(terms);
      }),
    ),
  vjp: (A, gy, [x], _y, attributes) => [
    mapLanes(A, attributes.axis, [x, gy], (lane, cotangents) =>
      lane.map((_, q) =>
        A.sum(
          resultsWith(q, lane.length, attributes).map((p) =>
            A.mul(cotangents[p], productWithout(A, lane, p, q, attributes)),
          ),
        ),
      ),
    ),
  ],
  textbook: [
    {
      // PyTorch and TensorFlow: the running sum of gy·y from the other end, divided by x. Both need another way
      // where there are zeros; TensorFlow has none.
      vjp: (A, gy, [x], y, attributes) => [
        mapLanes(A, attributes.axis, [x, gy, y], (lane, cotangents, results) => {
          const divisible = lane.every((factor) => A.toNumber(factor) !== 0);
          return lane.map((factor, q) => {
            const reached = resultsWith(q, lane.length, attributes);
            if (divisible) {
              return A.div(A.sum(reached.map((p) => A.mul(cotangents[p], results[p]))), factor);
            }
            return A.sum(reached.map((p) => A.mul(cotangents[p], productWithout(A, lane, p, q, attributes))));
          });
        }),
      ],
    },
  ],
});
