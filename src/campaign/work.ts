import { opId } from "../ops/op.js";
import type { Line, LineOf } from "../record/record.js";
import { VERDICTS } from "../record/verdict.js";
import type { FalseAlarmBudget } from "../statistics/budget.js";
import type { Subject } from "../subjects/subject.js";
import type { Findings } from "./findings.js";
import type { WholePlan } from "./header.js";
import type { Unit } from "./plan.js";
import type { PlannedTrial } from "./planTrials.js";
import { PROGRAMS } from "./property.js";
import type { CampaignOptions } from "./run.js";
import { runTrial } from "./runTrial.js";
import { runUnit, unitLines } from "./runUnit.js";
import type { Task } from "./schedule.js";

/** What is wrong so far. */
export interface Found {
  readonly findings: Findings;
  wrongTrials: number;
}

/** A unit or a trial, as the workers see it. */
export interface Work extends Task {
  readonly id: string;
  run(subject: Subject): Promise<Line[]>;
  notRun(reason: string): Line[];
}

/** The work of one subject: units by property, in the order of the catalogue, and then the trials. */
export function workOf(
  { ops, objects }: WholePlan,
  budget: FalseAlarmBudget | undefined,
  found: Found,
  options: CampaignOptions,
): Work[] {
  const units = ops.units.map((unit): Work => ({
    id: unit.id,
    op: unit.op?.name ?? PROGRAMS,
    run: (subject) => executeUnit(unit, subject, found.findings, options),
    notRun: (reason) => notRun(unit, reason),
  }));
  const trials = objects.trials.map((trial): Work => ({
    id: trial.id,
    op: undefined,
    run: async (subject) => {
      const alpha = trial.property.evidence === "statistical" ? budget!.spend(trial.id) : 0;
      const line = await runTrial(trial, subject, { ...options, alpha }, options.clock);
      if (VERDICTS[line.judgement.verdict].wrong) found.wrongTrials++;
      return [line];
    },
    notRun: (reason) => [trialNotRun(trial, reason)],
  }));
  return [...units, ...trials];
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
