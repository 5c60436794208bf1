import type { Algebra } from "../core/algebra.js";
import { InvalidProgramError } from "../core/errors.js";
import { showShape, sizeOf, type Shape } from "../core/shape.js";
import type { NdArray } from "../core/tensor.js";
import { collapsed, groupIndex, groupsOf, normalizeAxes, type Axes } from "./axes.js";
import { drawShape } from "./drawShape.js";
import { zeros, type LinearTaps, type Rules } from "./linear.js";
import { real, type DrawContext } from "./op.js";
import { Memo } from "./rows.js";

export type ReductionAttributes = { readonly axes: Axes; readonly keepdims: boolean };

/** @param emptySum false where nothing to reduce has no value (a mean, a maximum) */
export const reducedShape =
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
  const rank = context.rank(LOWEST_RANK[classes.axes] ?? 1, 5);
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

export const reduction = (emptySum: boolean) => ({
  version: 1,
  family: "reductions",
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

export const reductionTaps = (emptySum: boolean): LinearTaps<ReductionAttributes> => ({
  shape: reducedShape(emptySum),
  taps: ([x], { axes }, visit) =>
    groupIndex(x, normalizeAxes(axes, x.length)).forEach((o, i) => visit(o, 0, i)),
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

/** Rules about one of the vectors that are reduced. */
export interface VectorRules<P> {
  meaning<T>(A: Algebra<T>, xs: readonly T[], attributes: P): T;
  jvp<T>(A: Algebra<T>, dxs: readonly T[], xs: readonly T[], y: T, attributes: P): T;
  vjp<T>(A: Algebra<T>, gy: T, xs: readonly T[], y: T, attributes: P): readonly T[];
}

type ShapeRule<P> = (shapes: readonly Shape[], attributes: P) => Shape;

export const meaningOfVectors =
  <P extends ReductionAttributes>(
    shapeOf: ShapeRule<P>,
    rule: VectorRules<P>["meaning"],
  ): Rules<P>["meaning"] =>
  (A, [x], attributes) => {
    const shape = shapeOf([x.shape], attributes);
    const data = A.array(sizeOf(shape));
    mapVectors(x, attributes, (xs) => rule(A, xs, attributes)).forEach((y, o) => (data[o] = y));
    return { shape, data };
  };

const jvpOfVectors =
  <P extends ReductionAttributes>(rule: VectorRules<P>["jvp"]): Rules<P>["jvp"] =>
  (A, [dx], [x], y, attributes) => {
    if (!dx) return zeros(A, y.shape);
    const data = A.array(y.data.length);
    mapVectors(x, attributes, (xs, places, o) => {
      const dxs = places.map((place) => dx.data[place]);
      data[o] = rule(A, dxs, xs, y.data[o], attributes);
    });
    return { shape: y.shape, data };
  };

export const vjpOfVectors =
  <P extends ReductionAttributes>(rule: VectorRules<P>["vjp"]): Rules<P>["vjp"] =>
  (A, gy, [x], y, attributes) => {
    const data = A.array(x.data.length);
    mapVectors(x, attributes, (xs, places, o) => {
      const gx = rule(A, gy.data[o], xs, y.data[o], attributes);
      places.forEach((place, i) => (data[place] = gx[i]));
    });
    return [{ shape: x.shape, data }];
  };

/** Rules of an op that makes one number from each of the vectors that are reduced. */
export const overVectors = <P extends ReductionAttributes>(
  shapeOf: ShapeRule<P>,
  { meaning, jvp, vjp }: VectorRules<P>,
): Rules<P> => ({
  meaning: meaningOfVectors<P>(shapeOf, meaning),
  jvp: jvpOfVectors<P>(jvp),
  vjp: vjpOfVectors<P>(vjp),
});
