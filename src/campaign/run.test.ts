import { describe, expect, it } from "vitest";
import { ofType, recordOf, sourceOf } from "../../fixtures/builders/campaignOf.js";
import { offBy } from "../../fixtures/builders/faulty.js";
import { findOp } from "../ops/index.js";
import type { Line } from "../record/record.js";
import { summarize } from "../report/summarize.js";
import type { Adapter } from "../subjects/adapter.js";
import { inProcessSubject } from "../subjects/inProcess.js";
import { referenceAdapter } from "../subjects/reference.js";
import type { Subject } from "../subjects/subject.js";
import { tfjsAdapter } from "../subjects/tfjs.js";

const honest = sourceOf("reference", referenceAdapter);
/** tanh's gradient is off by a thousandth, which several properties see. */
const faultyAdapter = (): Adapter =>
  referenceAdapter({ replace: (op) => (op.name === "tanh" ? offBy(1e-3)(op) : op) });
const faulty = sourceOf("faulty", faultyAdapter);

/** A record without what differs from run to run. */
const timeless = (lines: readonly Line[]): Line[] =>
  lines.map((line) => {
    if (line.type === "unit-end") return { ...line, elapsedMs: 0 };
    return line.type === "footer" ? { ...line, elapsedMs: 0, peakMemoryMb: 0 } : line;
  });

describe("a record", () => {
  it("begins with its plan and ends with what became of it", async () => {
    const lines = await recordOf([honest], { only: ["gradient/tanh", "gradient/sum", "shapes/tanh"] });
    const [header] = ofType(lines, "header");
    expect(lines[0]).toBe(header);
    expect(header).toMatchObject({ schema: 1, seed: 1, units: 3, decidedCasesNeeded: 6 });
    const classes = Object.entries(findOp("sum@1").attributes).flatMap(([name, attribute]) =>
      attribute.classes.map((label) => `calculus/gradient/sum@1/${name}=${label}`),
    );
    const cells = header.cells.map(({ property, op, attribute }) => `${property}/${op}/${attribute}`);
    expect(cells.sort()).toEqual(["calculus/gradient/tanh@1/", ...classes, "calculus/shapes/tanh@1/"].sort());
    expect(header.properties.map(({ name }) => name)).toEqual(["calculus/gradient", "calculus/shapes"]);
    expect(header.ops.map(({ id }) => id).sort()).toEqual(["sum@1", "tanh@1"]);
    const [footer] = ofType(lines, "footer");
    expect(lines.at(-1)).toBe(footer);
    expect(footer).toMatchObject({ complete: true, unitsDone: 3 });
    expect(footer.evaluations).toBe(
      ofType(lines, "unit-end").reduce((n, { evaluations }) => n + evaluations, 0),
    );
  });

  it("agrees with its summary", async () => {
    const lines = await recordOf([honest, faulty], {
      only: ["gradient/tanh", "gradient/matmul", "value/tanh"],
    });
    const report = summarize(lines);
    expect(report.complete).toBe(true);
    expect(report.exitCode).toBe(1);
    expect(report.units).toEqual({ planned: 6, done: 6 });
    for (const subject of report.subjects) {
      const ends = ofType(lines, "unit-end").filter(({ unit }) => unit.startsWith(`${subject.id}/`));
      const pass = ends.reduce((n, { counts }) => n + (counts.pass ?? 0), 0);
      expect(subject.counts.pass).toBe(pass);
      expect(subject.cells.reduce((n, cell) => n + cell.cases, 0)).toBe(subject.cases);
    }
    const [right, wrong] = report.subjects;
    expect(right.findings).toEqual([]);
    expect(wrong.findings.map(({ title }) => title)).toEqual(["tanh: gradient is wrong"]);
    expect(wrong.findings[0].cases).toBe(wrong.counts.fail);
    expect(
      wrong.cells.find(({ property, op }) => property === "calculus/gradient" && op === "tanh@1"),
    ).toMatchObject({
      state: "wrong",
    });
    expect(wrong.cells.find(({ property }) => property === "calculus/value")).toMatchObject({
      state: "green",
    });
  });
});

describe("the same seed", () => {
  const only = ["gradient/tanh", "gradient/max", "linearity/tanh", "kinks/relu", "programs"];

  it("gives the same record", async () => {
    const [first, again] = [await recordOf([faulty], { only }), await recordOf([faulty], { only })];
    expect(timeless(again)).toEqual(timeless(first));
    const other = await recordOf([faulty], { only, seed: 2 });
    const digests = (lines: readonly Line[]): string[] =>
      ofType(lines, "unit-end").map(({ digest }) => digest);
    expect(digests(other)).not.toEqual(digests(first));
  });

  it("gives the same judgements and findings with any number of workers", async () => {
    const [one, three] = [await recordOf([faulty], { only }), await recordOf([faulty], { only, workers: 3 })];
    const ends = (lines: readonly Line[]) =>
      ofType(timeless(lines), "unit-end").sort((a, b) => (a.unit < b.unit ? -1 : 1));
    expect(ends(three)).toEqual(ends(one));
    const findings = (lines: readonly Line[]) =>
      ofType(lines, "finding").sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(findings(three)).toEqual(findings(one));
    expect(findings(one).length).toBeGreaterThan(0);
    expect(ofType(three, "footer")[0].evaluations).toBe(ofType(one, "footer")[0].evaluations);
  });

  it("gives a unit the same cases, whatever else is run", async () => {
    const alone = await recordOf([honest], { only: ["gradient/max"] });
    const among = await recordOf([honest], { only: ["gradient/m*", "value/max"], skip: ["gradient/matmul"] });
    const [end] = ofType(alone, "unit-end");
    const same = ofType(among, "unit-end").find(({ unit }) => unit === end.unit)!;
    expect({ ...same, elapsedMs: 0 }).toEqual({ ...end, elapsedMs: 0 });
  });
});

describe("faults", () => {
  it("are explained once, by the first property that shows them, and counted wherever they show", async () => {
    const lines = await recordOf([faulty], {
      only: ["gradient/tanh", "kinks/tanh", "degenerate-shapes/tanh"],
    });
    const report = summarize(lines);
    const [finding] = report.subjects[0].findings.filter(({ signature }) => signature.kind === "value");
    expect(finding).toMatchObject({
      property: "calculus/gradient",
      signature: { op: "tanh@1", where: "gradient[0]" },
    });
    expect(finding.properties).toContain("calculus/degenerate-shapes");
    expect(finding.cases).toBe(report.subjects[0].counts.fail);
    expect(new Set(ofType(lines, "finding").map(({ id }) => id)).size).toBe(
      report.subjects[0].findings.length,
    );
  });

  it("of a known cause are recognised by their numbers, and not explained again", async () => {
    const adapter = await tfjsAdapter({ log: () => undefined });
    const lines = await recordOf([sourceOf("tfjs", () => adapter)], {
      only: ["second-order/rnnCell"],
      runs: 24,
    });
    const [{ counts }] = ofType(lines, "unit-end");
    const { findings } = summarize(lines).subjects[0];
    expect(findings).toMatchObject([{ cause: { kind: "held gradient" }, cases: counts.fail }]);
    // Of another input, it looks like another fault.
    expect(findings[0].also?.length).toBeGreaterThan(0);
  });

  it("hidden in programs are found in the op that has them", async () => {
    const lines = await recordOf([faulty], { only: ["programs"], runs: 40 });
    const ops = ofType(lines, "finding").map(({ signature }) => signature.op);
    expect([...new Set(ops)]).toEqual(["tanh@1"]);
  });
});

describe("a campaign that cannot go on", () => {
  it("closes every subject that it started", async () => {
    const open = new Set<Subject>();
    const tracked = {
      id: "tracked",
      start: () => {
        const subject = inProcessSubject("tracked", referenceAdapter());
        open.add(subject);
        const close = subject.close.bind(subject);
        subject.close = () => {
          open.delete(subject);
          return close();
        };
        return Promise.resolve(subject);
      },
    };
    await recordOf([tracked], { only: ["gradient/tanh", "gradient/sin"], workers: 2 });
    expect(open.size).toBe(0);
    const broken = recordOf([tracked], {
      only: ["gradient/tanh", "gradient/sin"],
      workers: 2,
      onLines(lines) {
        if (lines.some(({ type }) => type === "unit-end")) throw new Error("no space left on device");
      },
    });
    await expect(broken).rejects.toThrow("no space left on device");
    expect(open.size).toBe(0);
  });

  it("says so when nothing is selected", async () => {
    await expect(recordOf([honest], { only: ["gradient/tanh"], skip: ["gradient"] })).rejects.toThrow(
      "nothing is left to run: left out by --skip",
    );
    await expect(recordOf([honest], { only: ["nothing-like-this"] })).rejects.toThrow(
      "nothing is left to run: no cell is left after --only and --skip",
    );
  });
});
