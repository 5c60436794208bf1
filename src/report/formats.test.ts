import { describe, expect, test } from "vitest";
import {
  HOSTILE,
  madeHostile,
  SYNTHETIC_SENTENCE,
  syntheticRecord,
} from "../../fixtures/records/syntheticRecord.js";
import { report } from "../record/report.js";
import { readRecord } from "./readRecord.js";
import { FORMATS } from "./index.js";
import { summarize } from "./summarize.js";

const honest = summarize(syntheticRecord());
const hostile = summarize(
  readRecord(
    madeHostile(syntheticRecord())
      .map((line) => JSON.stringify(line))
      .join("\n"),
  ),
);
const incomplete = summarize(
  syntheticRecord().filter(({ type }) => type !== "footer" && type !== "self-test"),
);

test.each(Object.entries(FORMATS))("%s has the same bytes twice, whatever it is told", (_name, format) => {
  for (const result of [honest, hostile, incomplete])
    expect(format.render(result)).toBe(format.render(result));
});

describe("json", () => {
  test.each([honest, hostile, incomplete])("comes back whole, in the published shape", (result) => {
    expect(report.parse(JSON.parse(FORMATS.json.render(result)))).toEqual(result);
  });
});

describe("junit", () => {
  test.each([honest, hostile, incomplete])("is well-formed, and counts what it holds", (result) => {
    const xml = FORMATS.junit.render(result);
    expect(unbalancedXml(xml)).toBeNull();
    for (const [outcome, element] of [
      ["tests", "testcase"],
      ["failures", "failure"],
      ["errors", "error"],
      ["skipped", "skipped"],
    ]) {
      const said = Number(new RegExp(`<testsuites [^>]*${outcome}="(\\d+)"`).exec(xml)?.[1]);
      expect(said).toBe(xml.match(new RegExp(`<${element}[ >]`, "g"))?.length ?? 0);
    }
  });

  test("has a case for each attribute class, and skips only where nothing was decided", () => {
    const xml = FORMATS.junit.render(honest);
    expect(xml).toContain('<testcase classname="tfjs.agreement" name="prod[keepdims=true]">');
    expect(xml).toContain('<failure message="the gradient of prod is that of sum">');
    expect(xml).toContain('<skipped message="no erf with a gradient">');
    expect(xml).toContain("undecided: 25 of 30 cases decided");
    expect(xml).toContain("<system-out>pass 5\nundecided: out of time</system-out>");
    expect(xml.match(/<skipped/g)).toHaveLength(2);
    expect(xml).toContain('name="programs of several ops">');
    expect(xml).toContain('name="the run is complete"/>');
    expect(FORMATS.junit.render(incomplete)).toContain('<error message="the record has no footer');
  });
});

/** The first thing that keeps a text from being well-formed XML; null if nothing does. */
function unbalancedXml(xml: string): string | null {
  const open: string[] = [];
  const token = /<\?xml [^<>]*\?>|<(\/?)([a-z-]+)((?: [a-z]+="[^"<]*")*)(\/?)>/g;
  for (const [whole, close, name, , alone] of xml.matchAll(token)) {
    if (name === undefined || alone) continue;
    if (!close) open.push(name);
    else if (open.pop() !== name) return whole;
  }
  const text = xml.replace(token, "");
  return (
    open.pop() ??
    /<|&(?!(?:amp|lt|gt|quot|apos|#10);)|\]\]>|[^\t\n\u0020-\ud7ff\ue000-\ufffd]/.exec(text)?.[0] ??
    null
  );
}

describe("markdown", () => {
  test("has the verdict, the findings with what reproduces them, and a row for each property", () => {
    const text = FORMATS.markdown.render(honest);
    expect(text).toContain(`## ${SYNTHETIC_SENTENCE}`);
    expect(text).toContain("- got: `1`");
    expect(text).toContain("Reproduce with `npx gradproof replay f-1`");
    expect(text).toContain("```\nimport * as tf");
    expect(text).toContain("| linearity | proved | 1 | 0 | 1 |");
    expect(text).toContain("| `tanh@1` | `tanh(x)` | `d/dx = sech(x) ^ 2` |");
    expect(FORMATS.markdown.render(incomplete)).toContain("> **Incomplete.** the record has no footer");
  });

  test("leaves no markup of a subject outside code", () => {
    const text = FORMATS.markdown.render(hostile);
    const prose = text.replace(/(`{3,})[^]*?\n\1\n/g, "").replace(/(`+)[^`\n](?:.*?[^`\n])?\1(?!`)/g, "");
    expect(prose.replaceAll(/<\/?(?:details|summary)>/g, "")).not.toMatch(/(?<!\\)<(?![ ])/);
    expect(prose).not.toMatch(/(?<!\\)\]\(/);
  });

  test("stays within what a job summary may hold", () => {
    const [subject] = honest.subjects;
    const findings = Array.from({ length: 500 }, (_, k) => ({
      ...subject.findings[0],
      id: `f-${k}`,
      got: "9".repeat(100_000),
      snippet: "x".repeat(100_000),
    }));
    const text = FORMATS.markdown.render({ ...honest, subjects: [{ ...subject, findings }] });
    expect(text.length).toBeLessThan(1 << 20);
    expect(text).toContain("480 more findings in the HTML report");
  });
});

test("a passed test case of JUnit can hold the hostile text too", () => {
  const [said] = /(?<=<system-out>)[^<]*alert[^<]*/.exec(FORMATS.junit.render(hostile)) ?? [];
  expect(said).toContain("&lt;/script&gt;");
});

test("the hostile text is in every format, so that these tests have something to find", () => {
  for (const { render } of Object.values(FORMATS)) expect(render(hostile)).toContain(HOSTILE.slice(1, 7));
});
