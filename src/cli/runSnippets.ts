import { spawn } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { SnippetRun } from "../report/snippetRun.js";

/** Where the library under test can be imported from: this package's own folder. */
const HERE = dirname(fileURLToPath(import.meta.url));
/** A library that hangs on its case, hangs in its snippet too. */
const PATIENCE_MS = 60_000;
/** How a snippet that had to be ended ends what it prints. */
export const ENDED = "(ended by";
/** Processes at once. */
const AT_ONCE = 2;

/** A finding or a trial, with a snippet that shows it. */
interface Shown {
  readonly id: string;
  readonly snippet: string;
}

/**
 * Runs every snippet in a Node.js of its own, which knows nothing of gradproof.
 *
 * @param confirms whether a snippet printed what is said of it
 */
export async function runSnippets<T extends Shown>(
  all: readonly T[],
  confirms: (shown: T, output: string) => boolean,
): Promise<Map<string, SnippetRun>> {
  const runs = new Map<string, SnippetRun>();
  const queue = [...all];
  const work = async (): Promise<void> => {
    for (let shown = queue.shift(); shown; shown = queue.shift()) {
      const output = await run(shown.snippet);
      runs.set(shown.id, { output, confirms: confirms(shown, output) });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return runs;
}

function run(snippet: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--input-type=module", "-"], { cwd: HERE, timeout: PATIENCE_MS });
    const said = { stdout: "", stderr: "" };
    child.stdout.on("data", (chunk: Buffer) => (said.stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (said.stderr += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code, signal) =>
      resolve(
        [
          said.stdout.trimEnd(),
          ...(code === 0 ? [] : [signal ? `${ENDED} ${signal})` : errorIn(said.stderr)]),
        ]
          .filter((text) => text !== "")
          .join("\n"),
      ),
    );
    // A snippet that fails at once closes its input before it is read whole.
    child.stdin.on("error", () => undefined);
    child.stdin.end(snippet);
  });
}

/** The error itself, without greetings before it and without the frames of one machine. */
function errorIn(stderr: string): string {
  const lines = stderr.split("\n");
  const from = lines.findIndex((line) => /^\w*Error\b.*: /.test(line));
  const end = lines.findIndex((line, i) => i > from && (/^\s+at /.test(line) || line === ""));
  return lines.slice(Math.max(0, from), end < 0 ? undefined : end).join("\n");
}
