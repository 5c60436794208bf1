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
import { schemas } from "./schemas.js";
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

  test("the schemas name what they describe, and are JSON", () => {
    const published = schemas();
    expect(Object.keys(published)).toMatchInlineSnapshot(`
      [
        "report.schema.json",
        "record-line.schema.json",
        "protocol-request.schema.json",
        "protocol-hello-reply.schema.json",
        "protocol-eval-reply.schema.json",
        "protocol-snippet-reply.schema.json",
        "protocol-exhaust-reply.schema.json",
      ]
    `);
    for (const schema of Object.values(published)) {
      expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
      expect(schema).toHaveProperty("$schema", "https://json-schema.org/draft/2020-12/schema");
      expect(schema).toHaveProperty("title");
    }
  });

  test("the report's fields: a change here is a change for everybody who reads report.json", () => {
    expect(fieldsOf(schemas()["report.schema.json"])).toMatchInlineSnapshot(`
      [
        "schema",
        "gradproof",
        "campaign",
        "seed",
        "startedAt",
        "command",
        "environment.node",
        "environment.os",
        "environment.arch",
        "environment.cores",
        "decidedCasesNeeded",
        "properties[].name",
        "properties[].statement",
        "properties[].source",
        "properties[].evidence",
        "falseAlarms",
        "ops[].id",
        "ops[].family",
        "ops[].summary",
        "ops[].source",
        "ops[].kinks[].at",
        "ops[].kinks[].convention",
        "ops[].formula",
        "ops[].derivative",
        "complete",
        "incompleteBecause",
        "elapsedMs",
        "evaluations",
        "peakMemoryMb",
        "units.planned",
        "units.done",
        "cells.planned",
        "cells.undecided",
        "exitCode",
        "coverage",
        "subjects[].id",
        "subjects[].hello",
        "subjects[].accuracy",
        "subjects[].counts",
        "subjects[].cases",
        "subjects[].decided",
        "subjects[].evaluations",
        "subjects[].cells[].state",
        "subjects[].cells[].because",
        "subjects[].cells[].counts",
        "subjects[].cells[].cases",
        "subjects[].cells[].decided",
        "subjects[].cells[].property",
        "subjects[].cells[].op",
        "subjects[].cells[].evidence",
        "subjects[].cells[].evidenceDetails[]",
        "subjects[].cells[].failureProbabilityBelow",
        "subjects[].cells[].worstErrorOverAttainable",
        "subjects[].cells[].medianResolution",
        "subjects[].cells[].reasons",
        "subjects[].cells[].conventions",
        "subjects[].cells[].attributes[].state",
        "subjects[].cells[].attributes[].because",
        "subjects[].cells[].attributes[].counts",
        "subjects[].cells[].attributes[].cases",
        "subjects[].cells[].attributes[].decided",
        "subjects[].cells[].attributes[].attribute",
        "subjects[].findings[].id",
        "subjects[].findings[].subject",
        "subjects[].findings[].property",
        "subjects[].findings[].properties[]",
        "subjects[].findings[].signature.op",
        "subjects[].findings[].signature.kind",
        "subjects[].findings[].signature.where",
        "subjects[].findings[].verdict",
        "subjects[].findings[].fault.class",
        "subjects[].findings[].fault.detail",
        "subjects[].findings[].cause.kind",
        "subjects[].findings[].cause.ops[]",
        "subjects[].findings[].cause.because",
        "subjects[].findings[].factors[].name",
        "subjects[].findings[].factors[].fails[]",
        "subjects[].findings[].factors[].passes[]",
        "subjects[].findings[].factors[].cases",
        "subjects[].findings[].also[]",
        "subjects[].findings[].title",
        "subjects[].findings[].because",
        "subjects[].findings[].cases",
        "subjects[].findings[].witness",
        "subjects[].findings[].judgement.verdict",
        "subjects[].findings[].judgement.reason",
        "subjects[].findings[].judgement.kind",
        "subjects[].findings[].judgement.where",
        "subjects[].findings[].judgement.element",
        "subjects[].findings[].judgement.expected.low",
        "subjects[].findings[].judgement.expected.high",
        "subjects[].findings[].judgement.expected.value",
        "subjects[].findings[].judgement.got",
        "subjects[].findings[].judgement.errorOverAttainable",
        "subjects[].findings[].judgement.resolution",
        "subjects[].findings[].oracles[].oracle",
        "subjects[].findings[].oracles[].value",
        "subjects[].findings[].oracles[].bound",
        "subjects[].findings[].oracles[].says",
        "subjects[].findings[].oracles[].note",
        "subjects[].findings[].shrinkEvaluations",
        "subjects[].findings[].snippet",
        "subjects[].findings[].replay",
        "subjects[].findings[].op",
        "subjects[].findings[].inputs[]",
        "subjects[].findings[].cotangents[]",
        "subjects[].findings[].tangents[]",
        "subjects[].findings[].expected",
        "subjects[].findings[].got",
        "subjects[].exhaustions[].op",
        "subjects[].exhaustions[].attributes",
        "subjects[].exhaustions[].from",
        "subjects[].exhaustions[].to",
        "subjects[].exhaustions[].value.symmetry",
        "subjects[].exhaustions[].value.limits",
        "subjects[].exhaustions[].value.unit",
        "subjects[].exhaustions[].value.confirmed",
        "subjects[].exhaustions[].derivative.symmetry",
        "subjects[].exhaustions[].derivative.limits",
        "subjects[].exhaustions[].derivative.unit",
        "subjects[].exhaustions[].derivative.confirmed",
        "subjects[].exhaustions[].statistics.inputs",
        "subjects[].exhaustions[].statistics.value.histogram[]",
        "subjects[].exhaustions[].statistics.value.worst",
        "subjects[].exhaustions[].statistics.value.worstSubnormal",
        "subjects[].exhaustions[].statistics.value.beyondCareful",
        "subjects[].exhaustions[].statistics.value.beyondTextbook",
        "subjects[].exhaustions[].statistics.value.untold",
        "subjects[].exhaustions[].statistics.value.suspects[].bits",
        "subjects[].exhaustions[].statistics.value.suspects[].got",
        "subjects[].exhaustions[].statistics.value.suspects[].exact",
        "subjects[].exhaustions[].statistics.value.suspects[].ulps",
        "subjects[].exhaustions[].statistics.value.suspects[].ratio",
        "subjects[].exhaustions[].statistics.value.leastCareful",
        "subjects[].exhaustions[].statistics.value.kinds[][]",
        "subjects[].exhaustions[].statistics.value.runs",
        "subjects[].exhaustions[].statistics.value.monotonicity.count",
        "subjects[].exhaustions[].statistics.value.monotonicity.first",
        "subjects[].exhaustions[].statistics.value.monotonicity.worst",
        "subjects[].exhaustions[].statistics.value.symmetry.count",
        "subjects[].exhaustions[].statistics.value.symmetry.first",
        "subjects[].exhaustions[].statistics.value.symmetry.worst",
        "subjects[].exhaustions[].statistics.value.saturation",
        "subjects[].exhaustions[].statistics.value.lowest",
        "subjects[].exhaustions[].statistics.value.highest",
        "subjects[].exhaustions[].statistics.value.subnormalResults",
        "subjects[].exhaustions[].statistics.value.flushedResults",
        "subjects[].exhaustions[].statistics.value.telltaleInputs",
        "subjects[].exhaustions[].statistics.value.flushedInputs",
        "subjects[].exhaustions[].statistics.derivative.histogram[]",
        "subjects[].exhaustions[].statistics.derivative.worst",
        "subjects[].exhaustions[].statistics.derivative.worstSubnormal",
        "subjects[].exhaustions[].statistics.derivative.beyondCareful",
        "subjects[].exhaustions[].statistics.derivative.beyondTextbook",
        "subjects[].exhaustions[].statistics.derivative.untold",
        "subjects[].exhaustions[].statistics.derivative.suspects[].bits",
        "subjects[].exhaustions[].statistics.derivative.suspects[].got",
        "subjects[].exhaustions[].statistics.derivative.suspects[].exact",
        "subjects[].exhaustions[].statistics.derivative.suspects[].ulps",
        "subjects[].exhaustions[].statistics.derivative.suspects[].ratio",
        "subjects[].exhaustions[].statistics.derivative.leastCareful",
        "subjects[].exhaustions[].statistics.derivative.kinds[][]",
        "subjects[].exhaustions[].statistics.derivative.runs",
        "subjects[].exhaustions[].statistics.derivative.monotonicity.count",
        "subjects[].exhaustions[].statistics.derivative.monotonicity.first",
        "subjects[].exhaustions[].statistics.derivative.monotonicity.worst",
        "subjects[].exhaustions[].statistics.derivative.symmetry.count",
        "subjects[].exhaustions[].statistics.derivative.symmetry.first",
        "subjects[].exhaustions[].statistics.derivative.symmetry.worst",
        "subjects[].exhaustions[].statistics.derivative.saturation",
        "subjects[].exhaustions[].statistics.derivative.lowest",
        "subjects[].exhaustions[].statistics.derivative.highest",
        "subjects[].exhaustions[].statistics.derivative.subnormalResults",
        "subjects[].exhaustions[].statistics.derivative.flushedResults",
        "subjects[].exhaustions[].statistics.derivative.telltaleInputs",
        "subjects[].exhaustions[].statistics.derivative.flushedInputs",
        "subjects[].exhaustions[].statistics.kinks[].bits",
        "subjects[].exhaustions[].statistics.kinks[].got",
        "subjects[].exhaustions[].statistics.kinks[].exact",
        "subjects[].exhaustions[].workers",
        "subjects[].exhaustions[].cpuMs",
        "subjects[].exhaustions[].elapsedMs",
        "subjects[].trials[].id",
        "subjects[].trials[].property",
        "subjects[].trials[].target",
        "subjects[].trials[].dtype",
        "subjects[].trials[].alpha",
        "subjects[].trials[].promise",
        "subjects[].trials[].does",
        "subjects[].trials[].facts[].name",
        "subjects[].trials[].facts[].value",
        "subjects[].trials[].counts",
        "subjects[].trials[].needed",
        "subjects[].trials[].questions",
        "subjects[].trials[].numbers",
        "subjects[].trials[].judgement.verdict",
        "subjects[].trials[].judgement.reason",
        "subjects[].trials[].judgement.kind",
        "subjects[].trials[].judgement.where",
        "subjects[].trials[].judgement.element",
        "subjects[].trials[].judgement.expected.low",
        "subjects[].trials[].judgement.expected.high",
        "subjects[].trials[].judgement.expected.value",
        "subjects[].trials[].judgement.got",
        "subjects[].trials[].judgement.errorOverAttainable",
        "subjects[].trials[].judgement.resolution",
        "subjects[].trials[].scenario",
        "subjects[].trials[].shrinkEvaluations",
        "subjects[].trials[].snippet",
        "subjects[].trials[].replay",
        "subjects[].trials[].elapsedMs",
        "subjects[].conventions[].probe",
        "subjects[].conventions[].question",
        "subjects[].conventions[].ops[]",
        "subjects[].conventions[].mathematics",
        "subjects[].conventions[].reference",
        "subjects[].conventions[].got",
        "subjects[].conventions[].choice",
        "subjects[].epochs[].reason",
        "subjects[].epochs[].exitCode",
        "subjects[].epochs[].signal",
        "subjects[].epochs[].stderr",
        "selfTest",
      ]
    `);
  });
});

/** Paths of the fields that a JSON Schema names, not looking into a program. */
function fieldsOf(schema: object, path = ""): string[] {
  const { properties, items } = schema as { properties?: Record<string, object>; items?: object };
  if (items) return fieldsOf(items, `${path}[]`);
  if (!properties || path.endsWith("witness") || path.endsWith("scenario") || path.endsWith("hello"))
    return [path];
  return Object.entries(properties).flatMap(([name, inner]) =>
    fieldsOf(inner, path === "" ? name : `${path}.${name}`),
  );
}

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
