import { describe, expect, it } from "vitest";
import { caseOf, row } from "../../fixtures/builders/caseOf.js";
import {
  firstCopyOnly,
  offBy,
  toEveryMaximum,
  withAnswers,
  withRecord,
} from "../../fixtures/builders/faulty.js";
import { drawCase } from "../arbitraries/drawCase.js";
import { drawProgram } from "../arbitraries/drawProgram.js";
import { judgeCase } from "../campaign/judgeCase.js";
import { Stream } from "../core/random.js";
import { sizeOf } from "../core/shape.js";
import { gradientAgreement } from "../laws/agreement.js";
import { failure, PASS, type LawJudgement } from "../laws/law.js";
import { findOp } from "../ops/index.js";
import type { Case } from "../record/case.js";
import type { Subject } from "../subjects/subject.js";
import { minimise, type Minimised } from "./minimise.js";

const SEED = 20261123;

/** The first case drawn that a subject fails, and what is left of it. */
async function smallestOf(
  subject: Subject,
  name: string,
  draw: (stream: Stream) => Case,
): Promise<Minimised & { start: Case }> {
  const judge = (c: Case): Promise<LawJudgement> => judgeCase(gradientAgreement, c, subject);
  for (let i = 0; i < 200; i++) {
    const start = draw(new Stream(SEED, `${name} ${i}`));
    const judgement = await judge(start);
    if (judgement.verdict === "fail") return { ...(await minimise(start, judgement, judge)), start };
  }
  throw new Error(`no case shows the fault ${name}`);
}

const numbersIn = (c: Case): number => c.inputs.reduce((n, x) => n + sizeOf(x.shape), 0);
const dataOf = (c: Case): number[][] => c.inputs.map((x) => [...x.data]);

describe("the smallest case", () => {
  it.each([1, 2, 3])(
    "of a missing reduction in a random program (%d) is one op and three numbers",
    async (n) => {
      const subject = withRecord("add", firstCopyOnly);
      const found = await smallestOf(subject, `program ${n}`, (stream) =>
        drawProgram(stream, { dtype: "f64", has: () => true, nodes: { low: 4, high: 6 } }),
      );
      expect(found.start.program.nodes.length).toBeGreaterThan(3);
      expect(found.case.program.nodes.map(({ op }) => op)).toEqual(["add@1"]);
      expect(numbersIn(found.case)).toBe(3);
      expect(found.judgement).toMatchObject({ verdict: "fail", kind: "value" });
      expect(found.evaluations).toBeLessThanOrEqual(200);
    },
  );

  it.each(["f64", "f32"] as const)(
    "of a gradient off by a thousandth in %s is one short number",
    async (dtype) => {
      const subject = withRecord("tanh", offBy(1e-3), dtype);
      const found = await smallestOf(subject, `tanh ${dtype}`, (stream) =>
        drawCase(stream, findOp("tanh@1"), { dtype, region: "normal" }),
      );
      expect(found.case.inputs[0].shape).toEqual([]);
      expect(dataOf(found.case)).toEqual([[1]]);
      expect([...found.case.cotangents[0].data]).toEqual([1]);
      expect(found.evaluations).toBeLessThanOrEqual(200);
    },
  );

  it("of a tie that counts twice is two ones", async () => {
    const subject = withRecord("max", toEveryMaximum);
    const found = await smallestOf(subject, "max", (stream) =>
      drawCase(stream, findOp("max@1"), { dtype: "f64", region: "ties" }),
    );
    expect(dataOf(found.case)).toEqual([[1, 1]]);
    expect(found.judgement).toMatchObject({ verdict: "fail", kind: "tie", got: 2, expected: { value: 1 } });
    expect(found.evaluations).toBeLessThanOrEqual(200);
  });

  it("keeps the kind of fault, where simpler cases have another", async () => {
    // NaN beyond 1; within, a gradient that is merely wrong.
    const subject = withAnswers(({ inputs }, honest) => {
      const answer = honest();
      const grads = answer.grads?.map(
        (g) => g && { ...g, data: g.data.map((x, i) => (Math.abs(inputs[0].data[i]) > 1 ? NaN : 2 * x)) },
      );
      return { ...answer, ...(grads && { grads }) };
    });
    const judge = (c: Case): Promise<LawJudgement> => judgeCase(gradientAgreement, c, subject);
    const start = caseOf("sin", [row(0.5, 2.625, -7)]);
    const judgement = await judge(start);
    expect(judgement).toMatchObject({ kind: "nan" });
    const found = await minimise(start, judgement, judge);
    expect(found.judgement).toMatchObject({ kind: "nan" });
    expect(numbersIn(found.case)).toBe(1);
    expect(Math.abs(found.case.inputs[0].data[0])).toBeGreaterThan(1);
  });
});

describe("minimising", () => {
  const start = caseOf("tanh", [row(0.125, 3.5, -2, 7.25)]);
  const wrong = failure("value", "gradient[0]", "wrong");

  it("stops at its limit with the best case so far", async () => {
    for (const limit of [0, 1, 5, 9]) {
      let asked = 0;
      const found = await minimise(
        start,
        wrong,
        (c) => {
          asked++;
          return Promise.resolve(numbersIn(c) > 2 ? wrong : PASS);
        },
        { limit },
      );
      expect(asked).toBe(found.evaluations);
      expect(asked).toBeLessThanOrEqual(limit);
      expect(found.judgement).toBe(wrong);
      if (limit === 0) expect(found.case).toBe(start);
    }
  });

  it("returns the case itself when nothing simpler fails", async () => {
    const found = await minimise(start, wrong, () => Promise.resolve(PASS));
    expect(found.case).toBe(start);
    expect(found.evaluations).toBeGreaterThan(10);
  });

  it("lets the fault move to another input, but not from a gradient to a value", async () => {
    const moved = failure("value", "gradient[1]", "wrong");
    expect((await minimise(start, wrong, () => Promise.resolve(moved))).judgement).toBe(moved);
    for (const other of [
      failure("value", "value[0]", "wrong"),
      failure("nan", "gradient[0]", "wrong"),
      { ...wrong, verdict: "error" } as const,
      { ...wrong, verdict: "inconclusive" } as const,
    ]) {
      expect((await minimise(start, wrong, () => Promise.resolve(other))).case).toBe(start);
    }
  });

  it("does not trade a plain fault for one that is barely seen", async () => {
    const plain = { ...wrong, errorOverAttainable: 1000 };
    const faint = { ...wrong, errorOverAttainable: 4 };
    const still = { ...wrong, errorOverAttainable: 600 };
    const found = await minimise(start, plain, (c) => Promise.resolve(numbersIn(c) < 3 ? faint : still));
    expect(found.judgement).toBe(still);
    expect(numbersIn(found.case)).toBe(3);
    // Where the first case barely failed too, any will do.
    expect(numbersIn((await minimise(start, faint, () => Promise.resolve(faint))).case)).toBe(1);
  });
});
