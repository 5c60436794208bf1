import type { Report, ReportFinding, SubjectReport } from "../record/report.js";
import { faultGroups } from "./faultGroups.js";
import {
  isOfOneOp,
  needsEmptyTensor,
  opName,
  opsByOutcome,
  programsState,
  wrongFindings,
} from "./opOutcomes.js";
import { showCount, showPlural } from "./showNumber.js";
import { objectsSentence } from "./trialRows.js";

/** The subject and its version. */
export const subjectName = ({ hello }: SubjectReport): string =>
  `${hello.implementation.name} ${hello.implementation.version}`;

/** Everything that a report to its authors names the version of. */
export function subjectVersions(subject: SubjectReport): string[] {
  const { implementation, environment } = subject.hello;
  return [
    subjectName(subject),
    ...Object.entries(environment.libs ?? {}).map(([name, version]) => `${name} ${version}`),
    `${implementation.language} ${environment.languageVersion}`,
    `${environment.os} ${environment.arch}`,
  ];
}

/**
 * The verdict on one subject in plain words.
 *
 * For example: "TensorFlow.js 4.22.0: 9 wrong gradients in 7 ops; 41 ops right, 3 not fully tested"
 */
export function verdictSentence(subject: SubjectReport): string {
  const { right, partlyTested, unsupported } = opsByOutcome(subject);
  const rest = [
    `${showPlural(right.length, "op")} right`,
    ...(partlyTested.length > 0 ? [`${showCount(partlyTested.length)} not fully tested`] : []),
    ...(unsupported.length > 0 ? [`${showCount(unsupported.length)} unsupported`] : []),
  ].join(", ");
  const objects = objectsSentence(subject);
  const tested = subject.cells.some(isOfOneOp) || objects === null;
  return [
    `${subjectName(subject)}: ${tested ? `${faults(subject)}; ${rest}` : ""}`.trimEnd(),
    ...(objects === null ? [] : [objects]),
  ].join(tested ? "; " : " ");
}

const ONLY_EMPTY = "that only tensors without elements show";

/** Faults that anybody may meet, and apart from them those that only tensors without elements show. */
function faults(subject: SubjectReport): string {
  const { wrong, wrongWhenEmpty } = opsByOutcome(subject);
  const all = wrongFindings(subject);
  const plain = all.filter((finding) => !needsEmptyTensor(finding));
  const empty = all.length - plain.length;
  const places = placesOf(wrong.length, programsWrong(subject, plain));
  const more = empty > 0 ? `, ${showCount(empty)} more ${ONLY_EMPTY}` : "";
  // Where no op has cells of its own, programs showed them.
  if (plain.length > 0) {
    return `${showPlural(faultGroups(plain).length, nounOf(plain))} in ${places || placesOf(0, true)}${more}`;
  }
  // A run that was cut off has wrong cases that nobody came to minimise.
  if (places !== "") return `faults in ${places}${more}`;
  if (empty > 0) {
    return `${showPlural(empty, "fault")} in ${showPlural(wrongWhenEmpty.length, "op")} ${ONLY_EMPTY}`;
  }
  return "nothing wrong found";
}

const nounOf = (findings: readonly ReportFinding[]): string =>
  findings.every(({ verdict, signature }) => verdict === "fail" && signature.where.startsWith("gradient"))
    ? "wrong gradient"
    : "fault";

/** Compositions are named where they show what no single op shows. */
const programsWrong = (subject: SubjectReport, plain: readonly ReportFinding[]): boolean =>
  plain.length > 0
    ? plain.some((finding) => !isOfOneOp(finding))
    : wrongFindings(subject).length === 0 && programsState(subject) === "wrong";

const placesOf = (ops: number, programs: boolean): string =>
  [...(ops > 0 ? [showPlural(ops, "op")] : []), ...(programs ? ["programs of several ops"] : [])].join(
    " and in ",
  );

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

/** For example: "24 of 25". */
export function selfTestScore({ selfTest }: Report): string {
  if (!selfTest) return "not run";
  const caught = selfTest.filter(({ caughtBy }) => caughtBy.length > 0).length;
  return `${showCount(caught)} of ${showCount(selfTest.length)}`;
}

/** Mutants that no law caught: what they do wrong, a subject may do unseen. For example: ["tie-twice (maximum)"] */
export const escapedMutants = ({ selfTest }: Report): string[] =>
  (selfTest ?? [])
    .filter(({ caughtBy }) => caughtBy.length === 0)
    .map(({ name, op }) => `${name} (${opName(op)})`);
