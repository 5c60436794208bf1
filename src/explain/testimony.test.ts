import { describe, expect, it } from "vitest";
import { caseOf, row, scalar } from "../../fixtures/builders/caseOf.js";
import { offBy, toEveryMaximum, withRecord } from "../../fixtures/builders/faulty.js";
import { judgeCase } from "../campaign/judgeCase.js";
import type { Algebra } from "../core/algebra.js";
import type { NdArray } from "../core/tensor.js";
import { gradientAgreement, tangentAgreement, valueAgreement } from "../laws/agreement.js";
import { failure, type Law, type LawJudgement } from "../laws/law.js";
import type { AnyOp } from "../ops/op.js";
import type { Case } from "../record/case.js";
import type { Testimony } from "../record/record.js";
import { inProcessSubject } from "../subjects/inProcess.js";
import { referenceAdapter } from "../subjects/reference.js";
import type { Subject } from "../subjects/subject.js";
import { adjudicate } from "./adjudicate.js";
import { testimonies } from "./testimony.js";

const RULES = "rules in doubles";
const DUALS = "dual numbers through the meaning";
const DIFFERENCES = "differences of the meaning, doubles";
const COMPLEX = "complex step through the meaning";
const SYMBOLIC = "symbolic derivative of the meaning";
const MANY_DIGITS = "differences of the meaning, many digits";
const OWN = "the subject's own outputs, differenced";

/** Every oracle's word on what a law says of a subject's answer. */
async function heard(law: Law, c: Case, subject: Subject) {
  const judgement = await judgeCase(law, c, subject);
  const words = await testimonies(c, judgement, subject);
  return { said: saidIn(words), words, judgement };
}

const saidIn = (words: readonly Testimony[]): Record<string, string> =>
  Object.fromEntries(words.map(({ oracle, says }) => [oracle, says]));

const contradicts = (...oracles: string[]): Record<string, string> =>
  Object.fromEntries(oracles.map((oracle) => [oracle, "contradicts"]));

/** A judgement of the first gradient that expected another number, within a ten thousandth. */
const blamed = (got: number, expected: number): LawJudgement =>
  failure("value", "gradient[0]", "outside", {
    element: 0,
    got,
    expected: { low: expected - 1e-4, high: expected + 1e-4, value: expected },
  });

const double = <T>(A: Algebra<T>, { shape, data }: NdArray<T>): NdArray<T> => ({
  shape,
  data: Array.from({ length: data.length }, (_, i) => A.add(data[i], data[i])),
});

/** Twice the op, in both passes. */
const twice = (op: AnyOp): AnyOp => ({
  ...op,
  meaning: (A, xs, attributes) => double(A, op.meaning(A, xs, attributes)),
  jvp: (A, dxs, xs, y, attributes) => double(A, op.jvp(A, dxs, xs, y, attributes)),
  vjp: (A, gy, xs, y, attributes) => op.vjp(A, gy, xs, y, attributes).map((gx) => gx && double(A, gx)),
});

const wrongTangent = (op: AnyOp): AnyOp => ({ ...op, jvp: twice(op).jvp });

describe("testimonies", () => {
  const c = caseOf("tanh", [row(0.75, -0.5)]);
  const slope = 1 / Math.cosh(0.75) ** 2;

  it("all contradict a gradient that is wrong", async () => {
    const { said, words, judgement } = await heard(gradientAgreement, c, withRecord("tanh", offBy(1e-3)));
    expect(said).toEqual(contradicts(RULES, DUALS, DIFFERENCES, COMPLEX, SYMBOLIC, MANY_DIGITS, OWN));
    const truth = [slope, -1.5 / Math.cosh(0.5) ** 2][judgement.element!];
    for (const { oracle, value, bound } of words) {
      expect([oracle, Math.abs(Number(value) - truth) <= Number(bound) + 1e-15]).toEqual([oracle, true]);
    }
    expect(words.find(({ oracle }) => oracle === MANY_DIGITS)!.note).toMatch(/^\d+ digits$/);
  });

  it("contradict it in float32 too, though its outputs resolve less", async () => {
    const single = caseOf("tanh", [row(0.75, -0.5)], { dtype: "f32" });
    const { said } = await heard(gradientAgreement, single, withRecord("tanh", offBy(0.05), "f32"));
    expect(said).toEqual(contradicts(RULES, DUALS, DIFFERENCES, COMPLEX, SYMBOLIC, MANY_DIGITS, OWN));
    const { said: faint } = await heard(gradientAgreement, single, withRecord("tanh", offBy(1e-5), "f32"));
    expect(faint).toMatchObject(contradicts(RULES, DUALS, COMPLEX, SYMBOLIC, MANY_DIGITS));
    expect(faint[OWN]).toBe("cannot tell");
  });

  it("all agree with a gradient that is right, when the reference's number is wrong", async () => {
    const honest = inProcessSubject("honest", referenceAdapter());
    const words = await testimonies(c, blamed(slope, 2 * slope), honest);
    expect(words.map(({ says }) => says)).toEqual(Array.from({ length: 7 }, () => "agrees"));
    expect(adjudicate(blamed(slope, 2 * slope), words)).toMatchObject({ stands: false });
  });

  it("of the subject's own outputs say when forward pass and gradient are wrong together", async () => {
    const words = await testimonies(c, blamed(2 * slope, slope), withRecord("tanh", twice));
    expect(saidIn(words)).toEqual({
      ...contradicts(RULES, DUALS, DIFFERENCES, COMPLEX, SYMBOLIC, MANY_DIGITS),
      [OWN]: "agrees",
    });
    expect(adjudicate(blamed(2 * slope, slope), words).because).toMatch(/wrong together\.$/);
  });

  it("look along all tied inputs together, where every choice gives the same", async () => {
    const tied = caseOf("max", [row(2, 2, 1)], { attributes: { axes: "all", keepdims: false } });
    const { said, words } = await heard(gradientAgreement, tied, withRecord("max", toEveryMaximum));
    expect(said).toMatchObject(contradicts(RULES, DUALS, DIFFERENCES));
    expect(Object.values(said)).not.toContain("agrees");
    for (const { value } of words) expect(Number(value)).toBeCloseTo(1, 6);
  });

  it("on a value are those that have no derivative", async () => {
    const { said } = await heard(valueAgreement, c, withRecord("tanh", twice));
    expect(said).toEqual(contradicts(RULES, "meaning, many digits"));
  });

  it("on a tangent need no subject", async () => {
    const { said } = await heard(tangentAgreement, c, withRecord("tanh", wrongTangent));
    expect(said).toEqual(contradicts(RULES, DUALS, COMPLEX, SYMBOLIC, MANY_DIGITS));
  });

  it("contradict what is no number", async () => {
    const subject = withRecord("tanh", offBy(NaN));
    const { said } = await heard(gradientAgreement, c, subject);
    expect(Object.values(said)).toEqual(Array.from({ length: 7 }, () => "contradicts"));
  });

  it("are not heard on what no number is in dispute", async () => {
    const honest = inProcessSubject("honest", referenceAdapter());
    expect(await testimonies(c, failure("shape", "gradient[0]", "wrong shape"), honest)).toEqual([]);
    expect(
      await testimonies(caseOf("tanh", [scalar(1)]), failure("throws", "value", "threw"), honest),
    ).toEqual([]);
  });
});
