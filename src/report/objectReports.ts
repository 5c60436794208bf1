import type { Report, ReportTrial, SubjectReport } from "../record/report.js";
import type { Verdict } from "../record/verdict.js";
import { STATES } from "./cellStates.js";
import { code, codeBlock, plain, table } from "./markdownText.js";
import { scenarioLines } from "./scenarioLines.js";
import { subjectVersions } from "./sentence.js";
import type { SnippetRun } from "./snippetRun.js";
import { trialFaults, type TrialFault } from "./trialFaults.js";
import { isWrongTrial, objectTitle, trialEvidence, trialsByObject } from "./trialRows.js";
import { clipText } from "./visibleText.js";

/** Faults of a subject's objects: what breaks a promise, one for each fault. */
export const wrongObjects = ({ properties }: Report, { trials }: SubjectReport): TrialFault[] =>
  trialFaults(trials.filter(isWrongTrial), properties);

/** One report to file: what is promised, what is done, and how it is known. */
export function objectReport(
  { properties }: Report,
  subject: SubjectReport,
  { title, lead, others }: TrialFault,
  number: number,
  run: SnippetRun | undefined,
): string {
  const { promise, judgement, does, facts, property, snippet, replay } = lead;
  const asked = scenarioLines(lead.scenario);
  const names = new Set(asked.map(({ name }) => name));
  const statement = properties.find(({ name }) => name === property)?.statement;
  return [
    `## ${number}. ${plain(title)}`,
    `**Versions:** ${plain(subjectVersions(subject).join(", "))}`,
    ...(promise ? [`**Documented:** “${plain(promise.says)}” (${code(promise.source)})`] : []),
    ...(statement === undefined ? [] : [`**Expected** of ${plain(property)}: ${plain(statement)}`]),
    `**What it does:** ${plain(sentence(judgement.kind === "throws" ? does : judgement.reason))}`,
    `**Smallest scenario** (${plain(objectTitle(lead.target))}, ${lead.dtype})`,
    bullets([...asked, ...facts.filter(({ name }) => !names.has(name))]),
    `**How we know:** ${plain(trialEvidence(lead))}.`,
    ...alsoShown(lead, others),
    ...(snippet === "" ? [] : [`**To reproduce**`, codeBlock(snippet, "js")]),
    ...(run ? [`**It prints**`, codeBlock(run.output)] : []),
    ...(run && lead.alpha !== null ? [singleDraw(lead)] : []),
    `Replay: ${code(replay)}`,
  ].join("\n\n");
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

const bullets = (facts: ReportTrial["facts"]): string =>
  facts.map(({ name, value }) => `- ${plain(name)}: ${code(clipText(value, 600))}`).join("\n");

/** A statistical verdict follows from more than what one run of the snippet shows. */
const singleDraw = ({ questions }: ReportTrial): string =>
  questions > 1
    ? `That is the last of ${questions} draws with different seeds; the verdict follows from all of them.`
    : "The verdict follows from this draw.";

/** One row for each other property and object in which the same fault shows. */
const alsoShown = ({ target }: ReportTrial, others: readonly ReportTrial[]): string[] =>
  others.length === 0
    ? []
    : [
        others.every((other) => other.target === target)
          ? "**What follows from it**"
          : "**The same fault elsewhere**",
        table(
          ["object", "property", "what it does", "evidence", "replay"],
          others.map((other) => [
            plain(objectTitle(other.target)),
            plain(other.property),
            plain(clipText(other.judgement.reason, 300)),
            plain(trialEvidence(other)),
            code(other.replay),
          ]),
          { columns: "words" },
        ),
      ];

/** What was accepted though it should not have been: reported, and no fault. */
export const acceptedInvalid = ({ properties }: Report, { trials }: SubjectReport): string[] =>
  trialFaults(
    trials.filter(({ judgement }) => judgement.verdict === "accepted-invalid"),
    properties,
  ).map(({ title, lead }) => `- ${plain(title)} (${code(lead.replay)})`);

const reasonOf = ({ judgement, does }: ReportTrial): string =>
  judgement.reason === "" ? does : judgement.reason;

/**
 * Every object in one row: which reports tell what is wrong with it, or what else there is to say.
 *
 * @param first number of the first report of objects
 */
export function objectTable(report: Report, subject: SubjectReport, first: number): string[] {
  const faults = wrongObjects(report, subject);
  const rows = trialsByObject(subject).map(({ target, state, trials }) => {
    const told = (outcome: string, why: string): string[] => [
      plain(objectTitle(target)),
      outcome,
      plain(why),
    ];
    const own = faults.flatMap(({ lead, others }, k) =>
      [lead, ...others].some((trial) => trial.target === target) ? [first + k] : [],
    );
    if (own.length > 0) return told("wrong", `see ${own.join(" and ")}`);
    const why = (which: (verdict: Verdict) => boolean): string =>
      [...new Set(trials.filter(({ judgement }) => which(judgement.verdict)).map(reasonOf))].join("; ");
    if (state !== "green")
      return told(
        STATES[state].label,
        why((verdict) => verdict !== "pass"),
      );
    const chooses = why((verdict) => verdict === "convention");
    return chooses === "" ? told("right", "") : told("convention", chooses);
  });
  if (rows.length === 0) return [];
  return [`## Every object`, table(["object", "outcome", "why"], rows, { columns: "words" })];
}
