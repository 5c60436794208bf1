import { expect, test } from "vitest";
import { WINDOW } from "../../fixtures/builders/plainAttributes.js";
import { findOp } from "./index.js";
import type { Attributes } from "./op.js";

const EXPLICIT = [
  [1, 0],
  [0, 2],
];

/** All simplifications, in the order in which they are tried: the boldest ones first. */
test.each<[string, Attributes, Attributes[]]>([
  [
    "clip",
    { low: -0.2, high: 0.7 },
    [
      { low: 0, high: 1 },
      { low: -1, high: 1 },
      { low: 0.25, high: 0.75 },
    ],
  ],
  ["clip", { low: -1, high: 1 }, [{ low: 0, high: 1 }]],
  ["clip", { low: 0, high: 1 }, []],
  [
    "sum",
    { axes: [0, 2], keepdims: true },
    [
      { axes: "all", keepdims: false },
      { axes: [0, 2], keepdims: false },
      { axes: "all", keepdims: true },
      { axes: [0], keepdims: true },
      { axes: [2], keepdims: true },
    ],
  ],
  ["sum", { axes: "all", keepdims: true }, [{ axes: "all", keepdims: false }]],
  ["sum", { axes: [1], keepdims: false }, [{ axes: "all", keepdims: false }]],
  ["squeeze", { axes: [0, 2] }, [{ axes: "all" }, { axes: [0] }, { axes: [2] }]],
  ["squeeze", { axes: [1] }, [{ axes: "all" }]],
  ["squeeze", { axes: "all" }, []],
  ["flip", { axes: [1, -1] }, [{ axes: "all" }, { axes: [1] }, { axes: [-1] }]],
  ["flip", { axes: [1] }, [{ axes: "all" }]],
  ["flip", { axes: "all" }, []],
  [
    "roll",
    { shift: [1, -3], axes: [0, 2] },
    [
      { shift: [1], axes: "all" },
      { shift: [1], axes: [0] },
      { shift: [-3], axes: [2] },
      { shift: [1, 1], axes: [0, 2] },
    ],
  ],
  ["roll", { shift: [1], axes: [1] }, [{ shift: [1], axes: "all" }]],
  ["roll", { shift: [2], axes: "all" }, [{ shift: [1], axes: "all" }]],
  ["reshape", { shape: [2, 3] }, [{ shape: [6] }]],
  ["reshape", { shape: [] }, [{ shape: [1] }]],
  ["transpose", { permutation: [1, 2, 0] }, [{ permutation: [0, 1, 2] }]],
  [
    "slice",
    { begin: [0, 2], size: [0, 3] },
    [
      { begin: [0, 0], size: [0, 3] },
      { begin: [0, 2], size: [0, 1] },
    ],
  ],
  [
    "pad",
    { paddings: EXPLICIT, value: 3 },
    [
      { paddings: EXPLICIT, value: 0 },
      {
        paddings: [
          [0, 0],
          [0, 2],
        ],
        value: 3,
      },
      {
        paddings: [
          [1, 0],
          [0, 0],
        ],
        value: 3,
      },
      {
        paddings: [
          [1, 0],
          [0, 1],
        ],
        value: 3,
      },
    ],
  ],
  [
    "mirrorPad",
    { paddings: EXPLICIT, mode: "reflect" },
    [
      {
        paddings: [
          [0, 0],
          [0, 2],
        ],
        mode: "reflect",
      },
      {
        paddings: [
          [1, 0],
          [0, 0],
        ],
        mode: "reflect",
      },
      {
        paddings: [
          [1, 0],
          [0, 1],
        ],
        mode: "reflect",
      },
    ],
  ],
  [
    "split",
    { axis: -1, sizes: [2, 3] },
    [
      { axis: -1, sizes: [5] },
      { axis: 0, sizes: [2, 3] },
    ],
  ],
  ["broadcastTo", { shape: [2, 3] }, [{ shape: [3] }, { shape: [2, 2] }]],
  [
    "tile",
    { repetitions: [3, 1, 2] },
    [{ repetitions: [1, 1, 2] }, { repetitions: [2, 1, 2] }, { repetitions: [3, 1, 1] }],
  ],
  [
    "stridedSlice",
    { begin: [0, 3], end: [4, 0], strides: [1, -2], beginMask: 2, endMask: 1 },
    [
      { begin: [0, 3], end: [4, 0], strides: [1, -2], beginMask: 0, endMask: 1 },
      { begin: [0, 3], end: [4, 0], strides: [1, -2], beginMask: 2, endMask: 0 },
      { begin: [0, 3], end: [4, 0], strides: [1, -1], beginMask: 2, endMask: 1 },
    ],
  ],
  [
    "oneHot",
    { depth: 3, onValue: 5, offValue: 0 },
    [
      { depth: 3, onValue: 1, offValue: 0 },
      { depth: 2, onValue: 5, offValue: 0 },
    ],
  ],
  ["oneHot", { depth: 2, onValue: 1, offValue: 1 }, [{ depth: 2, onValue: 1, offValue: 0 }]],
  ["oneHot", { depth: 2, onValue: 1, offValue: 0 }, []],
  [
    "conv2d",
    { strides: [1, 2], padding: EXPLICIT, dilation: [2, 1], rounding: "ceil" },
    [
      { strides: [1, 2], padding: EXPLICIT, dilation: [1, 1], rounding: "ceil" },
      { strides: [1, 1], padding: EXPLICIT, dilation: [2, 1], rounding: "ceil" },
      { strides: [1, 2], padding: EXPLICIT, dilation: [2, 1] },
      { strides: [1, 2], padding: "valid", dilation: [2, 1] },
    ],
  ],
  ["conv2d", { ...WINDOW, padding: "same" }, [WINDOW]],
  ["conv2d", WINDOW, []],
  [
    "maxPool2d",
    { ...WINDOW, padding: EXPLICIT, window: [2, 3] },
    [
      { ...WINDOW, window: [2, 3] },
      // A smaller window allows less padding: less than it reaches.
      {
        ...WINDOW,
        padding: [
          [0, 0],
          [0, 2],
        ],
        window: [1, 3],
      },
      {
        ...WINDOW,
        padding: [
          [1, 0],
          [0, 1],
        ],
        window: [2, 2],
      },
    ],
  ],
  ["mse", { reduction: "mean" }, [{ reduction: "none" }, { reduction: "sum" }]],
  ["mse", { reduction: "none" }, []],
])("simpler than %s %j", (name, attributes, wanted) => {
  expect(findOp(name).simpler!(attributes)).toEqual(wanted);
});
