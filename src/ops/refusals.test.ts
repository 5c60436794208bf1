import { describe, expect, it, test } from "vitest";
import { drawCase } from "../arbitraries/drawCase.js";
import { InvalidProgramError } from "../core/errors.js";
import { Stream } from "../core/random.js";
import type { Shape } from "../core/shape.js";
import { findOp, OPS } from "./index.js";
import type { Attributes } from "./op.js";

/** What no attribute can be. */
const NONSENSE: readonly unknown[] = [undefined, null, "nonsense", {}, ["nonsense"], [NaN], [[0.5]]];

/** What errors call an attribute, where it is not by its name. */
const CALLED: Readonly<Record<string, RegExp>> = {
  axes: /axes|axis/,
  permutation: /permutation|axis/,
  paddings: /padding/,
  k: /largest/,
};

/** May be left out. */
const OPTIONAL = new Set(["rounding"]);

const refusal = (name: string, shapes: readonly Shape[], attributes: unknown): unknown => {
  try {
    return `accepted: ${JSON.stringify(findOp(name).shape(shapes, attributes as Attributes))}`;
  } catch (error) {
    return error;
  }
};

describe("nonsense in the place of any attribute is refused", () => {
  const withAttributes = OPS.filter((op) => Object.keys(op.attributes).length > 0);
  it.each(withAttributes.map((op) => [op.name, op] as const))("%s", (name, op) => {
    const { program, inputs } = drawCase(new Stream(1, `refused ${name}`), op, { dtype: "f64" });
    const { attributes } = program.nodes[0];
    const shapes = inputs.map(({ shape }) => shape);
    for (const attribute of Object.keys(attributes)) {
      for (const value of NONSENSE) {
        if (value === undefined && OPTIONAL.has(attribute)) continue;
        const answer = refusal(name, shapes, { ...attributes, [attribute]: value });
        expect(answer, `${attribute}: ${JSON.stringify(value)}`).toBeInstanceOf(InvalidProgramError);
        // Who reads the error has to know which attribute is meant.
        expect(String(answer)).toMatch(CALLED[attribute] ?? attribute);
      }
    }
  });

  it("among them numbers and texts for truth values", () => {
    for (const keepdims of [0, 1, "false", "true"]) {
      expect(refusal("sum", [[2]], { axes: "all", keepdims })).toBeInstanceOf(InvalidProgramError);
    }
  });
});

const WINDOW = { strides: [1, 1], padding: "valid", dilation: [1, 1] };
const SLICE = { begin: [0, 0], end: [2, 3], strides: [1, 1], beginMask: 0, endMask: 0 };

/** Each condition of a refusal by itself: what fails no other one. */
test.each<[string, number[][], Attributes]>([
  ["topk", [[]], { k: 1 }],
  ["topk", [[3]], { k: 0 }],
  ["topk", [[3]], { k: -1 }],
  ["topk", [[3]], { k: 1.5 }],
  ["topk", [[3]], { k: 4 }],
  ["topk", [[4, 3]], { k: 4 }],
  ["roll", [[3]], { shift: 1, axes: [0] }],
  ["roll", [[3]], { shift: [0.5], axes: [0] }],
  ["roll", [[3]], { shift: [0.5], axes: "all" }],
  ["roll", [[3]], { shift: [1, 1], axes: "all" }],
  ["roll", [[3]], { shift: [], axes: "all" }],
  ["roll", [[3]], { shift: [], axes: [0] }],
  ["roll", [[3]], { shift: [1], axes: [1] }],
  ["roll", [[3]], { shift: [1], axes: [-2] }],
  ["stridedSlice", [[2, 3]], { ...SLICE, begin: 0 }],
  ["stridedSlice", [[2, 3]], { ...SLICE, begin: [0] }],
  ["stridedSlice", [[2, 3]], { ...SLICE, begin: [0, 0, 0] }],
  ["stridedSlice", [[2, 3]], { ...SLICE, begin: [0, 0.5] }],
  ["stridedSlice", [[2, 3]], { ...SLICE, end: [2] }],
  ["stridedSlice", [[2, 3]], { ...SLICE, end: [2, 2.5] }],
  ["stridedSlice", [[2, 3]], { ...SLICE, strides: [1] }],
  ["stridedSlice", [[2, 3]], { ...SLICE, strides: [1, 0] }],
  ["stridedSlice", [[2, 3]], { ...SLICE, strides: [1, 1.5] }],
  ["stridedSlice", [[2, 3]], { ...SLICE, beginMask: -1 }],
  ["stridedSlice", [[2, 3]], { ...SLICE, beginMask: 0.5 }],
  ["stridedSlice", [[2, 3]], { ...SLICE, beginMask: 4 }],
  ["stridedSlice", [[2, 3]], { ...SLICE, endMask: -1 }],
  ["stridedSlice", [[2, 3]], { ...SLICE, endMask: 1.5 }],
  ["stridedSlice", [[2, 3]], { ...SLICE, endMask: 4 }],
  [
    "conv1d",
    [
      [1, 3, 1],
      [2, 1, 1],
    ],
    { strides: [1], padding: "valid", dilation: [0] },
  ],
  [
    "conv1d",
    [
      [1, 3, 1],
      [0, 1, 1],
    ],
    { strides: [1], padding: "valid", dilation: [1] },
  ],
  [
    "separableConv2d",
    [
      [1, 3, 3, 2],
      [2, 2, 2, 1],
      [1, 1, 2],
    ],
    WINDOW,
  ],
  [
    "conv2dTranspose",
    [
      [1, 1, 1],
      [2, 2, 1, 1],
    ],
    { ...WINDOW, outputSize: [2, 2] },
  ],
  [
    "conv2dTranspose",
    [
      [1, 1, 1, 1],
      [2, 2, 1],
    ],
    { ...WINDOW, outputSize: [2, 2] },
  ],
  ["dot", [[], []], {}],
  ["concat", [[2, 1], [2]], { axis: 1 }],
  ["einsum", [[2, 3]], { equation: "ij->i!" }],
  ["gatherND", [[2, 3], []], {}],
  [
    "gatherND",
    [
      [2, 3],
      [2, 0],
    ],
    {},
  ],
  ["groupNorm", [[2]], { epsilon: 1, affine: false, groups: 1, channels: "last" }],
  ["groupNorm", [[2, 3], [3], [2]], { epsilon: 1, affine: true, groups: 1, channels: "last" }],
  ["groupNorm", [[2, 3], [3]], { epsilon: 1, affine: true, groups: 1, channels: "last" }],
  ["groupNorm", [[2, 3], [3], [3]], { epsilon: 1, affine: false, groups: 1, channels: "last" }],
  ["scaledDotProductAttention", [[2, 3], [4, 3], [4]], { causal: false, scale: 1 }],
  ["scaledDotProductAttention", [[3], [4, 3], [4, 2]], { causal: false, scale: 1 }],
  ["groupNorm", [[2, 3]], { epsilon: 1, affine: false, groups: 0, channels: "last" }],
  ["groupNorm", [[2, 3]], { epsilon: 1, affine: false, groups: -1, channels: "last" }],
  ["groupNorm", [[2, 3]], { epsilon: 1, affine: false, groups: 1.5, channels: "last" }],
  ["layerNorm", [[]], { epsilon: 1, affine: false }],
  ["broadcastTo", [[1, 3]], { shape: [3] }],
  ["clip", [[2]], { low: 1, high: 0 }],
  ["softmaxCrossEntropy", [[], []], { reduction: "none" }],
  [
    "softmaxCrossEntropy",
    [
      [2, 0],
      [2, 0],
    ],
    { reduction: "none" },
  ],
  ["layerNorm", [[2]], { epsilon: -1, affine: false }],
  ["layerNorm", [[2]], { epsilon: Infinity, affine: false }],
  ["batchNorm", [[2, 2]], { axis: -1, epsilon: 0, training: true, parameters: "none" }],
  ["batchNorm", [[2, 2]], { axis: 2, epsilon: 1, training: true, parameters: "none" }],
  ["localResponseNormalization", [[]], { depthRadius: 1, bias: 1, alpha: 1, beta: 1 }],
  ["localResponseNormalization", [[2]], { depthRadius: -1, bias: 1, alpha: 1, beta: 1 }],
  ["localResponseNormalization", [[2]], { depthRadius: 1, bias: 1, alpha: -1, beta: 1 }],
  ["huber", [[2], [2]], { delta: -1, reduction: "sum" }],
  ["dropout", [[2], [2]], { rate: 1 }],
  ["dropout", [[2], [2]], { rate: -0.1 }],
  ["oneHot", [[2]], { depth: -1, onValue: 1, offValue: 0 }],
  ["oneHot", [[2]], { depth: 1.5, onValue: 1, offValue: 0 }],
  ["slice", [[3]], { begin: [3], size: [1] }],
  ["split", [[3]], { axis: 0, sizes: [] }],
  ["split", [[0]], { axis: 0, sizes: [] }],
  ["split", [[3]], { axis: 0, sizes: [1, 1] }],
  ["split", [[3]], { axis: 0, sizes: [-1, 4] }],
  ["unstack", [[2, 0]], { axis: 1 }],
  ["depthToSpace", [[1, 1, 4]], { blockSize: 2 }],
  ["depthToSpace", [[1, 1, 1, 4]], { blockSize: 1.5 }],
  ["transpose", [[2, 3]], { permutation: [0] }],
  ["transpose", [[2, 3]], { permutation: [1, -1] }],
  ["concat", [[2], [2, 1]], { axis: 0 }],
  ["broadcastTo", [[2, 1]], { shape: [1] }],
  ["squeeze", [[1, 2]], { axes: [0, 1] }],
])("%s of %j refuses %j", (name, shapes, attributes) => {
  expect(refusal(name, shapes, attributes)).toBeInstanceOf(InvalidProgramError);
});

/** The last ones that are still right, so that refusals do not refuse too much. */
test.each<[string, number[][], Attributes, number[]]>([
  ["topk", [[3]], { k: 3 }, [3]],
  ["topk", [[3]], { k: 1 }, [1]],
  ["roll", [[3]], { shift: [-7], axes: "all" }, [3]],
  ["roll", [[3]], { shift: [], axes: [] }, [3]],
  ["roll", [[3]], { shift: [1, 1], axes: [0, -1] }, [3]],
  ["stridedSlice", [[2, 3]], { ...SLICE, beginMask: 3, endMask: 3, begin: [1, 2], end: [0, 0] }, [2, 3]],
  ["stridedSlice", [[2, 3]], { ...SLICE, begin: [1, 0], end: [1, 3] }, [0, 3]],
  ["stridedSlice", [[2, 3]], { ...SLICE, strides: [2, 2] }, [1, 2]],
  ["stridedSlice", [[2, 3]], { ...SLICE, begin: [-1, -9], end: [9, -1] }, [1, 2]],
  ["stridedSlice", [[2, 3]], { ...SLICE, begin: [1, 2], end: [-9, 0], strides: [-1, -1] }, [2, 2]],
  ["stridedSlice", [[2, 3]], { ...SLICE, strides: [-1, -1], beginMask: 3, endMask: 3 }, [2, 3]],
  ["stridedSlice", [[2, 3]], { ...SLICE, begin: [1, 1], strides: [1, -2], beginMask: 1, endMask: 2 }, [2, 1]],
  ["localResponseNormalization", [[2]], { depthRadius: 0, bias: 1, alpha: 0, beta: -1 }, [2]],
  ["dropout", [[2], [2]], { rate: 0 }, [2]],
  ["oneHot", [[2]], { depth: 0, onValue: 1, offValue: 1 }, [2, 0]],
  ["slice", [[3]], { begin: [3], size: [0] }, [0]],
  ["split", [[3]], { axis: -1, sizes: [0, 3] }, [3]],
  ["split", [[0]], { axis: 0, sizes: [0] }, [0]],
  ["transpose", [[2, 3]], { permutation: [-1, 0] }, [3, 2]],
  ["broadcastTo", [[1]], { shape: [2, 0] }, [2, 0]],
])("%s of %j accepts %j", (name, shapes, attributes, wanted) => {
  expect(findOp(name).shape(shapes, attributes)).toEqual(wanted);
});

test.each(OPS.map((op) => [op.name, op] as const))("%s says how many inputs it takes", (name, { arity }) => {
  const { inputs } = drawCase(new Stream(1, `arity ${name}`), findOp(name), { dtype: "f64" });
  expect(arity.low).toBeGreaterThanOrEqual(1);
  expect(arity.low).toBeLessThanOrEqual(inputs.length);
  expect(arity.high).toBeGreaterThanOrEqual(inputs.length);
});
