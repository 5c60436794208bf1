import { describe, expect, test } from "vitest";
import { syntheticFinding } from "../../fixtures/records/syntheticLines.js";
import { syntheticRecord } from "../../fixtures/records/syntheticRecord.js";
import type { Cause } from "../record/fault.js";
import { reportFinding, type ReportFinding } from "../record/report.js";
import { bugReports } from "./bugReports.js";
import { faultGroups } from "./faultGroups.js";
import { verdictSentence } from "./sentence.js";
import { summarize } from "./summarize.js";

function findingOf(op: string, where: string, cause?: Pick<Cause, "kind" | "ops">): ReportFinding {
  const finding = syntheticFinding({
    id: `${op}${where}`.replace(/\W/g, "").padEnd(8, "0").slice(0, 8),
    title: `${op}: ${where} is wrong`,
    signature: { op: `${op}@1`, kind: "value", where },
    replay: `replay ${op} ${where}`,
    ...(cause && { cause: { ...cause, because: `Because of ${cause.ops.join()}.` } }),
  });
  return reportFinding.parse({ ...finding, ...finding.shown, op: finding.signature.op });
}

const silu = findingOf("silu", "hvp[0]", { kind: "held gradient", ops: ["sigmoid"] });
const sigmoid = findingOf("sigmoid", "hvp[0]", { kind: "held gradient", ops: ["sigmoid"] });
const tanh = findingOf("tanh", "hvp[0]", { kind: "held gradient", ops: ["tanh"] });
const elu = findingOf("elu", "hvp[0]");
const gelu = findingOf("gelu", "value[0]", { kind: "another op", ops: ["erf"] });
const erfGradient = findingOf("erf", "gradient[0]");
const erf = findingOf("erf", "value[0]");
const loss = findingOf("loss", "gradient[1]");
const lossTwice = findingOf("loss", "hvp[1]", { kind: "wrong gradient", ops: ["loss"] });

const grouped = (...findings: ReportFinding[]) =>
  faultGroups(findings).map(({ lead, others }) =>
    [lead, ...others].map(({ title }) => title.split(" is")[0]),
  );

describe("findings by their fault", () => {
  test("are told once, by an op whose own fault it is", () => {
    expect(grouped(silu, tanh, elu, sigmoid)).toEqual([
      ["tanh: hvp[0]", "silu: hvp[0]", "sigmoid: hvp[0]"],
      ["elu: hvp[0]"],
    ]);
    expect(faultGroups([silu, tanh, elu, sigmoid])[0].title).toBe(
      "Hessian products of 3 ops (tanh, silu, sigmoid): a gradient that is differentiated again counts as constant",
    );
  });

  test("follow the fault of another op in the same result", () => {
    expect(grouped(gelu, erfGradient, erf)).toEqual([
      ["erf: value[0]", "gelu: value[0]"],
      ["erf: gradient[0]"],
    ]);
    expect(grouped(lossTwice, loss)).toEqual([["loss: gradient[1]", "loss: hvp[1]"]]);
  });

  test("stand alone where nothing else was found", () => {
    expect(grouped(gelu, erfGradient)).toEqual([["gelu: value[0]"], ["erf: gradient[0]"]]);
    expect(grouped(silu, elu)).toEqual([["silu: hvp[0]"], ["elu: hvp[0]"]]);
  });

  test("are one report and one fault, with a witness of each op", () => {
    const report = summarize(syntheticRecord());
    const subject = { ...report.subjects[0], findings: [silu, tanh, sigmoid, erf, gelu] };
    const page = bugReports(report, subject);
    expect(page).toContain("2 faults of ops, and");
    expect(page).toContain("## 1. Hessian products of 3 ops");
    expect(page).toContain("**The same fault in other ops**");
    expect(page).toContain("**What follows from it**");
    for (const { replay } of subject.findings) expect(page).toContain(replay);
    expect(page).toMatch(/\| silu: hvp.* \| Because of sigmoid\. \| `replay silu hvp\[0\]` \|/);
    expect(verdictSentence(subject)).toMatch(/: 2 faults in /);
  });
});
