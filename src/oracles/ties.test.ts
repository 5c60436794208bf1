import { describe, expect, it } from "vitest";
import { caseOf, caseOfProgram, precisionIn, row, scalar } from "../../fixtures/builders/caseOf.js";
import { pointOf } from "../laws/law.js";
import { ProgramBuilder } from "../program/builder.js";
import type { Case } from "../record/case.js";
import { Attainable } from "./attainable.js";
import type { TieGroup } from "./ties.js";

/** The groups of a case, by way of its tolerance. */
function tiesOf(c: Case): readonly TieGroup[] {
  const tolerance = new Attainable("gradient", pointOf(c), precisionIn(c.dtype)).fullTolerance();
  if ("undecidable" in tolerance) throw new Error(tolerance.undecidable);
  return tolerance.ties;
}

describe("groups of tied inputs", () => {
  it("hold the tied coordinates, and the derivative along all of them", () => {
    const c = caseOf("max", [row(4, 1, 4, 4)], {
      attributes: { axes: "all", keepdims: false },
      cotangents: [scalar(-2.5)],
    });
    expect(tiesOf(c)).toEqual([{ members: [0, 2, 3], expected: -2.5 }]);
  });

  it("span several inputs", () => {
    const c = caseOf("minimum", [row(1, 5, 2), row(1, 3, 2)], { cotangents: [row(2, 3, -4)] });
    expect(tiesOf(c)).toEqual([
      { members: [0, 3], expected: 2 },
      { members: [2, 5], expected: -4 },
    ]);
  });

  it("that overlap are one: an element in two windows ties them together", () => {
    const builder = new ProgramBuilder();
    const [x, y, z] = [builder.input([]), builder.input([]), builder.input([])];
    const low = builder.apply("maximum", [x, y]);
    const high = builder.apply("maximum", [y, z]);
    const program = builder.build(low, high);
    const c = caseOfProgram(program, [scalar(3), scalar(3), scalar(3)], {
      cotangents: [scalar(1), scalar(10)],
    });
    expect(tiesOf(c)).toEqual([{ members: [0, 1, 2], expected: 11 }]);
  });

  it("are none where a kink touches one coordinate, whose gradient is a choice", () => {
    expect(tiesOf(caseOf("abs", [row(0, 1)]))).toEqual([]);
    expect(tiesOf(caseOf("relu", [scalar(0)]))).toEqual([]);
  });

  it("are none where moving them together does not keep them tied", () => {
    // max(x, −x) at 0 is |x|: both alternatives are of one coordinate, and along it they part.
    const builder = new ProgramBuilder();
    const [x, y] = [builder.input([]), builder.input([])];
    const sum = builder.apply("add", [x, y]);
    const program = builder.build(builder.apply("maximum", [sum, builder.apply("negative", [sum])]));
    expect(tiesOf(caseOfProgram(program, [scalar(1), scalar(-1)]))).toEqual([]);
  });

  it("are none without ties", () => {
    expect(tiesOf(caseOf("maximum", [row(1, 2), row(2, 1)]))).toEqual([]);
  });
});
