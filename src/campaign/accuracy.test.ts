import { describe, expect, it } from "vitest";
import { caseOf, row } from "../../fixtures/builders/caseOf.js";
import { nextUp } from "../core/float.js";
import { valueAgreement } from "../laws/agreement.js";
import type { Adapter } from "../subjects/adapter.js";
import { inProcessSubject } from "../subjects/inProcess.js";
import { intercept } from "../subjects/intercept.js";
import { referenceAdapter } from "../subjects/reference.js";
import type { Subject } from "../subjects/subject.js";
import { MOST_ULPS, measureAccuracy, withAccuracy } from "./accuracy.js";
import { judgeCase } from "./judgeCase.js";

/** A float32 library whose `op` returns the number that lies `ulps` floats above the right one. */
function offBy(op: string, ulps: number): Subject {
  const reference = referenceAdapter({ precision: "f32" });
  const broken: Adapter = intercept(reference, (request) => {
    const answer = reference.evaluate(request);
    if (!request.program.nodes.some((node) => node.op === `${op}@1`)) return answer;
    const value = answer.value?.map(({ shape, data }) => ({
      shape,
      data: Float32Array.from(data, (x) => {
        let moved = x;
        for (let i = 0; i < ulps; i++) moved = nextUp(moved, "f32");
        return moved;
      }),
    }));
    return { ...answer, ...(value && { value }) };
  });
  return inProcessSubject("off", broken);
}

describe("the accuracy of a subject's intrinsics", () => {
  it("is half an ulp for a library that rounds them correctly, and counts as one", async () => {
    const { f32, f64 } = await measureAccuracy(
      inProcessSubject("reference", referenceAdapter({ precision: "f32" })),
    );
    expect(f64).toBeUndefined();
    // Half an ulp, half an ulp for the samples that were not taken.
    for (const ulps of Object.values(f32!)) expect(ulps).toBeGreaterThanOrEqual(1);
    expect(f32!.exp).toBeLessThan(1.01);
    expect(Object.keys(f32!)).toEqual(expect.arrayContaining(["exp", "tanh", "erf", "pow", "atan2"]));
  });

  it("is what it is off by", async () => {
    const { f32 } = await measureAccuracy(offBy("exp", 3));
    // Just below a power of two the step doubles on the way, so that three steps are up to five ulps.
    expect(f32!.exp).toBeGreaterThan(3);
    expect(f32!.exp).toBeLessThan(6.6);
    expect(f32!.tanh).toBeLessThan(1.01);
  });

  it("is allowed for, where the value is judged with it", async () => {
    const subject = offBy("exp", 8);
    const c = caseOf("exp", [row(0.3, 1.7, -2.2, 5.1)], { dtype: "f32" });
    expect((await judgeCase(valueAgreement, c, subject)).verdict).toBe("fail");
    const measured = withAccuracy(subject, await measureAccuracy(subject));
    expect((await judgeCase(valueAgreement, c, measured)).verdict).toBe("pass");
  });

  it("is no excuse for what is wrong", async () => {
    const subject = offBy("exp", MOST_ULPS + 2);
    const accuracy = await measureAccuracy(subject);
    expect(accuracy.f32!.exp).toBeUndefined();
    const c = caseOf("exp", [row(0.3, 1.7, -2.2, 5.1)], { dtype: "f32" });
    expect((await judgeCase(valueAgreement, c, withAccuracy(subject, accuracy))).verdict).toBe("fail");
  });
});
