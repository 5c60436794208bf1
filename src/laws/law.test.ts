import { describe, expect, it } from "vitest";
import { caseOf, caseOfProgram, row } from "../../fixtures/builders/caseOf.js";
import { honestOutcomes, withGrads, withValue } from "../../fixtures/builders/tampered.js";
import { tensor } from "../core/tensor.js";
import { ProgramBuilder } from "../program/builder.js";
import type { Case } from "../record/case.js";
import { INCONSISTENT_TENSOR, type Mode, type Outcome } from "../record/protocol.js";
import { encodeTensor } from "../record/tensor.js";
import { showNumber } from "../record/verdict.js";
import { gradientAgreement, tangentAgreement, valueAgreement } from "./agreement.js";
import { readAnswer, refusal, toRecord, type LawJudgement } from "./law.js";
import { hessianAgreement } from "./secondOrder.js";

const product = caseOf("multiply", [row(1, 2), row(3, 4)]);
const withoutFirst = (outcome: Outcome): Outcome =>
  outcome.status === "ok" ? { ...outcome, grads: outcome.grads?.slice(1) } : outcome;
const LAWS = {
  value: valueAgreement,
  vjp: gradientAgreement,
  jvp: tangentAgreement,
  hvp: hessianAgreement,
} as const;

/** What is read from the honest answer to a question, after something happened to it. */
async function read(
  mode: Mode,
  tamper: (outcome: Outcome) => Outcome = (outcome) => outcome,
  c: Case = product,
): Promise<LawJudgement | "read"> {
  const outcome = (await honestOutcomes(LAWS[mode], c)).at(-1)!;
  const answer = readAnswer(c, tamper(outcome), mode);
  return answer.ok ? "read" : answer.judgement;
}

describe("an answer with results", () => {
  it("is read in every mode", async () => {
    expect(await read("value")).toBe("read");
    expect(await read("vjp")).toBe("read");
    expect(await read("jvp")).toBe("read");
    expect(await read("hvp")).toBe("read");
  });

  it("must have as many as were asked for, none of them missing", async () => {
    expect(await read("vjp", ({ ...ok }) => ({ ...ok, grads: undefined }) as Outcome)).toEqual({
      verdict: "fail",
      kind: "missing",
      where: "gradient",
      reason: "no gradient came back",
    });
    expect(await read("vjp", withoutFirst)).toMatchObject({
      kind: "missing",
      reason: "1 gradients came back instead of 2",
    });
    expect(await read("vjp", (o) => withGrads(o, (g, k) => (k === 1 ? null : g)))).toMatchObject({
      verdict: "fail",
      kind: "missing",
      where: "gradient[1]",
    });
    expect(await read("jvp", (o) => withGrads(o, () => null))).toMatchObject({
      kind: "missing",
      where: "tangent[0]",
    });
    expect(await read("value", ({ ...ok }) => ({ ...ok, value: [] }) as Outcome)).toMatchObject({
      kind: "missing",
      where: "value",
    });
  });

  it("may have none for an input that no output depends on", async () => {
    const builder = new ProgramBuilder();
    const [x, unused] = [builder.input([2]), builder.input([3])];
    void unused;
    const c = caseOfProgram(builder.build(builder.apply("tanh", [x])), [row(1, 2), row(1, 2, 3)]);
    expect(await read("vjp", (o) => withGrads(o, (g, k) => (k === 1 ? null : g)), c)).toBe("read");
    expect(await read("vjp", (o) => withGrads(o, (g, k) => (k === 0 ? null : g)), c)).toMatchObject({
      kind: "missing",
      where: "gradient[0]",
    });
  });

  it("must have the right shapes", async () => {
    const flat = encodeTensor(tensor([2, 1], [3, 4]), "f64");
    expect(await read("vjp", (o) => withGrads(o, (g, k) => (k === 0 ? flat : g)))).toEqual({
      verdict: "fail",
      kind: "shape",
      where: "gradient[0]",
      reason: "gradient[0] has shape [2, 1] instead of [2]",
    });
    expect(await read("value", (o) => withValue(o, () => flat))).toMatchObject({
      kind: "shape",
      where: "value[0]",
    });
  });

  it("must have gradients of the inputs' dtype; that of a value matters to values alone", async () => {
    const single = encodeTensor(row(3, 4), "f32");
    expect(await read("vjp", (o) => withGrads(o, (g, k) => (k === 1 ? single : g)))).toEqual({
      verdict: "fail",
      kind: "dtype",
      where: "gradient[1]",
      reason: "gradient[1] is f32 instead of f64",
    });
    expect(await read("value", (o) => withValue(o, () => single))).toMatchObject({ kind: "dtype" });
    expect(await read("vjp", (o) => withValue(o, () => single))).toBe("read");
  });

  it("breaks the protocol when its bytes do not fill its shape", async () => {
    const short = { dtype: "f64", shape: [2], b64: "AAAA" } as const;
    expect(
      await read("vjp", (o) => withGrads(o, () => ({ ...short, shape: [...short.shape] }))),
    ).toMatchObject({
      verdict: "protocol",
      where: "gradient[0]",
    });
  });
});

describe("an answer without results", () => {
  it.each<[Outcome, LawJudgement]>([
    [
      { id: "1", status: "error", error: { type: "TypeError", message: "no gradient" } },
      { verdict: "error", kind: "throws", where: "gradient", reason: "TypeError: no gradient" },
    ],
    [
      { id: "1", status: "error", error: { type: INCONSISTENT_TENSOR, message: "2 elements, its data 3" } },
      { verdict: "fail", kind: "shape", where: "gradient", reason: "2 elements, its data 3" },
    ],
    [
      { id: "1", status: "unsupported", what: "op", detail: "not yet" },
      { verdict: "unsupported", reason: "op: not yet" },
    ],
    [
      { id: "1", status: "unsupported", what: "mode" },
      { verdict: "unsupported", reason: "mode" },
    ],
    [
      { status: "crash", detail: "died of SIGSEGV", confirmed: true },
      { verdict: "crash", kind: "crash", where: "vjp", reason: "died of SIGSEGV" },
    ],
    [
      { status: "timeout", detail: "no answer", confirmed: true },
      { verdict: "timeout", kind: "timeout", where: "vjp", reason: "no answer" },
    ],
    [
      { status: "protocol", detail: "not JSON" },
      { verdict: "protocol", reason: "not JSON" },
    ],
    [
      { status: "not-run", detail: "closed" },
      { verdict: "not-run", reason: "closed" },
    ],
  ])("%j is judged by itself", (outcome, judgement) => {
    expect(refusal(outcome, "vjp")).toEqual(judgement);
    expect(readAnswer(product, outcome, "vjp")).toEqual({ ok: false, judgement });
  });
});

describe("a judgement in the record", () => {
  it("spells what JSON cannot hold, and leaves out what is for people", () => {
    const judgement: LawJudgement = {
      verdict: "fail",
      kind: "nan",
      where: "gradient[0]",
      reason: "NaN where the exact result is finite",
      element: 0,
      expected: { low: -0, high: Infinity, value: 1 },
      got: NaN,
      errorOverAttainable: NaN,
      along: [0, 1],
      share: "0.5",
    };
    expect(toRecord(judgement, showNumber)).toEqual({
      verdict: "fail",
      kind: "nan",
      where: "gradient[0]",
      reason: "NaN where the exact result is finite",
      element: 0,
      expected: { low: "-0", high: "Infinity", value: 1 },
      got: "NaN",
      errorOverAttainable: "NaN",
    });
    expect(toRecord({ verdict: "pass", reason: "" }, showNumber)).toEqual({ verdict: "pass", reason: "" });
  });
});
