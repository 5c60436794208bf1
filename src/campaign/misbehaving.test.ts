import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { ofType, recordOf, sourceOf } from "../../fixtures/builders/campaignOf.js";
import type { Line, LineOf } from "../record/record.js";
import type { Counts, Verdict } from "../record/verdict.js";
import { summarize } from "../report/summarize.js";
import type { AdapterRequest, AdapterResult } from "../subjects/adapter.js";
import { Breaker } from "../subjects/breaker.js";
import { intercept } from "../subjects/intercept.js";
import { ProcessSubject } from "../subjects/processSubject.js";
import { referenceAdapter } from "../subjects/reference.js";
import type { SubjectSource } from "./run.js";

const only = ["gradient/tanh", "gradient/sin"];

/** Something happens to tanh where the first number is beyond ½ in size; everything else goes on. */
const sourceWith = (
  fault: (request: AdapterRequest, honest: () => AdapterResult) => AdapterResult | Promise<AdapterResult>,
): SubjectSource =>
  sourceOf("library", () =>
    intercept(referenceAdapter(), (request, honest) =>
      request.program.nodes[0].op === "tanh@1" && Math.abs(request.inputs[0].data[0]) > 0.5
        ? fault(request, honest)
        : honest(),
    ),
  );

const countsOf = (lines: readonly Line[], unit: string): Counts =>
  ofType(lines, "unit-end").find((end) => end.unit === unit)!.counts;

interface Expected {
  readonly verdict: Verdict;
  readonly title?: string;
}

const IN_PROCESS: [string, Parameters<typeof sourceWith>[0], Expected][] = [
  [
    "throws",
    () => {
      throw new RangeError("too far from 0");
    },
    { verdict: "error", title: "tanh: value throws on a valid case" },
  ],
  ["rejects", () => Promise.reject(new RangeError("later")), { verdict: "error" }],
  ["returns nothing", () => ({}), { verdict: "fail", title: "tanh: value is missing" }],
  [
    "returns NaN",
    (_request, honest) => ({
      ...honest(),
      grads: (honest().grads ?? []).map((g) => g && { ...g, data: g.data.map(() => NaN) }),
    }),
    { verdict: "fail", title: "tanh: gradient is NaN where the exact result is finite" },
  ],
  [
    "returns another shape",
    (_request, honest) => ({
      ...honest(),
      grads: (honest().grads ?? []).map((g) => g && { ...g, shape: [1, ...g.shape] }),
    }),
    { verdict: "fail", title: "tanh: gradient has the wrong shape" },
  ],
  [
    "returns data that its shape does not hold",
    (_request, honest) => ({
      ...honest(),
      grads: (honest().grads ?? []).map((g) => g && { ...g, shape: [7, ...g.shape] }),
    }),
    { verdict: "fail", title: "tanh: gradient has the wrong shape" },
  ],
  ["returns no tensor at all", () => ({ value: [1] }) as unknown as AdapterResult, { verdict: "protocol" }],
];

describe("a subject that, on some cases,", () => {
  it.each(IN_PROCESS)(
    "%s has a verdict of its own for them, and is asked the rest",
    async (_name, fault, expected) => {
      const lines = await recordOf([sourceWith(fault)], { only, runs: 10 });
      const counts = countsOf(lines, "library/calculus/gradient/tanh/f64");
      expect(counts[expected.verdict]).toBeGreaterThan(0);
      expect(counts.pass).toBeGreaterThan(0);
      expect(countsOf(lines, "library/calculus/gradient/sin/f64")).toEqual({ pass: 10 });
      expect(ofType(lines, "footer")).toMatchObject([{ complete: true, unitsDone: 2 }]);
      const report = summarize(lines);
      const titles = report.subjects[0].findings.map(({ title }) => title);
      if (expected.verdict === "protocol") {
        expect(titles).toEqual([]);
        // Half of the cells are undecided, which outranks the broken protocol.
        expect(report.exitCode).toBe(4);
      } else {
        expect(titles).toHaveLength(1);
        if (expected.title !== undefined) expect(titles).toEqual([expected.title]);
        expect(report.exitCode).toBe(1);
      }
    },
  );
});

const fixture = fileURLToPath(new URL("../../fixtures/subjects/tanh.mjs", import.meta.url));

/** A process of its own, which something happens to where the first number is beyond 1. */
const processWith = (fault: string): SubjectSource => ({
  id: "tanh",
  start: (onEpochEnd) =>
    ProcessSubject.start("tanh", [process.execPath, fixture, fault], {
      // Long enough for a loaded machine, but where time is what the test waits for.
      deadlines: { minimumMs: fault === "hangs" ? 250 : 2000, firstUseFactor: 1 },
      breaker: new Breaker(1),
      onEpochEnd: (end) => onEpochEnd({ type: "epoch-end", subject: "tanh", ...end }),
    }),
});

describe("a process that, on some cases,", () => {
  const everything = ["gradient/tanh", "value/tanh", "zero-cotangent/tanh"];
  const verdictsIn = (lines: readonly Line[]): string[] => [
    ...new Set(ofType(lines, "unit-end").flatMap(({ counts }) => Object.keys(counts))),
  ];

  it("behaves passes, with one worker or two", async () => {
    const [one, two] = [
      await recordOf([processWith("")], { only: everything }),
      await recordOf([processWith("")], { only: everything, workers: 2 }),
    ];
    expect(verdictsIn(one)).toEqual(["pass"]);
    const digests = (lines: readonly Line[]): string[] =>
      ofType(lines, "unit-end")
        .map(({ unit, digest }) => `${unit} ${digest}`)
        .sort();
    expect(digests(two)).toEqual(digests(one));
    expect(ofType(one, "epoch-end")).toEqual([]);
  });

  it.each<[string, Verdict]>([
    ["throws", "error"],
    ["nothing", "fail"],
    ["nan", "fail"],
    ["shape", "fail"],
    ["garbage", "protocol"],
  ])("answers with %s is judged %s there, and asked on", async (fault, verdict) => {
    const lines = await recordOf([processWith(fault)], { only: ["gradient/tanh"] });
    const counts = countsOf(lines, "tanh/calculus/gradient/tanh/f64");
    expect(counts[verdict]).toBeGreaterThan(0);
    expect(counts.pass).toBeGreaterThan(0);
    expect(ofType(lines, "epoch-end")).toEqual([]);
  });

  it.each<[string, Verdict, Partial<LineOf<"epoch-end">>]>([
    // Longer than the least deadline of 250 ms where the machine is busy and the median answer slow.
    ["hangs", "timeout", { reason: expect.stringMatching(/^no answer within \d+ ms$/), signal: "SIGKILL" }],
    ["dies", "crash", { reason: "exited with code 7", exitCode: 7 }],
  ])("%s is killed, started again, and blamed for those cases alone", async (fault, verdict, epoch) => {
    const lines = await recordOf([processWith(fault)], { only: ["gradient/tanh", "shapes/tanh"], runs: 30 });
    const counts = countsOf(lines, "tanh/calculus/gradient/tanh/f64");
    expect(counts[verdict]).toBeGreaterThan(0);
    // What comes after enough of them is not sent at all.
    expect(counts["not-run"] ?? 0).toBeGreaterThan(0);
    expect(ofType(lines, "epoch-end")[0]).toMatchObject(epoch);
    const [finding] = ofType(lines, "finding");
    expect(finding).toMatchObject({ verdict, signature: { op: "tanh@1", kind: verdict } });
    expect(finding.because).toBe("Asked again, alone and in a new process, it did the same.");
    expect(finding.snippet).toMatch(/prints no snippet/);
    expect(ofType(lines, "footer")).toMatchObject([{ complete: true, unitsDone: 2 }]);
    expect(summarize(lines).subjects[0].epochs.length).toBe(ofType(lines, "epoch-end").length);
  });
});
