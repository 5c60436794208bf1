import { arch, availableParallelism, platform } from "node:os";
import { GradproofError } from "../core/errors.js";
import { opId } from "../ops/op.js";
import { FORMULAS } from "../oracles/formulas.js";
import type { Hello } from "../record/protocol.js";
import { RECORD_SCHEMA, type Finding, type Line, type LineOf } from "../record/record.js";
import { VERDICTS } from "../record/verdict.js";
import type { Accuracy, Subject } from "../subjects/subject.js";
import { measureAccuracy, withAccuracy } from "./accuracy.js";
import { Findings } from "./findings.js";
import { plan, type Plan, type Selection, type Unit } from "./plan.js";
import { PROGRAMS } from "./property.js";
import type { Sink } from "./recordWriter.js";
import { runUnit, unitLines, type UnitOptions } from "./runUnit.js";

/** How to get a subject; a campaign starts one per worker. */
export interface SubjectSource {
  readonly id: string;
  start(onEpochEnd: (line: LineOf<"epoch-end">) => void): Promise<Subject>;
}

export interface CampaignOptions extends UnitOptions {
  readonly id: string;
  readonly gradproof: string;
  readonly command: string;
  readonly startedAt: string;
  readonly selection: Selection;
  /** Subject processes at once. */
  readonly workers: number;
  /** Stop after the first finding. */
  readonly bail: boolean;
  /** Units that would begin later than this are not run. */
  readonly budgetSeconds?: number;
  /** What a subject takes where a gradient is a choice; asked last. */
  readonly conventions?: (subject: Subject) => Promise<readonly LineOf<"convention">[]>;
  readonly selfTest?: () => Promise<LineOf<"self-test">>;
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
  /** Milliseconds since the campaign began. */
  readonly clock: () => number;
}

export interface Progress {
  readonly unitsDone: number;
  readonly units: number;
  readonly evaluations: number;
  readonly findings: number;
  readonly current: string;
}

/** Runs a campaign and writes its record. Whatever ends it, what was written stays, and the footer says why. */
export async function runCampaign(
  sources: readonly SubjectSource[],
  sink: Sink,
  options: CampaignOptions,
): Promise<void> {
  const { selection, clock } = options;
  const epochs = (line: LineOf<"epoch-end">): void => sink.write([line]);
  const first = new Map<string, Subject>();
  const started: Subject[] = [];
  const accuracies = new Map<string, Accuracy>();
  const start = async (source: SubjectSource): Promise<Subject> => {
    const subject = await source.start(epochs);
    started.push(subject);
    // Measured once: other workers run the same code.
    const accuracy = accuracies.get(source.id) ?? (await measureAccuracy(subject));
    accuracies.set(source.id, accuracy);
    return withAccuracy(subject, accuracy);
  };
  let unitsDone = 0;
  const evaluations = new Map<Subject, number>();
  const findings = new Findings(selection.properties);
  let stopped: string | undefined;
  try {
    for (const source of sources) first.set(source.id, await start(source));
    const plans = new Map<string, Plan>();
    for (const [id, subject] of first) plans.set(id, plan(id, subject.hello, selection));
    sink.write([
      header([...first], [...plans.values()], options),
      ...[...plans.values()].flatMap((p) => p.skipped),
    ]);
    const total = [...plans.values()].reduce((n, p) => n + p.units.length, 0);
    if (options.selfTest) sink.write([await options.selfTest()]);

    for (const source of sources) {
      const { units } = plans.get(source.id)!;
      const work = async (subject: Subject, queue: Unit[]): Promise<void> => {
        for (let unit = queue.shift(); unit; unit = queue.shift()) {
          stopped ??= reasonToStop(options, findings.all);
          if (stopped) {
            sink.write(notRun(unit, stopped));
            continue;
          }
          const lines = await executeUnit(unit, subject, findings, options);
          sink.write(lines);
          unitsDone++;
          evaluations.set(subject, subject.answered);
          options.onProgress?.({
            unitsDone,
            units: total,
            evaluations: [...evaluations.values()].reduce((a, b) => a + b, 0),
            findings: findings.all.length,
            current: unit.id,
          });
        }
      };
      const lead = first.get(source.id)!;
      const others = await Promise.all(
        Array.from({ length: Math.min(options.workers, units.length) - 1 }, () => start(source)),
      );
      // One property after another: a fault that two properties show is explained by the first of them, whatever
      // the number of workers, because units of one property are of different ops.
      for (const property of selection.properties) {
        const queue = units.filter((unit) => unit.property === property);
        await Promise.all([lead, ...others].map((subject) => work(subject, queue)));
      }
      if (options.conventions && !stopped) sink.write(await options.conventions(lead));
      for (const subject of [lead, ...others]) evaluations.set(subject, subject.answered);
      await Promise.all([lead, ...others].map((subject) => subject.close()));
    }
  } finally {
    await Promise.all(started.map((subject) => subject.close()));
  }
  sink.write([
    ...findings.all,
    {
      type: "footer",
      complete: stopped === undefined || stopped === BUDGET,
      ...(stopped !== undefined && { reason: stopped }),
      unitsDone,
      elapsedMs: clock(),
      evaluations: [...evaluations.values()].reduce((a, b) => a + b, 0),
      peakMemoryMb: Math.round(process.resourceUsage().maxRSS / 1024),
    },
  ]);
}

const BUDGET = "budget";

function reasonToStop(options: CampaignOptions, findings: readonly Finding[]): string | undefined {
  if (options.signal?.aborted) return "interrupted";
  if (options.budgetSeconds !== undefined && options.clock() > options.budgetSeconds * 1000) return BUDGET;
  const wrong = findings.some((finding) => VERDICTS[finding.verdict].wrong);
  return options.bail && wrong ? "stopped at the first finding (--bail)" : undefined;
}

async function executeUnit(
  unit: Unit,
  subject: Subject,
  findings: Findings,
  options: CampaignOptions,
): Promise<Line[]> {
  const startedMs = options.clock();
  const before = subject.answered;
  const known = new Set(findings.all.map((finding) => finding.id));
  const judged = await findings.include(unit, await runUnit(unit, subject, options), subject);
  return [
    ...unitLines(unit, judged, {
      evaluations: subject.answered - before,
      elapsedMs: Math.round(options.clock() - startedMs),
    }),
    // New findings are written at once, and all of them again at the end, with their final counts.
    ...findings.all.filter((finding) => !known.has(finding.id)),
  ];
}

/** One line for each cell of the plan that the unit was for. */
const notRun = (unit: Unit, reason: string): LineOf<"skipped">[] =>
  (unit.classes.length > 0 ? unit.classes : [""]).map((attribute) => ({
    type: "skipped",
    cell: {
      subject: unit.subject,
      property: unit.property.name,
      op: unit.op ? opId(unit.op) : PROGRAMS,
      attribute,
    },
    verdict: "not-run",
    reason,
  }));

function header(
  subjects: readonly (readonly [string, Subject])[],
  plans: readonly Plan[],
  options: CampaignOptions,
): LineOf<"header"> {
  const { selection } = options;
  const cells = plans.flatMap((p) => p.cells);
  const usedOps = new Set(
    [...cells, ...plans.flatMap((p) => p.skipped.map((line) => line.cell))].map((c) => c.op),
  );
  const usedProperties = new Set(cells.map((c) => c.property));
  if (plans.every((p) => p.units.length === 0)) {
    const reasons = new Set(plans.flatMap((p) => p.skipped.map((line) => line.reason)));
    const why = reasons.size > 0 ? [...reasons].join("; ") : "no cell is left after --only and --skip";
    throw new GradproofError("nothing-to-do", `nothing is left to run: ${why}`);
  }
  return {
    type: "header",
    schema: RECORD_SCHEMA,
    gradproof: options.gradproof,
    campaign: options.id,
    seed: options.seed,
    startedAt: options.startedAt,
    command: options.command,
    environment: { node: process.versions.node, os: platform(), arch: arch(), cores: availableParallelism() },
    subjects: subjects.map(([id, { hello, accuracy }]) => ({
      id,
      hello: hello satisfies Hello,
      ...(accuracy && { accuracy }),
    })),
    properties: selection.properties
      .filter((property) => usedProperties.has(property.name))
      .map(({ name, statement, source, evidence = "sampled" }) => ({ name, statement, source, evidence })),
    ops: selection.ops
      .filter((op) => usedOps.has(opId(op)))
      .map((op) => ({
        id: opId(op),
        family: op.family,
        summary: op.summary,
        source: op.source,
        kinks: [...op.kinks],
        ...FORMULAS[op.name],
      })),
    decidedCasesNeeded: options.needed,
    cells,
    units: plans.reduce((n, p) => n + p.units.length, 0),
  };
}
