import { expect, test } from "vitest";
import {
  WINDOW,
  GROUPS,
  BATCH,
  RESPONSE,
  GRU,
  LSTM,
  ATTENTION,
  POOL,
} from "../../fixtures/builders/plainAttributes.js";
import { DOUBLES } from "../core/numberAlgebra.js";
import { filled, tensor } from "../core/tensor.js";
import { findOp } from "./index.js";
import type { Attributes } from "./op.js";

test.each<[string, number[][], Attributes, number[], number[]]>([
  ["sum", [[0, 3]], { axes: [0], keepdims: false }, [3], [0, 0, 0]],
  ["max", [[0, 3]], { axes: [1], keepdims: true }, [0, 1], []],
  [
    "matmul",
    [
      [2, 0],
      [0, 1],
    ],
    { transposeA: false, transposeB: false },
    [2, 1],
    [0, 0],
  ],
  [
    "concat",
    [
      [0, 2],
      [0, 2],
    ],
    { axis: 0 },
    [0, 2],
    [],
  ],
  ["pad", [[0]], { paddings: [[1, 1]], value: 3 }, [2], [3, 3]],
  ["gather", [[2, 3], [0]], { axis: 1 }, [2, 0], []],
  ["softmax", [[2, 0]], { axis: 1 }, [2, 0], []],
  ["softmax", [[2, 0]], { axis: 0 }, [2, 0], []],
  ["layerNorm", [[0, 2]], { epsilon: 1, affine: false }, [0, 2], []],
  ["groupNorm", [[0, 2]], GROUPS, [0, 2], []],
  ["batchNorm", [[0, 2], [2], [2], [2]], { ...BATCH, training: false, parameters: "offset" }, [0, 2], []],
  ["batchNorm", [[2, 0]], BATCH, [2, 0], []],
  ["localResponseNormalization", [[2, 0]], RESPONSE, [2, 0], []],
  ["rnnCell", [[0, 2], [0, 1], [2, 1], [1, 1], [1]], { activation: "tanh" }, [0, 1], []],
  ["gruCell", [[0, 2], [0, 1], [2, 3], [1, 3], [3]], GRU, [0, 1], []],
  ["lstmCell", [[0, 2], [0, 1], [0, 1], [2, 4], [1, 4], [4]], LSTM, [0], []],
  [
    "scaledDotProductAttention",
    [
      [0, 2],
      [1, 2],
      [1, 3],
    ],
    ATTENTION,
    [0, 3],
    [],
  ],
  [
    "conv2d",
    [
      [0, 2, 2, 1],
      [2, 2, 1, 3],
    ],
    WINDOW,
    [0, 1, 1, 3],
    [],
  ],
  ["avgPool2d", [[0, 2, 2, 3]], POOL, [0, 1, 1, 3], []],
  [
    "conv1d",
    [
      [1, 1, 2],
      [2, 2, 3],
    ],
    { strides: [1], padding: "valid", dilation: [1] },
    [1, 0, 3],
    [],
  ],
  ["mse", [[0], [0]], { reduction: "sum" }, [], [0]],
  [
    "softmaxCrossEntropy",
    [
      [0, 2],
      [0, 2],
    ],
    { reduction: "sum" },
    [],
    [0],
  ],
])("%s of empty %j with %j", (name, shapes, attributes, shape, values) => {
  const op = findOp(name);
  const xs = shapes.map((s) => filled(s, 1));
  const y = op.meaning(DOUBLES, xs, attributes);
  expect([y.shape, Array.from(y.data)]).toEqual([shape, values]);
  const gy = { shape: y.shape, data: Float64Array.from(y.data, () => 1) };
  const gx = op.vjp(DOUBLES, gy, xs, y, attributes);
  gx.forEach((g, k) => {
    if (g) expect([g.shape, Array.from(g.data)]).toEqual([shapes[k], Array.from(xs[k].data, () => 0)]);
  });
});

test("labels are rows of probabilities that add up to 1 exactly", () => {
  const { accepts } = findOp("softmaxCrossEntropy");
  const labels = (values: number[]): boolean | undefined =>
    accepts?.([filled([2, 2], 0), tensor([2, 2], values)], { reduction: "none" });
  expect(labels([0.25, 0.75, 1, 0])).toBe(true);
  expect(labels([0.25, 0.75, 0.5, 0.25])).toBe(false);
  expect(labels([0.25, 0.75, 1.5, -0.5])).toBe(false);
});
