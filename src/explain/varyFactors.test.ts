import { describe, expect, it } from "vitest";
import { caseOf, row, scalar } from "../../fixtures/builders/caseOf.js";
import { gradientsFrom, offBy, toEveryMaximum, withRecord } from "../../fixtures/builders/faulty.js";
import { judgeCase } from "../campaign/judgeCase.js";
import { gradientAgreement } from "../laws/agreement.js";
import type { AnyOp } from "../ops/op.js";
import type { Case } from "../record/case.js";
import { factorText, matters, type Factor } from "../record/fault.js";
import { tensor } from "../core/tensor.js";
import { varyFactors } from "./varyFactors.js";

/** What varying finds around a case that fails, by factor. */
async function factorsOf(
  name: string,
  change: (op: AnyOp) => AnyOp,
  c: Case,
): Promise<Record<string, Factor>> {
  const subject = withRecord(name, change);
  let asked = 0;
  const recheck = (candidate: Case) => {
    asked++;
    return judgeCase(gradientAgreement, candidate, subject);
  };
  const judgement = await recheck(c);
  expect(judgement.verdict).toBe("fail");
  const factors = await varyFactors(c, judgement, recheck);
  expect(asked).toBeLessThanOrEqual(73);
  return Object.fromEntries(factors.map((factor) => [factor.name, factor]));
}

describe("one factor varied at a time", () => {
  it("finds the attribute that a fault needs, and that others do not matter", async () => {
    const image = tensor([1, 3, 3, 1], [1, -2, 3, 0.5, 4, -1, 2, 0.25, -3]);
    const window = [2, 2];
    const attributes = { window, strides: [1, 1], padding: "same", dilation: [1, 1] };
    const wrongWhenPadded = (op: AnyOp): AnyOp => ({
      ...op,
      vjp: (A, gy, xs, y, given) =>
        (given["padding"] === "same" ? offBy(0.5)(op) : op).vjp(A, gy, xs, y, given),
    });
    const { padding, strides, values } = await factorsOf(
      "avgPool2d",
      wrongWhenPadded,
      caseOf("avgPool2d", [image], { attributes }),
    );
    expect(padding.fails).toEqual(["same"]);
    expect(padding.passes).toContain("valid");
    expect(factorText(padding)).toMatch(/^padding: fails for same, passes for .*valid/);
    expect([strides, values].map(matters)).toEqual([false, false]);
  });

  it("finds that only ties show a fault", async () => {
    const attributes = { axes: "all", keepdims: false };
    const tied = { ...caseOf("max", [row(2, 2, 1)], { attributes }), tags: ["region:ties"] };
    const { values, keepdims } = await factorsOf("max", toEveryMaximum, tied);
    expect(values.passes).toContain("ordinary values");
    expect(values.fails).toContain("ties");
    expect(matters(keepdims)).toBe(false);
  });

  it("finds that only inputs of different shapes show a fault", async () => {
    const wrongWhenBroadcast = (op: AnyOp): AnyOp => ({
      ...op,
      vjp: (A, gy, xs, y, attributes) =>
        (xs[0].shape.length === xs[1].shape.length ? op : offBy(0.5)(op)).vjp(A, gy, xs, y, attributes),
    });
    const { shapes } = await factorsOf(
      "multiply",
      wrongWhenBroadcast,
      caseOf("multiply", [scalar(2), row(1, 3)]),
    );
    expect(shapes.fails[0]).toBe("inputs of different shapes");
    expect(shapes.passes).toEqual(expect.arrayContaining(["vectors", "matrices"]));
  });

  it("finds that nothing matters where everything fails", async () => {
    const factors = await factorsOf(
      "tanh",
      gradientsFrom(([g]) => [g.data.map((v) => v + 1)]),
      caseOf("tanh", [scalar(1)]),
    );
    expect(factors["values"].passes).toEqual([]);
    expect(factors["shapes"].passes).toEqual(["tensors without elements"]);
  });

  it("says that it was these values where no others showed the fault", async () => {
    const onlyAtTwo = (op: AnyOp): AnyOp => ({
      ...op,
      vjp: (A, gy, xs, y, attributes) =>
        (A.toNumber(xs[0].data[0]) === 2 ? offBy(0.5)(op) : op).vjp(A, gy, xs, y, attributes),
    });
    const { values } = await factorsOf("tanh", onlyAtTwo, caseOf("tanh", [scalar(2)]));
    expect(values.fails).toEqual(["the values of the case"]);
    expect(matters(values)).toBe(true);
  });
});
