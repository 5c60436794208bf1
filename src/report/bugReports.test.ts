import { describe, expect, test } from "vitest";
import { HOSTILE, madeHostile, syntheticRecord } from "../../fixtures/records/syntheticRecord.js";
import type { Report } from "../record/report.js";
import { bugReports } from "./bugReports.js";
import { opName } from "./opOutcomes.js";
import { readRecord } from "./readRecord.js";
import { summarize } from "./summarize.js";

const report = summarize(syntheticRecord());
const [subject] = report.subjects;
const pageOf = (of: Report): string => bugReports(of, of.subjects[0]);

describe("a page of findings", () => {
  test("has a report for each fault, with what it takes to file it", () => {
    const text = pageOf(report);
    for (const finding of subject.findings) expect(text).toContain(finding.replay);
    expect(text).toContain("**Versions:** TensorFlow.js");
    expect(text).toContain("```js\nimport * as tf");
    expect(text).toContain("| dual numbers | `0.5` | `1e-16` | contradicts |");
    expect(text).toMatch(/\*\*Expected\*\* .*\*\*got\*\* `1`/);
  });

  test("has a row for every op", () => {
    const rows = pageOf(report).split("## Every op")[1];
    const ops = new Set(subject.cells.map(({ op }) => op).filter((op) => op !== "programs"));
    for (const op of ops) expect(rows).toContain(`| ${opName(op)} | `);
    expect(rows).toMatch(/\| prod \| wrong \| .*the gradient of prod is that of sum/);
    expect(rows).toMatch(/\| erf \| unsupported \| /);
  });

  test("says what a fault depends on, and as what else it shows", () => {
    const [first, ...rest] = subject.findings;
    const factors = [
      { name: "padding", fails: ["same"], passes: ["valid"], cases: 4 },
      { name: "strides", fails: ["1", "2"], passes: [], cases: 4 },
    ];
    const told = { ...first, factors, also: ["prod: value throws"] };
    const text = pageOf({ ...report, subjects: [{ ...subject, findings: [told, ...rest] }] });
    expect(text).toContain("- padding: fails for same, passes for valid");
    expect(text).not.toContain("strides:");
    expect(text).toContain("- shows also as: prod: value throws");
  });

  test("shows what the snippets printed, where they were run", () => {
    const [{ id }] = subject.findings;
    const runs = new Map([[id, { output: "gradient of x0: [2] = [1,1]", confirms: true }]]);
    expect(bugReports(report, subject, runs)).toContain(
      "**It prints**\n\n```\ngradient of x0: [2] = [1,1]\n```",
    );
    expect(pageOf(report)).not.toContain("It prints");
  });

  test("leaves no markup of a subject outside code", () => {
    const lines = madeHostile(syntheticRecord()).map((line) => JSON.stringify(line));
    const text = pageOf(summarize(readRecord(lines.join("\n"))));
    expect(text).toContain(HOSTILE.slice(1, 7));
    // An escaped backtick opens no code.
    const prose = text
      .replaceAll("\\`", "")
      .replace(/(`{3,})[^]*?\n\1\n/g, "")
      .replace(/(`+)[^`\n](?:.*?[^`\n])?\1(?!`)/g, "");
    expect(prose).not.toMatch(/(?<!\\)<(?![ ])/);
  });
});
