import { describe, expect, it } from "vitest";
import { compareWithRegion, intersection } from "./interval.js";

describe("intervals", () => {
  const region = { low: -1, high: 1 };

  it.each([
    [-1, 1, "inside"],
    [-1.1, 0, "draw more"],
    [0, 1.1, "draw more"],
    [-2, 2, "draw more"],
    [1, 2, "draw more"],
    [1.1, 2, "disjoint"],
    [-2, -1.1, "disjoint"],
    [-Infinity, Infinity, "draw more"],
  ] as const)("[%d, %d] is %s", (low, high, expected) => {
    expect(compareWithRegion({ low, high }, region)).toBe(expected);
  });

  it("intersect, and refuse to be empty", () => {
    expect(intersection({ low: 0, high: 3 }, { low: 1, high: 5 })).toEqual({ low: 1, high: 3 });
    expect(() => compareWithRegion({ low: 1, high: 0 }, region)).toThrow("an interval is [1, 0]");
    expect(() => compareWithRegion({ low: NaN, high: 0 }, region)).toThrow("an interval is [NaN, 0]");
  });
});
