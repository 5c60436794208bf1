import { dirname } from "node:path";
import pc from "picocolors";
import type { Report, ReportFinding, ReportTrial } from "../record/report.js";
import { VERDICTS } from "../record/verdict.js";
import { faultGroups } from "../report/faultGroups.js";
import { needsEmptyTensor } from "../report/opOutcomes.js";
import { escapedMutants, selfTestScore, verdictSentence } from "../report/sentence.js";
import { programMix } from "../report/programMix.js";
import { budgetSentence, isWrongTrial, objectTitle } from "../report/trialRows.js";
import { clipText, visibleText } from "../report/visibleText.js";
import { DEFAULT_REPORTS } from "./reports.js";

/** What a run prints at its end: what is wrong, with the smallest case and how to see it again. */
export function summaryText(report: Report, folder: string): string {
  const lines: string[] = [];
  for (const subject of report.subjects) {
    lines.push("", pc.bold(verdictSentence(subject)));
    const numbered = subject.findings.map((finding, i) => ({ finding, number: i + 1 }));
    const [plain, empty] = [false, true].map((wanted) =>
      numbered.filter(({ finding }) => needsEmptyTensor(finding) === wanted),
    );
    const numbers = new Map(numbered.map(({ finding, number }) => [finding, number]));
    for (const { lead, others } of faultGroups(plain.map(({ finding }) => finding))) {
      lines.push("", ...findingLines(lead, numbers.get(lead)!, folder));
      for (const other of others) lines.push(...relatedLines(other, numbers.get(other)!, folder));
    }
    if (empty.length > 0) lines.push("", pc.dim("Only for tensors without elements:"));
    for (const { finding, number } of empty)
      lines.push(
        `${String(number).padStart(3)}. ${headline(finding)}  ${pc.cyan(replayOf(finding, folder))}`,
      );
    for (const trial of subject.trials.filter(isWrongTrial)) lines.push("", ...trialLines(trial, folder));
    const { counts } = subject;
    const spelled = Object.entries(counts)
      .map(([verdict, count]) => `${count.toLocaleString("en")} ${verdict}`)
      .join(" · ");
    lines.push("", pc.dim(`${subject.id}: ${spelled}`));
  }
  const mix = programMix(report);
  if (mix !== undefined) lines.push(pc.dim(mix));
  const budget = budgetSentence(report);
  if (budget !== null) lines.push(pc.dim(budget));
  const { planned, undecided } = report.cells;
  lines.push(
    pc.dim(
      `${report.evaluations.toLocaleString("en")} evaluations in ${Math.round(report.elapsedMs / 1000)} s · ` +
        `${planned - undecided} of ${planned} cells decided · mutants caught: ${selfTestScore(report)}`,
    ),
  );
  const escaped = escapedMutants(report);
  if (escaped.length > 0) lines.push(pc.yellow(`Mutants that no law caught: ${escaped.join(", ")}`));
  if (!report.complete)
    lines.push(pc.yellow(`Incomplete: ${report.incompleteBecause ?? "the record has no end"}`));
  lines.push(`Report: ${folder}/index.html`, "");
  return lines.join("\n");
}

function headline(finding: ReportFinding): string {
  const { wrong } = VERDICTS[finding.verdict];
  return `${wrong ? pc.red(finding.verdict) : pc.yellow(finding.verdict)}  ${pc.bold(finding.title)}`;
}

export function findingLines(finding: ReportFinding, number: number, folder: string): string[] {
  const ratio = finding.judgement.errorOverAttainable;
  const indent = "     ";
  return [
    `${String(number).padStart(3)}. ${headline(finding)}`,
    `${indent}at        ${finding.inputs.map(oneLine).join("  ·  ")}`,
    ...(attributesOf(finding) ? [`${indent}with      ${attributesOf(finding)}`] : []),
    ...(finding.cotangents.length > 0 && !finding.signature.where.startsWith("value")
      ? [`${indent}cotangent ${finding.cotangents.map(oneLine).join("  ·  ")}`]
      : []),
    ...(finding.tangents ? [`${indent}tangent   ${finding.tangents.map(oneLine).join("  ·  ")}`] : []),
    `${indent}expected  ${finding.expected}`,
    `${indent}got       ${oneLine(finding.got)}${ratio === undefined || !isPlain(ratio) ? "" : `   error ÷ attainable ${show(ratio)}`}`,
    `${indent}${finding.because}`,
    ...(finding.cause ? [`${indent}${finding.cause.because}`] : []),
    `${indent}${pc.cyan(replayOf(finding, folder))}`,
  ];
}

function trialLines(trial: ReportTrial, folder: string): string[] {
  const indent = "     ";
  const { judgement, promise, facts } = trial;
  return [
    `  ✗  ${pc.red(judgement.verdict)}  ${pc.bold(`${objectTitle(trial.target)}: ${trial.property}`)}`,
    ...(promise ? [`${indent}promised  ${oneLine(promise.says)}`] : []),
    `${indent}does      ${oneLine(trial.does)}`,
    ...(judgement.reason === trial.does ? [] : [`${indent}${oneLine(judgement.reason)}`]),
    ...facts.map(({ name, value }) => `${indent}${pc.dim(`${name}: ${oneLine(value)}`)}`),
    `${indent}${pc.cyan(replayOf(trial, folder))}`,
  ];
}

/** What has the same cause as the finding above it, or follows from that. */
const relatedLines = (finding: ReportFinding, number: number, folder: string): string[] => [
  `${String(number).padStart(8)}. ${headline(finding)}  ${pc.cyan(replayOf(finding, folder))}`,
  ...(finding.cause ? [`          ${pc.dim(finding.cause.because)}`] : []),
];

/** Where `replay` would not look by itself, the command says where the record is. */
function replayOf({ replay }: Pick<ReportFinding, "replay">, folder: string): string {
  const reports = dirname(folder);
  if (reports === DEFAULT_REPORTS) return replay;
  return `${replay} --record ${/^[\w./-]+$/.test(reports) ? reports : `'${reports}'`}`;
}

function attributesOf(finding: ReportFinding): string {
  return finding.witness.program.nodes
    .map((node) => JSON.stringify(node.attributes))
    .filter((text) => text !== "{}")
    .join(" ");
}

/** Of what is no number, or far away from all of them, a ratio says nothing more. */
const isPlain = (ratio: number | string): boolean => Number.isFinite(Number(ratio));

const show = (x: number | string): string => (typeof x === "number" ? String(Number(x.toPrecision(3))) : x);

/** A subject's text on one line of the terminal, with nothing invisible in it. */
const oneLine = (text: string): string => clipText(visibleText(text).replace(/\s+/g, " "), 160);
