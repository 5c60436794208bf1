import { describe, expect, it } from "vitest";
import { compare, unknown } from "./estimate.js";

describe("compare", () => {
  const estimate = { value: 2, bound: 0.5 };

  it("agrees up to the bound, and contradicts beyond", () => {
    expect([1.5, 2, 2.5].map((got) => compare(got, estimate))).toEqual(["agrees", "agrees", "agrees"]);
    expect(compare(2.5000000000000004, estimate)).toBe("contradicts");
  });

  it.each([NaN, Infinity, -Infinity])("contradicts %s where a finite value is known", (got) => {
    expect(compare(got, estimate)).toBe("contradicts");
  });

  it("cannot tell where nothing is known", () => {
    expect(compare(2, unknown)).toBe("cannot tell");
    expect(compare(2, { value: 2, bound: Infinity })).toBe("cannot tell");
    expect(compare(2, { value: NaN, bound: 0 })).toBe("cannot tell");
    expect(compare(2, { value: 2, bound: NaN })).toBe("cannot tell");
  });
});
