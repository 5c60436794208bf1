import { describe, expect, it } from "vitest";
import { caseOf, matrix, row } from "../../fixtures/builders/caseOf.js";
import { at, judgedAfter, withValue } from "../../fixtures/builders/tampered.js";
import { decodeTensor } from "../record/tensor.js";
import { identityRecovered } from "./identityRecovered.js";

const BATCH = { axis: -1, epsilon: 0.5, training: true, parameters: "scale and offset" } as const;
const x = matrix([1, -2], [3, 5], [-4, 0.25], [0.5, 7]);

describe.each(["f64", "f32"] as const)("the identity in %s", (dtype) => {
  const batch = caseOf("batchNorm", [x, row(1, 1), row(0, 0)], { attributes: BATCH, dtype });
  const layer = caseOf("layerNorm", [x, row(1, 1), row(0, 0)], {
    attributes: { epsilon: 0.5, affine: true },
    dtype,
  });
  const rms = caseOf("rmsNorm", [x, row(1, 1)], { attributes: { epsilon: 0.5, affine: true }, dtype });

  it("is asked for with the moments of x as scale and offset", () => {
    const [{ inputs }] = identityRecovered.requests(batch);
    const [, scale, offset] = inputs.map((wire) => decodeTensor(wire).data);
    const second = [-2, 5, 0.25, 7];
    expect(offset[1]).toBeCloseTo(2.5625, 6);
    expect(scale[1]).toBeCloseTo(Math.sqrt(second.reduce((s, v) => s + (v - 2.5625) ** 2, 0) / 4 + 0.5), 6);
  });

  it.each([batch, layer, rms])("is recovered", async (c) => {
    expect(await judgedAfter(identityRecovered, c)).toMatchObject({ verdict: "pass" });
  });

  it("is not, where one element comes out differently", async () => {
    const judgement = await judgedAfter(identityRecovered, batch, ([outcome]) => [
      withValue(
        outcome,
        at(0, 7, (y) => y - 0.001),
      ),
    ]);
    expect(judgement).toMatchObject({ verdict: "fail", kind: "identity", element: 7 });
    expect(judgement.reason).toContain("7 becomes 6.99");
  });

  it("is looked for in the group whose moments they are, and in no other", async () => {
    const other = await judgedAfter(identityRecovered, layer, ([outcome]) => [
      withValue(
        outcome,
        at(0, 3, (y) => y + 1),
      ),
    ]);
    expect(other).toMatchObject({ verdict: "pass" });
    const first = await judgedAfter(identityRecovered, layer, ([outcome]) => [
      withValue(
        outcome,
        at(0, 1, (y) => y + 1),
      ),
    ]);
    expect(first).toMatchObject({ verdict: "fail" });
  });

  it("needs both parameters", async () => {
    const bare = caseOf("batchNorm", [x, row(1, 1)], {
      attributes: { ...BATCH, parameters: "scale" },
      dtype,
    });
    expect(await judgedAfter(identityRecovered, bare)).toMatchObject({ verdict: "inconclusive" });
  });
});
