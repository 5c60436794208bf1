import { describe, expect, test } from "vitest";
import { POOL } from "../../fixtures/builders/plainAttributes.js";
import { findOp } from "./index.js";
import type { Attributes } from "./op.js";

describe("attributes are fitted to smaller inputs", () => {
  test.each<[string, Attributes, number[], Attributes | undefined]>([
    ["flip", { axes: "all" }, [2], { axes: "all" }],
    ["flip", { axes: [0, 2] }, [3, 2], { axes: [0] }],
    ["flip", { axes: [1, -3] }, [3, 2], { axes: [1] }],
    ["flip", { axes: [0, -2] }, [3, 2], { axes: [0] }],
    ["flip", { axes: [2] }, [3, 2], undefined],
    ["reshape", { shape: [2, 3] }, [4], { shape: [2, 2] }],
    ["reshape", { shape: [2, 3] }, [4, 3], { shape: [4, 3] }],
    [
      "pad",
      { paddings: [[1, 2]], value: 0 },
      [3, 2],
      {
        paddings: [
          [1, 2],
          [0, 0],
        ],
        value: 0,
      },
    ],
    ["topk", { k: 2 }, [], undefined],
    ["topk", { k: 2 }, [3, 0], undefined],
    ["roll", { shift: [1], axes: [1] }, [3], undefined],
    ["roll", { shift: [1, 2], axes: [-2, -1] }, [3], { shift: [2], axes: [-1] }],
    ["squeeze", { axes: [-3, -1] }, [2, 1], { axes: [-1] }],
    ["squeeze", { axes: [2] }, [1, 1], undefined],
    ["split", { axis: 0, sizes: [3, 4] }, [5], { axis: 0, sizes: [2, 3] }],
    ["split", { axis: 0, sizes: [1, 2, 1] }, [2], { axis: 0, sizes: [1, 1] }],
    ["split", { axis: 0, sizes: [1, 1] }, [3], { axis: 0, sizes: [3] }],
    ["sum", { axes: [2, 0], keepdims: true }, [3, 4], { axes: [0], keepdims: true }],
    ["sum", { axes: [1, -1], keepdims: false }, [3, 4], { axes: [1], keepdims: false }],
    ["sum", { axes: [0], keepdims: false }, [], { axes: "all", keepdims: false }],
    ["softmax", { axis: 2 }, [3, 4], { axis: 1 }],
    ["softmax", { axis: -3 }, [3, 4], { axis: -2 }],
    ["softmax", { axis: 0 }, [], undefined],
    ["transpose", { permutation: [1, 0] }, [], { permutation: [] }],
    ["reshape", { shape: [2, 3] }, [5], { shape: [5] }],
    ["reshape", { shape: [2, 3] }, [3, 2], { shape: [2, 3] }],
    ["transpose", { permutation: [2, 0, 1] }, [3, 4], { permutation: [0, 1] }],
    ["slice", { begin: [2, 0], size: [2, 3] }, [3, 3], { begin: [2, 0], size: [1, 3] }],
    ["slice", { begin: [2, 0], size: [2, 3] }, [1], { begin: [0], size: [1] }],
    [
      "pad",
      {
        paddings: [
          [1, 0],
          [0, 2],
        ],
        value: 1,
      },
      [3],
      { paddings: [[1, 0]], value: 1 },
    ],
    ["avgPool2d", { ...POOL, dilation: [2, 2] }, [1, 3, 1, 1], { ...POOL, dilation: [2, 1], window: [2, 1] }],
    [
      "maxPool2d",
      {
        ...POOL,
        padding: [
          [1, 1],
          [0, 0],
        ],
      },
      [1, 1, 1, 1],
      {
        ...POOL,
        window: [2, 1],
        padding: [
          [1, 1],
          [0, 0],
        ],
      },
    ],
    ["maxPool2d", POOL, [3, 3, 1], undefined],
    ["depthToSpace", { blockSize: 3 }, [1, 1, 1, 8], { blockSize: 2 }],
  ])("%s %j to %j", (name, attributes, shape, wanted) => {
    const op = findOp(name);
    const adapted = op.adapt?.([shape], attributes);
    expect(adapted).toEqual(wanted);
    if (adapted) expect(() => op.shape([shape], adapted)).not.toThrow();
  });
});

describe("the output of a transposed convolution is fitted to its input, with what windows leave over", () => {
  test.each([
    [{ padding: "valid", strides: [3, 1], outputSize: [9, 4] }, [2, 2], [6, 3]],
    [{ padding: "same", strides: [3, 2], outputSize: [8, 3] }, [1, 1], [2, 1]],
    [
      {
        padding: [
          [1, 0],
          [0, 0],
        ],
        strides: [2, 2],
        outputSize: [6, 7],
      },
      [2, 1],
      [4, 3],
    ],
  ])("%j", (attributes, [height, width], outputSize) => {
    const op = findOp("conv2dTranspose");
    const shapes = [
      [1, height, width, 1],
      [2, 2, 1, 1],
    ];
    const adapted = op.adapt?.(shapes, { ...attributes, dilation: [1, 1] });
    expect(adapted).toEqual({ ...attributes, dilation: [1, 1], outputSize });
    expect(op.shape(shapes, adapted!)).toEqual([1, ...outputSize, 1]);
  });
});
