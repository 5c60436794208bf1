import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidProgramError } from "./errors.js";
import {
  broadcastIndex,
  broadcastShapes,
  normalizeAxis,
  sameShape,
  showShape,
  sizeOf,
  stridesOf,
  type Shape,
} from "./shape.js";

const SEED = { seed: 21, numRuns: 500 };

/** A result shape, and shapes that broadcast to it: leading axes cut off, lengths replaced by 1. */
const broadcasting = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4, size: "max" }).chain((to) =>
  fc.record({
    to: fc.constant(to),
    from: fc
      .tuple(fc.integer({ min: 0, max: to.length }), fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }))
      .map(([cut, ones]) => to.slice(cut).map((length, axis) => (ones[axis] ? 1 : length))),
  }),
);

/** The position in `from` of the element at `index` of `to`, straight from the definition. */
function naivePosition(from: Shape, to: Shape, i: number): number {
  const place = to.map((length, axis) => Math.floor(i / stridesOf(to)[axis]) % length);
  const own = place.slice(to.length - from.length).map((p, axis) => (from[axis] === 1 ? 0 : p));
  return own.reduce((position, p, axis) => position * from[axis] + p, 0);
}

describe("broadcasting", () => {
  it("reads the same elements as the definition", () => {
    fc.assert(
      fc.property(broadcasting, ({ from, to }) => {
        const naive = Array.from({ length: sizeOf(to) }, (_, i) => naivePosition(from, to, i));
        expect(Array.from(broadcastIndex(from, to))).toEqual(naive);
      }),
      SEED,
    );
  });

  it("finds the common shape, whatever the order", () => {
    fc.assert(
      fc.property(broadcasting, ({ from, to }) => {
        expect(broadcastShapes([from, to])).toEqual(to);
        expect(broadcastShapes([to, from])).toEqual(to);
      }),
      SEED,
    );
  });

  it("stretches an axis of 1 to nothing, and of nothing shapes makes a scalar", () => {
    expect(
      broadcastShapes([
        [1, 3],
        [0, 1],
      ]),
    ).toEqual([0, 3]);
    expect(broadcastShapes([])).toEqual([]);
    expect(broadcastIndex([1], [0])).toHaveLength(0);
  });

  it("refuses lengths that differ, and shows them", () => {
    expect(() => broadcastShapes([[2, 3], [2]])).toThrow("shapes [2, 3] and [2] do not broadcast");
    expect(() => broadcastShapes([[0], [2]])).toThrow(InvalidProgramError);
  });
});

describe("shapes", () => {
  it("have row-major strides", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 4 }), (shape) => {
        const strides = stridesOf(shape);
        expect(strides.length).toBe(shape.length);
        shape.forEach((length, axis) => {
          expect(strides[axis] * length).toBe(axis === 0 ? sizeOf(shape) : strides[axis - 1]);
        });
      }),
      SEED,
    );
  });

  it("are equal when every length is", () => {
    expect(sameShape([2, 3], [2, 3])).toBe(true);
    expect(sameShape([2, 3], [3, 2])).toBe(false);
    expect(sameShape([2], [2, 1])).toBe(false);
    expect(sameShape([], [])).toBe(true);
    expect(showShape([])).toBe("[]");
  });
});

describe("normalizeAxis", () => {
  it("counts negative axes from the end", () => {
    expect([-3, -1, 0, 2].map((axis) => normalizeAxis(axis, 3))).toEqual([0, 2, 0, 2]);
  });

  it.each([3, -4, 0.5, NaN])("refuses axis %s of rank 3, and names it", (axis) => {
    expect(() => normalizeAxis(axis, 3)).toThrow(`axis ${axis} is not one of -3..2 (rank 3)`);
  });

  it("refuses every axis of a scalar", () => {
    expect(() => normalizeAxis(0, 0)).toThrow(InvalidProgramError);
  });
});
