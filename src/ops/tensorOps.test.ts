import { describe, expect, test } from "vitest";
import { DOUBLES } from "../core/numberAlgebra.js";
import { sizeOf } from "../core/shape.js";
import { tensor, type Tensor } from "../core/tensor.js";
import { findOp } from "./index.js";
import type { Attributes } from "./op.js";

/** Nested lists, as people write small arrays. */
type Nested = number | readonly Nested[];

function fromNested(nested: Nested): Tensor {
  const shape: number[] = [];
  for (let level = nested; typeof level !== "number"; level = level[0]) {
    shape.push(level.length);
    if (level.length === 0) break;
  }
  return tensor(shape, ([nested] as unknown as number[]).flat(Infinity) as number[]);
}

interface Example {
  readonly op: string;
  readonly xs: readonly Nested[];
  readonly attributes: Attributes;
  readonly y: Nested;
  readonly gy: Nested;
  /** One per input; null for positions. */
  readonly gx: readonly (Nested | null)[];
}

const apply = (name: string, xs: readonly Tensor[], attributes: Attributes) => {
  const op = findOp(name);
  const y = op.meaning(DOUBLES, xs, attributes);
  expect(y.shape).toEqual(op.shape(xs.map((x) => x.shape), attributes));
  return { op, y };
};

/** Numbers are compared to 1e-15, a few ulp: the examples have at most a handful of roundings. */
function expectEqual(got: { shape: readonly number[]; data: ArrayLike<number> }, wanted: Nested): void {
  const { shape, data } = fromNested(wanted);
  expect(got.shape).toEqual(shape);
  data.forEach((value, i) => expect(Math.abs(got.data[i] - value)).toBeLessThanOrEqual(1e-15 * Math.abs(value)));
}

function check({ op: name, xs, attributes, y, gy, gx }: Example): void {
  const inputs = xs.map(fromNested);
  const { op, y: got } = apply(name, inputs, attributes);
  expectEqual(got, y);
  const cotangents = op.vjp(DOUBLES, fromNested(gy), inputs, got, attributes);
  expect(cotangents.length).toBe(gx.length);
  gx.forEach((wanted, k) => {
    const cotangent = cotangents[k];
    if (wanted === null || cotangent === null) expect(cotangent).toBe(wanted);
    else expectEqual(cotangent, wanted);
  });
}

const examples = (op: string, list: readonly Omit<Example, "op">[]): void => {
  describe(op, () => {
    test.each(list)("$attributes of $xs", (example) => check({ op, ...example }));
  });
};

const MATRIX = [
  [1, 2, 3],
  [4, 5, 6],
];

examples("sum", [
  { xs: [MATRIX], attributes: { axes: "all", keepdims: false }, y: 21, gy: 2, gx: [[[2, 2, 2], [2, 2, 2]]] },
  { xs: [MATRIX], attributes: { axes: "all", keepdims: true }, y: [[21]], gy: [[2]], gx: [[[2, 2, 2], [2, 2, 2]]] },
  { xs: [MATRIX], attributes: { axes: [0], keepdims: false }, y: [5, 7, 9], gy: [1, 2, 3], gx: [[[1, 2, 3], [1, 2, 3]]] },
  { xs: [MATRIX], attributes: { axes: [-1], keepdims: true }, y: [[6], [15]], gy: [[1], [2]], gx: [[[1, 1, 1], [2, 2, 2]]] },
  { xs: [[MATRIX, MATRIX]], attributes: { axes: [2, -3], keepdims: false }, y: [12, 30], gy: [1, 2], gx: [[[[1, 1, 1], [2, 2, 2]], [[1, 1, 1], [2, 2, 2]]]] },
  { xs: [5], attributes: { axes: "all", keepdims: false }, y: 5, gy: 3, gx: [3] },
]);

examples("mean", [
  { xs: [MATRIX], attributes: { axes: "all", keepdims: false }, y: 3.5, gy: 6, gx: [[[1, 1, 1], [1, 1, 1]]] },
  { xs: [MATRIX], attributes: { axes: [0], keepdims: false }, y: [2.5, 3.5, 4.5], gy: [2, 4, 6], gx: [[[1, 2, 3], [1, 2, 3]]] },
  { xs: [MATRIX], attributes: { axes: [-1], keepdims: true }, y: [[2], [5]], gy: [[3], [6]], gx: [[[1, 1, 1], [2, 2, 2]]] },
]);

examples("max", [
  { xs: [[[1, 5, 5], [7, 2, 3]]], attributes: { axes: [1], keepdims: false }, y: [5, 7], gy: [2, 3], gx: [[[0, 1, 1], [3, 0, 0]]] },
  { xs: [[[1, 5, 5], [7, 2, 3]]], attributes: { axes: [0, 1], keepdims: true }, y: [[7]], gy: [[2]], gx: [[[0, 0, 0], [2, 0, 0]]] },
  { xs: [[-3, -3, -3, -3]], attributes: { axes: "all", keepdims: false }, y: -3, gy: 4, gx: [[1, 1, 1, 1]] },
]);

examples("logsumexp", [
  { xs: [[0, Math.log(3)]], attributes: { axes: [0], keepdims: false }, y: Math.log(4), gy: 8, gx: [[2, 6]] },
  { xs: [[[1000], [1000]]], attributes: { axes: "all", keepdims: true }, y: [[1000 + Math.LN2]], gy: [[2]], gx: [[[1], [1]]] },
  // The digits that log(1 + e^-40) would lose.
  { xs: [[0, -40]], attributes: { axes: [-1], keepdims: false }, y: Math.exp(-40), gy: 1, gx: [[1, Math.exp(-40)]] },
]);

examples("cumsum", [
  { xs: [[1, 2, 3]], attributes: { axis: 0, exclusive: false, reverse: false }, y: [1, 3, 6], gy: [1, 10, 100], gx: [[111, 110, 100]] },
  { xs: [[1, 2, 3]], attributes: { axis: -1, exclusive: true, reverse: false }, y: [0, 1, 3], gy: [1, 10, 100], gx: [[110, 100, 0]] },
  { xs: [[1, 2, 3]], attributes: { axis: 0, exclusive: false, reverse: true }, y: [6, 5, 3], gy: [1, 10, 100], gx: [[1, 11, 111]] },
  { xs: [[1, 2, 3]], attributes: { axis: 0, exclusive: true, reverse: true }, y: [5, 3, 0], gy: [1, 10, 100], gx: [[0, 1, 11]] },
  { xs: [MATRIX], attributes: { axis: 0, exclusive: false, reverse: false }, y: [[1, 2, 3], [5, 7, 9]], gy: MATRIX, gx: [[[5, 7, 9], [4, 5, 6]]] },
]);

examples("matmul", [
  { xs: [[[1, 2]], [[3], [4]]], attributes: { transposeA: false, transposeB: false }, y: [[11]], gy: [[2]], gx: [[[6, 8]], [[2], [4]]] },
  { xs: [[[1], [2]], [[3, 4]]], attributes: { transposeA: true, transposeB: true }, y: [[11]], gy: [[2]], gx: [[[6], [8]], [[2, 4]]] },
  // One matrix for both of a batch: its cotangents add up.
  { xs: [[[[1, 2]], [[5, 6]]], [[3], [4]]], attributes: { transposeA: false, transposeB: false }, y: [[[11]], [[39]]], gy: [[[1]], [[10]]], gx: [[[[3, 4]], [[30, 40]]], [[51], [62]]] },
]);

examples("reshape", [
  { xs: [MATRIX], attributes: { shape: [6] }, y: [1, 2, 3, 4, 5, 6], gy: [1, 2, 3, 4, 5, 6], gx: [MATRIX] },
  { xs: [MATRIX], attributes: { shape: [3, 2] }, y: [[1, 2], [3, 4], [5, 6]], gy: [[1, 2], [3, 4], [5, 6]], gx: [MATRIX] },
  { xs: [[[7]]], attributes: { shape: [] }, y: 7, gy: 2, gx: [[[2]]] },
]);

examples("transpose", [
  { xs: [MATRIX], attributes: { permutation: [1, 0] }, y: [[1, 4], [2, 5], [3, 6]], gy: [[1, 4], [2, 5], [3, 6]], gx: [MATRIX] },
  { xs: [MATRIX], attributes: { permutation: [0, 1] }, y: MATRIX, gy: MATRIX, gx: [MATRIX] },
  // From [1, 2, 3] to [2, 3, 1]; the way back is the other cycle.
  { xs: [[MATRIX]], attributes: { permutation: [1, 2, 0] }, y: [[[1], [2], [3]], [[4], [5], [6]]], gy: [[[1], [2], [3]], [[4], [5], [6]]], gx: [[MATRIX]] },
]);

examples("concat", [
  { xs: [[1, 2], [3]], attributes: { axis: 0 }, y: [1, 2, 3], gy: [4, 5, 6], gx: [[4, 5], [6]] },
  { xs: [[[1], [2]], [[3, 4], [5, 6]], [[7], [8]]], attributes: { axis: -1 }, y: [[1, 3, 4, 7], [2, 5, 6, 8]], gy: [[1, 2, 3, 4], [5, 6, 7, 8]], gx: [[[1], [5]], [[2, 3], [6, 7]], [[4], [8]]] },
]);

examples("slice", [
  { xs: [MATRIX], attributes: { begin: [0, 1], size: [2, 2] }, y: [[2, 3], [5, 6]], gy: [[7, 8], [9, 1]], gx: [[[0, 7, 8], [0, 9, 1]]] },
  { xs: [MATRIX], attributes: { begin: [1, 0], size: [1, 2] }, y: [[4, 5]], gy: [[7, 8]], gx: [[[0, 0, 0], [7, 8, 0]]] },
]);

examples("pad", [
  { xs: [[1, 2]], attributes: { paddings: [[1, 2]], value: 0 }, y: [0, 1, 2, 0, 0], gy: [1, 2, 3, 4, 5], gx: [[2, 3]] },
  { xs: [[[1, 2]]], attributes: { paddings: [[0, 1], [1, 0]], value: -1.5 }, y: [[-1.5, 1, 2], [-1.5, -1.5, -1.5]], gy: MATRIX, gx: [[[2, 3]]] },
]);

examples("gather", [
  { xs: [MATRIX, [2, 0]], attributes: { axis: 1 }, y: [[3, 1], [6, 4]], gy: [[1, 2], [3, 4]], gx: [[[2, 0, 1], [4, 0, 3]], null] },
  { xs: [MATRIX, [1, 1, 0]], attributes: { axis: 0 }, y: [[4, 5, 6], [4, 5, 6], [1, 2, 3]], gy: [[1, 2, 3], [10, 20, 30], [7, 8, 9]], gx: [[[7, 8, 9], [11, 22, 33]], null] },
  { xs: [MATRIX, 2], attributes: { axis: -1 }, y: [3, 6], gy: [5, 7], gx: [[[0, 0, 5], [0, 0, 7]], null] },
  { xs: [[5, 6], [[0, 1], [1, 1]]], attributes: { axis: 0 }, y: [[5, 6], [6, 6]], gy: [[1, 2], [3, 4]], gx: [[1, 9], null] },
]);

examples("softmax", [
  { xs: [[0, Math.log(3)]], attributes: { axis: 0 }, y: [0.25, 0.75], gy: [1, 0], gx: [[3 / 16, -3 / 16]] },
  { xs: [[[0, 0], [0, Math.log(3)]]], attributes: { axis: -2 }, y: [[0.5, 0.25], [0.5, 0.75]], gy: [[4, 16], [0, 0]], gx: [[[1, 3], [-1, -3]]] },
  // Saturated: y·(gy − Σ gy·y) would leave nothing but rounding.
  { xs: [[0, 40]], attributes: { axis: 0 }, y: [Math.exp(-40), 1], gy: [0, 1], gx: [[-Math.exp(-40), Math.exp(-40)]] },
]);

examples("logSoftmax", [
  { xs: [[0, Math.log(3)]], attributes: { axis: -1 }, y: [-Math.log(4), Math.log(0.75)], gy: [4, 8], gx: [[1, -1]] },
  { xs: [[[0], [0]]], attributes: { axis: 0 }, y: [[-Math.LN2], [-Math.LN2]], gy: [[6], [2]], gx: [[[2], [-2]]] },
  { xs: [[0, 40]], attributes: { axis: 0 }, y: [-40, -Math.exp(-40)], gy: [0, 1], gx: [[-Math.exp(-40), Math.exp(-40)]] },
]);

examples("layerNorm", [
  // Mean 2, variance 1, deviation √(1 + 3) = 2.
  { xs: [[1, 3]], attributes: { epsilon: 3, affine: false }, y: [-0.5, 0.5], gy: [1, 0], gx: [[0.1875, -0.1875]] },
  { xs: [[1, 3], [2, 4], [10, 20]], attributes: { epsilon: 3, affine: true }, y: [9, 22], gy: [1, 0], gx: [[0.375, -0.375], [-0.5, 0], [1, 0]] },
  { xs: [[[1, 3], [3, 1]], [1, 1], [0, 0]], attributes: { epsilon: 3, affine: true }, y: [[-0.5, 0.5], [0.5, -0.5]], gy: [[1, 0], [0, 4]], gx: [[[0.1875, -0.1875], [-0.75, 0.75]], [-0.5, -2], [1, 4]] },
  { xs: [[[7], [8]]], attributes: { epsilon: 0.001, affine: false }, y: [[0], [0]], gy: [[1], [2]], gx: [[[0], [0]]] },
]);
