import { factorText, matters } from "../record/fault.js";
import type { CellState, Report, ReportFinding, SubjectReport } from "../record/report.js";
import type { Counts } from "../record/verdict.js";
import { CHOICES, conventionRows } from "./conventions.js";
import { STATES } from "./cellStates.js";
import { exhaustionRows, exhaustionTitle } from "./exhaustionRows.js";
import { cellsWithout, escapedMutants, selfTestScore, subjectName, verdictSentence } from "./sentence.js";
import {
  showCount,
  showDuration,
  showMeasure,
  showMemory,
  showPercent,
  showPlural,
  showShare,
  showTime,
} from "./showNumber.js";
import { code, codeBlock, plain, table } from "./markdownText.js";
import { answerableIn, decidedIn } from "./tally.js";
import { budgetSentence, isWrongTrial, objectTitle, trialEvidence, trialsByObject } from "./trialRows.js";
import { clipText } from "./visibleText.js";

/** A job summary of GitHub holds 1 MiB, and is dropped whole when it is longer. */
const FINDINGS_IN_FULL = 20;
/** A job summary: the verdict, how it was reached, each finding with what reproduces it, and the properties. */
export function renderMarkdown(report: Report): string {
  const parts = [
    ...(report.incompleteBecause === null ? [] : [`> **Incomplete.** ${plain(report.incompleteBecause)}`]),
    ...report.subjects.flatMap((subject) => [
      `## ${plain(verdictSentence(subject))}`,
      ...findings(subject),
      ...exhaustions(subject),
      ...objects(report, subject),
    ]),
    ...report.subjects.map((subject) => properties(report, subject)),
    ...conventions(report),
    ...formulas(report),
    runFacts(report),
  ];
  return `${parts.join("\n\n")}\n`;
}

function findings({ findings }: SubjectReport): string[] {
  const more = findings.length - FINDINGS_IN_FULL;
  return [
    ...findings.slice(0, FINDINGS_IN_FULL).map(finding),
    ...(more > 0 ? [`${showPlural(more, "more finding")} in the HTML report.`] : []),
  ];
}

const finding = ({
  verdict,
  title,
  because,
  inputs,
  cotangents,
  expected,
  got,
  judgement,
  snippet,
  replay,
  cases,
  properties,
  cause,
  factors = [],
  also = [],
}: ReportFinding) =>
  [
    `### ${plain(verdict)}: ${plain(title)}`,
    plain(cause ? `${because} ${cause.because}` : because),
    [
      `- inputs: ${inputs.map(code).join(", ") || "(none)"}`,
      ...(cotangents.length > 0 ? [`- cotangents: ${cotangents.map(code).join(", ")}`] : []),
      `- expected: ${code(expected)}`,
      `- got: ${code(got)}`,
      ...(judgement.errorOverAttainable === undefined
        ? []
        : [`- error ÷ attainable: ${showMeasure(judgement.errorOverAttainable)}`]),
      ...factors.filter(matters).map((factor) => `- ${plain(factorText(factor))}`),
      ...also.map((title) => `- shows also as: ${plain(title)}`),
      `- ${showPlural(cases, "case")} of this kind, in ${properties.map(plain).join(", ")}`,
    ].join("\n"),
    `<details><summary>Stand-alone snippet</summary>\n\n${codeBlock(snippet)}\n\n</details>`,
    `Reproduce with ${code(replay)}`,
  ].join("\n\n");

const exhaustions = ({ exhaustions }: SubjectReport): string[] =>
  exhaustions.flatMap((each) => [
    `### ${plain(exhaustionTitle(each))}`,
    table(
      ["", "value", "derivative"],
      exhaustionRows(each).map((row) => [plain(row.what), plain(row.value), plain(row.derivative)]),
    ),
  ]);
/** What initialisers, clippers, optimisers and layers do, the wrong ones first. */
function objects(report: Report, subject: SubjectReport): string[] {
  const rows = trialsByObject(subject).flatMap(({ target, trials }) =>
    trials.map((trial) => [
      plain(objectTitle(target)),
      plain(trial.property),
      isWrongTrial(trial) ? `**${trial.judgement.verdict}**` : trial.judgement.verdict,
      plain(clipText(isWrongTrial(trial) ? trial.judgement.reason : trial.does, 300)),
      plain(trialEvidence(trial)),
      ...(isWrongTrial(trial) ? [code(trial.replay)] : [""]),
    ]),
  );
  if (rows.length === 0) return [];
  const head = ["object", "property", "verdict", "what it does", "evidence", "again"];
  const budget = budgetSentence(report);
  return [
    `### Initialisers, clipping, optimisers and layers: ${plain(subjectName(subject))}`,
    ...(budget === null ? [] : [plain(budget)]),
    table(head, rows, { columns: "words" }),
  ];
}

/** Where a gradient is a choice: one table for all subjects. */
function conventions(report: Report): string[] {
  const rows = conventionRows(report).map(({ question, mathematics, reference, answers }) => [
    plain(question),
    plain(mathematics),
    plain(reference),
    ...answers.map((answer) =>
      answer ? `${plain(clipText(answer.got, 100))} (${CHOICES[answer.choice].says})` : "not asked",
    ),
  ]);
  if (rows.length === 0) return [];
  const head = [
    "where",
    "mathematics",
    "the reference",
    ...report.subjects.map((subject) => plain(subjectName(subject))),
  ];
  return [`### Conventions`, table(head, rows, { columns: "words" })];
}

const SHOWN_STATES: readonly CellState[] = [
  "green",
  "inaccurate",
  "wrong",
  "untested",
  "not-run",
  "unsupported",
];

function properties(report: Report, subject: SubjectReport): string {
  const rows = report.properties.map(({ name, evidence }) => {
    const cells = subject.cells.filter(({ property }) => property === name);
    const decided = cells.reduce((total, cell) => total + cell.decided, 0);
    const bounded =
      cells.length > 0 && cells.every(({ failureProbabilityBelow }) => failureProbabilityBelow !== null);
    return [
      plain(name),
      evidence,
      ...SHOWN_STATES.map((state) => showCount(cells.filter((cell) => cell.state === state).length)),
      showCount(decided),
      bounded && decided > 0 ? `< ${showPercent(3 / decided)}` : "",
    ];
  });
  const head = SHOWN_STATES.map((state) => `${STATES[state].sign} ${STATES[state].label}`);
  return [
    `### Ops by property: ${plain(subjectName(subject))}`,
    table(["property", "evidence", ...head, "decided cases", "failure probability (95 %)"], rows),
  ].join("\n\n");
}

function formulas({ ops }: Report): string[] {
  const rows = ops.flatMap(({ id, formula, derivative }) =>
    formula === undefined || derivative === undefined ? [] : [[code(id), code(formula), code(derivative)]],
  );
  if (rows.length === 0) return [];
  return [
    `<details><summary>Formulas, with symbolic derivatives</summary>\n\n${table(["op", "is", "derivative"], rows)}\n\n</details>`,
  ];
}

function runFacts(report: Report): string {
  const { environment, units } = report;
  const notRun = cellsWithout(report, "not-run");
  const sum = (part: (counts: Counts) => number) =>
    report.subjects.reduce((total, { counts }) => total + part(counts), 0);
  const cases = sum(answerableIn);
  const facts: [string, string][] = [
    ["gradproof", plain(report.gradproof)],
    ["command", code(report.command)],
    ["seed", String(report.seed)],
    ["started", plain(showTime(report.startedAt))],
    ["duration", showDuration(report.elapsedMs)],
    ["evaluations", showCount(report.evaluations)],
    ["units", `${showCount(units.done)} of ${showCount(units.planned)}`],
    ["peak memory", showMemory(report.peakMemoryMb)],
    [
      "machine",
      plain(`Node ${environment.node}, ${environment.os} ${environment.arch}, ${environment.cores} cores`),
    ],
    ["mutants caught", selfTestScore(report)],
    ...escapedMutants(report).map((mutant): [string, string] => ["**mutant escaped**", plain(mutant)]),
    ["cases", showCount(cases)],
    ["cases decided", cases > 0 ? showShare(sum(decidedIn), cases) : "none"],
    ["cases unsupported", showCount(sum(({ unsupported }) => unsupported ?? 0))],
    ["undecided cells", `${showCount(report.cells.undecided)} of ${showCount(report.cells.planned)}`],
    ...notRun.map(([reason, n]): [string, string] => [`not run: ${plain(reason)}`, showPlural(n, "cell")]),
  ];
  return `<details><summary>This run</summary>\n\n${table(["", ""], facts)}\n\n</details>`;
}
