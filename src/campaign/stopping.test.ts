import { describe, expect, it } from "vitest";
import { ofType, recordOf, sourceOf } from "../../fixtures/builders/campaignOf.js";
import { offBy } from "../../fixtures/builders/faulty.js";
import type { Line } from "../record/record.js";
import { summarize } from "../report/summarize.js";
import { referenceAdapter } from "../subjects/reference.js";

const honest = sourceOf("reference", referenceAdapter);
const faulty = sourceOf("faulty", () =>
  referenceAdapter({ replace: (op) => (op.name === "tanh" ? offBy(1e-3)(op) : op) }),
);
const only = ["gradient/sin", "gradient/sum", "gradient/tanh", "gradient/matmul", "value/tanh"];

/** Units that were finished, and units that never began. */
function unitsIn(lines: readonly Line[]): { done: string[]; left: Set<string> } {
  return {
    done: ofType(lines, "unit-end").map(({ unit }) => unit),
    left: new Set(ofType(lines, "skipped").map(({ cell }) => `${cell.property}/${cell.op}`)),
  };
}

describe("a budget", () => {
  it("leaves out whole units, and says so", async () => {
    let ms = 0;
    // Two seconds pass with every unit: the third would begin too late.
    const lines = await recordOf([honest], {
      only,
      budgetSeconds: 3,
      clock: () => ms,
      onProgress: ({ unitsDone }) => (ms = 2000 * unitsDone),
    });
    const { done, left } = unitsIn(lines);
    expect(done).toHaveLength(2);
    expect(left.size).toBe(3);
    for (const { verdict, reason } of ofType(lines, "skipped")) {
      expect([verdict, reason]).toEqual(["not-run", "budget"]);
    }
    expect(ofType(lines, "footer")).toMatchObject([{ complete: true, reason: "budget", unitsDone: 2 }]);
    const whole = ofType(await recordOf([honest], { only }), "unit-end");
    for (const end of ofType(lines, "unit-end")) {
      expect(end.digest).toBe(whole.find(({ unit }) => unit === end.unit)!.digest);
    }
  });

  it("leaves the plan as large as it was", async () => {
    const planned = summarize(await recordOf([honest], { only })).cells.planned;
    const report = summarize(await recordOf([honest], { only, budgetSeconds: 1, clock: () => 2000 }));
    expect(report.cells).toEqual({ planned, undecided: planned });
    expect(report.exitCode).toBe(4);
    for (const { state, because } of report.subjects[0].cells) {
      expect([state, because?.split(": ").at(-1)]).toEqual(["not-run", "budget"]);
    }
  });
});

describe("bail", () => {
  it("stops at the first finding, and keeps it", async () => {
    const lines = await recordOf([faulty], { only: ["gradient/sin", "gradient/t*"], bail: true });
    const { done, left } = unitsIn(lines);
    expect(done).toContain("faulty/calculus/gradient/tanh/f64");
    expect(left.size + done.length).toBe(ofType(lines, "header")[0].units);
    expect(left.size).toBeGreaterThan(0);
    expect(ofType(lines, "footer")[0]).toMatchObject({
      complete: false,
      reason: "stopped at the first finding (--bail)",
    });
    expect(summarize(lines).subjects[0].findings).toHaveLength(1);
  });

  it("stops at nothing else", async () => {
    const lines = await recordOf([honest], { only, bail: true });
    expect(ofType(lines, "footer")[0]).toMatchObject({ complete: true });
  });
});

describe("an interruption", () => {
  it("closes the record: what was done is kept, and the rest is said to be missing", async () => {
    const interrupt = new AbortController();
    const lines = await recordOf([faulty], {
      only,
      signal: interrupt.signal,
      onProgress: ({ findings }) => {
        if (findings > 0) interrupt.abort();
      },
    });
    const { done, left } = unitsIn(lines);
    expect(done).toContain("faulty/calculus/gradient/tanh/f64");
    expect(left.size + done.length).toBe(5);
    const [footer] = ofType(lines, "footer");
    expect(lines.at(-1)).toBe(footer);
    expect(footer).toMatchObject({ complete: false, reason: "interrupted", unitsDone: done.length });
    const report = summarize(lines);
    expect(report).toMatchObject({ complete: false, incompleteBecause: "interrupted", exitCode: 3 });
    expect(report.subjects[0].findings).toHaveLength(1);
  });

  it("before anything began leaves a plan of which nothing was run", async () => {
    const lines = await recordOf([honest], { only, signal: AbortSignal.abort() });
    expect(unitsIn(lines).done).toEqual([]);
    expect(summarize(lines)).toMatchObject({ complete: false, exitCode: 3, units: { planned: 5, done: 0 } });
  });

  it("by the end of the process leaves everything up to its last line", async () => {
    const lines = await recordOf([faulty], { only });
    const lastEnd = lines.findLastIndex(({ type }) => type === "unit-end");
    const report = summarize(lines.slice(0, lastEnd));
    expect(report.complete).toBe(false);
    expect(report.units.done).toBe(4);
    expect(report.subjects[0].findings.map(({ title }) => title)).toEqual(["tanh: gradient is wrong"]);
  });
});

describe("what is selected", () => {
  it("is whatever any pattern of --only means, less what --skip means", async () => {
    const lines = await recordOf([honest], {
      only: ["gradient/a*", "sqrt"],
      skip: ["gradient/abs", "kinks", "*-mode"],
    });
    const units = unitsIn(lines).done;
    expect(units).toContain("reference/calculus/gradient/add/f64");
    expect(units).toContain("reference/calculus/linearity/sqrt/f64");
    expect(units.some((unit) => /\/(abs|multiply|tanh)\//.test(unit))).toBe(false);
    expect(units.some((unit) => /forward-mode/.test(unit))).toBe(false);
    const skipped = ofType(lines, "skipped").filter(({ reason }) => reason === "left out by --skip");
    expect(skipped.map(({ cell }) => `${cell.property}/${cell.op}`).sort()).toEqual([
      "calculus/forward-mode/sqrt@1",
      "calculus/gradient/abs@1",
    ]);
  });

  it("and what is left out is shown as not run", async () => {
    const report = summarize(await recordOf([honest], { only: ["tanh"], skip: ["gradient"] }));
    const cell = report.subjects[0].cells.find(({ property }) => property === "calculus/gradient");
    expect(cell).toMatchObject({ state: "not-run", because: "left out by --skip" });
  });
});
