import type { Report, SubjectReport } from "../../record/report.js";
import { cellsByOp, opName } from "../opOutcomes.js";
import { showPlural } from "../showNumber.js";
import { addRecords } from "../tally.js";
import { clipText } from "../visibleText.js";
import { html, slug, type Markup } from "./escape.js";
import { tableSection } from "./table.js";

/** Per op with kinks: where they are, which derivative the reference takes there, and which the subject took. */
export function conventionsSection(report: Report, subject: SubjectReport): Markup {
  const kinksOf = new Map(report.ops.map(({ id, kinks }) => [id, kinks]));
  const rows = [...cellsByOp(subject.cells)].flatMap(([op, cells]) => {
    const seen = addRecords(cells.map(({ conventions }) => conventions));
    if (Object.keys(seen).length === 0) return [];
    const others = cells.reduce((total, { counts }) => total + (counts.convention ?? 0), 0);
    const kinks = kinksOf.get(op) ?? [];
    return [
      [
        opName(op),
        lines(kinks.map(({ at, convention }) => `${at}: ${convention}`)),
        lines(choicesIn(seen)),
        others > 0 ? html`<span class="unbroken">${showPlural(others, "case")}</span>` : "never",
      ],
    ];
  });
  return tableSection(
    `conventions-${slug(subject.id)}`,
    "Conventions",
    "At a kink or tie every derivative between two ends is defensible, and none counts as wrong. The share says " +
      "which was taken: none is the end nearer to 0, all is the other. Where both are as far from 0, as for abs, " +
      "they are the slopes of the two sides.",
    [
      { head: "op" },
      { head: "the reference's derivative" },
      { head: `${subject.hello.implementation.name} takes, of the gradient` },
      { head: "differs in" },
    ],
    rows,
  );
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
