import { describe, expect, it } from "vitest";
import { firstCopyOnly, offBy, withAnswers, withRecord } from "../../fixtures/builders/faulty.js";
import { programs } from "../../fixtures/mutants/programs.js";
import { drawProgram } from "../arbitraries/drawProgram.js";
import { complexity } from "../arbitraries/shrink.js";
import { judgeCase } from "../campaign/judgeCase.js";
import { Stream } from "../core/random.js";
import { sizeOf } from "../core/shape.js";
import { wholeAgreement } from "../laws/agreement.js";
import type { LawJudgement } from "../laws/law.js";
import type { Case } from "../record/case.js";
import { neededValues, valuesOfNodes } from "../record/program.js";
import { inProcessSubject } from "../subjects/inProcess.js";
import type { Subject } from "../subjects/subject.js";
import { minimise, type Minimised } from "./minimise.js";

/** What is left of random programs that show a fault: the smallest graph that can show it, within 200 re-checks. */

const SEEDS = [1, 2, 3];
const MOST_CHECKS = 200;
/** Half of the time a fault takes no more than this: a campaign explains many. */
const TYPICAL_CHECKS = 130;

/** The first program of a seed that a subject fails, and what is left of it. */
async function smallestOf(
  subject: Subject,
  seed: number,
  nodes: { readonly low: number; readonly high: number },
): Promise<Minimised & { readonly start: Case }> {
  const judge = (c: Case): Promise<LawJudgement> => judgeCase(wholeAgreement, c, subject);
  for (let i = 0; i < 300; i++) {
    const start = drawProgram(new Stream(seed, `${subject.id} ${i}`), {
      dtype: "f64",
      has: () => true,
      nodes,
    });
    const judgement = await judge(start);
    if (judgement.verdict === "fail") return { ...(await minimise(start, judgement, judge)), start };
  }
  throw new Error(`no program of seed ${seed} shows the fault of ${subject.id}`);
}

const nodesOf = (c: Case): number => c.program.nodes.length;
const numbersIn = (c: Case): number => c.inputs.reduce((n, x) => n + sizeOf(x.shape), 0);
/** Reads of values beyond the first one of each. */
const sharing = (c: Case): number => complexity(c)[2];
const opsOf = (c: Case): string[] => c.program.nodes.map(({ op }) => op);

const mutant = (name: string): Subject =>
  inProcessSubject(name, programs.find((each) => each.name === name)!.adapter());

/** Doubles every gradient of a program in which one op reads what another one made. */
const afterOneAnother = (first: string, second: string): Subject =>
  withAnswers(({ program: { inputs, nodes } }, honest) => {
    const shown = nodes.some(
      (node) => node.op === second && node.inputs.some((v) => nodes[v - inputs.length]?.op === first),
    );
    const answer = honest();
    if (!shown || !answer.grads) return answer;
    return { ...answer, grads: answer.grads.map((g) => g && { ...g, data: g.data.map((x) => 2 * x) }) };
  });

interface Fault {
  readonly name: string;
  readonly subject: () => Subject;
  readonly nodes?: { readonly low: number; readonly high: number };
  readonly isSmallest: (c: Case) => void;
}

const LARGE = { low: 28, high: 32 };

const FAULTS: readonly Fault[] = [
  {
    name: "a missing broadcast reduction is one op and three numbers",
    subject: () => withRecord("add", firstCopyOnly),
    isSmallest(c) {
      expect(opsOf(c)).toEqual(["add@1"]);
      expect(numbersIn(c)).toBe(3);
    },
  },
  ...["tanh", "matmul", "sum", "conv2d", "layerNorm"].map((op): Fault => ({
    name: `a fault of ${op} inside a program of 30 nodes is that op alone`,
    subject: () => withRecord(op, offBy(1e-3)),
    nodes: LARGE,
    isSmallest(c) {
      expect(opsOf(c)).toEqual([`${op}@1`]);
      expect(sharing(c)).toBe(0);
    },
  })),
  ...[
    ["reshape", "matmul"],
    ["conv2d", "prelu"],
  ].map(([first, second]): Fault => ({
    name: `a fault that needs ${first} before ${second} is these two`,
    subject: () => afterOneAnother(`${first}@1`, `${second}@1`),
    nodes: LARGE,
    isSmallest(c) {
      expect(opsOf(c)).toEqual([`${first}@1`, `${second}@1`]);
      expect(sharing(c)).toBe(0);
    },
  })),
  {
    name: "a cotangent that is assigned and not added up is one value, read twice",
    subject: () => mutant("last-use-wins"),
    isSmallest(c) {
      expect(nodesOf(c)).toBeLessThanOrEqual(2);
      expect(sharing(c)).toBe(1);
    },
  },
  {
    name: "a repeated input that counts once is one node that reads one value twice",
    subject: () => mutant("repeated-input-once"),
    isSmallest(c) {
      expect(nodesOf(c)).toBe(1);
      expect(sharing(c)).toBe(1);
    },
  },
  {
    name: "an output that forgets its readers is one value, returned and read",
    subject: () => mutant("outputs-overwrite"),
    isSmallest(c) {
      expect(nodesOf(c)).toBeLessThanOrEqual(2);
      expect(c.program.outputs).toHaveLength(2);
      expect(sharing(c)).toBe(1);
    },
  },
  {
    name: "an output that is not differentiated is two outputs of nothing else",
    subject: () => mutant("first-output-only"),
    isSmallest(c) {
      expect(nodesOf(c)).toBeLessThanOrEqual(2);
      expect(c.program.outputs).toHaveLength(2);
    },
  },
  {
    name: "a dead branch that is differentiated is one value that no output needs, and an output",
    subject: () => mutant("dead-branch-differentiated"),
    isSmallest(c) {
      expect(nodesOf(c)).toBeLessThanOrEqual(2);
      // A dead node, or a piece of a split that nothing reads.
      const needed = neededValues(c.program);
      expect(
        valuesOfNodes(c.program)
          .flat()
          .filter((v) => !needed.has(v)).length,
      ).toBe(1);
      expect(c.program.outputs).toHaveLength(1);
    },
  },
  {
    name: "an unused input with a gradient is two ops at most and one input that no output needs",
    subject: () => mutant("unused-input-ones"),
    isSmallest(c) {
      expect(nodesOf(c)).toBeLessThanOrEqual(2);
      expect(c.program.outputs).toHaveLength(1);
      expect(sharing(c)).toBe(0);
    },
  },
];

describe("the smallest program", () => {
  it.each(FAULTS)("of $name", async ({ subject, nodes = { low: 2, high: 40 }, isSmallest }) => {
    const checks: number[] = [];
    for (const seed of SEEDS) {
      const { case: smallest, evaluations } = await smallestOf(subject(), seed, nodes);
      isSmallest(smallest);
      checks.push(evaluations);
    }
    checks.sort((a, b) => a - b);
    // The last of them may have been spent on looking for something smaller still.
    expect(checks[checks.length - 1]).toBeLessThanOrEqual(MOST_CHECKS);
    expect(checks[checks.length >> 1]).toBeLessThan(TYPICAL_CHECKS);
  });
});
