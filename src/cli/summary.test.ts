import { describe, expect, it } from "vitest";
import { syntheticRecord } from "../../fixtures/records/syntheticRecord.js";
import type { ReportFinding } from "../record/report.js";
import { summarize } from "../report/summarize.js";
import { findingLines, summaryText } from "./summary.js";

const report = summarize(syntheticRecord());
const [subject] = report.subjects;
const [finding] = subject.findings;
const textOf = (findings: readonly ReportFinding[], more: Partial<typeof report> = {}): string =>
  summaryText({ ...report, ...more, subjects: [{ ...subject, findings: [...findings] }] }, "reports/x");

describe("the summary of a run", () => {
  it("names the mutants that escaped", () => {
    const selfTest = ["twice", "never"].map((name) => ({
      name,
      op: "tanh@1",
      says: "",
      caughtBy: name === "twice" ? ["gradient"] : [],
      cases: 3,
    }));
    expect(textOf([], { selfTest })).toContain("Mutants that no law caught: never (tanh)");
    expect(textOf([], { selfTest: selfTest.slice(0, 1) })).not.toContain("no law caught");
  });

  it("tells no ratio of what is no number", () => {
    const told = (errorOverAttainable: number | "Infinity" | "NaN"): string =>
      findingLines({ ...finding, judgement: { ...finding.judgement, errorOverAttainable } }, 1, "x").join(
        "\n",
      );
    expect(told(12)).toContain("error ÷ attainable 12");
    for (const ratio of ["Infinity", "NaN"] as const) expect(told(ratio)).not.toContain("attainable");
  });

  it("puts what follows from a fault under it, with the tangents and the reason", () => {
    const because = "Made of simpler ops, it gives the subject's number.";
    const held = (op: string, id: string): ReportFinding => ({
      ...finding,
      id,
      op: `${op}@1`,
      title: `${op}: Hessian product is wrong`,
      tangents: ["2 (scalar)"],
      cause: { kind: "held gradient", ops: ["tanh"], because },
    });
    const text = textOf([held("mish", "aaaaaaaa"), finding, held("tanh", "bbbbbbbb")]);
    const at = (part: string): number => text.indexOf(part);
    expect(at("tanh: Hessian")).toBeLessThan(at("mish: Hessian"));
    expect(at("mish: Hessian")).toBeLessThan(at(finding.title));
    expect(text).toContain("tangent   2 (scalar)");
    expect(text.split(because)).toHaveLength(3);
  });
});
