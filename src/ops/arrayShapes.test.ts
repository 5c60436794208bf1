import { describe, expect, test } from "vitest";
import { InvalidProgramError } from "../core/errors.js";
import { DOUBLES } from "../core/numberAlgebra.js";
import { filled, tensor } from "../core/tensor.js";
import { findOp } from "./index.js";
import type { Attributes } from "./op.js";

describe("shapes and attributes that do not fit are refused, with what was given", () => {
  test.each<[string, number[][], Attributes, RegExp]>([
    ["norm", [[3]], { axes: "all", keepdims: false, ord: "3" }, /ord "3": must be one of "1", "2", "inf"/],
    [
      "variance",
      [[1, 3]],
      { axes: [0], keepdims: false, correction: 1 },
      /axes \[0\] of \[1, 3\] hold 1 elements, too few/,
    ],
    ["variance", [[3]], { axes: "all", keepdims: false, correction: 2 }, /correction 2: must be 0 or 1/],
    ["dot", [[2, 3], [2]], {}, /dot of \[2, 3\] and \[2\]/],
    ["outer", [[2, 3], [2]], {}, /outer needs vectors, got \[2, 3\]/],
    ["einsum", [[2, 3]], { equation: "ij->k" }, /no input has the axis k/],
    ["einsum", [[2, 3]], { equation: "ij->ii" }, /names an axis twice/],
    ["einsum", [[2, 3]], { equation: "ij,jk->ik" }, /is about 2 inputs, got 1/],
    ["einsum", [[2, 3]], { equation: "ii->i" }, /input 0 does not fit/],
    ["einsum", [[2, 3]], { equation: "ij" }, /must be like/],
    ["stack", [[2], [3]], { axis: 0 }, /must have one shape/],
    ["expandDims", [[2]], { axis: 2 }, /axis 2 is not one of/],
    ["squeeze", [[2, 1]], { axes: [0] }, /axis 0 has length 2/],
    ["broadcastTo", [[2]], { shape: [2, 3] }, /\[2\] and \[2, 3\] do not broadcast/],
    ["broadcastTo", [[2, 3]], { shape: [3] }, /broadcast of \[2, 3\] to \[3\]/],
    ["tile", [[2, 3]], { repetitions: [2] }, /repetitions \[2\]: needs 2 numbers/],
    ["mirrorPad", [[3]], { paddings: [[3, 0]], mode: "reflect" }, /at most 2 with reflect/],
    ["mirrorPad", [[3]], { paddings: [[1, 0]], mode: "edge" }, /mode "edge"/],
    ["flip", [[2, 3]], { axes: [0, -2] }, /name an axis twice/],
    ["roll", [[2, 3]], { shift: [1, 2], axes: [0] }, /for each of the axes \[0\]/],
    [
      "stridedSlice",
      [[3]],
      { begin: [0], end: [3], strides: [0], beginMask: 0, endMask: 0 },
      /strides \[0\]: none may be 0/,
    ],
    [
      "stridedSlice",
      [[3]],
      { begin: [0], end: [3], strides: [1], beginMask: 2, endMask: 0 },
      /beginMask 2 of \[3\]: must be 0 to 1/,
    ],
    [
      "gatherND",
      [
        [2, 3],
        [4, 3],
      ],
      {},
      /the last axis must name 1 to 2 places/,
    ],
    ["scatterND", [[2, 1], [3]], { shape: [4] }, /scatter of \[3\] at \[2, 1\] into \[4\]/],
    ["topk", [[2, 3]], { k: 4 }, /the 4 largest of \[2, 3\]/],
  ])("%s of %j with %j", (name, shapes, attributes, message) => {
    const op = findOp(name);
    expect(() => op.shape(shapes, attributes)).toThrow(InvalidProgramError);
    expect(() => op.shape(shapes, attributes)).toThrow(message);
    const xs = shapes.map((shape) => filled(shape, 0));
    expect(() => op.meaning(DOUBLES, xs, attributes)).toThrow(message);
  });

  test("rows that name no place", () => {
    const xs = [tensor([2, 3], [1, 2, 3, 4, 5, 6]), tensor([1, 2], [1, 3])];
    const gatherND = findOp("gatherND");
    expect(() => gatherND.meaning(DOUBLES, xs, {})).toThrow("index 3 is not one of 0..2, axis 1");
    expect(gatherND.accepts?.(xs, {})).toBe(false);
    const [, repaired] = gatherND.repair!(xs, {});
    expect(Array.from(repaired.data)).toEqual([1, 2]);
    const scatterND = findOp("scatterND");
    const updates = [tensor([1, 1], [2]), tensor([1], [7])];
    expect(scatterND.accepts?.(updates, { shape: [2] })).toBe(false);
    expect(Array.from(scatterND.repair!(updates, { shape: [2] })[0].data)).toEqual([1]);
  });
});

test("factors whose products leave float32 in some order are not meant", () => {
  const accepts = (...x: number[]): boolean | undefined =>
    findOp("prod").accepts?.([tensor([x.length], x)], { axes: "all", keepdims: false });
  expect(accepts(2 ** 90, 0, 2 ** -90)).toBe(true);
  expect(accepts(2 ** 60, 2 ** 60, 2 ** -60, 2 ** -60)).toBe(false);
});

test.each<[string, number[][], Attributes, number[], number[]]>([
  ["prod", [[2, 0]], { axes: [1], keepdims: false }, [2], [1, 1]],
  ["cumprod", [[0]], { axis: 0, exclusive: true, reverse: false }, [0], []],
  ["variance", [[0, 3]], { axes: [1], keepdims: true, correction: 1 }, [0, 1], []],
  ["dot", [[2, 0], [0]], {}, [2], [0, 0]],
  [
    "einsum",
    [
      [0, 2],
      [2, 3],
    ],
    { equation: "ij,jk->k" },
    [3],
    [0, 0, 0],
  ],
  ["stack", [[0], [0]], { axis: 0 }, [2, 0], []],
  ["tile", [[2, 0]], { repetitions: [2, 1] }, [4, 0], []],
  [
    "mirrorPad",
    [[0, 2]],
    {
      paddings: [
        [0, 0],
        [1, 0],
      ],
      mode: "reflect",
    },
    [0, 3],
    [],
  ],
  ["roll", [[0]], { shift: [3], axes: [0] }, [0], []],
  ["sort", [[2, 0]], { axis: 1, descending: true }, [2, 0], []],
])("%s of empty %j with %j", (name, shapes, attributes, shape, values) => {
  const op = findOp(name);
  const y = op.meaning(
    DOUBLES,
    shapes.map((s) => filled(s, 1)),
    attributes,
  );
  expect([y.shape, Array.from(y.data)]).toEqual([shape, values]);
});

describe("attributes are fitted to smaller inputs", () => {
  test.each<[string, Attributes, number[], Attributes | undefined]>([
    ["squeeze", { axes: [0, 2] }, [1, 3], { axes: [0] }],
    ["squeeze", { axes: [0] }, [3], undefined],
    ["broadcastTo", { shape: [2, 4, 3] }, [1, 2], { shape: [2, 4, 2] }],
    ["roll", { shift: [1, 2], axes: [2, 0] }, [3, 4], { shift: [2], axes: [0] }],
    [
      "mirrorPad",
      {
        paddings: [
          [2, 2],
          [1, 1],
        ],
        mode: "reflect",
      },
      [2],
      { paddings: [[1, 1]], mode: "reflect" },
    ],
    ["topk", { k: 4 }, [2], { k: 2 }],
  ])("%s %j to %j", (name, attributes, shape, wanted) => {
    const op = findOp(name);
    const adapted = op.adapt?.([shape], attributes);
    expect(adapted).toEqual(wanted);
    if (adapted) expect(() => op.shape([shape], adapted)).not.toThrow();
  });
});
