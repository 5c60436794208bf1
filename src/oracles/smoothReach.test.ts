import { describe, expect, it } from "vitest";
import { caseOf, row, scalar } from "../../fixtures/builders/caseOf.js";
import { tensor } from "../core/tensor.js";
import { pointOf } from "../laws/law.js";
import { smoothReach } from "./smoothReach.js";

const along = (...w: number[]): Float64Array => Float64Array.from(w);
const reach = (op: string, inputs: readonly number[], w: number, step = 2 ** -4): number =>
  smoothReach(pointOf(caseOf(op, inputs.map(scalar))), along(...inputs.map(() => w)), step);

describe("how far steps may reach", () => {
  it("is all the way where nothing bends", () => {
    expect(reach("negative", [2], 1)).toBe(1);
    expect(reach("relu", [2], 1)).toBe(1);
    expect(reach("tanh", [0.3], 1)).toBe(1);
  });

  it("is nowhere at a kink, a tie or a jump", () => {
    expect(reach("relu", [0], 1)).toBe(0);
    expect(reach("abs", [0], 1)).toBe(0);
    expect(reach("maximum", [3, 3], 1)).toBe(0);
    expect(reach("floorDivide", [6, 3], 1)).toBe(0);
  });

  it("ends before a kink, on either side", () => {
    // Steps of 2⁻⁴ from 2⁻⁶ would cross 0; a quarter of them ends on it, which is another outcome.
    expect(reach("relu", [2 ** -6], 1)).toBe(2 ** -3);
    expect(reach("relu", [-(2 ** -6)], 1)).toBe(2 ** -3);
    expect(reach("relu", [2 ** -6], -1)).toBe(2 ** -3);
  });

  it("ends where the derivative has changed by a quarter", () => {
    // exp changes by a quarter within log 1.25 = 0.223: steps of 8 are halved to 8·2⁻⁶ = 0.125.
    expect(reach("exp", [1], 1, 8)).toBe(2 ** -6);
  });

  it("is measured along the direction", () => {
    const p = pointOf(caseOf("relu", [row(2 ** -6, 5)]));
    expect(smoothReach(p, along(0, 1), 2 ** -4)).toBe(1);
    expect(smoothReach(p, along(1, 1), 2 ** -4)).toBe(2 ** -3);
  });

  it("is none where no step is small enough", () => {
    // 2⁻⁴⁰ of a step still crosses a kink that is closer.
    expect(reach("relu", [2 ** -60], 1)).toBe(0);
  });

  it("has nothing to end it without elements", () => {
    expect(smoothReach(pointOf(caseOf("relu", [tensor([0], [])])), along(), 1)).toBe(1);
  });
});
