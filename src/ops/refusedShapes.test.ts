import { describe, expect, test } from "vitest";
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
import { InvalidProgramError } from "../core/errors.js";
import { DOUBLES } from "../core/numberAlgebra.js";
import { filled, tensor } from "../core/tensor.js";
import { findOp } from "./index.js";
import type { Attributes } from "./op.js";

describe("shapes and attributes that do not fit are refused, with what was given", () => {
  test.each<[string, number[][], Attributes, RegExp]>([
    ["sum", [[2, 3]], { axes: [2], keepdims: false }, /axis 2 is not one of/],
    ["matmul", [[3], [3, 2]], { transposeA: false, transposeB: false }, /needs matrices, got \[3\] and/],
    ["matmul", [[2, 3], [3]], { transposeA: false, transposeB: false }, /needs matrices, got .* \[3\]/],
    ["dot", [[], [3]], {}, /needs vectors or matrices/],
    ["dot", [[2, 2, 2], [2]], {}, /needs vectors or matrices/],
    ["pad", [[2]], { paddings: [[1, 1]], value: "0" }, /value "0": must be a number/],
    ["pad", [[2]], { paddings: 1, value: 0 }, /must be a pair for each axis/],
    ["mirrorPad", [[2]], { paddings: [], mode: "reflect" }, /paddings \[\]/],
    ["sum", [[2, 3]], { axes: [1, -1], keepdims: false }, /\[1, -1\] name an axis twice/],
    ["sum", [[2, 3]], { axes: "rows", keepdims: false }, /axes "rows"/],
    ["mean", [[0, 3]], { axes: [0], keepdims: false }, /axes \[0\] of \[0, 3\] hold nothing/],
    ["max", [[2, 0]], { axes: "all", keepdims: true }, /axes \[0, 1\] of \[2, 0\] hold nothing/],
    ["logsumexp", [[0]], { axes: [-1], keepdims: false }, /of \[0\] hold nothing/],
    ["cumsum", [[]], { axis: 0, exclusive: false, reverse: false }, /axis 0 is not one of/],
    ["reshape", [[2, 3]], { shape: [4] }, /\[2, 3\] \(6 elements\) to \[4\] \(4 elements\)/],
    ["reshape", [[2, 3]], { shape: [-1] }, /shape \[-1\]/],
    ["transpose", [[2, 3]], { permutation: [0, 0] }, /permutation \[0,0\].* 2 axes/],
    [
      "concat",
      [
        [2, 3],
        [2, 4],
      ],
      { axis: 0 },
      /\[2, 3\], \[2, 4\] along axis 0/,
    ],
    ["slice", [[4]], { begin: [2], size: [3] }, /\[4\] from \[2\] of size \[3\]/],
    ["slice", [[4]], { begin: [1, 0], size: [1] }, /begin \[1, 0\]: needs 1 numbers, got 2/],
    ["pad", [[4]], { paddings: [[-1, 0]], value: 0 }, /padding \[-1,0\]/],
    ["pad", [[4, 4]], { paddings: [[1, 0]], value: 0 }, /paddings \[\[1,0\]\] of \[4, 4\]/],
    ["gather", [[2, 3], [1]], { axis: -3 }, /axis -3/],
    ["softmax", [[]], { axis: -1 }, /axis -1 is not one of/],
    ["layerNorm", [[2, 0]], { epsilon: 1, affine: false }, /layerNorm of \[2, 0\]/],
    ["layerNorm", [[2, 3], [3], [2]], { epsilon: 1, affine: true }, /\[2, 3\], \[3\], \[2\]/],
    ["layerNorm", [[2, 3], [3], [3]], { epsilon: 1, affine: false }, /affine false takes x alone/],
    ["layerNorm", [[2, 3]], { epsilon: 0, affine: false }, /epsilon 0/],
    ["rmsNorm", [[2, 3], [2]], { epsilon: 1, affine: true }, /takes x and 1 of shape \[3\]/],
    ["groupNorm", [[2, 3]], { ...GROUPS, groups: 2 }, /3 channels do not make 2 equal groups/],
    ["groupNorm", [[2, 4, 0]], GROUPS, /something to normalise/],
    ["groupNorm", [[2, 4]], { ...GROUPS, channels: "first" }, /channels "first"/],
    ["batchNorm", [[0, 3]], BATCH, /no batch to take the mean of/],
    [
      "batchNorm",
      [[2, 3], [3]],
      { ...BATCH, training: false },
      /takes x, mean, variance, all but x of shape/,
    ],
    ["batchNorm", [[2, 3], [2]], { ...BATCH, parameters: "scale" }, /takes x, scale, .*\[2, 3\], \[2\]/],
    ["batchNorm", [[2, 3]], { ...BATCH, parameters: "both" }, /parameters "both"/],
    ["localResponseNormalization", [[2]], { ...RESPONSE, depthRadius: 0.5 }, /depthRadius 0.5/],
    ["localResponseNormalization", [[2]], { ...RESPONSE, bias: 0 }, /bias 0 and alpha 1/],
    ["huber", [[2], [2]], { delta: 0, reduction: "sum" }, /delta 0: must be positive/],
    ["hinge", [[2], [2]], { labels: "signs", reduction: "sum" }, /labels "signs"/],
    ["logLoss", [[2], [2]], { epsilon: 0, reduction: "sum" }, /epsilon 0: must be positive/],
    ["binaryCrossEntropy", [[2], [2]], { from: "odds", reduction: "sum" }, /from "odds"/],
    ["cosineDistance", [[2], [2]], { axis: 1, reduction: "sum" }, /axis 1 is not one of/],
    ["klDivergence", [[2], [3]], { reduction: "none" }, /klDivergence of \[2\] and \[3\]/],
    [
      "rnnCell",
      [[1, 2], [1, 3], [2, 3], [3, 2], [3]],
      { activation: "tanh" },
      /rnnCell of .*\[3, 2\], \[3\]/,
    ],
    ["rnnCell", [[1, 2], [1, 3], [2, 3], [3, 3], [3]], { activation: "elu" }, /activation "elu": must be/],
    ["gruCell", [[1, 1], [1, 1], [1, 3], [1, 3], [3]], { ...GRU, resetAfter: true }, /2 biases/],
    ["gruCell", [[1, 1], [1, 1], [1, 3], [1, 3], [3]], { ...GRU, gates: "zr" }, /gates "zr"/],
    ["lstmCell", [[1, 1], [1, 1], [2, 1], [1, 4], [1, 4], [4]], LSTM, /2 states/],
    [
      "scaledDotProductAttention",
      [
        [2, 3],
        [2, 2],
        [2, 1],
      ],
      ATTENTION,
      /\[2, 3\], \[2, 2\], \[2, 1\]/,
    ],
    [
      "scaledDotProductAttention",
      [
        [2, 3],
        [0, 3],
        [0, 1],
      ],
      ATTENTION,
      /m and d at least 1/,
    ],
    [
      "conv2d",
      [
        [1, 3, 3, 2],
        [2, 2, 3, 1],
      ],
      WINDOW,
      /2, out\], got \[2, 2, 3, 1\]/,
    ],
    [
      "conv2d",
      [
        [1, 1, 3, 1],
        [3, 2, 1, 1],
      ],
      WINDOW,
      /reach 3 does not fit into 1/,
    ],
    [
      "conv2d",
      [
        [1, 3, 3, 1],
        [2, 2, 1, 1],
      ],
      { ...WINDOW, strides: [0, 1] },
      /stride 0/,
    ],
    [
      "conv2d",
      [
        [1, 3, 3, 1],
        [2, 2, 1, 1],
      ],
      { ...WINDOW, padding: "full" },
      /padding "full"/,
    ],
    [
      "conv2d",
      [
        [1, 3, 3, 1],
        [2, 2, 1, 1],
      ],
      {
        ...WINDOW,
        padding: [
          [0, -1],
          [0, 0],
        ],
      },
      /padding \[0,-1\]/,
    ],
    ["maxPool2d", [[3, 3, 1]], POOL, /got \[3, 3, 1\]/],
    [
      "avgPool2d",
      [[1, 1, 3, 1]],
      {
        ...POOL,
        padding: [
          [2, 0],
          [0, 0],
        ],
      },
      /reads nothing of the 1/,
    ],
    [
      "conv1d",
      [
        [1, 3, 1],
        [2, 1, 1],
      ],
      { strides: [1], padding: "valid", dilation: [1], rounding: "ceil" },
      /rounding "ceil" with padding "valid"/,
    ],
    [
      "conv3d",
      [
        [1, 3, 3, 1],
        [2, 2, 1, 1],
      ],
      WINDOW,
      /\[batch, depth, height, width, channels\], got \[1, 3, 3, 1\]/,
    ],
    [
      "depthwiseConv2d",
      [
        [1, 3, 3, 2],
        [2, 2, 4, 1],
      ],
      WINDOW,
      /2, multiplier\], got \[2, 2, 4, 1\]/,
    ],
    [
      "separableConv2d",
      [
        [1, 3, 3, 2],
        [2, 2, 2, 1],
        [1, 2, 2, 3],
      ],
      WINDOW,
      /a pointwise filter is \[1, 1, channels, out\], got \[1, 2, 2, 3\]/,
    ],
    [
      "separableConv2d",
      [
        [1, 3, 3, 2],
        [2, 2, 2, 2],
        [1, 1, 2, 3],
      ],
      WINDOW,
      /second half of separableConv2d of \[1, 2, 2, 4\] needs/,
    ],
    [
      "conv2dTranspose",
      [
        [1, 1, 1, 1],
        [2, 2, 1, 1],
      ],
      { ...WINDOW, outputSize: [3, 2] },
      /to \[3, 2\]: a convolution makes \[2, 1\] of that/,
    ],
    ["resizeBilinear", [[1, 0, 2, 1]], { size: [2, 2], coordinates: "halfPixel" }, /\[0, 2\] to \[2, 2\]/],
    ["resizeNearest", [[1, 2, 2, 1]], { size: [2, 2], coordinates: "half" }, /coordinates "half"/],
    ["depthToSpace", [[1, 1, 1, 4]], { blockSize: 1 }, /blockSize 1/],
    ["depthToSpace", [[1, 1, 1, 6]], { blockSize: 2 }, /a multiple of 2²/],
    ["mse", [[2], [3]], { reduction: "sum" }, /mse of \[2\] and \[3\]/],
    ["mse", [[2], [2]], { reduction: "max" }, /reduction "max"/],
    [
      "mse",
      [
        [0, 2],
        [0, 2],
      ],
      { reduction: "mean" },
      /shape \[0, 2\]: a mean of nothing/,
    ],
    [
      "softmaxCrossEntropy",
      [
        [2, 0],
        [2, 0],
      ],
      { reduction: "sum" },
      /\[2, 0\]: the last axis holds no class/,
    ],
  ])("%s of %j with %j", (name, shapes, attributes, message) => {
    const op = findOp(name);
    expect(() => op.shape(shapes, attributes)).toThrow(InvalidProgramError);
    expect(() => op.shape(shapes, attributes)).toThrow(message);
    const xs = shapes.map((shape) => filled(shape, 0));
    expect(() => op.meaning(DOUBLES, xs, attributes)).toThrow(message);
  });

  test.each([[2], [-1], [0.5]])("gather at %d", (position) => {
    const gather = findOp("gather");
    const xs = [tensor([2], [5, 6]), tensor([1], [position])];
    expect(() => gather.meaning(DOUBLES, xs, { axis: 0 })).toThrow(`index ${position} is not one of 0..1`);
    expect(gather.accepts?.(xs, { axis: 0 })).toBe(false);
  });
});
