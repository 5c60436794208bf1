import { describe, expect, it } from "vitest";
import { DOUBLES } from "../core/numberAlgebra.js";
import {
  COORDINATES,
  exactWeight,
  nearestPixel,
  neighboursOf,
  roundedWeight,
  type ResizedAxis,
} from "./sampling.js";

/** Every axis that cases are drawn from, and more. */
const AXES: readonly ResizedAxis[] = COORDINATES.flatMap((coordinates) =>
  Array.from({ length: 256 }, (_, i) => ({ from: 1 + (i >> 4), to: 1 + (i % 16), coordinates })),
);

/** As TensorFlow's kernels select a pixel, in one precision. */
function selected({ from, to, coordinates }: ResizedAxis, r: number, round: (x: number) => number): number {
  const corners = coordinates === "alignCorners" && to > 1;
  const scale = corners ? round((from - 1) / (to - 1)) : round(from / to);
  const position = round(scale * (coordinates === "halfPixel" ? r + 0.5 : r));
  return Math.min(from - 1, coordinates === "alignCorners" ? Math.round(position) : Math.floor(position));
}

describe("the pixel that is taken", () => {
  it.each([
    ["float32", Math.fround],
    ["float64", (x: number) => x],
  ])("is the one that %s arithmetic selects, up to 16 pixels", (_, round) => {
    const odd = AXES.filter((axis) =>
      Array.from({ length: axis.to }, (_, r) => r).some(
        (r) => nearestPixel(axis, r) !== selected(axis, r, round),
      ),
    );
    expect(odd).toEqual([]);
  });
});

describe("the weights of a pixel's neighbours", () => {
  it("add up to 1, and are the same from a rounded position", () => {
    for (const axis of AXES) {
      const sums = Array.from({ length: axis.to }, () => 0);
      for (const neighbour of neighboursOf(axis)) {
        const exact = exactWeight(DOUBLES, neighbour);
        sums[neighbour.r] += exact;
        // Positions are at most 16, where doubles are 2⁻⁴⁹ apart, and come from three roundings.
        const difference = Math.abs(roundedWeight(DOUBLES, neighbour, axis) - exact);
        expect(difference, JSON.stringify({ axis, neighbour })).toBeLessThanOrEqual(3 * 2 ** -49);
      }
      for (const sum of sums) expect(Math.abs(sum - 1)).toBeLessThanOrEqual(2 ** -52);
    }
  });
});
