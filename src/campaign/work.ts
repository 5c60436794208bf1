import { opId } from "../ops/op.js";
import type { Line, LineOf } from "../record/record.js";
import { VERDICTS } from "../record/verdict.js";
import type { FalseAlarmBudget } from "../statistics/budget.js";
import type { Subject } from "../subjects/subject.js";
import type { Findings } from "./findings.js";
import type { WholePlan } from "./header.js";
import type { Unit } from "./plan.js";
import type { PlannedTrial } from "./planTrials.js";
import { PROGRAMS, type Property } from "./property.js";
import type { CampaignOptions } from "./run.js";
import { runTrial } from "./runTrial.js";
import { runUnit, unitLines } from "./runUnit.js";

/** What is wrong so far. */
export interface Found {
  readonly findings: Findings;
  wrongTrials: number;
}

/** A unit or a trial, as the workers see it. */
export interface Work {
  readonly id: string;
  run(subject: Subject): Promise<Line[]>;
  notRun(reason: string): Line[];
}

/**
 * The work of one subject, in batches that are done one after another and each by all workers. A batch is a property:
 * a fault that two properties show is then explained by the first of them, whatever the number of workers, because
 * units of one property are of different ops. Trials come last, in one batch, since each stands for itself.
 */
export function batchesOf(
  { ops, objects }: WholePlan,
  budget: FalseAlarmBudget | undefined,
  found: Found,
  options: CampaignOptions,
): Work[][] {
  const units = (property: Property): Work[] =>
    ops.units
      .filter((unit) => unit.property === property)
      .map((unit) => ({
        id: unit.id,
        run: (subject) => executeUnit(unit, subject, found.findings, options),
        notRun: (reason) => notRun(unit, reason),
      }));
  const trials = objects.trials.map((trial) => ({
    id: trial.id,
    run: async (subject: Subject) => {
      const alpha = trial.property.evidence === "statistical" ? budget!.spend(trial.id) : 0;
      const line = await runTrial(trial, subject, { ...options, alpha }, options.clock);
      if (VERDICTS[line.judgement.verdict].wrong) found.wrongTrials++;
      return [line];
    },
    notRun: (reason: string) => [trialNotRun(trial, reason)],
  }));
  return [...options.selection.properties.map(units), trials];
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

const trialNotRun = ({ subject, property, target }: PlannedTrial, reason: string): LineOf<"skipped"> => ({
  type: "skipped",
  cell: { subject, property: property.name, op: target.name, attribute: "" },
  verdict: "not-run",
  reason,
});
