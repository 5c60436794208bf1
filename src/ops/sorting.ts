import type { Algebra } from "../core/algebra.js";
import { InvalidProgramError } from "../core/errors.js";
import { normalizeAxis, showShape, sizeOf, type Shape } from "../core/shape.js";
import type { NdArray } from "../core/tensor.js";
import { adaptAxis, AXIS, drawAxis, mapLanes } from "./axes.js";
import { sorted, unsorted } from "./comparators.js";
import { drawShape } from "./drawShape.js";
import { zeros } from "./linear.js";
import { real, register } from "./op.js";

type SortAttributes = { readonly axis: number; readonly descending: boolean };

function sortedShape([x]: readonly Shape[], { axis }: SortAttributes): Shape {
  normalizeAxis(axis, x.length);
  return x;
}

const shared = {
  version: 1,
  family: "indexing",
  arity: { low: 1, high: 1 },
  inputs: () => [{ name: "x", domain: real }],
  textbook: [],
} as const;

export const sort = register<SortAttributes>({
  ...shared,
  name: "sort",
  summary: "the elements along an axis in ascending or descending order",
  source: "Python Array API 2023.12, sort",
  attributes: {
    axis: AXIS,
    descending: { classes: ["false", "true"], summary: "the largest first" },
  },
  kinks: [{ at: "equal elements", convention: "they keep their order" }],
  shape: sortedShape,
  draw(context) {
    const rank = context.rank(1, 3);
    return {
      shapes: [drawShape(context, rank, [], 40)],
      attributes: { axis: drawAxis(context, rank), descending: context.classes.descending === "true" },
    };
  },
  adapt: ([x], attributes) => adaptAxis(x.length, attributes),
  simpler: ({ axis, descending }) => [
    ...(axis === 0 ? [] : [{ axis: 0, descending }]),
    ...(descending ? [{ axis, descending: false }] : []),
  ],
  meaning: (A, [x], attributes) =>
    mapLanes(A, attributes.axis, [x], (lane) => sorted(A, attributes, lane, []).keys),
  jvp: (A, [dx], [x], y, attributes) =>
    dx
      ? mapLanes(
          A,
          attributes.axis,
          [x, dx],
          (lane, tangents) => sorted(A, attributes, lane, tangents).companions,
        )
      : zeros(A, y.shape),
  vjp: (A, gy, [x], _y, attributes) => [
    mapLanes(A, attributes.axis, [x, gy], (lane, cotangents) => unsorted(A, attributes, lane, cotangents)),
  ],
});

type TopkAttributes = { readonly k: number };

function topkShape([x]: readonly Shape[], { k }: TopkAttributes): Shape {
  const length = x.at(-1);
  if (length === undefined || !Number.isInteger(k) || k < 1 || k > length) {
    throw new InvalidProgramError(
      `the ${k} largest of ${showShape(x)}: must be 1 to ${length ?? "none"} of the last axis`,
    );
  }
  return [...x.slice(0, -1), k];
}

/** The first k of every lane along the last axis. */
const leading = <T>(A: Algebra<T>, x: NdArray<T>, k: number): NdArray<T> => {
  const length = x.shape.at(-1) ?? 0;
  const shape = [...x.shape.slice(0, -1), k];
  const data = A.array(sizeOf(shape));
  for (let o = 0; o < data.length; o++) data[o] = x.data[Math.floor(o / k) * length + (o % k)];
  return { shape, data };
};

/** The same, with zeros behind. */
const filledUp = <T>(A: Algebra<T>, y: NdArray<T>, shape: Shape): NdArray<T> => {
  const x = zeros(A, shape);
  const [k, length] = [y.shape.at(-1) ?? 0, shape.at(-1) ?? 0];
  for (let o = 0; o < y.data.length; o++) x.data[Math.floor(o / k) * length + (o % k)] = y.data[o];
  return x;
};

const DESCENDING = { descending: true } as const;

export const topk = register<TopkAttributes>({
  ...shared,
  name: "topk",
  summary:
    "the k largest elements along the last axis, the largest first; their positions are not part of it",
  source: "ONNX TopK-11, values, largest and sorted",
  attributes: { k: { classes: ["1", "some", "all"], summary: "how many" } },
  kinks: [{ at: "equal elements", convention: "the earlier one counts as the larger" }],
  shape: topkShape,
  draw(context) {
    const { classes, stream } = context;
    const rank = context.rank(1, 4);
    const x = drawShape(context, rank, [rank - 1], 40);
    if (classes.k === "some") x[rank - 1] = Math.max(3, x[rank - 1]);
    const length = x[rank - 1];
    const k = classes.k === "1" ? 1 : classes.k === "all" ? length : stream.int(2, length - 1);
    return { shapes: [x], attributes: { k } };
  },
  adapt([x], { k }) {
    const length = x.at(-1);
    return length === undefined || length === 0 ? undefined : { k: Math.min(k, length) };
  },
  simpler: ({ k }) => (k === 1 ? [] : [{ k: k - 1 }]),
  meaning(A, [x], { k }) {
    topkShape([x.shape], { k });
    const all = mapLanes(A, -1, [x], (lane) => sorted(A, DESCENDING, lane, []).keys);
    return leading(A, all, k);
  },
  jvp: (A, [dx], [x], y, { k }) =>
    dx
      ? leading(
          A,
          mapLanes(A, -1, [x, dx], (lane, moving) => sorted(A, DESCENDING, lane, moving).companions),
          k,
        )
      : zeros(A, y.shape),
  vjp: (A, gy, [x]) => [
    mapLanes(A, -1, [x, filledUp(A, gy, x.shape)], (lane, cotangents) =>
      unsorted(A, DESCENDING, lane, cotangents),
    ),
  ],
});
