import { describe, expect, it } from "vitest";
import { caseOf, matrix } from "../../fixtures/builders/caseOf.js";
import { at, judgedAfter, numbers, withGrads, withValue } from "../../fixtures/builders/tampered.js";
import { decodeTensor } from "../record/tensor.js";
import { shiftInvariance } from "./shiftInvariance.js";

const x = matrix([0.1, -2.3, 0.77], [3.3, 5.1, 0.9]);

describe.each(["f64", "f32"] as const)("shift invariance in %s", (dtype) => {
  const softmax = caseOf("softmax", [x], { attributes: { axis: 1 }, dtype });
  const layer = caseOf("layerNorm", [x], { attributes: { epsilon: 0.5, affine: false }, dtype });

  it("asks for groups that are exactly a number apart", () => {
    const [near, far] = shiftInvariance.requests(layer).map(({ inputs }) => decodeTensor(inputs[0]).data);
    const shifts = far.map((v, i) => v - near[i]);
    // Exact in doubles for float32; a group has one shift, and its neighbour another.
    expect(new Set(shifts.slice(0, 3)).size).toBe(1);
    expect(new Set(shifts.slice(3)).size).toBe(1);
    expect(Math.sign(shifts[0])).toBe(-Math.sign(shifts[3]));
    expect(Math.abs(shifts[0])).toBe(dtype === "f32" ? 2 ** 8 : 2 ** 15);
    near.forEach((v, i) => expect(Math.abs(v - layer.inputs[0].data[i])).toBeLessThan(1e-4));
  });

  it.each([softmax, layer])("holds", async (c) => {
    expect(await judgedAfter(shiftInvariance, c)).toMatchObject({ verdict: "pass" });
  });

  it("fails for a value or a gradient that feels it", async () => {
    const value = await judgedAfter(shiftInvariance, layer, ([near, far]) => [
      near,
      withValue(
        far,
        at(0, 4, (y) => y + 0.1),
      ),
    ]);
    expect(value).toMatchObject({ verdict: "fail", kind: "shift", where: "value[0]", element: 4 });
    const gradient = await judgedAfter(shiftInvariance, layer, ([near, far]) => [
      near,
      withGrads(
        far,
        at(0, 1, (g) => g + 0.1),
      ),
    ]);
    expect(gradient).toMatchObject({ verdict: "fail", kind: "shift", where: "gradient[0]" });
  });

  it("fails for gradients that do not add up to 0", async () => {
    const judgement = await judgedAfter(shiftInvariance, softmax, (outcomes) =>
      outcomes.map((outcome) =>
        withGrads(
          outcome,
          numbers((g) => g + 0.01),
        ),
      ),
    );
    expect(judgement.reason).toMatch(/^the gradients along a group add up to 0\.0/);
  });

  it("says nothing of what is not centred", async () => {
    const rms = caseOf("rmsNorm", [x], { attributes: { epsilon: 0.5, affine: false }, dtype });
    expect(shiftInvariance.requests(rms)).toHaveLength(1);
    expect(await judgedAfter(shiftInvariance, rms)).toMatchObject({ verdict: "inconclusive" });
  });
});
