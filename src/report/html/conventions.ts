import type { Report, ReportConvention, SubjectReport } from "../../record/report.js";
import { opName } from "../opOutcomes.js";
import { conventionRows, CHOICES, seenByOp } from "../conventions.js";
import { subjectName } from "../sentence.js";
import { showPlural } from "../showNumber.js";
import { clipText } from "../visibleText.js";
import { html, type Content, type Markup } from "./escape.js";
import { tableSection } from "./table.js";

/** Where a gradient is a choice: what mathematics defends, what the reference takes, and what each subject does. */
export function conventionsSection(report: Report): Markup {
  const { subjects } = report;
  const seen = subjects.map(seenByOp);
  const asked = conventionRows(report);
  const probed = new Set(asked.flatMap(({ ops }) => (ops.length === 1 ? ops : [])));
  const rows = [
    ...asked.map(({ question, ops, mathematics, reference, answers }): Content[] => [
      question,
      mathematics,
      reference,
      ...answers.map((answer, k) => [
        answerOf(answer),
        ...(ops.length === 1 ? lines(choicesIn(seen[k].get(ops[0]) ?? {})) : []),
      ]),
    ]),
    // Ops with kinks that no question is about, and at which cases were drawn.
    ...[...new Set(seen.flatMap((counts) => [...counts.keys()]))]
      .filter((op) => !probed.has(op))
      .map((op): Content[] => [
        `${opName(op)} at its kinks`,
        "between the slopes of its sides",
        lines(
          (report.ops.find(({ id }) => id === op)?.kinks ?? []).map(
            ({ at, convention }) => `${at}: ${convention}`,
          ),
        ),
        ...seen.map((counts) => lines(choicesIn(counts.get(op) ?? {}))),
      ]),
  ];
  return tableSection(
    "conventions",
    "Conventions",
    "At a kink or tie every derivative between two ends is defensible, and none counts as wrong. First stands the " +
      "answer to the question itself; below it, the share of the gradient that was taken in drawn cases: none is the " +
      "end nearer to 0, all is the other. Where both are as far from 0, as for abs, they are the slopes of the sides.",
    [
      { head: "where" },
      { head: "mathematics" },
      { head: "the reference" },
      ...subjects.map((subject: SubjectReport) => ({ head: subjectName(subject) })),
    ],
    rows,
  );
}

function answerOf(answer: ReportConvention | undefined): Markup {
  if (!answer) return html`<span class="line">not asked</span>`;
  const { sign, tone, says } = CHOICES[answer.choice];
  return html`<span class="line"
    ><span class="says ${tone}" title="${says}">${sign}</span> ${clipText(answer.got, 120)}</span
  >`;
}

const lines = (texts: readonly string[]): Markup[] =>
  texts.map((text) => html`<span class="line">${clipText(text, 300)}</span>`);

/** As a campaign writes a share of the gradient. */
const SHARE = /^takes ([\d.]+) of the gradient$/;

const WORDS = new Map([
  [0, "none"],
  [0.5, "half"],
  [1, "all"],
]);

/** The choices with their numbers, the most frequent first; odd shares, of ties among several, in one line. */
function choicesIn(seen: Readonly<Record<string, number>>): string[] {
  const named: [string, number][] = [];
  const odd: { share: number; n: number }[] = [];
  for (const [choice, n] of Object.entries(seen)) {
    const share = SHARE.exec(choice)?.[1];
    if (share === undefined) named.push([choice, n]);
    else if (WORDS.has(Number(share))) named.push([WORDS.get(Number(share)) ?? share, n]);
    else odd.push({ share: Number(share), n });
  }
  if (odd.length > 0) {
    const shares = odd.map(({ share }) => share).sort((a, b) => a - b);
    const [least, most] = [shares[0], shares[shares.length - 1]];
    const total = odd.reduce((sum, { n }) => sum + n, 0);
    named.push([least === most ? `a share of ${least}` : `shares of ${least} to ${most}`, total]);
  }
  return named.map(([choice, n]) => `${choice}: ${showPlural(n, "case")}`);
}
