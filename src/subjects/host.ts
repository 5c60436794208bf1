import { writeSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { GradproofError } from "../core/errors.js";
import { PROTOCOL_VERSION, type Request } from "../record/protocol.js";
import type { Adapter, AdapterContext } from "./adapter.js";
import { loadAdapter } from "./adapters.js";
import { answer, answerExhaust, answerSnippet } from "./answer.js";
import { answerObject } from "./answerObject.js";
import { LineSplitter } from "./lineSplitter.js";

/**
 * The process in which an adapter runs: `node host.js <name of a known adapter, or path of a module>`.
 *
 * Requests come as lines on stdin and are answered in order on stdout, which nothing else may write to.
 */

const send = protectStdout();
const context: AdapterContext = { log: (level, message) => send({ log: { level, message } }) };

/**
 * Sends what libraries print to stderr; the result writes a message to the real stdout.
 *
 * A write is synchronous, so that an answer is out before the next request can crash the process. Nothing has
 * touched `process.stdout` yet, which would make its descriptor asynchronous.
 */
function protectStdout(): (message: object) => void {
  Object.defineProperty(process, "stdout", { value: process.stderr });
  return (message) => {
    const bytes = Buffer.from(`${JSON.stringify(message)}\n`);
    for (let sent = 0; sent < bytes.length;) sent += writeSync(1, bytes, sent);
  };
}

/**
 * Ends this process when its parent is gone, even while the adapter hangs and stdin is not read.
 * A thread of its own, because a hanging event loop runs no timer.
 */
function dieWithParent(): void {
  const watch = `
    const { workerData } = require("node:worker_threads");
    setInterval(() => { if (process.ppid !== workerData) process.kill(process.pid, "SIGKILL"); }, 1000);`;
  new Worker(watch, { eval: true, workerData: process.ppid }).unref();
}

/** The adapter, or why there is none: told when hello asks. */
async function load(name: string): Promise<Adapter | GradproofError> {
  try {
    return await loadAdapter(name, context);
  } catch (error) {
    if (error instanceof GradproofError) return error;
    throw error;
  }
}

async function handle(request: Request, adapter: Adapter | GradproofError): Promise<void> {
  switch (request.cmd) {
    case "hello": {
      const { id } = request;
      const { versions } = request.protocol;
      if (adapter instanceof GradproofError) {
        send({ id, error: { kind: adapter.code, message: adapter.message } });
      } else if (!versions.includes(PROTOCOL_VERSION)) {
        const message = `offered protocol ${versions.join(", ")}, spoken is ${PROTOCOL_VERSION}`;
        send({ id, error: { kind: "protocol-version", message } });
      } else send({ id, protocol: PROTOCOL_VERSION, ...adapter.hello() });
      return;
    }
    case "bye":
      process.exit(0);
  }
  if (adapter instanceof GradproofError) throw adapter;
  switch (request.cmd) {
    case "eval":
      send(await answer(adapter, request));
      return;
    case "initialize":
    case "clip":
    case "optimize":
      send(await answerObject(adapter, request));
      return;
    case "snippet":
      send(answerSnippet(adapter, request.id, request));
      return;
    case "object-snippet":
      send(answerSnippet(adapter, request.id, request.of));
      return;
    case "exhaust":
      send(await answerExhaust(adapter, request));
      return;
    case "reset":
      await adapter.reset?.();
      send({ id: request.id, status: "ok" });
  }
}

async function main(): Promise<void> {
  dieWithParent();
  const adapter = await load(process.argv[2] ?? "");
  let lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  process.stdin.setEncoding("utf8");
  for await (const chunk of process.stdin) {
    splitter.push(String(chunk));
    const ready = lines;
    lines = [];
    for (const line of ready) await handle(JSON.parse(line) as Request, adapter);
  }
  // The driver is gone. Timers of the library must not keep the process.
  process.exit(0);
}

await main();
