import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Breaker } from "./breaker.js";
import { encodeTyped } from "./typedTensor.js";
import { ProcessSubject, type EpochEnd, type ProcessSubjectOptions } from "./processSubject.js";
import type { EvalQuestion } from "./subject.js";

const fixture = fileURLToPath(new URL("../../fixtures/subjects/misbehaving.mjs", import.meta.url));

let memory: string;
let subject: ProcessSubject | undefined;
let epochs: EpochEnd[];

beforeEach(() => {
  memory = mkdtempSync(join(tmpdir(), "gradproof-"));
  epochs = [];
});
afterEach(async () => {
  await subject?.close();
  subject = undefined;
  rmSync(memory, { recursive: true });
});

/** @param start how the process starts: see the fixture */
async function launch(start = "", options: ProcessSubjectOptions = {}): Promise<ProcessSubject> {
  subject = await ProcessSubject.start("test", [process.execPath, fixture, start, memory], {
    onEpochEnd: (end) => epochs.push(end),
    ...options,
    deadlines: { minimumMs: 2000, firstUseFactor: 1, ...options.deadlines },
  });
  return subject;
}

const ask = (op: string, x = 1): EvalQuestion => ({
  program: {
    inputs: [{ shape: [1], type: "float" }],
    nodes: [{ op, attributes: {}, inputs: [0] }],
    outputs: [1],
  },
  mode: "value",
  inputs: [encodeTyped({ shape: [1], data: Float64Array.of(x) })],
  wrt: [],
  seeds: [],
  want: ["value"],
});
const answerTo = (x: number) => ({ status: "ok", value: ask("ok", x).inputs });

describe("a well-behaved process", () => {
  it("answers many requests at once, each its own", async () => {
    const s = await launch();
    const outcomes = await Promise.all(Array.from({ length: 500 }, (_, k) => s.evaluate(ask("ok", k))));
    outcomes.forEach((outcome, k) => expect(outcome).toMatchObject(answerTo(k)));
    expect(s.answered).toBe(500);
    expect(s.hello.implementation.id).toBe("misbehaving");
    expect(await s.snippet(ask("ok"))).toBe("print(1)");
  });

  it("passes on what the subject says of itself", async () => {
    const s = await launch();
    expect(await s.evaluate(ask("unsupported"))).toMatchObject({ status: "unsupported", what: "op" });
    const { value } = { value: undefined, ...(await s.evaluate(ask("nothing"))) };
    expect(value).toBeUndefined();
  });

  it("answers not-run after it was closed", async () => {
    const s = await launch();
    await s.close();
    expect(await s.evaluate(ask("ok"))).toEqual({ status: "not-run", detail: "the subject was closed" });
    expect(epochs).toEqual([]);
  });
});

describe("lines that are no replies", () => {
  it("takes prints for noise, and hands on logs", async () => {
    const noise: string[] = [];
    const logs: string[] = [];
    const s = await launch("noisy", {
      onNoise: (line) => noise.push(line),
      onLog: (log) => logs.push(log.message),
    });
    expect(await s.evaluate(ask("noise", 2))).toMatchObject(answerTo(2));
    expect(await s.evaluate(ask("log", 3))).toMatchObject(answerTo(3));
    expect(noise).toEqual(["welcome to the library", "a compiler warning"]);
    expect(logs).toEqual(["about to start", "slow path"]);
    expect(epochs).toEqual([]);
  });

  it.each(["garbage", "unknownId"])("restarts after %s, and confirms it", async (op) => {
    const s = await launch();
    const others = [s.evaluate(ask("ok", 1)), s.evaluate(ask(op)), s.evaluate(ask("ok", 2))];
    const [before, faulty, after] = await Promise.all(others);
    expect(before).toMatchObject(answerTo(1));
    expect(faulty.status).toBe("protocol");
    expect(after).toMatchObject(answerTo(2));
    expect(epochs).toHaveLength(2);
  });

  it("keeps the process when one reply breaks the schema", async () => {
    const s = await launch();
    expect(await s.evaluate(ask("malformed"))).toMatchObject({ status: "protocol" });
    expect(await s.evaluate(ask("shortBytes"))).toEqual({
      status: "protocol",
      detail: "a f64 tensor of shape [2] needs 16 bytes, got 3",
    });
    expect(epochs).toEqual([]);
  });
});

describe("a process that dies", () => {
  it.each([
    ["crash", "died of SIGABRT"],
    ["exit", "exited with code 5"],
    ["closeOutput", "died of SIGKILL"],
  ])("confirms %s alone, and answers all others", async (op, detail) => {
    const s = await launch();
    const all = Array.from({ length: 40 }, (_, k) => s.evaluate(ask(k === 17 ? op : "ok", k)));
    const outcomes = await Promise.all(all);
    outcomes.forEach((outcome, k) => {
      if (k === 17) expect(outcome).toEqual({ status: "crash", detail, confirmed: true });
      else expect(outcome).toMatchObject(answerTo(k));
    });
    expect(epochs.map((end) => end.reason)).toEqual([detail, detail]);
    if (op === "crash") expect(epochs[0].stderr).toContain("about to abort");
    if (op === "exit") expect(epochs[0].exitCode).toBe(5);
  });

  it("takes the answer when it does not die again", async () => {
    const s = await launch();
    expect(await s.evaluate(ask("crashOnce", 4))).toMatchObject(answerTo(4));
    expect(epochs).toHaveLength(1);
  });

  it("is not sent more of what kills it", async () => {
    const s = await launch("", { breaker: new Breaker(1) });
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => s.evaluate(ask("exit"))));
    expect(outcomes.map((outcome) => outcome.status)).toEqual([
      "crash",
      "crash",
      "not-run",
      "not-run",
      "not-run",
      "not-run",
    ]);
    expect(await s.evaluate(ask("ok", 1))).toMatchObject(answerTo(1));
    // Writing a case down does not evaluate it.
    expect(await s.snippet(ask("exit"))).toBe("print(1)");
  });

  it("is not sent it by another process of the same subject either", async () => {
    const breaker = new Breaker(1);
    const s = await launch("", { breaker });
    await Promise.all(Array.from({ length: 2 }, () => s.evaluate(ask("exit"))));
    const other = await ProcessSubject.start("test", [process.execPath, fixture, "", memory], { breaker });
    expect(await other.evaluate(ask("exit"))).toMatchObject({ status: "not-run" });
    expect(await other.evaluate(ask("ok", 1))).toMatchObject(answerTo(1));
    await other.close();
  });

  it("is not started for ever", async () => {
    const s = await launch("", { restartBudget: 2 });
    expect(await s.evaluate(ask("exit"))).toMatchObject({ status: "crash" });
    expect(await s.evaluate(ask("exit"))).toEqual({
      status: "not-run",
      detail: "restart budget spent: 2 restarts",
    });
    expect(await s.evaluate(ask("ok"))).toMatchObject({ status: "not-run" });
    expect(await s.snippet(ask("exit"))).toBe("print(1)");
    await s.close();
    await expect(s.snippet(ask("exit"))).rejects.toThrow("test prints no snippet");
  });

  it("gives up when it cannot be started again", async () => {
    const s = await launch("never");
    const outcome = await s.evaluate(ask("exit"));
    expect(outcome.status).toBe("not-run");
    expect(outcome).toHaveProperty("detail", expect.stringContaining("exited with code 4"));
  });
});

describe("a process that hangs", () => {
  const deadlines = { minimumMs: 300 };

  it("is killed at the deadline, alone the second time", async () => {
    const s = await launch("", { deadlines });
    const outcomes = await Promise.all([1, 2, 3].map((k) => s.evaluate(ask(k === 2 ? "hang" : "ok", k))));
    expect(outcomes[1]).toEqual({ status: "timeout", detail: "no answer within 300 ms", confirmed: true });
    expect(outcomes[0]).toMatchObject(answerTo(1));
    expect(outcomes[2]).toMatchObject(answerTo(3));
    expect(epochs.map((end) => end.signal)).toEqual(["SIGKILL", "SIGKILL"]);
  });

  it("cannot answer the next request with its late reply", async () => {
    const s = await launch("", { deadlines });
    const late = s.evaluate(ask("lateOnce", 1));
    const next = Array.from({ length: 10 }, (_, k) => s.evaluate(ask("ok", 2 + k)));
    expect(await late).toMatchObject(answerTo(1));
    (await Promise.all(next)).forEach((outcome, k) => expect(outcome).toMatchObject(answerTo(2 + k)));
  });

  it("may take longer with a program that it has not seen", async () => {
    const s = await launch("", { deadlines: { minimumMs: 200, firstUseFactor: 10 } });
    expect(await s.evaluate(ask("late", 1))).toMatchObject(answerTo(1));
    expect(await s.evaluate(ask("late", 2))).toMatchObject({ status: "timeout", confirmed: true });
  });

  it("is not blamed for the time in which the driver was busy", async () => {
    const s = await launch("", { deadlines });
    const outcome = s.evaluate(ask("ok", 1));
    const until = performance.now() + 700;
    while (performance.now() < until);
    expect(await outcome).toMatchObject(answerTo(1));
    expect(epochs).toEqual([]);
  });
});

describe("a process that does not start", () => {
  it.each([
    ["die", "subject-start", /exited with code 3\nthe library is broken/],
    ["silent", "subject-start", /no hello within 400 ms/],
    ["malformed", "subject-start", /hello is malformed at "implementation"/],
    ["otherVersion", "subject-start", /speaks protocol 99, not 1/],
    ["refuse", "subject-missing", /^install me first$/],
  ])("%s", async (start, code, message) => {
    const deadlines = start === "silent" ? { helloMs: 400 } : {};
    const error: unknown = await launch(start, { deadlines }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it("does not exist", async () => {
    await expect(ProcessSubject.start("test", ["/no/such/program"])).rejects.toThrow(/ENOENT/);
  });
});
