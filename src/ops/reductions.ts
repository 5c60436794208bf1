import type { Algebra } from "../core/algebra.js";
import { InvalidProgramError } from "../core/errors.js";
import { normalizeAxis, showShape, sizeOf, type Shape } from "../core/shape.js";
import type { NdArray } from "../core/tensor.js";
import {
  adaptAxis,
  AXIS,
  collapsed,
  drawAxis,
  groupIndex,
  groupsOf,
  normalizeAxes,
  splitAt,
  type Axes,
} from "./axes.js";
import { drawShape } from "./drawShape.js";
import { linear, zeros, type LinearTaps } from "./linear.js";
import { logTotal, shift, softmaxOf } from "./logSumExp.js";
import { maximumOver } from "./maximumOver.js";
import { real, register, type DrawContext } from "./op.js";
import { Memo } from "./rows.js";

type ReductionAttributes = { readonly axes: Axes; readonly keepdims: boolean };

const family = "reductions";

/** @param emptySum false where nothing to reduce has no value (a mean, a maximum) */
const reducedShape =
  (emptySum: boolean) =>
  ([x]: readonly Shape[], { axes, keepdims }: ReductionAttributes): Shape => {
    const reduced = normalizeAxes(axes, x.length);
    if (!emptySum && reduced.some((axis) => x[axis] === 0)) {
      throw new InvalidProgramError(`axes [${reduced.join(", ")}] of ${showShape(x)} hold nothing to reduce`);
    }
    return keepdims ? collapsed(x, reduced) : x.filter((_, axis) => !reduced.includes(axis));
  };

const LOWEST_RANK: Readonly<Record<string, number>> = { all: 0, several: 2 };

function drawReduction(context: DrawContext, emptySum: boolean) {
  const { stream, classes } = context;
  const rank = context.rank(LOWEST_RANK[classes.axes] ?? 1, 4);
  const drawn: Readonly<Record<string, () => Axes>> = {
    all: () => "all",
    first: () => [0],
    last: () => [rank - 1],
    // In any order, and at times by their negative names.
    several: () =>
      stream
        .permutation(rank)
        .slice(0, stream.int(2, rank))
        .map((axis) => (stream.chance(0.3) ? axis - rank : axis)),
    negative: () => [-stream.int(1, rank)],
  };
  const axes = drawn[classes.axes]();
  return {
    shapes: [drawShape(context, rank, emptySum ? [] : normalizeAxes(axes, rank))],
    attributes: { axes, keepdims: classes.keepdims === "true" },
  };
}

/** Axes that are gone are left out; when none is left, all that there are. */
function adaptReduction([x]: readonly Shape[], { axes, keepdims }: ReductionAttributes): ReductionAttributes {
  if (axes === "all") return { axes, keepdims };
  const left = axes.filter((axis) => axis >= -x.length && axis < x.length);
  const distinct = left.filter((axis, i) => left.findIndex((other) => (other - axis) % x.length === 0) === i);
  return { axes: distinct.length > 0 ? distinct : "all", keepdims };
}

const shared = (emptySum: boolean) => ({
  version: 1,
  family,
  attributes: {
    axes: {
      classes: ["all", "first", "last", "several", "negative"],
      summary: "which axes are reduced; negative ones count from the end",
    },
    keepdims: { classes: ["false", "true"], summary: "reduced axes stay, with length 1" },
  },
  arity: { low: 1, high: 1 },
  inputs: () => [{ name: "x", domain: real }],
  kinks: [],
  shape: reducedShape(emptySum),
  draw: (context: DrawContext) => drawReduction(context, emptySum),
  adapt: adaptReduction,
  simpler: ({ axes, keepdims }: ReductionAttributes): ReductionAttributes[] => [
    ...(axes !== "all" && keepdims ? [{ axes: "all" as const, keepdims: false }] : []),
    ...(keepdims ? [{ axes, keepdims: false }] : []),
    ...(axes === "all" ? [] : [{ axes: "all" as const, keepdims }]),
    ...(axes.length > 1 && axes !== "all" ? axes.map((axis) => ({ axes: [axis], keepdims })) : []),
  ],
  textbook: [],
});

const taps = (emptySum: boolean): LinearTaps<ReductionAttributes> => ({
  shape: reducedShape(emptySum),
  taps: ([x], { axes }, visit) =>
    groupIndex(x, normalizeAxes(axes, x.length)).forEach((o, i) => visit(o, 0, i)),
});

export const sum = register<ReductionAttributes>({
  ...shared(true),
  name: "sum",
  summary: "Σ x over the axes; 0 over nothing",
  source: "Python Array API 2023.12, sum",
  ...linear(taps(true)),
});

export const mean = register<ReductionAttributes>({
  ...shared(false),
  name: "mean",
  summary: "Σ x / n over the axes",
  source: "Python Array API 2023.12, mean",
  ...linear({ ...taps(false), average: "quotient" }),
  // Caffe and many by hand multiply by 1/n; TensorFlow.js divides every term first.
  textbook: [
    linear({ ...taps(false), average: "reciprocal" }),
    linear({ ...taps(false), average: "termwise" }),
  ],
});

export const max = register<ReductionAttributes>({
  ...shared(false),
  name: "max",
  summary: "largest x over the axes",
  source: "Python Array API 2023.12, max",
  kinks: [{ at: "tied largest values", convention: "equal shares" }],
  ...maximumOver<ReductionAttributes>({
    shape: reducedShape(false),
    taps: ([x], { axes }, visit) =>
      groupIndex(x, normalizeAxes(axes, x.length)).forEach((o, i) => visit(o, i)),
  }),
});

const groups = new Memo<readonly (readonly number[])[]>();

/** Applies a rule to the vectors that are reduced. @returns one result per vector */
function mapVectors<T, R>(
  x: NdArray<T>,
  attributes: ReductionAttributes,
  rule: (xs: readonly T[], places: readonly number[], o: number) => R,
): R[] {
  const { shape } = x;
  const vectors = groups.get(attributes, [shape], () =>
    groupsOf(shape, normalizeAxes(attributes.axes, shape.length)),
  );
  return vectors.map((places, o) =>
    rule(
      places.map((i) => x.data[i]),
      places,
      o,
    ),
  );
}

/** One number from each vector. */
function reduceVectors<T>(
  A: Algebra<T>,
  x: NdArray<T>,
  attributes: ReductionAttributes,
  rule: (xs: readonly T[], places: readonly number[]) => T,
): NdArray<T> {
  const shape = reducedShape(false)([x.shape], attributes);
  const data = A.array(sizeOf(shape));
  mapVectors(x, attributes, rule).forEach((y, o) => (data[o] = y));
  return { shape, data };
}

/** The cotangents of each vector's elements, from the cotangent and the value of its result. */
const vjpOfVectors =
  (rule: <T>(A: Algebra<T>, gy: T, xs: readonly T[], y: T) => readonly T[]) =>
  <T>(
    A: Algebra<T>,
    gy: NdArray<T>,
    [x]: readonly NdArray<T>[],
    y: NdArray<T>,
    attributes: ReductionAttributes,
  ): NdArray<T>[] => {
    const data = A.array(x.data.length);
    mapVectors(x, attributes, (xs, places, o) => {
      const gx = rule(A, gy.data[o], xs, y.data[o]);
      places.forEach((place, i) => (data[place] = gx[i]));
    });
    return [{ shape: x.shape, data }];
  };

/** m + log Σ e^(x − m), which adds 1 and what is small beside it. */
const plainLogSumExp = <T>(
  A: Algebra<T>,
  [x]: readonly NdArray<T>[],
  attributes: ReductionAttributes,
): NdArray<T> =>
  reduceVectors(A, x, attributes, (xs) => {
    const { m, e } = shift(A, xs);
    return A.add(m, A.log(A.sum(e)));
  });

export const logsumexp = register<ReductionAttributes>({
  ...shared(false),
  name: "logsumexp",
  summary: "log Σ eˣ over the axes",
  source: "Blanchard, Higham and Higham 2021; its gradient is softmax",
  meaning: (A, [x], attributes) =>
    reduceVectors(A, x, attributes, (xs) => {
      const parts = shift(A, xs);
      return A.add(parts.m, logTotal(A, parts));
    }),
  jvp: (A, [dx], [x], y, attributes) =>
    dx
      ? reduceVectors(A, x, attributes, (xs, places) => {
          const { e } = shift(A, xs);
          return A.div(A.sum(e.map((w, i) => A.mul(w, dx.data[places[i]]))), A.sum(e));
        })
      : zeros(A, y.shape),
  vjp: vjpOfVectors((A, gy, xs) => softmaxOf(A, xs).map((p) => A.mul(gy, p))),
  textbook: [
    {
      // TensorFlow.js composes it, so the cotangent also flows through the maximum: what is left there is 0 but for
      // rounding.
      meaning: plainLogSumExp,
      vjp: vjpOfVectors((A, gy, xs) => {
        const { e, shifted } = shift(A, xs);
        const share = A.div(gy, A.sum(e));
        const gx = e.map((w) => A.mul(share, w));
        const left = A.sub(gy, A.sum(gx));
        return gx.map((g, i) => (A.toNumber(shifted[i]) === 0 ? A.add(g, left) : g));
      }),
    },
    // PyTorch: e^(x − y) has the rounding error of y, magnified where y is large.
    {
      meaning: plainLogSumExp,
      vjp: vjpOfVectors((A, gy, xs, y) => xs.map((x) => A.mul(gy, A.exp(A.sub(x, y))))),
    },
  ],
});

type CumsumAttributes = { readonly axis: number; readonly exclusive: boolean; readonly reverse: boolean };

const BOOLEAN = ["false", "true"] as const;

export const cumsum = register<CumsumAttributes>({
  name: "cumsum",
  version: 1,
  family,
  summary: "running sum along an axis",
  source: "ONNX CumSum-14",
  attributes: {
    axis: AXIS,
    exclusive: { classes: BOOLEAN, summary: "an element is not part of its own sum" },
    reverse: { classes: BOOLEAN, summary: "summed from the end" },
  },
  arity: { low: 1, high: 1 },
  inputs: () => [{ name: "x", domain: real }],
  kinks: [],
  shape: cumsumShape,
  draw(context) {
    const { classes } = context;
    const rank = context.rank(1, 3);
    return {
      shapes: [drawShape(context, rank)],
      attributes: {
        axis: drawAxis(context, rank),
        exclusive: classes.exclusive === "true",
        reverse: classes.reverse === "true",
      },
    };
  },
  adapt: ([x], attributes) => adaptAxis(x.length, attributes),
  simpler: (attributes) => [
    ...(attributes.axis === 0 ? [] : [{ ...attributes, axis: 0 }]),
    ...(attributes.exclusive ? [{ ...attributes, exclusive: false }] : []),
    ...(attributes.reverse ? [{ ...attributes, reverse: false }] : []),
  ],
  ...linear<CumsumAttributes>({
    shape: cumsumShape,
    taps([x], { axis, exclusive, reverse }, visit) {
      const { outer, length, inner } = splitAt(x, axis);
      const at = (a: number, p: number, b: number): number => (a * length + p) * inner + b;
      for (let a = 0; a < outer; a++) {
        for (let b = 0; b < inner; b++) {
          for (let p = 0; p < length; p++) {
            const from = reverse ? (exclusive ? p + 1 : p) : 0;
            const to = reverse ? length : exclusive ? p : p + 1;
            for (let q = from; q < to; q++) visit(at(a, p, b), 0, at(a, q, b));
          }
        }
      }
    },
  }),
  textbook: [],
});

function cumsumShape([x]: readonly Shape[], { axis }: CumsumAttributes): Shape {
  normalizeAxis(axis, x.length);
  return x;
}
