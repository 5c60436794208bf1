import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { loadAdapter } from "./adapters.js";
import { inProcessSubject } from "./inProcess.js";
import { hostCommand, startSubject } from "./known.js";
import type { EvalQuestion, Subject } from "./subject.js";
import { encodeTyped } from "./typedTensor.js";

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../fixtures/subjects/${name}`, import.meta.url));

const x = encodeTyped({ shape: [2], data: Float64Array.of(-0, NaN) });
const ask = (op: string, more: Partial<EvalQuestion> = {}): EvalQuestion => ({
  program: {
    inputs: [{ shape: [2], type: "float" }],
    nodes: [{ op, attributes: {}, inputs: [0] }],
    outputs: [1],
  },
  mode: "value",
  inputs: [x],
  wrt: [0],
  seeds: [],
  want: ["value", "grads"],
  ...more,
});

let subject: Subject | undefined;
afterEach(async () => {
  await subject?.close();
  subject = undefined;
});

const logs: string[] = [];
const starts: readonly [string, () => Promise<Subject>][] = [
  [
    "in a child process",
    () => startSubject(`js:${fixture("chatty.mjs")}`, { onLog: (log) => logs.push(log.message) }),
  ],
  [
    "in this process",
    async () =>
      inProcessSubject(
        "chatty",
        await loadAdapter(fixture("chatty.mjs"), { log: (_, text) => logs.push(text) }),
      ),
  ],
];

describe.each(starts)("an adapter %s", (_, start) => {
  it("gets and gives every bit", async () => {
    subject = await start();
    expect(subject.hello.implementation.id).toBe("chatty");
    expect(logs).toContain("hello is asked");
    expect(await subject.evaluate(ask("fine"))).toMatchObject({ status: "ok", value: [x] });
    expect(await subject.evaluate(ask("later"))).toMatchObject({ status: "ok", value: [x] });
    expect(await subject.snippet(ask("fine"))).toBe("chatty.evaluate()");
    expect(subject.answered).toBe(2);
  });

  it("may throw, lack an op, or return nonsense", async () => {
    subject = await start();
    expect(await subject.evaluate(ask("throws"))).toMatchObject({
      status: "error",
      error: {
        type: "RangeError",
        message: "this op is broken",
        trace: expect.stringMatching(/^at .*chatty\.mjs/),
      },
    });
    expect(await subject.evaluate(ask("lacks"))).toMatchObject({
      status: "unsupported",
      what: "op",
      detail: "no such op",
    });
    expect(await subject.evaluate(ask("nothing"))).not.toHaveProperty("value");
    expect(await subject.evaluate(ask("rows"))).toMatchObject({ status: "protocol" });
    expect(await subject.evaluate(ask("wrongSize"))).toMatchObject({
      status: "error",
      error: { type: "InconsistentTensor", message: "a tensor of shape [3] has 3 elements, its data 2" },
    });
  });

  it("is told which of its gradients share memory", async () => {
    subject = await start();
    const outcome = await subject.evaluate(
      ask("shares", { mode: "vjp", want: ["value", "grads", "after", "shared"] }),
    );
    expect(outcome).toMatchObject({
      shared: [
        ["gradient[0]", "gradient[1]"],
        ["gradient[2]", "seed[0]"],
      ],
    });
  });
});

describe("the host process", () => {
  it("keeps what libraries print off the protocol", async () => {
    const noise: string[] = [];
    subject = await startSubject(`js:${fixture("chatty.mjs")}`, { onNoise: (line) => noise.push(line) });
    expect(await subject.evaluate(ask("prints"))).toMatchObject({ status: "ok", value: [x] });
    expect(noise).toEqual([]);
  });

  it("does not show folders of the machine in traces", async () => {
    subject = await startSubject(`js:${fixture("chatty.mjs")}`);
    expect(JSON.stringify(await subject.evaluate(ask("throws")))).not.toContain(fixture(""));
  });

  it("says what a module must export", async () => {
    const none = fileURLToPath(new URL("../../dist/src/core/errors.js", import.meta.url));
    await expect(startSubject(`js:${none}`)).rejects.toMatchObject({
      code: "subject-start",
    });
  });

  it("dies with its parent, even when it hangs", async () => {
    const parent = spawn(process.execPath, [fixture("orphanage.mjs"), hostCommand("tfjs")[1]], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const pid = await new Promise<number>((resolve) => {
      parent.stdout.once("data", (text: Buffer) => resolve(Number(String(text))));
    });
    // Long enough for the child to begin hanging.
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(isAlive(pid)).toBe(true);
    parent.kill("SIGKILL");
    for (let waited = 0; waited < 10_000 && isAlive(pid); waited += 100) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(isAlive(pid)).toBe(false);
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe("choosing a subject", () => {
  it("names those there are", async () => {
    await expect(startSubject("tensorflow")).rejects.toMatchObject({
      code: "unknown-subject",
      message: expect.stringMatching(/"tensorflow": known are reference, .*tfjs/),
    });
  });

  it("runs any command that speaks the protocol", async () => {
    subject = await startSubject(`cmd:"${process.execPath}" "${fixture("misbehaving.mjs")}"`);
    expect(await subject.evaluate(ask("ok"))).toMatchObject({ status: "ok", value: [x] });
  });
});
