import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  around,
  bits32,
  faultySubject,
  fromBits32,
  onlyAt,
  planOf,
  reportOf,
  tableOf,
} from "../../fixtures/builders/exhaustOf.js";
import { GradproofError } from "../core/errors.js";
import { MAGNITUDES } from "../record/exhaustion.js";
import { inProcessExhaustWorker, type ExhaustWorker } from "../subjects/exhaustWorker.js";
import { referenceAdapter } from "../subjects/reference.js";
import { exhaust, rangesOf, type ExhaustProgress } from "./exhaust.js";
import { GROUP } from "./exhaustPlan.js";
import { ExhaustState, readState, type ExhaustKey } from "./exhaustState.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "gradproof-exhaust-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const tanh = planOf("tanh");
const sigmoid = planOf("sigmoid");
const single = (): ExhaustWorker => inProcessExhaustWorker(referenceAdapter({ precision: "f32" }));

/** Two groups and a bit of a third, each cut short. */
const scattered = [
  { from: 2 * GROUP - 300, to: 2 * GROUP },
  { from: 2 * GROUP, to: 2 * GROUP + 200 },
];
const range = { from: scattered[0].from, to: scattered[1].to };
const keyOf = (of: { readonly from: number; readonly to: number }): ExhaustKey => ({
  gradproof: "0.0.0",
  subject: "reference-f32",
  version: "0.0.0",
  op: "tanh@1",
  attributes: {},
  ...of,
});
let now = 0;
const options = { ...range, clock: () => (now += 10) };

describe("a run", () => {
  it("takes every magnitude once", () => {
    const all = rangesOf({ from: 0, to: MAGNITUDES });
    expect(all).toHaveLength(MAGNITUDES / GROUP);
    expect(all[0].from).toBe(0);
    expect(all.at(-1)!.to).toBe(MAGNITUDES);
    all.slice(1).forEach(({ from }, i) => expect(from).toBe(all[i].to));
    expect(rangesOf(range)).toEqual(scattered);
  });

  it("gives the same table with one worker, with three, and when it is resumed", async () => {
    const fresh = (name: string): ExhaustState => ExhaustState.create(join(folder, name), keyOf(range));
    const one = await exhaust(tanh, [single()], fresh("one"), options);
    const three = await exhaust(tanh, [single(), single(), single()], fresh("three"), options);
    expect(three!.statistics).toEqual(one!.statistics);
    expect(one!.statistics).toEqual(await tableOf(referenceAdapter({ precision: "f32" }), tanh, range));

    const stop = new AbortController();
    const seen: ExhaustProgress[] = [];
    const half = await exhaust(tanh, [single()], fresh("half"), {
      ...options,
      signal: stop.signal,
      onProgress: (progress) => {
        seen.push(progress);
        stop.abort();
      },
    });
    expect(half).toBeUndefined();
    expect(seen).toMatchObject([{ done: 600, total: 1000 }]);
    // The process died while it wrote the next line.
    const path = join(folder, "half");
    const line = readFileSync(path, "utf8").trimEnd().split("\n").at(-1)!;
    appendFileSync(path, line.slice(0, line.length / 2));
    const resumed = ExhaustState.resume(path, keyOf(range));
    expect(resumed.finished).toHaveLength(1);
    const rest = await exhaust(tanh, [single()], resumed, options);
    expect(rest!.statistics).toEqual(one!.statistics);
    expect(readState(path)!.finished).toHaveLength(2);
  });

  it("stops at a range that is not answered, and keeps the others", async () => {
    let asked = 0;
    const broken: ExhaustWorker = {
      ...single(),
      exhaust: (question) =>
        ++asked === 2
          ? Promise.resolve({ status: "refused", detail: "its process died of SIGSEGV" })
          : single().exhaust(question),
    };
    const state = ExhaustState.create(join(folder, "broken"), keyOf(range));
    await expect(exhaust(tanh, [broken], state, options)).rejects.toThrow(
      /magnitudes 0x00800000 to 0x008000c8: its process died of SIGSEGV/,
    );
    expect(state.finished).toHaveLength(1);
  });

  it("is not resumed with another question, nor from another file", () => {
    const path = join(folder, "one");
    const other = { ...keyOf(range), op: "sigmoid@1" };
    expect(() => ExhaustState.resume(path, other)).toThrow(/belongs to another run.*tanh@1.*sigmoid@1/);
    writeFileSync(join(folder, "other"), "{}\n");
    expect(() => ExhaustState.resume(join(folder, "other"), other)).toThrow(GradproofError);
    expect(readState(join(folder, "nowhere"))).toBeUndefined();
  });
});

describe("the verdict", () => {
  const near = around(0.3, 2000, 2000);

  it("is pass where careful arithmetic is enough, and never exhaustive for a part", async () => {
    const report = await reportOf(faultySubject({}), tanh, near);
    const [value, derivative] = report.subjects[0].cells;
    expect(value).toMatchObject({ property: "calculus/value", state: "green", counts: { pass: 8000 } });
    expect(derivative).toMatchObject({
      property: "calculus/gradient",
      state: "green",
      counts: { pass: 8000 },
    });
    expect(report.properties.map(({ evidence }) => evidence)).toEqual(["sampled", "sampled"]);
    // Neighbours are no random sample: nothing follows for the rest.
    expect(value.failureProbabilityBelow).toBeNull();
    expect(report.exitCode).toBe(0);
  });

  it("is inaccurate for the textbook's loss of digits", async () => {
    const report = await reportOf(referenceAdapter({ precision: "f32" }), tanh, around(8, 500, 500));
    expect(report.subjects[0].cells[1].counts).toEqual({ inaccurate: 2000 });
    expect(report.subjects[0].exhaustions[0].derivative.confirmed!.digits).toBeGreaterThanOrEqual(64);
    expect(report.exitCode).toBe(0);
  });

  it("is fail for one wrong bit pattern, also where the textbook loses all digits", async () => {
    const at = bits32(8);
    const faulty = faultySubject({ careful: false, derivative: onlyAt(at, () => 0.25) });
    const report = await reportOf(faulty, tanh, around(8, 500, 500));
    expect(report.subjects[0].cells[1].counts).toEqual({ inaccurate: 1999, fail: 1 });
    const [finding] = report.subjects[0].findings;
    expect(finding).toMatchObject({ property: "calculus/gradient", verdict: "fail", cases: 1, got: "0.25" });
    expect(report.exitCode).toBe(1);
  });

  it("is fail for a run of NaN, with as many cases as it has inputs", async () => {
    const nan = faultySubject({ value: (x) => (x >= 0.3 && x < 0.3001 ? NaN : undefined) });
    const report = await reportOf(nan, tanh, near);
    const inputs = bits32(Math.fround(0.3001)) - bits32(Math.fround(0.3));
    const run = Math.min(inputs, near.to - bits32(Math.fround(0.3)));
    expect(report.subjects[0].cells[0].counts).toEqual({ pass: 8000 - run, fail: run });
    expect(report.subjects[0].findings[0].signature).toMatchObject({ kind: "nan", where: "value[0]" });
  });

  it("is inconclusive for a number in the place of NaN", async () => {
    const zero = faultySubject({ value: (x) => (Number.isNaN(x) ? 0 : undefined) });
    const report = await reportOf(zero, tanh, { from: 0x7f800000, to: 0x7f800010 });
    expect(report.subjects[0].cells[0].counts).toEqual({ pass: 2, inconclusive: 30 });
  });

  it("is convention for another choice at a kink", async () => {
    const one = faultySubject({ derivative: (x, g) => (x === 0 ? 1 : g) });
    const report = await reportOf(one, planOf("relu"), { from: 0, to: 100 });
    const [, derivative] = report.subjects[0].cells;
    expect(derivative.counts).toEqual({ pass: 198, convention: 2 });
    expect(derivative.conventions).toEqual({ "derivative 1 at -0": 1, "derivative 1 at 0": 1 });
  });

  it("of a subject that changes its mind is not fail", async () => {
    const at = bits32(0.5);
    const fickle = faultySubject({ value: onlyAt(at, (y) => y * 2) });
    const alone = faultySubject({});
    const twoFaced = {
      ...fickle,
      evaluate: (request: Parameters<typeof fickle.evaluate>[0]) =>
        (request.bulk ? fickle : alone).evaluate(request),
    };
    const report = await reportOf(twoFaced, sigmoid, around(0.5, 50, 50));
    expect(report.subjects[0].cells[0].counts).toEqual({ pass: 199, inconclusive: 1 });
    expect(Object.keys(report.subjects[0].cells[0].reasons)).toEqual([
      "asked alone, the subject gives another result",
    ]);
    expect(fromBits32(at)).toBe(0.5);
  });
});
