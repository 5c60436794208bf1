import { factorText, matters, type Factor } from "../record/fault.js";
import type { Report, ReportFinding, SubjectReport } from "../record/report.js";
import { STATES } from "./cellStates.js";
import { CHOICES } from "./conventions.js";
import { faultGroups } from "./faultGroups.js";
import { code, codeBlock, plain, table } from "./markdownText.js";
import { isOfOneOp, needsEmptyTensor, opName, opsByOutcome, wrongFindings } from "./opOutcomes.js";
import { acceptedInvalid, objectReport, objectTable, wrongObjects } from "./objectReports.js";
import { subjectName, subjectVersions } from "./sentence.js";
import { showPlural } from "./showNumber.js";
import type { SnippetRun } from "./snippetRun.js";
import { clipText } from "./visibleText.js";

/**
 * Reports to file with a subject's authors, one per distinct fault, and a table of every op and object.
 *
 * @param runs by finding or trial; of those that are missing, no output is shown
 */
export function bugReports(
  report: Report,
  subject: SubjectReport,
  runs: ReadonlyMap<string, SnippetRun> = new Map(),
): string {
  const wrong = wrongFindings(subject);
  const other = subject.findings.filter((finding) => !wrong.includes(finding));
  const plainOnes = faultGroups(wrong.filter((finding) => !needsEmptyTensor(finding)));
  const emptyOnes = byLooks(wrong.filter(needsEmptyTensor));
  const ofObjects = wrongObjects(report, subject);
  const parts = [
    `# ${plain(subjectName(subject))}: findings`,
    `Written by \`gradproof findings\` from a record of gradproof ${plain(report.gradproof)}, seed ${report.seed}: ${code(report.command)}. ` +
      `${howMany(plainOnes.length, emptyOnes.length, ofObjects.length)}.`,
    ...plainOnes.flatMap(({ title, lead, others }, k) => [
      bugReport(report, subject, { ...lead, title }, k + 1, runs.get(lead.id)),
      ...sameElsewhere(lead, others),
    ]),
    ...ofObjects.map((fault, k) =>
      objectReport(report, subject, fault, plainOnes.length + k + 1, runs.get(fault.lead.id)),
    ),
    ...onlyEmpty(report, subject, emptyOnes, runs),
    ...worthKnowing([
      ...other.map((finding) => `- ${plain(finding.title)}: ${code(finding.got)} (${code(finding.replay)})`),
      ...acceptedInvalid(report, subject),
    ]),
    ...(subject.cells.some(isOfOneOp)
      ? [`## Every op`, table(["op", "outcome", "why"], opRows(subject), { columns: "words" })]
      : []),
    ...objectTable(report, subject, plainOnes.length + 1),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** Those of ops, unless there are only objects, and then those of objects. */
function howMany(plainOnes: number, emptyOnes: number, ofObjects: number): string {
  const ops = `${showPlural(plainOnes, "fault")} of ops, and ${showPlural(emptyOnes, "fault")} that only tensors without elements show`;
  const objects = `${showPlural(ofObjects, "fault")} of what the library has for training`;
  return ofObjects === 0 ? ops : plainOnes + emptyOnes === 0 ? objects : `${ops}; ${objects}`;
}

const worthKnowing = (lines: readonly string[]): string[] =>
  lines.length > 0 ? [`## Not wrong, but worth knowing`, lines.join("\n")] : [];

function bugReport(
  { ops }: Report,
  subject: SubjectReport,
  finding: ReportFinding,
  number: number,
  run: SnippetRun | undefined,
): string {
  const { title, because, cause, expected, got, oracles, factors = [], also = [] } = finding;
  const used = new Set(finding.witness.program.nodes.map(({ op }) => op));
  const definitions = ops.filter(({ id }) => used.has(id));
  return [
    `## ${number}. ${plain(title)}`,
    `**Versions:** ${plain(subjectVersions(subject).join(", "))}`,
    `**Smallest case**`,
    smallestCase(finding)
      .map((text) => `- ${text}`)
      .join("\n"),
    `**Expected** ${code(expected)}, **got** ${code(got)}`,
    ...definitions.map(
      ({ id, summary, source }) =>
        `**Definition of ${plain(opName(id))}:** ${plain(summary)} (${plain(source)})`,
    ),
    `**Why:** ${plain(cause ? `${because} ${cause.because}` : because)}`,
    ...(oracles.length > 0 ? [oracleTable(finding)] : []),
    ...dependence(finding.fault?.detail ?? "", factors, also),
    `**To reproduce**`,
    codeBlock(finding.snippet, "js"),
    ...(run ? [`**It prints**`, codeBlock(run.output)] : []),
    `Replay: ${code(finding.replay)}`,
  ].join("\n\n");
}

/** What was put in: attributes, inputs, and the directions that the result depends on. */
function smallestCase({ witness, inputs, cotangents, tangents = [], signature }: ReportFinding): string[] {
  return [
    ...witness.program.nodes.flatMap(({ op, attributes }) =>
      Object.keys(attributes).length > 0 ? [code(`${opName(op)} ${JSON.stringify(attributes)}`)] : [],
    ),
    ...inputs.map((x, k) => `input ${k + 1}: ${code(x)}`),
    ...(signature.where.startsWith("value") ? [] : cotangents.map((x) => `cotangent: ${code(x)}`)),
    ...tangents.map((x, k) => `tangent${tangents.length > 1 ? ` ${k + 1}` : ""}: ${code(x)}`),
  ];
}

/** One witness each of the same fault in other ops. */
const sameElsewhere = ({ cause }: ReportFinding, others: readonly ReportFinding[]): string[] =>
  others.length === 0
    ? []
    : [
        cause?.kind === "held gradient" ? "**The same fault in other ops**" : "**What follows from it**",
        table(
          ["finding", "smallest case", "expected", "got", "how we know", "replay"],
          others.map((finding) => [
            plain(finding.title),
            smallestCase(finding).join("; "),
            code(finding.expected),
            code(finding.got),
            plain(finding.cause?.because ?? finding.because),
            code(finding.replay),
          ]),
          { columns: "words" },
        ),
      ];

const oracleTable = ({ oracles }: ReportFinding): string =>
  table(
    ["independent computation", "value", "error at most", "says of the result"],
    oracles.map(({ oracle, value, bound, says, note }) => [
      plain(note ? `${oracle} (${note})` : oracle),
      code(clipText(value, 40)),
      code(bound),
      says,
    ]),
  );

function dependence(detail: string, factors: readonly Factor[], also: readonly string[]): string[] {
  const lines = [
    ...(detail === "" ? [] : [`- ${plain(detail)}`]),
    ...factors.filter(matters).map((factor) => `- ${plain(factorText(factor))}`),
    ...also.map((title) => `- shows also as: ${plain(title)}`),
  ];
  return lines.length > 0 ? [`**What it depends on**`, lines.join("\n")] : [];
}

/** What looks the same in several ops. */
function byLooks(findings: readonly ReportFinding[]): [ReportFinding, ...ReportFinding[]][] {
  const groups = new Map<string, [ReportFinding, ...ReportFinding[]]>();
  for (const finding of findings) {
    const group = groups.get(looks(finding));
    if (group) group.push(finding);
    else groups.set(looks(finding), [finding]);
  }
  return [...groups.values()];
}

/** Faults that only tensors without elements show: one report for all ops in which they look the same. */
function onlyEmpty(
  report: Report,
  subject: SubjectReport,
  groups: readonly [ReportFinding, ...ReportFinding[]][],
  runs: ReadonlyMap<string, SnippetRun>,
): string[] {
  if (groups.length === 0) return [];
  return [
    `## Only for tensors without elements`,
    ...groups.map(([first, ...rest], k) =>
      [
        bugReport(report, subject, first, k + 1, runs.get(first.id)).replace(/^## /, "### "),
        ...(rest.length > 0
          ? [
              `The same in ${rest.map((finding) => `${plain(opName(finding.op))} (${code(finding.replay)})`).join(", ")}.`,
            ]
          : []),
      ].join("\n\n"),
    ),
  ];
}

/** The class, and an error message without names and numbers. */
const looks = ({ fault, signature, judgement }: ReportFinding): string =>
  [
    fault?.class,
    signature.where,
    judgement.reason
      .replace(/'[^']*'/g, "")
      .replace(/op \w+/, "")
      .replace(/-?[\d,]+/g, ""),
  ].join("\0");

/** Every op in one row: the first that applies of wrong, inaccurate, convention, right, unsupported. */
function opRows(subject: SubjectReport): string[][] {
  const { wrong, wrongWhenEmpty, partlyTested, unsupported } = opsByOutcome(subject);
  const conventions = new Map(
    subject.conventions
      .filter(({ ops, choice }) => ops.length === 1 && (choice === "another" || choice === "outside"))
      .map((line) => [line.ops[0], line]),
  );
  const ops = [...new Set(subject.cells.filter(isOfOneOp).map(({ op }) => op))];
  return ops.map((op) => {
    const cells = subject.cells.filter((cell) => cell.op === op);
    const titles = subject.findings.filter((finding) => finding.op === op).map(({ title }) => title);
    const inaccurate = cells.filter(({ state }) => state === "inaccurate").map(({ property }) => property);
    const choice = conventions.get(op);
    const row = (outcome: string, why: string): string[] => [plain(opName(op)), outcome, plain(why)];
    if (unsupported.includes(op)) {
      const because = cells.find((cell) => cell.because !== null)?.because;
      return row("unsupported", because ?? STATES.unsupported.means);
    }
    if (wrong.includes(op)) return row("wrong", titles.join("; ") || "see the record");
    if (wrongWhenEmpty.includes(op)) return row("wrong without elements", titles.join("; "));
    if (inaccurate.length > 0) return row("inaccurate", `digits are lost: ${inaccurate.join(", ")}`);
    if (choice) {
      return row(
        "convention",
        `${choice.question}: ${choice.got}, ${CHOICES[choice.choice].says}; the reference takes ${choice.reference}`,
      );
    }
    return partlyTested.includes(op) ? row("right, not fully tested", "") : row("right", "");
  });
}
