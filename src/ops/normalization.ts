import type { Algebra } from "../core/algebra.js";
import { normalizeAxis, type Shape } from "../core/shape.js";
import type { NdArray } from "../core/tensor.js";
import { adaptAxis, AXIS, drawAxis, groupsOf, mapLanes } from "./axes.js";
import { drawShape } from "./drawShape.js";
import { zeros } from "./linear.js";
import { logSoftmaxOf, shift, softmaxOf, sumOthers } from "./logSumExp.js";
import { real, register, type DrawContext } from "./op.js";

type AxisAttributes = { readonly axis: number };

const family = "normalisation";

const onAxis = {
  version: 1,
  family,
  attributes: { axis: AXIS },
  arity: { low: 1, high: 1 },
  inputs: () => [{ name: "x", domain: real }],
  kinks: [],
  normalization: {
    usual: { axis: "last" },
    groups: (x: Shape, { axis }: AxisAttributes) => groupsOf(x, [normalizeAxis(axis, x.length)]),
    centres: true,
  },
  shape([x]: readonly Shape[], { axis }: AxisAttributes): Shape {
    normalizeAxis(axis, x.length);
    return x;
  },
  draw(context: DrawContext) {
    const rank = context.rank(1, 3);
    const axis = drawAxis(context, rank);
    return { shapes: [drawShape(context, rank, [normalizeAxis(axis, rank)])], attributes: { axis } };
  },
  adapt: ([x]: readonly Shape[], attributes: AxisAttributes) => adaptAxis(x.length, attributes),
  simpler: ({ axis }: AxisAttributes) => (axis === 0 ? [] : [{ axis: 0 }]),
};

/** A rule for the tangents of one lane: from the tangents and the arguments of all of its elements. */
type LaneJvp = <T>(A: Algebra<T>, dx: T[], x: T[]) => readonly T[];
/** A rule for the cotangents of one lane. */
type LaneVjp = <T>(A: Algebra<T>, gy: T[], x: T[], y: T[]) => readonly T[];

const alongAxisJvp =
  (rule: LaneJvp) =>
  <T>(
    A: Algebra<T>,
    [dx]: readonly (NdArray<T> | null)[],
    [x]: readonly NdArray<T>[],
    y: NdArray<T>,
    { axis }: AxisAttributes,
  ): NdArray<T> =>
    dx ? mapLanes(A, axis, [dx, x], (dx, x) => rule(A, dx, x)) : zeros(A, y.shape);

const alongAxisVjp =
  (rule: LaneVjp) =>
  <T>(
    A: Algebra<T>,
    gy: NdArray<T>,
    [x]: readonly NdArray<T>[],
    y: NdArray<T>,
    { axis }: AxisAttributes,
  ): NdArray<T>[] => [mapLanes(A, axis, [gy, x, y], (gy, x, y) => rule(A, gy, x, y))];

export const softmax = register<AxisAttributes>({
  ...onAxis,
  name: "softmax",
  summary: "eˣ / Σ eˣ along an axis",
  source: "ONNX Softmax-13; Blanchard, Higham and Higham 2021",
  meaning: (A, [x], { axis }) => mapLanes(A, axis, [x], (x) => softmaxOf(A, x)),
  // yᵢ·(dxᵢ − Σ yⱼ·dxⱼ) = yᵢ·Σ yⱼ·(dxᵢ − dxⱼ) since Σ yⱼ = 1: differences of tangents lose nothing where one y is
  // nearly 1, and the first form loses every digit there.
  jvp: alongAxisJvp((A, dx, x) => {
    const { e } = shift(A, x);
    const s = A.sum(e);
    return e.map((w, i) => {
      const spread = sumOthers(A, e.length, i, (j) => A.mul(e[j], A.sub(dx[i], dx[j])));
      return A.mul(A.div(w, s), A.div(spread, s));
    });
  }),
  vjp: alongAxisVjp((A, gy, _x, y) =>
    y.map((yi, i) =>
      A.mul(
        yi,
        sumOthers(A, y.length, i, (j) => A.mul(y[j], A.sub(gy[i], gy[j]))),
      ),
    ),
  ),
  textbook: [
    {
      // TensorFlow.js
      vjp: alongAxisVjp((A, gy, _x, y) => {
        const products = gy.map((g, i) => A.mul(g, y[i]));
        const total = A.sum(products);
        return products.map((p, i) => A.sub(p, A.mul(total, y[i])));
      }),
    },
    {
      // PyTorch, JAX
      vjp: alongAxisVjp((A, gy, _x, y) => {
        const total = A.sum(gy.map((g, i) => A.mul(g, y[i])));
        return y.map((yi, i) => A.mul(yi, A.sub(gy[i], total)));
      }),
    },
  ],
});

export const logSoftmax = register<AxisAttributes>({
  ...onAxis,
  name: "logSoftmax",
  summary: "x − log Σ eˣ along an axis",
  source: "ONNX LogSoftmax-13; Blanchard, Higham and Higham 2021",
  meaning: (A, [x], { axis }) => mapLanes(A, axis, [x], (x) => logSoftmaxOf(A, x)),
  // With p = softmax(x): dyᵢ = dxᵢ − Σ pⱼ·dxⱼ, as differences of tangents.
  jvp: alongAxisJvp((A, dx, x) => {
    const p = softmaxOf(A, x);
    return dx.map((di, i) => sumOthers(A, p.length, i, (j) => A.mul(p[j], A.sub(di, dx[j]))));
  }),
  // gyᵢ − pᵢ·Σ gyⱼ = Σ (gyᵢ·pⱼ − gyⱼ·pᵢ): the term j = i, the large one where pᵢ is nearly 1, drops out.
  vjp: alongAxisVjp((A, gy, x) => {
    const p = softmaxOf(A, x);
    return gy.map((g, i) => sumOthers(A, p.length, i, (j) => A.sub(A.mul(g, p[j]), A.mul(gy[j], p[i]))));
  }),
  textbook: [
    {
      // TensorFlow.js, PyTorch, JAX
      meaning: (A, [x], { axis }) =>
        mapLanes(A, axis, [x], (x) => {
          const { shifted, e } = shift(A, x);
          const total = A.log(A.sum(e));
          return shifted.map((s) => A.sub(s, total));
        }),
      vjp: alongAxisVjp((A, gy, _x, y) => {
        const total = A.sum(gy);
        return gy.map((g, i) => A.sub(g, A.mul(total, A.exp(y[i]))));
      }),
    },
    {
      // As it is defined: x − logsumexp(x), which rounds at the size of the logsumexp.
      meaning: (A, [x], { axis }) =>
        mapLanes(A, axis, [x], (x) => {
          const { m, e } = shift(A, x);
          const total = A.add(m, A.log(A.sum(e)));
          return x.map((xi) => A.sub(xi, total));
        }),
    },
  ],
});
