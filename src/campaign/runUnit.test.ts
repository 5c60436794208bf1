import { describe, expect, it } from "vitest";
import { ofType, recordOf, sourceOf, unitOf } from "../../fixtures/builders/campaignOf.js";
import { caseOf, row } from "../../fixtures/builders/caseOf.js";
import { drawCase } from "../arbitraries/drawCase.js";
import { askValue, failure, PASS, undecided, type Law, type LawJudgement } from "../laws/law.js";
import { findOp } from "../ops/index.js";
import type { Case } from "../record/case.js";
import { summarize } from "../report/summarize.js";
import { inProcessSubject } from "../subjects/inProcess.js";
import { referenceAdapter } from "../subjects/reference.js";
import type { Unit } from "./plan.js";
import type { Property } from "./property.js";
import { runUnit, unitLines, type JudgedCase } from "./runUnit.js";

const subject = inProcessSubject("reference", referenceAdapter());

/** A property of tanh and matmul that is decided of some cases. */
function sometimes(decides: (c: Case, count: number) => boolean, perClass = false): Property {
  let count = 0;
  const law: Law = {
    name: "sometimes",
    modes: ["value"],
    requests: (c) => [askValue(c)],
    judge: (c) => (decides(c, count++) ? PASS : undecided("noise: too little was said")),
  };
  return {
    name: "sometimes",
    statement: "Holds of the cases that it decides.",
    source: "tests",
    law,
    about: ({ name }) => name === "tanh" || name === "matmul",
    perClass,
    draw: (stream, op, { dtype, classes }) => drawCase(stream, op!, { dtype, classes }),
  };
}

function unitFor(property: Property, op = "tanh", classes: readonly string[] = []): Unit {
  return {
    id: `reference/sometimes/${op}/f64`,
    stream: `sometimes/${op}/f64`,
    subject: "reference",
    property,
    op: findOp(`${op}@1`),
    dtype: "f64",
    classes,
  };
}

const options = { seed: 1, runs: 32, needed: 30 };
const decidedIn = (judged: readonly JudgedCase[]): number =>
  judged.filter(({ judgement }) => judgement.verdict === "pass").length;

describe("blocks of cases", () => {
  it("are drawn until there is enough", async () => {
    const enough = await runUnit(unitFor(sometimes(() => true)), subject, options);
    expect(enough).toHaveLength(32);
    const half = await runUnit(unitFor(sometimes((_c, n) => n % 2 === 0)), subject, options);
    expect(half).toHaveLength(64);
    expect(decidedIn(half)).toBe(32);
    expect(half.map(({ index }) => index)).toEqual(Array.from({ length: 64 }, (_, i) => i));
  });

  it("are four at most", async () => {
    const tenth = await runUnit(unitFor(sometimes((_c, n) => n % 10 === 0)), subject, options);
    expect(tenth).toHaveLength(128);
  });

  it("are not drawn when the first decided nothing", async () => {
    expect(await runUnit(unitFor(sometimes(() => false)), subject, options)).toHaveLength(32);
  });

  it("hold other cases each", async () => {
    const judged = await runUnit(unitFor(sometimes((_c, n) => n % 10 === 0)), subject, options);
    const points = judged.map(({ case: c }) =>
      JSON.stringify([...c.inputs[0].data, ...c.cotangents[0].data]),
    );
    expect(new Set(points.filter((text) => text !== "[]")).size).toBe(
      points.filter((text) => text !== "[]").length,
    );
  });

  it("aim at the attribute classes that lack cases", async () => {
    const labels = ["transposeA=false", "transposeA=true"];
    const property = sometimes((c, n) => !c.tags.includes("transposeA=true") || n % 3 > 0, true);
    const judged = await runUnit(unitFor(property, "matmul", labels), subject, options);
    const having = (part: readonly JudgedCase[], label: string): number =>
      part.filter(({ case: c }) => c.tags.includes(label)).length;
    const [first, later] = [judged.slice(0, 64), judged.slice(64)];
    expect(labels.map((label) => having(first, label))).toEqual([32, 32]);
    expect(later).toHaveLength(32);
    expect(having(later, "transposeA=true")).toBe(32);
    // The other attribute goes on through all its classes.
    expect(having(later, "transposeB=false")).toBeGreaterThan(0);
    expect(having(later, "transposeB=true")).toBeGreaterThan(0);
  });
});

describe("a cell that cannot reach its number", () => {
  it("is untested in the summary, with the number that it has", async () => {
    const lines = await recordOf([sourceOf("reference", referenceAdapter)], {
      properties: [sometimes((_c, n) => n % 10 === 0)],
      only: ["tanh"],
      runs: 32,
      needed: 30,
    });
    const [end] = ofType(lines, "unit-end");
    expect(end.counts).toEqual({ pass: 13, inconclusive: 115 });
    expect(end.reasons).toEqual({ "noise: too little was said": 115 });
    const report = summarize(lines);
    expect(report.subjects[0].cells).toMatchObject([
      { state: "untested", because: "13 of 30 cases decided", decided: 13, cases: 128 },
    ]);
    expect(report.cells).toEqual({ planned: 1, undecided: 1 });
    expect(report.exitCode).toBe(4);
  });
});

describe("the lines of a unit", () => {
  const unit = unitOf(subject, "calculus/gradient", "tanh");
  const judgedAs = (judgements: readonly LawJudgement[]): JudgedCase[] =>
    judgements.map((judgement, index) => ({
      case: caseOf("tanh", [row(0.5, 1)]),
      index,
      judgement,
    }));

  it("hold every wrong case, and one of each other kind", () => {
    const wrong = failure("value", "gradient[0]", "wrong", { errorOverAttainable: 7 });
    const judged = judgedAs([PASS, wrong, PASS, undecided("noise"), wrong, undecided("range")]);
    const lines = unitLines(unit, judged, { evaluations: 6, elapsedMs: 1 });
    expect(lines.map(({ type }) => type)).toEqual([
      "unit-start",
      ...Array.from({ length: 4 }, () => "case"),
      "unit-end",
    ]);
    expect(lines.flatMap((line) => (line.type === "case" ? line.index : []))).toEqual([0, 1, 3, 4]);
    expect(lines.at(-1)).toMatchObject({
      counts: { pass: 2, fail: 2, inconclusive: 2 },
      reasons: { noise: 1, range: 1 },
      worstErrorOverAttainable: 7,
      medianResolution: null,
      evaluations: 6,
    });
  });

  it("spell the worst of all errors, which may be no number", () => {
    const end = (ratios: readonly number[]) =>
      unitLines(
        unit,
        judgedAs(ratios.map((r) => failure("nan", "value[0]", "NaN", { errorOverAttainable: r }))),
        {
          evaluations: 0,
          elapsedMs: 0,
        },
      ).at(-1);
    expect(end([1, 9, 3])).toMatchObject({ worstErrorOverAttainable: 9 });
    expect(end([1, NaN, 3])).toMatchObject({ worstErrorOverAttainable: "NaN" });
    expect(end([Infinity, 3])).toMatchObject({ worstErrorOverAttainable: "Infinity" });
  });

  it("have a digest of the judgements, in their order", () => {
    const digest = (judgements: readonly LawJudgement[]): unknown => {
      const end = unitLines(unit, judgedAs(judgements), { evaluations: 0, elapsedMs: 0 }).at(-1)!;
      return end.type === "unit-end" ? end.digest : undefined;
    };
    const wrong = failure("value", "gradient[0]", "wrong");
    expect(digest([PASS, wrong])).toBe(digest([PASS, wrong]));
    expect(digest([PASS, wrong])).not.toBe(digest([wrong, PASS]));
    expect(digest([PASS])).toMatch(/^[0-9a-f]{16}$/);
  });
});
