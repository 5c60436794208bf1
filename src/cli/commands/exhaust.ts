import { availableParallelism } from "node:os";
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { InvalidArgumentError, type Command } from "commander";
import { measureAccuracy, withAccuracy } from "../../campaign/accuracy.js";
import { exhaust, type ExhaustProgress } from "../../campaign/exhaust.js";
import { ExhaustPlan, simplestAttributes } from "../../campaign/exhaustPlan.js";
import { exhaustRecord } from "../../campaign/exhaustRecord.js";
import { ExhaustState, readState, type ExhaustKey } from "../../campaign/exhaustState.js";
import { precisionOf } from "../../campaign/judgeCase.js";
import { RecordFile } from "../../campaign/recordWriter.js";
import { GradproofError } from "../../core/errors.js";
import { gradproofVersion } from "../../core/gradproofVersion.js";
import { OPS } from "../../ops/index.js";
import { opId, type AnyOp } from "../../ops/op.js";
import { MAGNITUDES } from "../../record/exhaustion.js";
import type { Hello } from "../../record/protocol.js";
import { attributes as attributesSchema, type Attributes } from "../../record/program.js";
import { isUnary } from "../../subjects/exactElementwise.js";
import { startExhaustWorker, type ExhaustWorker } from "../../subjects/exhaustWorker.js";
import { KNOWN_SUBJECTS, startSubject } from "../../subjects/known.js";
import type { Subject } from "../../subjects/subject.js";
import { gradient, value } from "../../../properties/agreement.js";
import { exhaustTable } from "../exhaustTable.js";
import { nearest, unknownName } from "../names.js";
import { bits, wholeNumber } from "../options.js";
import { StatusLine } from "../progress.js";
import { DEFAULT_REPORTS, pointLatest, RECORD_FILE, writeReports } from "../reports.js";

interface ExhaustCommand {
  readonly subject: string;
  readonly attributes?: Attributes;
  readonly from: number;
  readonly to: number;
  readonly workers: number;
  readonly resume: boolean | string;
  readonly out: string;
  readonly json: boolean;
}

export const STATE_FILE = "exhaust-state.ndjson";

export function addExhaust(program: Command): void {
  program
    .command("exhaust")
    .description("run an elementwise op and its derivative over every one of the 2^32 float32 inputs")
    .argument("<op>", "an op of one float input, such as sigmoid")
    .option("--subject <name>", "a known subject, or js:<adapter>", "tfjs")
    .option("--attributes <json>", 'such as {"alpha":0.2}; default the first simple ones', parseAttributes)
    .option("--workers <n>", "subject processes at once", wholeNumber(1, 64), availableParallelism())
    .option("--from <bits>", "first magnitude (bits without the sign), for a part of the inputs", bits, 0)
    .option("--to <bits>", "the magnitude before which to end", bits, MAGNITUDES)
    .option(
      "--resume [folder]",
      "go on with an interrupted run: this one, or the newest that asked the same",
      false,
    )
    .option("--out <folder>", "where reports go", DEFAULT_REPORTS)
    .option("--json", "print report.json instead of the table", false)
    .action(run);
}

function parseAttributes(text: string): Attributes {
  try {
    return attributesSchema.parse(JSON.parse(text));
  } catch {
    throw new InvalidArgumentError('Allowed is a JSON object of attributes, such as {"alpha":0.2}.');
  }
}

async function run(name: string, options: ExhaustCommand): Promise<void> {
  const { op, attributes } = target(name, options);
  const startedAt = new Date();
  const workers: ExhaustWorker[] = [];
  let single: Subject | undefined;
  try {
    workers.push(await startExhaustWorker(options.subject));
    const { hello } = workers[0];
    checkSubject(op, options.subject, hello);
    const key = keyOf(op, attributes, hello, options);
    const { state, folder } = openState(key, startedAt, options);
    const interrupted = listen();
    try {
      // Asked single inputs: now for the accuracy of its intrinsics, at the end for what stood out.
      single = await startSubject(options.subject);
      const subject = withAccuracy(single, await measureAccuracy(single));
      const plan = new ExhaustPlan(op, attributes, precisionOf(subject, "f32"));
      say(options, `gradproof ${gradproofVersion()} · exhaust ${name} · ${options.subject} · ${folder}\n`);
      while (workers.length < options.workers) workers.push(await startExhaustWorker(options.subject));
      const startedMs = performance.now();
      const clock = (): number => performance.now() - startedMs;
      const status = new StatusLine(process.stderr, clock);
      const exhausted = await exhaust(plan, workers, state, {
        ...key,
        clock,
        signal: interrupted.signal,
        onProgress: (progress) => status.update(progressText(progress)),
      }).finally(() => status.done());
      if (!exhausted) {
        process.stderr.write(`Interrupted. ${goOn(name, options, folder)}\n`);
        process.exitCode = 3;
        return;
      }
      await report(plan, exhausted, subject, folder, startedAt, options);
    } catch (error) {
      if (!(error instanceof GradproofError) || error.code !== "exhaust-failed") throw error;
      process.stderr.write(`error: ${error.message}\n${goOn(name, options, folder)}\n`);
      process.exitCode = 3;
    } finally {
      state.close();
      interrupted.off();
    }
  } finally {
    for (const worker of workers) worker.close();
    await single?.close();
  }
}

const say = ({ json }: ExhaustCommand, text: string): boolean =>
  (json ? process.stderr : process.stdout).write(text);

/** @throws GradproofError with the nearest names, when the op is not one whose inputs can be enumerated */
function target(name: string, options: ExhaustCommand): { op: AnyOp; attributes: Attributes } {
  if (!(options.from < options.to)) {
    throw new GradproofError(
      "empty-range",
      `--from ${hex(options.from)} is not below --to ${hex(options.to)}`,
    );
  }
  const known = KNOWN_SUBJECTS.map(({ id }) => id);
  if (!/^(cmd|js):/.test(options.subject) && !known.includes(options.subject)) {
    throw unknownName("subject", options.subject, known);
  }
  const op = OPS.find((candidate) => candidate.name === name);
  if (!op)
    throw unknownName(
      "op",
      name,
      OPS.map((candidate) => candidate.name),
    );
  const unary = OPS.filter((candidate) => isUnary(candidate, {})).map((candidate) => candidate.name);
  if (!unary.includes(name)) {
    const count = op.inputs(op.arity.low, {}).length;
    const why = !op.elementwise
      ? "it is not elementwise: an output depends on several elements"
      : count > 1
        ? `it has ${count} inputs, and 2^${32 * count} pairs of them cannot be enumerated`
        : "it has no float input";
    const near = nearest(name, unary);
    throw new GradproofError(
      "not-enumerable",
      `"${name}" cannot be exhausted: ${why}; allowed are ${(near.length > 0 ? [...near, "…"] : unary).join(", ")}`,
    );
  }
  const attributes = options.attributes ?? simplestAttributes(op);
  op.shape([[1]], attributes);
  return { op, attributes };
}

/** @throws GradproofError `unsupported` when the subject lacks the op, its derivative or float32 */
function checkSubject(op: AnyOp, subject: string, { capabilities }: Hello): void {
  const capability = capabilities.ops[opId(op)];
  const why = !capability
    ? `has no ${op.name}`
    : !capability.dtypes.includes("f32")
      ? `has no float32 (it has ${capability.dtypes.join(", ")})`
      : !capability.modes.includes("vjp")
        ? `has no derivative of ${op.name}`
        : undefined;
  if (why === undefined) return;
  const others = KNOWN_SUBJECTS.filter(({ dtypes }) => dtypes.includes("f32")).map(({ id }) => id);
  throw new GradproofError(
    "unsupported",
    `${subject} ${why}; subjects with float32 are ${others.join(", ")}`,
  );
}

const keyOf = (
  op: AnyOp,
  attributes: Attributes,
  { implementation }: Hello,
  { subject, from, to }: ExhaustCommand,
): ExhaustKey => ({
  gradproof: gradproofVersion(),
  subject,
  version: implementation.version,
  op: opId(op),
  attributes,
  from,
  to,
});

/** @throws GradproofError `no-state` when there is nothing to go on with */
function openState(
  key: ExhaustKey,
  startedAt: Date,
  { resume, out, subject }: ExhaustCommand,
): { state: ExhaustState; folder: string } {
  if (resume === false) {
    const name = `exhaust-${subject}-${key.op}`
      .replace(/@\d+/, "")
      .replace(/[^\w.-]+/g, "-")
      .slice(0, 80);
    const folder = join(out, `${name}-${startedAt.toISOString().slice(0, 19).replace(/:/g, "")}`);
    return { state: ExhaustState.create(join(folder, STATE_FILE), key), folder };
  }
  const folder = typeof resume === "string" ? resume : newestState(out, key);
  return { state: ExhaustState.resume(join(folder, STATE_FILE), key), folder };
}

/** The folder of the newest unfinished run that asked the same. */
function newestState(out: string, key: ExhaustKey): string {
  const wanted = JSON.stringify(key);
  const folders = (existsSync(out) ? readdirSync(out) : [])
    .filter((name) => name.startsWith("exhaust-"))
    .map((name) => join(out, name))
    .filter((folder) => !existsSync(join(folder, RECORD_FILE)))
    .filter((folder) => JSON.stringify(readState(join(folder, STATE_FILE))?.key) === wanted)
    .sort((a, b) => statSync(join(b, STATE_FILE)).mtimeMs - statSync(join(a, STATE_FILE)).mtimeMs);
  if (folders.length > 0) return folders[0];
  throw new GradproofError(
    "no-state",
    `no unfinished run in "${out}" asked the same (op, subject, attributes, range, versions): begin without --resume`,
  );
}

function listen(): { signal: AbortSignal; off: () => void } {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(3);
    process.stderr.write("\nStopping: ranges under way are finished and kept. Once more stops at once.\n");
    controller.abort();
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  return {
    signal: controller.signal,
    off: () => void process.off("SIGINT", onSignal).off("SIGTERM", onSignal),
  };
}

function progressText({ done, total, perSecond, secondsLeft }: ExhaustProgress): string {
  const left = secondsLeft < 90 ? `${Math.ceil(secondsLeft)} s` : `${Math.ceil(secondsLeft / 60)} min`;
  return (
    `${Math.floor((100 * done) / total)} %  ${done.toLocaleString("en")} of ${total.toLocaleString("en")} inputs · ` +
    `${(perSecond / 1e6).toFixed(1)} million a second · ${left} left`
  );
}

/** Bits as they are given, such as 0x3f800000. */
const hex = (bits: number): string => `0x${bits.toString(16).padStart(8, "0")}`;

/** The command that continues what was begun. */
function goOn(name: string, options: ExhaustCommand, folder: string): string {
  const { subject, attributes, from, to } = options;
  const parts = [
    `npx gradproof exhaust ${name} --subject ${subject}`,
    ...(attributes ? [`--attributes '${JSON.stringify(attributes)}'`] : []),
    ...(from === 0 ? [] : [`--from ${hex(from)}`]),
    ...(to === MAGNITUDES ? [] : [`--to ${hex(to)}`]),
    `--resume ${folder}`,
  ];
  return `What is done is kept; go on with: ${parts.join(" ")}`;
}

async function report(
  plan: ExhaustPlan,
  exhausted: NonNullable<Awaited<ReturnType<typeof exhaust>>>,
  subject: Subject,
  folder: string,
  startedAt: Date,
  options: ExhaustCommand,
): Promise<void> {
  const { from, to, workers } = options;
  const lines = await exhaustRecord(plan, exhausted, subject, {
    id: basename(folder),
    gradproof: gradproofVersion(),
    command: `gradproof ${process.argv.slice(2).join(" ")}`,
    startedAt: startedAt.toISOString(),
    from,
    to,
    workers,
    properties: { value, derivative: gradient },
  });
  const record = new RecordFile(join(folder, RECORD_FILE));
  record.write(lines);
  record.close();
  const rendered = writeReports(record.path);
  pointLatest(folder);
  process.stdout.write(
    options.json ? `${JSON.stringify(rendered, null, 2)}\n` : exhaustTable(rendered, folder),
  );
  process.exitCode = rendered.exitCode;
}
