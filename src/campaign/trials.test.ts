import { describe, expect, it } from "vitest";
import { ofType, recordOf, sourceOf } from "../../fixtures/builders/campaignOf.js";
import { CLIPPING_MUTANTS } from "../../fixtures/mutants/objects/clipping.js";
import { TRIALS } from "../../properties/index.js";
import { PASS } from "../laws/law.js";
import { renderHtml } from "../report/html/page.js";
import { renderMarkdown } from "../report/markdown.js";
import { renderJunit } from "../report/junit.js";
import { verdictSentence } from "../report/sentence.js";
import { summarize } from "../report/summarize.js";
import { referenceAdapter } from "../subjects/reference.js";
import { planTrials } from "./planTrials.js";
import type { TrialProperty } from "./trialProperty.js";

const hello = referenceAdapter().hello();
const without = {
  ...hello,
  capabilities: {
    ...hello.capabilities,
    clippers: undefined,
    optimizers: undefined,
    initializers: undefined,
  },
};

const faulty = sourceOf("faulty", () =>
  CLIPPING_MUTANTS.find(({ name }) => name === "clips-above-twice-the-threshold")!.adapter(),
);

/** A property that leaves everything to chance, and tells which part of the budget it was given. */
const statistical = (seen: number[]): TrialProperty => ({
  name: "initialization/of-a-test",
  statement: "Nothing is promised, and that is kept.",
  source: "this test",
  evidence: "statistical",
  of: "clippers",
  scenarios: 2,
  about: () => true,
  draw: (stream, { target, dtype }) => ({
    target: target.name,
    dtype,
    settings: {},
    tensors: [],
    seed: stream.bits(),
    tags: [],
  }),
  inquire: () =>
    function* ({ target }, { alpha }) {
      seen.push(alpha);
      yield { cmd: "clip", clipper: target.split(":")[1], threshold: 1, tensors: [] };
      return { ...PASS, does: "does nothing", facts: [] };
    },
});

describe("a plan of trials", () => {
  it("has one for each property and object that it is about", () => {
    const { trials, cells, skipped } = planTrials("reference", hello, TRIALS, { only: ["clipping/*"] });
    const ids = trials.map(({ id }) => id);
    expect(ids).toContain("reference/clipping/direction/clipper:byNorm/f64");
    expect(ids).not.toContain("reference/clipping/direction/clipper:byValue/f64");
    expect(new Set(ids).size).toBe(ids.length);
    expect(cells).toHaveLength(trials.length);
    expect(skipped).toEqual([]);
  });

  it("takes objects by name, and shows what is left out as not run", () => {
    const { trials } = planTrials("reference", hello, TRIALS, { only: ["clipper:byV*"] });
    expect(new Set(trials.map(({ target }) => target.name))).toEqual(new Set(["clipper:byValue"]));
    const left = planTrials("reference", hello, TRIALS, { only: ["clipper:*"], skip: ["ceiling"] });
    expect(left.skipped.map(({ cell, verdict }) => [cell.property, verdict])).toEqual(
      ["byValue", "byNorm", "byGlobalNorm"].map(() => ["clipping/ceiling", "not-run"]),
    );
  });

  it("says which kinds of objects a subject does not have", () => {
    const { trials, skipped } = planTrials("library", without, TRIALS, { only: ["clipping/*"] });
    expect(trials).toEqual([]);
    expect(new Set(skipped.map(({ verdict, reason }) => `${verdict}: ${reason}`))).toEqual(
      new Set(["unsupported: it offers no clippers"]),
    );
  });
});

describe("a campaign with trials", () => {
  it("finds what is wrong, makes it simpler, and reports it everywhere", async () => {
    const lines = await recordOf([faulty], { only: ["clipping/*"], runs: 24, trials: TRIALS });
    const trials = ofType(lines, "trial");
    const wrong = trials.filter(({ judgement }) => judgement.verdict === "fail");
    expect(new Set(wrong.map(({ target }) => target))).toEqual(
      new Set(["clipper:byNorm", "clipper:byGlobalNorm", "clipper:byValue"]),
    );
    const ceiling = wrong.find(
      ({ property, target }) => property === "clipping/ceiling" && target === "clipper:byGlobalNorm",
    )!;
    expect(ceiling.scenario.tensors.map(({ shape }) => shape)).toEqual([[1]]);
    expect(ceiling.scenario.settings.threshold).toBe(0.5);
    expect(ceiling.counts.fail).toBeGreaterThan(0);
    expect(ceiling.snippet).toContain('"clip"');
    const report = summarize(lines);
    expect(report).toMatchObject({ complete: true, exitCode: 1 });
    expect(report.units.done).toBe(trials.length);
    expect(verdictSentence(report.subjects[0])).toMatch(/: 3 of 3 ways of clipping wrong$/);
    expect(renderHtml(report)).toContain(ceiling.replay);
    expect(renderMarkdown(report)).toContain(ceiling.replay);
    expect(renderJunit(report)).toMatch(/<testcase classname="faulty.clipping\/ceiling"[^>]*>\s*<failure/);
  });

  it("shares its budget of false alarms equally, and says so", async () => {
    const seen: number[] = [];
    const lines = await recordOf([sourceOf("reference", () => referenceAdapter())], {
      only: ["init*"],
      trials: [statistical(seen)],
    });
    const [header] = ofType(lines, "header");
    expect(header.falseAlarms).toEqual({ budget: 1e-6, trials: 3 });
    expect(seen).toHaveLength(6);
    expect(seen.reduce((a, b) => a + b, 0)).toBeCloseTo(1e-6, 18);
    expect(ofType(lines, "trial").map(({ alpha }) => alpha)).toEqual([0, 0, 0].map(() => 1e-6 / 6));
    expect(renderHtml(summarize(lines))).toContain("3 statistical trials share that equally");
  });
});
