import { describe, expect, it } from "vitest";
import { caseOf, precisionIn, row, scalar } from "../../fixtures/builders/caseOf.js";
import type { FloatType } from "../core/float.js";
import { pointOf } from "../laws/law.js";
import { formsLose, leavesRange } from "./rangeOfForms.js";

const leaves = (op: string, xs: number[], dtype: FloatType, attributes = {}): boolean =>
  leavesRange(pointOf(caseOf(op, xs.map(scalar), { dtype, attributes })), precisionIn(dtype));

describe("the range of the accepted formulas", () => {
  it("is left where a square overflows or underflows, and a careful formula would not", () => {
    expect(leaves("atan2", [1e25, 3e25], "f32")).toBe(true);
    expect(leaves("atan2", [1e-25, 3e-25], "f32")).toBe(true);
    expect(leaves("atan2", [1e25, 3e25], "f64")).toBe(false);
    expect(leaves("atan2", [1e200, 3e200], "f64")).toBe(true);
  });

  it("is not left at ordinary numbers, whatever saturates", () => {
    expect(leaves("exp", [-104], "f32")).toBe(false);
    expect(leaves("sigmoid", [-400], "f32")).toBe(false);
    expect(leaves("atan2", [3, 4], "f32")).toBe(false);
  });

  it("is not left by ops that only move or add what is large", () => {
    expect(leaves("negative", [1e30], "f32")).toBe(false);
    expect(leaves("subtract", [1e30, 1e30], "f32")).toBe(false);
    const sum = caseOf("sum", [row(1e30, -1e30, 1e-42)], {
      dtype: "f32",
      attributes: { axes: "all", keepdims: false },
    });
    expect(leavesRange(pointOf(sum), precisionIn("f32"))).toBe(false);
  });
});

const lose = (op: string, xs: number[], dtype: FloatType, attributes = {}): boolean =>
  formsLose(pointOf(caseOf(op, xs.map(scalar), { dtype, attributes })), precisionIn(dtype));

describe("accepted formulas", () => {
  it("lose a gradient whose squares overflow", () => {
    expect(lose("atan2", [1e25, 3e25], "f32")).toBe(true);
    expect(lose("atan2", [3, 4], "f32")).toBe(false);
  });

  it("lose nothing where an op only scales what is at the ends of the format", () => {
    for (const x of [3e38, 1e-42, -1e-30]) expect(lose("leakyRelu", [x], "f32", { alpha: 0.25 })).toBe(false);
    for (const x of [1e300, -1e308, 1e-310])
      expect(lose("leakyRelu", [x], "f64", { alpha: 0.25 })).toBe(false);
  });
});
