import { describe, expect, it } from "vitest";
import { caseOf, row } from "../../fixtures/builders/caseOf.js";
import { at, judgedAfter, withGrads, withValue } from "../../fixtures/builders/tampered.js";
import type { Outcome } from "../record/protocol.js";
import { decodeTensor } from "../record/tensor.js";
import { identities } from "./identities.js";

const f32 = { dtype: "f32" } as const;
const sigmoid = caseOf("sigmoid", [row(1, -3)], f32);
const logSigmoid = caseOf("logSigmoid", [row(1, -3)], f32);

describe("an identity", () => {
  it("asks the other ops at the points where they say the same", () => {
    const asked = identities.requests(logSigmoid);
    expect(asked.map(({ program }) => program.nodes[0].op)).toEqual([
      "softplus@1",
      "sigmoid@1",
      "logSigmoid@1",
    ]);
    expect(asked.map(({ inputs }) => [...decodeTensor(inputs[0]).data])).toEqual([
      [-1, 3],
      [-1, 3],
      [1, -3],
    ]);
    const [tanh] = identities.requests(sigmoid);
    expect([...decodeTensor(tanh.inputs[0]).data]).toEqual([0.5, -1.5]);
  });

  it.each(["sigmoid", "logSigmoid", "softplus", "expm1", "acos", "sin", "cos", "sinh", "cosh"])(
    "holds of %s",
    async (op) => {
      const c = caseOf(op, [row(0.75, -0.5)], f32);
      expect(await judgedAfter(identities, c)).toMatchObject({ verdict: "pass" });
    },
  );

  it("is broken by a value, by a derivative, and by a derivative that is a value", async () => {
    const value = await judgedAfter(identities, sigmoid, ([g, f]) => [
      g,
      withValue(
        f,
        at(0, 1, () => 0.05),
      ),
    ]);
    expect(value).toMatchObject({
      verdict: "fail",
      kind: "identity between ops",
      where: "value[0]",
      element: 1,
      reason: expect.stringMatching(
        /^a value of 0\.05.* at -3, where it is 0\.5 \+ 0\.5·value of tanh at -1\.5, -0\.905/,
      ),
    });
    const slope = await judgedAfter(identities, sigmoid, ([g, f]) => [
      g,
      withGrads(
        f,
        at(0, 0, () => 0.2),
      ),
    ]);
    expect(slope).toMatchObject({ verdict: "fail", where: "gradient[0]", element: 0 });
    const both = await judgedAfter(identities, logSigmoid, ([a, b, f]) => [
      a,
      b,
      withGrads(
        f,
        at(0, 0, () => 0.3),
      ),
    ]);
    expect(both).toMatchObject({ verdict: "fail", where: "gradient[0]" });
  });

  it("is no fault of an op whose other is wrong", async () => {
    const wrong = await judgedAfter(identities, sigmoid, ([g, f]) => [
      withValue(
        g,
        at(0, 0, () => 0.4),
      ),
      f,
    ]);
    expect(wrong).toMatchObject({ verdict: "inconclusive", reason: "the value of tanh is wrong already" });
    const slope = await judgedAfter(identities, sigmoid, ([g, f]) => [
      withGrads(
        g,
        at(0, 0, () => 0.4),
      ),
      f,
    ]);
    expect(slope).toMatchObject({ verdict: "inconclusive", reason: "the gradient of tanh is wrong already" });
  });

  it("is not asked of a library that lacks the other op", async () => {
    const unsupported: Outcome = { id: "1", status: "unsupported", what: "op", detail: "no tanh" };
    expect(await judgedAfter(identities, sigmoid, ([, f]) => [unsupported, f])).toMatchObject({
      verdict: "unsupported",
    });
  });
});
