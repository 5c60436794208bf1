import { describe, expect, it } from "vitest";
import { caseOf, matrix, row, scalar } from "../../fixtures/builders/caseOf.js";
import { MUTANTS } from "../../fixtures/mutants/index.js";
import { offBy, withAnswers, withRecord } from "../../fixtures/builders/faulty.js";
import { judgeCase } from "../campaign/judgeCase.js";
import { tensor } from "../core/tensor.js";
import { gradientAgreement } from "../laws/agreement.js";
import { determinism, refusesInvalid } from "../laws/behaviour.js";
import { specialValues } from "../laws/specialValues.js";
import { failure, type Law, type LawJudgement } from "../laws/law.js";
import { outputMoments } from "../laws/outputMoments.js";
import { decodeCase, wireCase, type Case } from "../record/case.js";
import { finding as findingSchema, type Finding } from "../record/record.js";
import { UnsupportedError } from "../subjects/adapter.js";
import { inProcessSubject } from "../subjects/inProcess.js";
import { intercept } from "../subjects/intercept.js";
import { referenceAdapter } from "../subjects/reference.js";
import type { Subject } from "../subjects/subject.js";
import { explain, signatureOf, type Explanation, type Judge } from "./explain.js";

const start = caseOf("tanh", [row(0.6875, -1.5, 2.25)]);

/** What is said of a case after a law judged it. */
async function explained(law: Law, c: Case, subject: Subject, property = "gradient"): Promise<Explanation> {
  const judge: Judge = (by, candidate) => judgeCase(by, candidate, subject);
  return explain({ property, law, case: c, judgement: await judge(law, c) }, subject, judge);
}

async function findingOf(...args: Parameters<typeof explained>): Promise<Finding> {
  const explanation = await explained(...args);
  if (!explanation.stands) throw new Error(explanation.because);
  return explanation.finding;
}

describe("a finding", () => {
  it("says what is wrong, on the smallest case, in a form that fits the record", async () => {
    const found = await findingOf(gradientAgreement, start, withRecord("tanh", offBy(1e-3)));
    expect(findingSchema.parse(found)).toEqual(found);
    expect(found).toMatchObject({
      type: "finding",
      subject: "faulty",
      property: "gradient",
      properties: ["gradient"],
      signature: { op: "tanh@1", kind: "value", where: "gradient[0]" },
      verdict: "fail",
      title: "tanh: gradient is wrong",
      cases: 1,
      replay: `npx gradproof replay ${found.id}`,
    });
    expect(found.shown.inputs).toEqual(["1 (scalar)"]);
    expect(found.shown.cotangents).toEqual(["1 (scalar)"]);
    expect(found.shown.expected).toMatch(/^0\.4199743416140\d+ ± \d/);
    expect(Number(found.shown.got)).toBeCloseTo(1.001 / Math.cosh(1) ** 2, 12);
    expect(found.because).toMatch(/^The subject is wrong: \d oracles \(.*\) contradict it, and none agrees/);
    expect(found.id).toMatch(/^[0-9a-f]{8}$/);
  });

  it("names the variance that a batch norm divides by n − 1", async () => {
    const unbiased = MUTANTS.find(({ name }) => name === "batchNorm-unbiased")!;
    const subject = inProcessSubject("unbiased", unbiased.adapter());
    const attributes = { axis: -1, epsilon: 0.125, training: true, parameters: "none" };
    const c = caseOf("batchNorm", [matrix([1, 2], [4, -3], [0.5, 7])], { attributes });
    const found = await findingOf(outputMoments, c, subject, "normalization/moments");
    expect(found).toMatchObject({
      title: "batchNorm: value is normalised by the variance that n − 1 divides",
      property: "normalization/moments",
      signature: { op: "batchNorm@1", kind: "unbiased", where: "value[0]" },
    });
    expect(found.judgement.reason).toContain("the variance is divided by n − 1");
  });

  it("tells other moments as the wrong value that they are", async () => {
    const outside = MUTANTS.find(({ name }) => name === "layerNorm-epsilon-outside")!;
    const subject = inProcessSubject("outside", outside.adapter());
    const attributes = { epsilon: 0.125, affine: false };
    const c = caseOf("layerNorm", [matrix([1, 2, 4], [4, -3, 0.5])], { attributes });
    const found = await findingOf(outputMoments, c, subject, "normalization/moments");
    expect(found.signature).toEqual({ op: "layerNorm@1", kind: "value", where: "value[0]" });
    expect(found.properties).toEqual(["normalization/moments"]);
  });

  it("has a witness that is wrong again when it is asked from its bits", async () => {
    const subject = withRecord("tanh", offBy(1e-3), "f32");
    const found = await findingOf(
      gradientAgreement,
      caseOf("tanh", [row(0.1, 0.7)], { dtype: "f32" }),
      subject,
    );
    const travelled: unknown = JSON.parse(JSON.stringify(found.witness));
    const again = await judgeCase(gradientAgreement, decodeCase(wireCase.parse(travelled)), subject);
    expect(again).toMatchObject({ verdict: "fail", kind: found.judgement.kind, got: found.judgement.got });
  });

  it("has a name that depends on what is wrong, and on nothing else", async () => {
    const [subject, sameAgain] = [1, 2].map(() => withRecord("tanh", offBy(1e-3)));
    const first = await findingOf(gradientAgreement, start, subject);
    const again = await findingOf(gradientAgreement, start, sameAgain);
    const other = await findingOf(gradientAgreement, caseOf("tanh", [scalar(0.25)]), subject);
    expect(again).toEqual(first);
    expect(other.id).toBe(first.id);
    const renamed = await findingOf(gradientAgreement, start, subject, "kinks");
    expect(renamed.id).not.toBe(first.id);
  });

  it("carries a program that asks the same", async () => {
    const found = await findingOf(gradientAgreement, start, withRecord("tanh", offBy(1e-3)));
    expect(found.snippet).toContain("referenceAdapter");
    expect(found.snippet).toContain('mode: "vjp"');
    expect(found.snippet).toContain("tanh@1");
  });

  it("does without that program where the subject prints none", async () => {
    const adapter = intercept(referenceAdapter(), () => ({ value: [] }));
    const mute = inProcessSubject("mute", {
      ...adapter,
      snippet() {
        throw new UnsupportedError("snippet", "no language of its own");
      },
    });
    const found = await findingOf(gradientAgreement, start, mute);
    expect(found.snippet).toMatch(/^\/\/ mute prints no snippet: .*no language of its own/);
    expect(found.title).toBe("tanh: value is missing");
  });

  it("needs no oracle for bits that differ", async () => {
    let calls = 0;
    const subject = withAnswers((_request, honest) => {
      const answer = honest();
      calls++;
      return {
        ...answer,
        value: (answer.value ?? []).map((y) => ({ ...y, data: y.data.map((v) => v + calls) })),
      };
    });
    const found = await findingOf(determinism, start, subject, "determinism");
    expect(found.oracles).toEqual([]);
    expect(found.because).toBe("Both answers are the subject's own, and they must be the same bits.");
    expect(found.title).toBe("tanh: value differs when it is asked again");
    expect(found.snippet).toContain('mode: "value"');
  });

  it("shows the question whose answer was wrong, where it is not that of the case's own numbers", async () => {
    const zeroAtNaN = withAnswers((_request, honest) => {
      const answer = honest();
      return {
        ...answer,
        value: (answer.value ?? []).map((y) => ({ ...y, data: y.data.map((v) => (v === v ? v : 0)) })),
        // Wrong everywhere: another fault, and not the reason for this one.
        grads: answer.grads?.map((gx) => gx && { ...gx, data: gx.data.map((g) => 2 * g) }),
      };
    });
    const found = await findingOf(specialValues, start, zeroAtNaN, "special values");
    expect(found.title).toBe("tanh: value is wrong at NaN or an infinity");
    expect(found.signature).toMatchObject({ kind: "at NaN", where: "value[0]" });
    expect(found.shown).toMatchObject({ expected: "NaN", got: "0" });
    expect(found.witness.inputs[0].shape).toEqual([]);
    expect(found.snippet).toContain("Float64Array.of(NaN)");
  });

  it("says where an error comes from: the value, or its gradient alone", async () => {
    const everywhere = withAnswers(() => {
      throw new TypeError("not a function");
    });
    const inGradient = withAnswers((request, honest) => {
      if (request.mode === "vjp") throw new TypeError("not a function");
      return honest();
    });
    const value = await findingOf(gradientAgreement, start, everywhere);
    expect(value).toMatchObject({ signature: { kind: "throws", where: "value" }, verdict: "error" });
    expect(value.title).toBe("tanh: value throws on a valid case");
    const gradient = await findingOf(gradientAgreement, start, inGradient);
    expect(gradient).toMatchObject({ signature: { kind: "throws", where: "gradient" }, verdict: "error" });
    expect(gradient.shown).toMatchObject({ expected: "a result", got: "TypeError: not a function" });
  });

  it("tells the fault that is behind another: a wrong value, but not one of another dtype", async () => {
    const gradient = withRecord("tanh", offBy(0.5));
    const told = async (value: LawJudgement): Promise<string> => {
      const judge: Judge = (law, c) =>
        law.name === "value agreement" ? Promise.resolve(value) : judgeCase(law, c, gradient);
      const judgement = await judge(gradientAgreement, start);
      const explanation = await explain(
        { property: "gradient", law: gradientAgreement, case: start, judgement },
        gradient,
        judge,
      );
      return explanation.stands ? explanation.finding.signature.where : explanation.because;
    };
    expect(await told(failure("missing", "value[0]", "none"))).toBe("value[0]");
    expect(await told(failure("dtype", "value[0]", "i32"))).toBe("gradient[0]");
  });

  it("names the input where there are several", async () => {
    const subject = withAnswers((request, honest) => {
      const answer = honest();
      const grads = answer.grads?.map((g, k) => (k === 1 ? null : g));
      return { ...answer, ...(grads && request.mode === "vjp" && { grads }) };
    });
    const c = caseOf("multiply", [row(1, 2), row(3, 4)]);
    expect((await findingOf(gradientAgreement, c, subject)).title).toBe(
      "multiply: gradient of input 2 is missing",
    );
  });

  it("shows an invalid case as it was drawn: it has no smaller valid one", async () => {
    const honest = caseOf("tanh", [row(1, 2)]);
    const invalid: Case = { ...honest, inputs: [row(1, 2, 3)], tags: ["invalid"] };
    const accepted: LawJudgement = {
      verdict: "accepted-invalid",
      kind: "accepts",
      where: "value",
      reason: "arguments that do not fit gave a result of shape [3]",
    };
    const explanation = await explain(
      { property: "refuses-invalid", law: refusesInvalid, case: invalid, judgement: accepted },
      withAnswers((_request, answer) => answer()),
      () => Promise.resolve(accepted),
    );
    expect(explanation).toMatchObject({
      stands: true,
      finding: { title: "tanh: value accepts arguments that do not fit", shrinkEvaluations: 0 },
    });
  });
});

describe("a judgement that the oracles do not bear out", () => {
  it("is no finding", async () => {
    const slope = 1 / Math.cosh(1) ** 2;
    const judgement = failure("value", "gradient[0]", "outside", {
      element: 0,
      got: slope,
      expected: { low: 2 * slope - 1e-9, high: 2 * slope + 1e-9, value: 2 * slope },
    });
    const explanation = await explain(
      { property: "gradient", law: gradientAgreement, case: caseOf("tanh", [scalar(1)]), judgement },
      withAnswers((_request, honest) => honest()),
      () => Promise.resolve({ verdict: "pass", reason: "" }),
    );
    expect(explanation).toMatchObject({
      stands: false,
      because: expect.stringMatching(/^oracles disagree:/),
    });
  });
});

describe("signatures", () => {
  const wrong = failure("nan", "gradient[1]", "NaN");

  it("name the op of a single node, and programs as such", () => {
    expect(signatureOf(start, wrong)).toEqual({ op: "tanh@1", kind: "nan", where: "gradient[1]" });
    const { program } = start;
    const twice = { ...start, program: { ...program, nodes: [program.nodes[0], program.nodes[0]] } };
    expect(signatureOf(twice, wrong).op).toBe("programs");
  });

  it("tell faults of tensors without elements from those that everybody meets", () => {
    expect(signatureOf(caseOf("tanh", [tensor([0], [])]), wrong).kind).toBe("nan (empty)");
  });
});
