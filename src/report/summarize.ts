import type { Cell, Line, LineOf } from "../record/record.js";
import {
  REPORT_SCHEMA,
  reportConvention,
  reportEpoch,
  reportExhaustion,
  reportFinding,
  reportTrial,
  type Report,
  type ReportFinding,
  type ReportTrial,
  type SubjectReport,
} from "../record/report.js";
import { VERDICTS } from "../record/verdict.js";
import { isUndecided } from "./cellStates.js";
import { collectRecord, type CollectedRecord } from "./collectRecord.js";
import { exitCode } from "./exitCode.js";
import { judgeCell, type Group } from "./judgeCell.js";
import { needsEmptyTensor } from "./opOutcomes.js";
import { addCounts, addRecords, countsOf, decidedIn, executedIn } from "./tally.js";

/**
 * What a record shows. A function of its lines and of nothing else; a record that ends early gives a report that
 * says so.
 *
 * @throws GradproofError `bad-record` without a header, or when a line names a unit that never started
 */
export function summarize(lines: Iterable<Line>): Report {
  const record = collectRecord(lines);
  const { header, footer } = record;
  const ended = record.units.flatMap(({ end }) => end ?? []);
  const incompleteBecause = whyIncomplete(footer, ended.length);
  const judged = header.subjects.map((subject) => summarizeSubject(record, subject));
  const planned = judged.flatMap(({ planned }) => planned).filter((state) => state !== "unsupported");
  const facts = {
    complete: incompleteBecause === null,
    cells: { planned: planned.length, undecided: planned.filter(isUndecided).length },
    subjects: judged.map(({ subject }) => subject),
  };
  return {
    schema: REPORT_SCHEMA,
    gradproof: header.gradproof,
    campaign: header.campaign,
    seed: header.seed,
    startedAt: header.startedAt,
    command: header.command,
    environment: header.environment,
    ...facts,
    incompleteBecause,
    exitCode: exitCode(facts),
    elapsedMs: footer?.elapsedMs ?? ended.reduce((total, { elapsedMs }) => total + elapsedMs, 0),
    evaluations: footer?.evaluations ?? ended.reduce((total, { evaluations }) => total + evaluations, 0),
    peakMemoryMb: footer?.peakMemoryMb ?? null,
    units: { planned: header.units, done: ended.length },
    decidedCasesNeeded: header.decidedCasesNeeded,
    properties: header.properties,
    falseAlarms: header.falseAlarms ?? null,
    ops: header.ops,
    coverage: addRecords(ended.map(({ tags }) => tags)),
    selfTest: record.selfTest?.mutants ?? null,
  };
}

function whyIncomplete(footer: LineOf<"footer"> | undefined, done: number): string | null {
  if (!footer) return "the record has no footer: the run was cut off";
  if (!footer.complete) return footer.reason ?? "the run did not end";
  if (footer.unitsDone > done) return `${footer.unitsDone} units were finished, the record holds ${done}`;
  return null;
}

function summarizeSubject(
  record: CollectedRecord,
  { id, hello, accuracy }: LineOf<"header">["subjects"][number],
) {
  const units = record.units.filter(({ start }) => start.subject === id);
  const counts = addCounts(units.map((unit) => countsOf(unit, "")));
  const judged = groupsOf(record, id).map((group) => judgeCell(record.header, group));
  const subject: SubjectReport = {
    id,
    hello,
    ...(accuracy && { accuracy }),
    counts,
    cases: executedIn(counts),
    decided: decidedIn(counts),
    evaluations: units.reduce((total, { end }) => total + (end?.evaluations ?? 0), 0),
    cells: judged.map(({ cell }) => cell),
    findings: record.findings
      .filter((finding) => finding.subject === id)
      .map((finding) => reportFinding.parse({ ...finding, ...finding.shown, op: finding.signature.op }))
      .sort((a, b) => severity(b) - severity(a) || b.cases - a.cases || (a.id < b.id ? -1 : 1)),
    exhaustions: record.exhaustions
      .filter((table) => table.subject === id)
      .map((table) => reportExhaustion.parse(table)),
    trials: record.trials
      .filter((trial) => trial.subject === id)
      .map((trial) => reportTrial.parse(trial))
      .sort((a, b) => wrongFirst(a, b) || (a.target < b.target ? -1 : a.target > b.target ? 1 : 0)),
    conventions: record.conventions
      .filter(({ subject }) => subject === id)
      .map((line) => reportConvention.parse(line)),
    epochs: record.epochs.filter((epoch) => epoch.subject === id).map((epoch) => reportEpoch.parse(epoch)),
  };
  return { subject, planned: judged.flatMap(({ planned }) => planned) };
}

const wrongFirst = (a: ReportTrial, b: ReportTrial): number =>
  Number(VERDICTS[b.judgement.verdict].wrong) - Number(VERDICTS[a.judgement.verdict].wrong);

/** Wrong numbers first, then refusals, then what only tensors without elements show; what is not wrong comes last. */
function severity({ verdict, witness }: Pick<ReportFinding, "verdict" | "witness">): number {
  if (!VERDICTS[verdict].wrong) return 0;
  if (needsEmptyTensor({ witness })) return 1;
  return verdict === "fail" ? 3 : 2;
}

/** The subject's plan and work by op and property, in the order of the header's lists. */
function groupsOf(record: CollectedRecord, subject: string): Group[] {
  const { header, units, trials, skipped } = record;
  const enumerated = new Set(
    record.exhaustions.flatMap(({ value, derivative }) => [value.unit, derivative.unit]),
  );
  const groups = new Map<string, Group>();
  const groupOf = ({ op, property }: Pick<Cell, "op" | "property">): Group => {
    const key = JSON.stringify([op, property]);
    const known = groups.get(key);
    if (known) return known;
    const group = {
      op,
      property,
      attributes: new Set<string>(),
      units: [],
      skipped: new Map(),
      enumerated: false,
      needed: undefined,
    };
    groups.set(key, group);
    return group;
  };
  for (const cell of header.cells) {
    if (cell.subject === subject) groupOf(cell).attributes.add(cell.attribute);
  }
  for (const line of skipped) {
    if (line.cell.subject !== subject) continue;
    const group = groupOf(line.cell);
    group.attributes.add(line.cell.attribute);
    group.skipped.set(line.cell.attribute, line);
  }
  for (const unit of units) {
    if (unit.start.subject !== subject) continue;
    const group = groupOf(unit.start);
    group.units.push(unit);
    if (enumerated.has(unit.start.unit)) group.enumerated = true;
  }
  for (const trial of trials) {
    if (trial.subject !== subject) continue;
    const group = groupOf({ op: trial.target, property: trial.property });
    group.needed = (group.needed ?? 0) + trial.needed;
  }
  const op = orderOf(header.ops.map(({ id }) => id));
  const property = orderOf(header.properties.map(({ name }) => name));
  return [...groups.values()].sort(
    (a, b) => op(a.op) - op(b.op) || property(a.property) - property(b.property),
  );
}

/** Place in a list; what it does not name comes last. */
function orderOf(names: readonly string[]): (name: string) => number {
  const places = new Map(names.map((name, place) => [name, place]));
  return (name) => places.get(name) ?? names.length;
}
