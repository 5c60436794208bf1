import { lacksElements } from "../record/case.js";
import type { CellState, ReportCell, ReportFinding, SubjectReport } from "../record/report.js";
import { VERDICTS } from "../record/verdict.js";
import { isUndecided, worstState } from "./cellStates.js";

/** What a record writes in place of an op where a case is a composition. */
const PROGRAMS = "programs";

/** An op's name for people. @example opName("tanh@1") // "tanh" */
export const opName = (id: string): string =>
  id === PROGRAMS ? "programs of several ops" : id.replace(/@1$/, "");

/** Whether a cell or a finding is about an op, whose ids have a version, and not about anything else. */
export const isOfOneOp = ({ op }: { readonly op: string }): boolean => op.includes("@");

const isOfPrograms = ({ op }: { readonly op: string }): boolean => op === PROGRAMS;

/** Whether a cell is about one of the subject's objects: an initialiser, a clipper, an optimiser, a layer. */
export const isOfObject = (cell: { readonly op: string }): boolean => !isOfOneOp(cell) && !isOfPrograms(cell);

/** What is wrong, without what is only reported. */
export const wrongFindings = ({ findings }: SubjectReport): ReportFinding[] =>
  findings.filter(({ verdict }) => VERDICTS[verdict].wrong);

/** Whether the fault was only seen where a tensor has no elements: a fault, but one that few will meet. */
export const needsEmptyTensor = ({ witness }: Pick<ReportFinding, "witness">): boolean =>
  lacksElements(witness);

/** The findings that show why a cell is as it is. What compositions showed may have been minimised to a single op. */
export const findingsOf = ({ findings }: SubjectReport, cell: ReportCell): ReportFinding[] =>
  findings.filter(
    (finding) =>
      (!isOfOneOp(cell) || opName(finding.op) === opName(cell.op)) &&
      (finding.property === cell.property || finding.properties.includes(cell.property)),
  );

/** A subject's ops, each in one list. Compositions are not among them. */
export interface OpsByOutcome {
  readonly wrong: string[];
  /** Wrong, but only for tensors without elements. */
  readonly wrongWhenEmpty: string[];
  /** Every cell of theirs that could be decided was, and none is wrong. */
  readonly right: string[];
  readonly partlyTested: string[];
  readonly unsupported: string[];
}

export function opsByOutcome(subject: SubjectReport): OpsByOutcome {
  const ops: OpsByOutcome = { wrong: [], wrongWhenEmpty: [], right: [], partlyTested: [], unsupported: [] };
  const found = wrongFindings(subject);
  for (const [op, own] of cellsByOp(subject.cells.filter(isOfOneOp))) {
    const states = statesOf(own);
    const worst = worstState(states);
    if (worst === "wrong") {
      const onlyEmpty = allNeedEmptyTensor(found.filter((finding) => opName(finding.op) === opName(op)));
      (onlyEmpty ? ops.wrongWhenEmpty : ops.wrong).push(op);
    } else if (worst === "unsupported") ops.unsupported.push(op);
    else if (states.some(isUndecided)) ops.partlyTested.push(op);
    else ops.right.push(op);
  }
  return ops;
}

/** False where nothing was found: a run that was cut off has wrong cases that nobody came to minimise. */
export const allNeedEmptyTensor = (findings: readonly ReportFinding[]): boolean =>
  findings.length > 0 && findings.every(needsEmptyTensor);

/** The worst that compositions showed; null when none were planned. */
export function programsState({ cells }: SubjectReport): CellState | null {
  const states = statesOf(cells.filter(isOfPrograms));
  return states.length > 0 ? worstState(states) : null;
}

const statesOf = (cells: readonly ReportCell[]): CellState[] =>
  cells.flatMap(({ state, attributes }) => [state, ...attributes.map((cell) => cell.state)]);

export function cellsByOp(cells: readonly ReportCell[]): Map<string, ReportCell[]> {
  const byOp = new Map<string, ReportCell[]>();
  for (const cell of cells) byOp.set(cell.op, [...(byOp.get(cell.op) ?? []), cell]);
  return byOp;
}
