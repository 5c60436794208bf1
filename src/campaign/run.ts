import type { LineOf } from "../record/record.js";
import { VERDICTS } from "../record/verdict.js";
import type { Accuracy, Subject } from "../subjects/subject.js";
import { measureAccuracy, withAccuracy } from "./accuracy.js";
import { Findings } from "./findings.js";
import { falseAlarmsOf, header, type WholePlan } from "./header.js";
import { plan, type Selection } from "./plan.js";
import { planTrials } from "./planTrials.js";
import type { Sink } from "./recordWriter.js";
import type { UnitOptions } from "./runUnit.js";
import type { TrialProperty } from "./trialProperty.js";
import { Schedule } from "./schedule.js";
import { workOf, type Found, type Work } from "./work.js";

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
  /** Properties of initialisers, clippers, optimisers and layers. Default: none. */
  readonly trials?: readonly TrialProperty[];
  /** How often the whole run may call something wrong, or right, by chance. Default 1e-6. */
  readonly falseAlarms?: number;
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
  const answered = (): number => [...evaluations.values()].reduce((a, b) => a + b, 0);
  const found: Found = { findings: new Findings(selection.properties), wrongTrials: 0 };
  let stopped: string | undefined;
  try {
    for (const source of sources) first.set(source.id, await start(source));
    const plans = new Map<string, WholePlan>();
    for (const [id, { hello }] of first) {
      plans.set(id, {
        ops: plan(id, hello, selection),
        objects: planTrials(id, hello, options.trials ?? [], selection),
      });
    }
    sink.write([
      header([...first], [...plans.values()], options),
      ...[...plans.values()].flatMap(({ ops, objects }) => [...ops.skipped, ...objects.skipped]),
    ]);
    const budget = falseAlarmsOf([...plans.values()], options);
    const tasks = new Map([...plans].map(([id, whole]) => [id, workOf(whole, budget, found, options)]));
    const total = [...tasks.values()].flat().length;
    const report = (current: string): void =>
      options.onProgress?.({
        unitsDone,
        units: total,
        evaluations: answered(),
        findings: found.findings.all.length + found.wrongTrials,
        current,
      });
    if (options.selfTest) {
      report("self-test");
      sink.write([await options.selfTest()]);
    }

    for (const source of sources) {
      const own = tasks.get(source.id)!;
      const schedule = new Schedule(own);
      const execute = async (task: Work, subject: Subject): Promise<void> => {
        stopped ??= reasonToStop(options, found);
        if (stopped) {
          sink.write(task.notRun(stopped));
          return;
        }
        // A unit may take long: it is named when it begins.
        report(task.id);
        sink.write(await task.run(subject));
        unitsDone++;
        evaluations.set(subject, subject.answered);
        report(task.id);
      };
      const work = async (subject: Subject): Promise<void> => {
        for (let next = await schedule.next(); next; next = await schedule.next()) {
          await execute(next, subject);
          schedule.done(next);
        }
      };
      const lead = first.get(source.id)!;
      const others = await Promise.all(
        Array.from({ length: Math.min(options.workers, own.length) - 1 }, () => start(source)),
      );
      await Promise.all([lead, ...others].map(work));
      if (options.conventions && !stopped) sink.write(await options.conventions(lead));
      for (const subject of [lead, ...others]) evaluations.set(subject, subject.answered);
      await Promise.all([lead, ...others].map((subject) => subject.close()));
    }
  } finally {
    await Promise.all(started.map((subject) => subject.close()));
  }
  sink.write([
    ...found.findings.all,
    {
      type: "footer",
      complete: stopped === undefined || stopped === BUDGET,
      ...(stopped !== undefined && { reason: stopped }),
      unitsDone,
      elapsedMs: clock(),
      evaluations: answered(),
      peakMemoryMb: Math.round(process.resourceUsage().maxRSS / 1024),
    },
  ]);
}

const BUDGET = "budget";

function reasonToStop(options: CampaignOptions, { findings, wrongTrials }: Found): string | undefined {
  if (options.signal?.aborted) return "interrupted";
  if (options.budgetSeconds !== undefined && options.clock() > options.budgetSeconds * 1000) return BUDGET;
  const wrong = wrongTrials > 0 || findings.all.some((finding) => VERDICTS[finding.verdict].wrong);
  return options.bail && wrong ? "stopped at the first finding (--bail)" : undefined;
}
