import { spawn } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { formatOf, type FloatType } from "../core/float.js";
import { sum } from "../core/sum.js";
import type { ReportFinding } from "../record/report.js";
import type { SnippetRun } from "../report/bugReports.js";

/** Where the library under test can be imported from: this package's own folder. */
const HERE = dirname(fileURLToPath(import.meta.url));
/** A library that hangs on its case, hangs in its snippet too. */
const PATIENCE_MS = 60_000;
/** How a snippet that had to be ended ends what it prints. */
const ENDED = "(ended by";
/** Processes at once. */
const AT_ONCE = 2;

/** Runs every finding's snippet in a Node.js of its own, which knows nothing of gradproof. */
export async function runSnippets(findings: readonly ReportFinding[]): Promise<Map<string, SnippetRun>> {
  const runs = new Map<string, SnippetRun>();
  const queue = [...findings];
  const work = async (): Promise<void> => {
    for (let finding = queue.shift(); finding; finding = queue.shift()) {
      const output = await run(finding.snippet);
      runs.set(finding.id, { output, confirms: confirms(finding, output) });
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

/** Whether a snippet printed what the finding says of it. */
export function confirms({ judgement, signature, witness }: ReportFinding, output: string): boolean {
  const { verdict, reason, got, element } = judgement;
  // A Hessian product that the library cannot form is told in its own words, not in numbers.
  if (judgement.kind === "missing") return /^Hessian-vector product of x\d+: (?!\[)/m.test(output);
  if (verdict === "error") return output.includes(reason.replace(/^\w+: /, "").split("\n")[0]);
  const printed = printedResult(output, signature.where, witness.program.inputs.length);
  // A snippet that prints no such line has died on the way: of a crash that is the finding, and of a hang that was ended.
  if (printed === undefined) return verdict === "crash" || (verdict === "timeout" && output.includes(ENDED));
  if (got === undefined || element === undefined)
    return /\bshape\b|dtype|instead of/.test(reason) || verdict !== "fail";
  // At a tie the sum over what is tied is in dispute, not one of its parts.
  const numbers = signature.kind.startsWith("tie") ? [...printed, sum(printed)] : printed;
  return numbers.some((number) => same(number, Number(got), witness.dtype));
}

const same = (a: number, b: number, dtype: FloatType): boolean => {
  const { round, u } = formatOf(dtype);
  return Object.is(a, b) || Math.abs(round(a) - b) <= 2 * u * Math.abs(b);
};

/** The numbers of one line: `value[0]: float32 [2] = [1,2]`, or `gradient of x1: [2] = [1,2]`. */
function printedResult(output: string, where: string, inputs: number): number[] | undefined {
  const parsed = /^(value|gradient|hvp)(?:\[(\d+)\])?/.exec(where);
  if (!parsed) return undefined;
  const name = parsed[1] === "hvp" ? "Hessian-vector product" : parsed[1];
  const lines = output.split("\n").filter((line) => line.startsWith(name));
  const own = lines.filter((line) => {
    const index = parsed[2] ?? "0";
    return parsed[1] === "value"
      ? line.startsWith(`value[${index}]`)
      : inputs === 1 || line.includes(`of x${index}:`);
  });
  const line = own[0] ?? lines[Number(parsed[2] ?? 0)];
  const numbers = line === undefined ? undefined : /= \[(.*)\]$/.exec(line)?.[1];
  return numbers?.split(",").map(Number);
}
