import { describe, expect, it } from "vitest";
import { caseOf, scalar } from "../../fixtures/builders/caseOf.js";
import { judgeCase } from "../campaign/judgeCase.js";
import { inProcessSubject } from "../subjects/inProcess.js";
import { intercept } from "../subjects/intercept.js";
import { referenceAdapter } from "../subjects/reference.js";
import { hessianAgreement } from "./secondOrder.js";

const reference = referenceAdapter();
/** A library that has no second derivatives, and says 0. */
const flat = inProcessSubject(
  "flat",
  intercept(reference, (request) => {
    const answer = reference.evaluate(request);
    if (request.mode !== "hvp" || !answer.grads) return answer;
    const grads = answer.grads.map((h) => h && { ...h, data: Float64Array.from(h.data, () => 0) });
    return { ...answer, grads };
  }),
);

const judged = (op: string, x: number) => judgeCase(hessianAgreement, caseOf(op, [scalar(x)]), flat);

describe("Hessian-vector agreement", () => {
  it("calls a missing second derivative wrong", async () => {
    expect((await judged("elu", -1)).verdict).toBe("fail");
    expect((await judged("tanh", 0.5)).verdict).toBe("fail");
  });

  it("decides nothing where the gradient has a kink: elu″ is 1 below 0 and 0 above", async () => {
    expect((await judged("elu", 0)).verdict).toBe("inconclusive");
  });
});
