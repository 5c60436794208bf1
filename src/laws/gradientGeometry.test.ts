import { describe, expect, it } from "vitest";
import { caseOf, matrix, row } from "../../fixtures/builders/caseOf.js";
import { judgedAfter, numbers, withGrads } from "../../fixtures/builders/tampered.js";
import { tensor } from "../core/tensor.js";
import { gradientGeometry } from "./gradientGeometry.js";

const TRAINING = { axis: -1, epsilon: 0.5, training: true, parameters: "scale" } as const;
const x = matrix([1, -2], [3, 5], [-4, 0.25], [0.5, 7], [2, 2]);

describe.each(["f64", "f32"] as const)("the geometry of a gradient in %s", (dtype) => {
  const batch = caseOf("batchNorm", [x, row(3, -0.25)], { attributes: TRAINING, dtype });
  const rms = caseOf("rmsNorm", [x], { attributes: { epsilon: 0.5, affine: false }, dtype });

  it.each([batch, rms])("holds, with the terms of epsilon", async (c) => {
    expect(await judgedAfter(gradientGeometry, c)).toMatchObject({ verdict: "pass" });
  });

  it("is that of a projection: nothing is left of a cotangent along 1", async () => {
    const ones = tensor(
      [5, 2],
      Array.from({ length: 10 }, () => 1),
    );
    const along = caseOf("batchNorm", [x, row(3, -0.25)], {
      attributes: TRAINING,
      dtype,
      cotangents: [ones],
    });
    expect(await judgedAfter(gradientGeometry, along)).toMatchObject({ verdict: "pass" });
    const given = await judgedAfter(gradientGeometry, along, ([outcome]) => [
      withGrads(outcome, (g, k) => (k === 0 ? numbers(() => 0.2)(g, k) : g)),
    ]);
    expect(given).toMatchObject({ verdict: "fail", kind: "geometry", where: "gradient[0]" });
  });

  it("fails for a gradient of another length, along the mean, or along x", async () => {
    const changed = (change: (g: number, i: number) => number) =>
      judgedAfter(gradientGeometry, batch, ([outcome]) => [
        withGrads(outcome, (g, k) => (k === 0 ? numbers(change)(g, k) : g)),
      ]);
    expect(await changed((g) => 1.001 * g)).toMatchObject({ verdict: "fail" });
    expect(await changed((g) => -g)).toMatchObject({ verdict: "fail" });
    const moved = await changed((g, i) => (i % 2 === 0 ? g + 0.01 : g));
    expect(moved).toMatchObject({ verdict: "fail", kind: "geometry" });
    expect(await changed(() => 0)).toMatchObject({ verdict: "fail" });
  });

  it("says nothing of other ops", async () => {
    expect(await judgedAfter(gradientGeometry, caseOf("tanh", [x], { dtype }))).toMatchObject({
      verdict: "inconclusive",
    });
  });
});
