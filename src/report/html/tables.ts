import type { CellState, Report, SubjectReport } from "../../record/report.js";
import { byRank, STATES } from "../cellStates.js";
import { cellsByOp, opName } from "../sentence.js";
import { showCount, showPlural } from "../showNumber.js";
import { addRecords } from "../tally.js";
import { clipText } from "../visibleText.js";
import { html, slug, type Content, type Markup } from "./escape.js";
import { dataTable } from "./table.js";

/** The lesser sections: each is a table, and is left out when it would be empty. */
function section(
  id: string,
  title: string,
  lead: string,
  columns: Parameters<typeof dataTable>[0],
  rows: Content[][],
) {
  if (rows.length === 0) return html``;
  return html`<section id="${id}">
    <h2>${title}</h2>
    <p class="lead">${lead}</p>
    ${dataTable(columns, rows)}
  </section>`;
}

/** Which choice a subject makes where the derivative is a matter of choice. */
export function conventionsSection(report: Report, subject: SubjectReport): Markup {
  const kinksOf = new Map(report.ops.map(({ id, kinks }) => [id, kinks]));
  const rows = [...cellsByOp(subject.cells)].flatMap(([op, cells]) =>
    Object.entries(addRecords(cells.map(({ conventions }) => conventions))).map(([choice, n]) => [
      opName(op),
      clipText(choice, 300),
      (kinksOf.get(op) ?? []).map(({ at, convention }) => `${at}: ${convention}`).join("; "),
      showCount(n),
    ]),
  );
  return section(
    `conventions-${slug(subject.id)}`,
    "Conventions",
    "At kinks and ties several answers are defensible. These were chosen; none counts as wrong.",
    [
      { head: "op" },
      { head: "choice seen" },
      { head: "the reference's choice" },
      { head: "cases", numeric: true },
    ],
    rows,
  );
}

/** Why cases were not decided. */
export function undecidedSection(subject: SubjectReport): Markup {
  const byReason = new Map<string, { n: number; ops: Set<string> }>();
  for (const { op, reasons } of subject.cells) {
    for (const [reason, n] of Object.entries(reasons)) {
      const known = byReason.get(reason) ?? { n: 0, ops: new Set() };
      byReason.set(reason, { n: known.n + n, ops: known.ops.add(opName(op)) });
    }
  }
  const rows = [...byReason]
    .sort(([a, x], [b, y]) => y.n - x.n || (a < b ? -1 : 1))
    .map(([reason, { n, ops }]) => [clipText(reason, 300), showCount(n), some([...ops])]);
  const undecided = showCount(subject.cases - subject.decided);
  return section(
    `undecided-${slug(subject.id)}`,
    "Undecided cases",
    `${undecided} of ${showPlural(subject.cases, "case")} could not be decided. None counts as a pass.`,
    [{ head: "reason" }, { head: "cases", numeric: true }, { head: "ops" }],
    rows,
  );
}

interface Gap {
  readonly state: CellState;
  readonly because: string;
  readonly properties: Set<string>;
  readonly ops: Set<string>;
}

/** What got too few cases, what was left out, and what the subject does not have. */
export function gapsSection(subject: SubjectReport): Markup {
  const gaps = new Map<string, Gap>();
  for (const { state, because, property, op } of subject.cells) {
    if (because === null) continue;
    const key = JSON.stringify([state, because]);
    const gap = gaps.get(key) ?? { state, because, properties: new Set(), ops: new Set() };
    gaps.set(key, gap);
    gap.properties.add(property);
    gap.ops.add(opName(op));
  }
  const rows = [...gaps.values()]
    .sort((a, b) => byRank(a.state, b.state) || b.ops.size - a.ops.size)
    .map(({ state, because, properties, ops }) => [
      clipText(because, 300),
      html`<span class="says ${state}">${STATES[state].sign} ${STATES[state].label}</span>`,
      some([...ops]),
      some([...properties]),
    ]);
  return section(
    `gaps-${slug(subject.id)}`,
    "Not shown by this run",
    "What got too few decided cases, what was left out, and what the subject does not have.",
    [{ head: "why" }, { head: "state" }, { head: "ops" }, { head: "properties" }],
    rows,
  );
}

/** The first few, and how many there are besides. */
const some = (names: readonly string[]): string =>
  names.length <= 6 ? names.join(", ") : `${names.slice(0, 5).join(", ")} and ${names.length - 5} more`;

/** How often each kind of case was drawn. */
export function coverageSection({ coverage }: Report): Markup {
  const groups = new Map<string, [string, number][]>();
  for (const [tag, n] of Object.entries(coverage)) {
    const [, group, name] = /^([^:=]+)[:=](.*)$/s.exec(tag) ?? [tag, "other", tag];
    groups.set(group, [...(groups.get(group) ?? []), [name, n]]);
  }
  if (groups.size === 0) return html``;
  const lists = [...groups].map(
    ([group, tags]) =>
      html`<div>
        <h3>${group}</h3>
        <ul>
          ${tags.map(([name, n]) => html`<li><span>${clipText(name, 80)}</span> <b>${showCount(n)}</b></li>`)}
        </ul>
      </div>`,
  );
  return html`<section id="coverage">
    <h2>Coverage</h2>
    <p class="lead">How many cases had each kind of shape, region and attribute.</p>
    <div class="coverage">${lists}</div>
  </section>`;
}

/** Implementations that are wrong on purpose: a checker never seen to fail has not been tested. */
export function selfTestSection({ selfTest }: Report): Markup {
  const rows = (selfTest ?? []).map(({ name, op, says, caughtBy, cases }) => [
    html`${name}<small>${opName(op)}</small>`,
    says,
    caughtBy.length > 0
      ? html`<span class="says green">${STATES.green.sign} ${caughtBy.join(", ")}</span>`
      : html`<span class="says wrong">${STATES.wrong.sign} escaped</span>`,
    showCount(cases),
  ]);
  return section(
    "self-test",
    "Self-test",
    "Mutants of the reference, wrong on purpose, judged by the same laws in the same run.",
    [{ head: "mutant" }, { head: "what it does" }, { head: "caught by" }, { head: "cases", numeric: true }],
    rows,
  );
}

/** Processes of the subject that ended before their time. */
export function epochsSection(subject: SubjectReport): Markup {
  const rows = subject.epochs.map(({ reason, exitCode, signal, stderr }) => [
    reason,
    exitCode === null ? (signal ?? "") : String(exitCode),
    html`<pre>${clipText(stderr.trim(), 2000)}</pre>`,
  ]);
  return section(
    `epochs-${slug(subject.id)}`,
    "Restarts",
    "The subject's process ended before its time, and was started again.",
    [{ head: "reason" }, { head: "exit" }, { head: "what it had written" }],
    rows,
  );
}
