import { join } from "node:path";
import type { Command } from "commander";
import { matches, shortName } from "../../campaign/plan.js";
import { PROGRAMS } from "../../campaign/property.js";
import { RecordFile } from "../../campaign/recordWriter.js";
import { GradproofError } from "../../core/errors.js";
import { runCampaign, type SubjectSource } from "../../campaign/run.js";
import { selfTest } from "../../campaign/selfTest.js";
import { OPS } from "../../ops/index.js";
import { askConventions } from "../../explain/askConventions.js";
import { gradproofVersion } from "../../core/gradproofVersion.js";
import { Breaker } from "../../subjects/breaker.js";
import { KNOWN_SUBJECTS, startSubject } from "../../subjects/known.js";
import { MUTANTS } from "../../../fixtures/mutants/index.js";
import { OBJECT_MUTANTS } from "../../../fixtures/mutants/objects/index.js";
import { PROPERTIES, TRIALS } from "../../../properties/index.js";
import { unknownName } from "../names.js";
import { duration, list, wholeNumber } from "../options.js";
import { progressText, StatusLine } from "../progress.js";
import { DEFAULT_REPORTS, pointLatest, RECORD_FILE, writeReports } from "../reports.js";
import { summaryText } from "../summary.js";

interface VerifyOptions {
  readonly seed: number;
  readonly runs: number;
  readonly budget?: number;
  readonly only: readonly string[];
  readonly skip: readonly string[];
  readonly bail: boolean;
  readonly out: string;
  readonly json: boolean;
  readonly workers: number;
  readonly selfTest: boolean;
  readonly inProcess: boolean;
}

/** A cell needs this many decided cases to be green: with none wrong, fewer than one in ten fails (95 %). */
const NEEDED = 30;

export function addVerify(program: Command): void {
  program
    .command("verify")
    .description("differentiate random cases with subjects, and judge every result")
    .argument(
      "[subjects...]",
      "known names, cmd:<command> or js:<adapter>; default: the reference and what is installed",
    )
    .option("--seed <n>", "seed of every random choice", wholeNumber(-(2 ** 31), 2 ** 31 - 1), 1)
    .option("--runs <n>", "cases per cell", wholeNumber(1, 100_000), 32)
    .option("--budget <time>", "begin no further unit after this time, such as 60s", duration)
    .option("--only <names>", "properties, ops, or property/op; * stands for any text", list, [])
    .option("--skip <names>", "the same, left out", list, [])
    .option("--bail", "stop at the first finding", false)
    .option("--out <folder>", "where reports go", DEFAULT_REPORTS)
    .option("--json", "print report.json instead of the summary", false)
    .option("--workers <n>", "subject processes at once", wholeNumber(1, 64), 2)
    .option("--no-self-test", "do not run the mutants")
    .option(
      "--in-process",
      "run subjects in this process, for debugging: a hang cannot be interrupted",
      false,
    )
    .action(verify);
}

async function verify(names: string[], options: VerifyOptions): Promise<void> {
  const chosen = names.length > 0 ? [...new Set(names)] : await installed();
  checkNames(chosen, options);
  const startedAt = new Date();
  const startedMs = performance.now();
  const clock = (): number => performance.now() - startedMs;
  const id = `${chosen.map((name) => name.replace(/[^\w.-]+/g, "-").slice(0, 40)).join("+")}-${startedAt.toISOString().slice(0, 19).replace(/:/g, "")}`;
  const folder = join(options.out, id);
  const say = (text: string): boolean => (options.json ? process.stderr : process.stdout).write(text);
  say(`gradproof ${gradproofVersion()} · ${chosen.join(", ")} · seed ${options.seed} · ${folder}\n`);

  const interrupt = new AbortController();
  const onSignal = (): void => {
    if (interrupt.signal.aborted) process.exit(3);
    process.stderr.write("\nStopping: units under way are finished and recorded. Once more stops at once.\n");
    interrupt.abort();
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  const progress = new StatusLine(process.stderr, clock);
  const record = new RecordFile(join(folder, RECORD_FILE));
  progress.update(`starting ${chosen.join(", ")}`);
  try {
    await runCampaign(
      chosen.map((name) => source(name, options)),
      record,
      {
        id,
        gradproof: gradproofVersion(),
        command: `gradproof ${process.argv.slice(2).join(" ")}`,
        startedAt: startedAt.toISOString(),
        selection: { properties: PROPERTIES, ops: OPS, only: options.only, skip: options.skip },
        trials: TRIALS,
        seed: options.seed,
        runs: options.runs,
        needed: Math.min(NEEDED, options.runs),
        workers: options.workers,
        bail: options.bail,
        ...(options.budget !== undefined && { budgetSeconds: options.budget }),
        ...(options.selfTest && {
          selfTest: () =>
            selfTest(
              [...MUTANTS, ...OBJECT_MUTANTS],
              { properties: PROPERTIES, trials: TRIALS },
              options.seed,
            ),
        }),
        conventions: (subject) => askConventions(subject, selectedOps(options)),
        onProgress: (state) => progress.update(progressText(state, clock())),
        signal: interrupt.signal,
        clock,
      },
    );
  } finally {
    progress.done();
    record.close();
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
  const report = writeReports(record.path);
  pointLatest(folder);
  process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : summaryText(report, folder));
  process.exitCode = report.exitCode;
}

/** Ops of which some property is run: conventions of others are not asked for. */
const selectedOps = ({ only, skip }: VerifyOptions): string[] =>
  OPS.map(({ name }) => name).filter((name) =>
    PROPERTIES.some(
      (property) =>
        (only.length === 0 || only.some((pattern) => matches(pattern, property.name, name))) &&
        !skip.some((pattern) => matches(pattern, property.name, name)),
    ),
  );

/** The reference, and every known library that starts here; those that do not are named, with the reason. */
async function installed(): Promise<string[]> {
  const chosen = ["reference"];
  for (const library of KNOWN_SUBJECTS.filter(({ needs }) => needs !== undefined)) {
    try {
      const subject = await library.start();
      await subject.close();
      chosen.push(library.id);
    } catch (error) {
      if (!(error instanceof GradproofError)) throw error;
      process.stderr.write(`${library.id} is not run: ${error.message}\n`);
    }
  }
  return chosen;
}

function source(name: string, { inProcess }: VerifyOptions): SubjectSource {
  const breaker = new Breaker();
  return {
    id: name,
    start: (onEpochEnd) =>
      startSubject(name, {
        inProcess,
        breaker,
        onEpochEnd: (end) => onEpochEnd({ type: "epoch-end", subject: name, ...end }),
      }),
  };
}

/** @throws GradproofError for names that mean nothing, with the nearest that do */
function checkNames(subjects: readonly string[], { only, skip }: VerifyOptions): void {
  const known = KNOWN_SUBJECTS.map((subject) => subject.id);
  for (const name of subjects) {
    if (!/^(cmd|js):/.test(name) && !known.includes(name)) throw unknownName("subject", name, known);
  }
  for (const pattern of [...only, ...skip]) checkPattern(pattern);
}

/** @throws GradproofError for a pattern that can mean no cell of any subject */
function checkPattern(pattern: string): void {
  const ops = [...OPS.map((op) => op.name), PROGRAMS];
  const properties = PROPERTIES.map((property) => property.name);
  const trials = TRIALS.map((property) => property.name);
  // Which objects there are, only a subject knows: a pattern with a kind's word may mean one of them.
  const objects = trials.some((property) => matches(pattern, property, "")) || /:|\*/.test(pattern);
  if (objects || properties.some((property) => ops.some((op) => matches(pattern, property, op)))) return;
  const names = [...properties, ...trials].map(shortName);
  const at = pattern.lastIndexOf("/");
  const [property, op] = [pattern.slice(0, at), pattern.slice(at + 1)];
  if (at < 0) throw unknownName("property or op", pattern, [...names, ...ops]);
  if ([...names, ...properties, ...trials].includes(property)) throw unknownName("op", op, ops);
  throw unknownName("property", property, names);
}
