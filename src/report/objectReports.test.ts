import { describe, expect, it } from "vitest";
import { syntheticObjects } from "../../fixtures/records/syntheticObjects.js";
import { HOSTILE, madeHostile } from "../../fixtures/records/syntheticRecord.js";
import type { Report } from "../record/report.js";
import { bugReports } from "./bugReports.js";
import type { SnippetRun } from "./snippetRun.js";
import { readRecord } from "./readRecord.js";
import { summarize } from "./summarize.js";

const report = summarize(syntheticObjects());
const pageOf = (of: Report, runs?: ReadonlyMap<string, SnippetRun>): string =>
  bugReports(of, of.subjects[0], runs);

describe("a page of faults of objects", () => {
  const page = pageOf(report);

  it("has one report for each fault, with what it takes to file it", () => {
    expect(page.match(/^## \d+\. .*/gm)).toEqual([
      "## 1. randomUniform: draws weights from -0.05 to 1",
      "## 2. adam and another: takes another step",
      "## 3. gru: gradient throws Error: no such thing",
      "## 4. unitNorm: projects on a sphere twice as large",
    ]);
    expect(page).toContain("4 faults of what the library has for training.");
    const first = page.split("## 2.")[0];
    expect(first).toContain("**Versions:** TensorFlow.js 4.22.0");
    expect(first).toContain("“Values will be distributed uniformly between minval and maxval.”");
    expect(first).toContain("`https://js.tensorflow.org/api/4.22.0/#initializers.randomUniform`");
    expect(first).toContain(
      "**What it does:** weights lie from -0.05 to 1, and the promised limits are 0 to 1.",
    );
    expect(first).toContain("- shape: `[167, 24]`\n- seed: `7`\n- weights: `4,008`");
    expect(first).toContain("statistical, wrong by chance with probability below 5e-9");
    expect(first).toContain("```js\nimport * as tf");
    expect(first).toContain("Replay: `npx gradproof replay t-1`");
  });

  it("tells what follows from a fault, and where else it shows, in a row each", () => {
    expect(page).toMatch(
      /\*\*What follows from it\*\*\n\n.*\n.*\n\| randomUniform \| initialization\/mean \| the mean/,
    );
    expect(page).toMatch(
      /\*\*The same fault elsewhere\*\*\n\n.*\n.*\n\| adagrad \| optimizer\/order \| Error: shape/,
    );
  });

  it("shows what a snippet printed, and of a statistical verdict that it is one draw of many", () => {
    const run = { output: "value[0]: from -0.05 to 1", confirms: true };
    const printed = pageOf(report, new Map([["t-1", run]]));
    expect(printed).toContain(
      "**It prints**\n\n```\nvalue[0]: from -0.05 to 1\n```\n\nThe verdict follows from this draw.",
    );
    expect(page).not.toContain("It prints");
    const lines = syntheticObjects().map((line) =>
      line.type === "trial" && line.id === "t-1" ? { ...line, questions: 25 } : line,
    );
    expect(pageOf(summarize(lines), new Map([["t-1", run]]))).toContain("the last of 25 draws");
  });

  it("has a row for every object, and none for ops that were not run", () => {
    const rows = page.split("## Every object")[1];
    expect(rows).toContain("| randomUniform | wrong | see 1 |");
    expect(rows).toContain("| adagrad | wrong | see 2 |");
    expect(rows).toContain("| sgd | accepted invalid | a gradient of shape \\[1\\] is accepted |");
    expect(rows).toContain("| dense | convention | another documented order |");
    expect(rows).toContain("| maxNorm | right |  |");
    expect(page).not.toContain("## Every op");
  });

  it("lists what was accepted though it is invalid, and calls it no fault", () => {
    const [, list] = page.split("## Not wrong, but worth knowing");
    expect(list).toContain("- sgd: a gradient of shape \\[1\\] is accepted for a variable of shape \\[4\\]");
  });

  it("leaves no markup of a subject outside code", () => {
    const lines = madeHostile(syntheticObjects()).map((line) => JSON.stringify(line));
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
