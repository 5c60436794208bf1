import type { Report, ReportCell, ReportFinding, SubjectReport } from "../record/report.js";
import { VERDICTS } from "../record/verdict.js";
import { isUndecided, worstState } from "./cellStates.js";
import { showCount, showPlural } from "./showNumber.js";

/** An op's name for people. @example opName("tanh@1") // "tanh" */
export const opName = (id: string): string => id.replace(/@1$/, "");

/** The subject and its version. */
export const subjectName = ({ hello }: SubjectReport): string =>
  `${hello.implementation.name} ${hello.implementation.version}`;

/** What is wrong, without what is only reported. */
export const wrongFindings = ({ findings }: SubjectReport): ReportFinding[] =>
  findings.filter(({ verdict }) => VERDICTS[verdict].wrong);

/** The findings that show why a cell is as it is. */
export const findingsOf = ({ findings }: SubjectReport, { op, property }: ReportCell): ReportFinding[] =>
  findings.filter(
    (finding) =>
      opName(finding.op) === opName(op) &&
      (finding.property === property || finding.properties.includes(property)),
  );

/** A subject's ops, each in one list. */
export interface OpsByOutcome {
  readonly wrong: string[];
  /** Every cell of theirs that could be decided was, and none is wrong. */
  readonly right: string[];
  readonly partlyTested: string[];
  readonly unsupported: string[];
}

export function opsByOutcome({ cells }: SubjectReport): OpsByOutcome {
  const ops: OpsByOutcome = { wrong: [], right: [], partlyTested: [], unsupported: [] };
  for (const [op, own] of cellsByOp(cells)) {
    const states = own.flatMap(({ state, attributes }) => [state, ...attributes.map((cell) => cell.state)]);
    const worst = worstState(states);
    if (worst === "wrong") ops.wrong.push(op);
    else if (worst === "unsupported") ops.unsupported.push(op);
    else if (states.some(isUndecided)) ops.partlyTested.push(op);
    else ops.right.push(op);
  }
  return ops;
}

export function cellsByOp(cells: readonly ReportCell[]): Map<string, ReportCell[]> {
  const byOp = new Map<string, ReportCell[]>();
  for (const cell of cells) byOp.set(cell.op, [...(byOp.get(cell.op) ?? []), cell]);
  return byOp;
}

/**
 * The verdict on one subject in plain words.
 *
 * @example "TensorFlow.js 4.22.0: 9 wrong gradients in 7 ops; 41 ops right, 3 not fully tested"
 */
export function verdictSentence(subject: SubjectReport): string {
  const { wrong, right, partlyTested, unsupported } = opsByOutcome(subject);
  const rest = [
    `${showPlural(right.length, "op")} right`,
    ...(partlyTested.length > 0 ? [`${showCount(partlyTested.length)} not fully tested`] : []),
    ...(unsupported.length > 0 ? [`${showCount(unsupported.length)} unsupported`] : []),
  ].join(", ");
  return `${subjectName(subject)}: ${faults(subject, wrong.length)}; ${rest}`;
}

function faults(subject: SubjectReport, wrongOps: number): string {
  const findings = wrongFindings(subject);
  // A run that was cut off has wrong cases that nobody came to minimise.
  if (findings.length === 0)
    return wrongOps > 0 ? `faults in ${showPlural(wrongOps, "op")}` : "nothing wrong found";
  const gradients = findings.every(
    ({ verdict, signature }) => verdict === "fail" && signature.where.startsWith("gradient"),
  );
  const noun = gradients ? "wrong gradient" : "fault";
  const ops = new Set(findings.map(({ op }) => opName(op))).size;
  return `${showPlural(findings.length, noun)} in ${showPlural(ops, "op")}`;
}

/** Cells of all subjects that got no verdict for this reason, with their number, the most frequent first. */
export function cellsWithout(report: Report, state: "not-run" | "unsupported"): [string, number][] {
  const reasons = new Map<string, number>();
  for (const cell of report.subjects.flatMap(({ cells }) => cells)) {
    if (cell.state !== state) continue;
    const reason = cell.because ?? "no reason given";
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  return [...reasons].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
}

/** @example "24 of 25" */
export function selfTestScore({ selfTest }: Report): string {
  if (!selfTest) return "not run";
  const caught = selfTest.filter(({ caughtBy }) => caughtBy.length > 0).length;
  return `${showCount(caught)} of ${showCount(selfTest.length)}`;
}
