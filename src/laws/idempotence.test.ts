import { describe, expect, it } from "vitest";
import { caseOf, precisionIn, row } from "../../fixtures/builders/caseOf.js";
import { at, honestOutcomes, judgedAfter, withValue } from "../../fixtures/builders/tampered.js";
import { nextDown } from "../core/float.js";
import { decodeTensor } from "../record/tensor.js";
import { idempotence } from "./idempotence.js";

const f32 = { dtype: "f32" } as const;
const clipped = caseOf("clip", [row(-3, 0.3, 9)], { ...f32, attributes: { low: 0.1, high: 0.7 } });

describe("what lies in the range", () => {
  it("is asked for, in the precision of the case", () => {
    const [{ inputs }] = idempotence.requests(clipped);
    expect([...decodeTensor(inputs[0]).data]).toEqual([0.1, 0.3, 0.7].map(Math.fround));
  });

  it("comes back as it is", async () => {
    expect(await judgedAfter(idempotence, clipped)).toMatchObject({ verdict: "pass" });
    const lost = await judgedAfter(idempotence, clipped, ([o]) => [
      withValue(
        o,
        at(0, 2, (y) => nextDown(y, "f32")),
      ),
    ]);
    expect(lost).toMatchObject({ verdict: "fail", kind: "again", where: "value[0]", element: 2 });
  });

  it("may have either sign where it is 0", async () => {
    const zero = caseOf("relu", [row(-1)], f32);
    const negative = await judgedAfter(idempotence, zero, ([o]) => [
      withValue(
        o,
        at(0, 0, () => -0),
      ),
    ]);
    expect(negative).toMatchObject({ verdict: "pass" });
  });

  it("may be flushed where subnormal numbers are", async () => {
    const tiny = caseOf("abs", [row(-1e-40)], f32);
    const flushed = (await honestOutcomes(idempotence, tiny)).map((o) =>
      withValue(
        o,
        at(0, 0, () => 0),
      ),
    );
    expect(idempotence.judge(tiny, flushed, precisionIn("f32", true))).toMatchObject({ verdict: "pass" });
    expect(idempotence.judge(tiny, flushed, precisionIn("f32"))).toMatchObject({ verdict: "fail" });
  });
});
