import { arch, availableParallelism, platform } from "node:os";
import { GradproofError } from "../core/errors.js";
import { opId } from "../ops/op.js";
import { FORMULAS } from "../oracles/formulas.js";
import type { Hello } from "../record/protocol.js";
import { RECORD_SCHEMA, type LineOf } from "../record/record.js";
import { FalseAlarmBudget } from "../statistics/budget.js";
import type { Subject } from "../subjects/subject.js";
import type { Plan } from "./plan.js";
import { statisticalTrials, type TrialPlan } from "./planTrials.js";
import type { Property } from "./property.js";
import type { CampaignOptions } from "./run.js";
import type { TrialProperty } from "./trialProperty.js";

/** Everything that a run is to do with one subject. */
export interface WholePlan {
  readonly ops: Plan;
  readonly objects: TrialPlan;
}

const described = ({ name, statement, source, evidence = "sampled" }: Property | TrialProperty) => ({
  name,
  statement,
  source,
  evidence,
});

/** How often a run may be wrong by chance, unless it is told otherwise. */
const FALSE_ALARMS = 1e-6;

/** The run's budget of false alarms, of which each statistical trial takes an equal share; undefined without any. */
export function falseAlarmsOf(
  plans: readonly WholePlan[],
  { falseAlarms = FALSE_ALARMS }: CampaignOptions,
): FalseAlarmBudget | undefined {
  const units = statisticalTrials(plans.flatMap(({ objects }) => objects.trials));
  return units > 0 ? new FalseAlarmBudget({ units, total: falseAlarms }) : undefined;
}

/** What was planned, of whom, and with which choices: the first line of a record. */
export function header(
  subjects: readonly (readonly [string, Subject])[],
  plans: readonly WholePlan[],
  options: CampaignOptions,
): LineOf<"header"> {
  const { selection, trials = [] } = options;
  const cells = plans.flatMap(({ ops, objects }) => [...ops.cells, ...objects.cells]);
  const skipped = plans.flatMap(({ ops, objects }) => [...ops.skipped, ...objects.skipped]);
  const usedOps = new Set([...cells, ...skipped.map((line) => line.cell)].map((c) => c.op));
  const usedProperties = new Set(cells.map((c) => c.property));
  const work = plans.reduce((n, { ops, objects }) => n + ops.units.length + objects.trials.length, 0);
  const budget = falseAlarmsOf(plans, options);
  if (work === 0) {
    const reasons = new Set(skipped.map((line) => line.reason));
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
    properties: [
      ...selection.properties.map(described),
      ...trials.map((trial) => ({
        ...described(trial),
        ...(trial.presupposes && { presupposes: [...trial.presupposes] }),
        ...(trial.shared && { shared: true }),
      })),
    ].filter(({ name }) => usedProperties.has(name)),
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
    units: work,
    ...(budget && { falseAlarms: { budget: budget.total, trials: budget.units } }),
  };
}
