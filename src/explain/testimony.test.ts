import { describe, expect, it } from "vitest";
import { caseOf, row, scalar } from "../../fixtures/builders/caseOf.js";
import { offBy, toEveryMaximum, withAnswers, withRecord } from "../../fixtures/builders/faulty.js";
import { judgeCase } from "../campaign/judgeCase.js";
import { gradientAgreement, tangentAgreement, valueAgreement } from "../laws/agreement.js";
import { failure, type Law, type LawJudgement } from "../laws/law.js";
import type { Case } from "../record/case.js";
import type { Testimony } from "../record/record.js";
import { inProcessSubject } from "../subjects/inProcess.js";
import { referenceAdapter } from "../subjects/reference.js";
import type { Subject } from "../subjects/subject.js";
import { testimonies } from "./testimony.js";

const RULES = "rules in doubles";
const DUALS = "dual numbers through the meaning";
const DIFFERENCES = "differences of the meaning, doubles";
const MANY_DIGITS = "differences of the meaning, many digits";
const OWN = "the subject's own outputs, differenced";

/** Every oracle's word on what a law says of a subject's answer. */
async function heard(law: Law, c: Case, subject: Subject): Promise<[Record<string, string>, Testimony[]]> {
  const words = await testimonies(c, await judgeCase(law, c, subject), subject);
  return [Object.fromEntries(words.map(({ oracle, says }) => [oracle, says])), words];
}

const contradicts = (...oracles: string[]): Record<string, string> =>
  Object.fromEntries(oracles.map((oracle) => [oracle, "contradicts"]));

/** A judgement that blames a subject for what is right: the reference's number was wrong. */
const mistaken = (got: number): LawJudgement =>
  failure("value", "gradient[0]", "outside", {
    element: 0,
    got,
    expected: { low: 2 * got - 1e-9, high: 2 * got + 1e-9, value: 2 * got },
  });

const doubledTangents = withAnswers((request, honest) => {
  const answer = honest();
  if (request.mode !== "jvp") return answer;
  return { ...answer, grads: (answer.grads ?? []).map((g) => g && { ...g, data: g.data.map((x) => 2 * x) }) };
});

describe("testimonies", () => {
  const c = caseOf("tanh", [row(0.75, -0.5)]);

  it("all contradict a gradient that is wrong", async () => {
    const [said, words] = await heard(gradientAgreement, c, withRecord("tanh", offBy(1e-3)));
    expect(said).toEqual(contradicts(RULES, DUALS, DIFFERENCES, MANY_DIGITS, OWN));
    // The worst element is the second: its cotangent is −1.5.
    const truth = -1.5 / Math.cosh(0.5) ** 2;
    for (const { oracle, value, bound } of words) {
      expect([oracle, Math.abs(Number(value) - truth) <= Number(bound) + 1e-15]).toEqual([oracle, true]);
    }
    expect(words.find(({ oracle }) => oracle === MANY_DIGITS)!.note).toMatch(/^\d+ digits$/);
  });

  it("contradict it in float32 too, though its outputs resolve less", async () => {
    const single = caseOf("tanh", [row(0.75, -0.5)], { dtype: "f32" });
    const [said] = await heard(gradientAgreement, single, withRecord("tanh", offBy(0.05), "f32"));
    expect(said).toEqual(contradicts(RULES, DUALS, DIFFERENCES, MANY_DIGITS, OWN));
    const [faint] = await heard(gradientAgreement, single, withRecord("tanh", offBy(1e-5), "f32"));
    expect(faint).toMatchObject(contradicts(RULES, DUALS, MANY_DIGITS));
    expect(faint[OWN]).toBe("cannot tell");
  });

  it("all agree with a gradient that is right, when the reference's number is wrong", async () => {
    const honest = inProcessSubject("honest", referenceAdapter());
    const words = await testimonies(c, mistaken(1 / Math.cosh(0.75) ** 2), honest);
    expect(words.map(({ says }) => says)).toEqual(["agrees", "agrees", "agrees", "agrees", "agrees"]);
  });

  it("of the subject's own outputs say when forward pass and gradient are wrong together", async () => {
    const doubled = withRecord("tanh", (op) => ({
      ...op,
      meaning: (A, xs, attributes) => {
        const y = op.meaning(A, xs, attributes);
        return {
          shape: y.shape,
          data: Array.from({ length: y.data.length }, (_, i) => A.add(y.data[i], y.data[i])),
        };
      },
      vjp: (A, gy, xs, y, attributes) =>
        op
          .vjp(A, gy, xs, y, attributes)
          .map(
            (g) =>
              g && {
                ...g,
                data: Array.from({ length: g.data.length }, (_, i) => A.add(g.data[i], g.data[i])),
              },
          ),
    }));
    const slope = 2 / Math.cosh(0.75) ** 2;
    const judgement = failure("value", "gradient[0]", "outside", {
      element: 0,
      got: slope,
      expected: { low: slope / 2 - 1e-9, high: slope / 2 + 1e-9, value: slope / 2 },
    });
    const words = await testimonies(c, judgement, doubled);
    expect(words.map(({ oracle, says }) => [oracle, says])).toEqual([
      [RULES, "contradicts"],
      [DUALS, "contradicts"],
      [DIFFERENCES, "contradicts"],
      [MANY_DIGITS, "contradicts"],
      [OWN, "agrees"],
    ]);
  });

  it("look along all tied inputs together, where every choice gives the same", async () => {
    const tied = caseOf("max", [row(2, 2, 1)], { attributes: { axes: "all", keepdims: false } });
    const [said, words] = await heard(gradientAgreement, tied, withRecord("max", toEveryMaximum));
    expect(said).toMatchObject(contradicts(RULES, DUALS, DIFFERENCES));
    expect(Object.values(said)).not.toContain("agrees");
    for (const { value } of words) expect(Number(value)).toBeCloseTo(1, 6);
  });

  it("on a value are those that have no derivative", async () => {
    const subject = withAnswers((_request, honest) => ({
      value: honest().value?.map((y) => ({ ...y, data: y.data.map((v) => v + 1) })) ?? [],
    }));
    const [said] = await heard(valueAgreement, c, subject);
    expect(said).toEqual(contradicts(RULES, "meaning, many digits"));
  });

  it("on a tangent need no subject", async () => {
    const [said] = await heard(tangentAgreement, c, doubledTangents);
    expect(said).toEqual(contradicts(RULES, DUALS, MANY_DIGITS));
  });

  it("contradict what is no number", async () => {
    const subject = withRecord("tanh", offBy(NaN));
    const [said] = await heard(gradientAgreement, c, subject);
    expect(Object.values(said)).toEqual([
      "contradicts",
      "contradicts",
      "contradicts",
      "contradicts",
      "contradicts",
    ]);
  });

  it("are not heard on what no number is in dispute", async () => {
    const honest = inProcessSubject("honest", referenceAdapter());
    expect(await testimonies(c, failure("shape", "gradient[0]", "wrong shape"), honest)).toEqual([]);
    expect(
      await testimonies(caseOf("tanh", [scalar(1)]), failure("throws", "value", "threw"), honest),
    ).toEqual([]);
  });
});
