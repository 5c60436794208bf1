import type { CellState, Report, SubjectReport } from "../../record/report.js";
import { byRank, STATES } from "../cellStates.js";
import { opName } from "../opOutcomes.js";
import { showCount } from "../showNumber.js";
import { clipText } from "../visibleText.js";
import { html, slug, type Markup } from "./escape.js";
import { someOf, tableSection } from "./table.js";

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
      someOf([...ops]),
      someOf([...properties]),
    ]);
  return tableSection(
    `gaps-${slug(subject.id)}`,
    "Not shown by this run",
    "What got too few decided cases, what was left out, and what the subject does not have.",
    [{ head: "why" }, { head: "state" }, { head: "ops" }, { head: "properties" }],
    rows,
  );
}

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
  const escapedFirst = [...(selfTest ?? [])].sort(
    (a, b) => Number(a.caughtBy.length > 0) - Number(b.caughtBy.length > 0),
  );
  const rows = escapedFirst.map(({ name, op, says, caughtBy, cases }) => [
    html`${name}<small>${opName(op)}</small>`,
    says,
    caughtBy.length > 0
      ? html`<span class="says green">${STATES.green.sign} ${caughtBy.join(", ")}</span>`
      : html`<span class="says wrong">${STATES.wrong.sign} escaped</span>`,
    showCount(cases),
  ]);
  return tableSection(
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
  return tableSection(
    `epochs-${slug(subject.id)}`,
    "Restarts",
    "The subject's process ended before its time, and was started again.",
    [{ head: "reason" }, { head: "exit" }, { head: "what it had written" }],
    rows,
  );
}
