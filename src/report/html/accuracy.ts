import type { CellState, ReportCell, SubjectReport } from "../../record/report.js";
import { STATES, worstState } from "../cellStates.js";
import { cellsByOp, opName } from "../sentence.js";
import { showMeasure } from "../showNumber.js";
import { html, slug, type Markup } from "./escape.js";
import { dataTable } from "./table.js";

interface WorstOfOp {
  readonly op: string;
  readonly worst: number;
  readonly property: string;
  readonly state: CellState;
}

/** Per op, the worst error of any case over what careful arithmetic attains there, the largest first. */
export function accuracySection(subject: SubjectReport): Markup {
  const ranked = [...cellsByOp(subject.cells)]
    .flatMap(([op, cells]) => worstOf(op, cells) ?? [])
    .sort((a, b) => (a.worst === b.worst ? (a.op < b.op ? -1 : 1) : b.worst - a.worst));
  if (ranked.length === 0) return html``;
  const rows = ranked.map(({ op, worst, property, state }) => [
    opName(op),
    showMeasure(Number.isFinite(worst) ? worst : "Infinity"),
    html`<span class="says ${state}">${STATES[state].sign} ${STATES[state].label}</span>`,
    bar(worst, state),
    html`<span class="unbroken">${property}</span>`,
  ]);
  return html`<section id="accuracy-${slug(subject.id)}">
    <h2>Accuracy</h2>
    <p class="lead">
      The worst error seen of each op, divided by the error that careful arithmetic at this precision attains.
      Up to 1 is as good as it gets; above it digits were lost that need not be. The scale is logarithmic,
      from 0.01 to 1e8; the line is 1.
    </p>
    ${dataTable(
      [
        { head: "op" },
        { head: "error ÷ attainable", numeric: true },
        { head: "state" },
        { head: "0.01 to 1e8" },
        { head: "seen in" },
      ],
      rows,
    )}
  </section>`;
}

function worstOf(op: string, cells: readonly ReportCell[]): WorstOfOp | null {
  let found: WorstOfOp | null = null;
  for (const { worstErrorOverAttainable, property } of cells) {
    if (worstErrorOverAttainable === null) continue;
    const worst = Number(worstErrorOverAttainable);
    if (found && !(worst > found.worst)) continue;
    found = { op, worst, property, state: worstState(cells.map(({ state }) => state)) };
  }
  return found;
}

const LOW = -2;
const HIGH = 8;

/** Position on the scale, in percent. */
const place = (worst: number): number => {
  const decades = Math.min(HIGH, Math.max(LOW, Math.log10(worst)));
  return (100 * (decades - LOW)) / (HIGH - LOW);
};

function bar(worst: number, state: CellState): Markup {
  const width = worst > 0 ? Math.max(1, place(worst)) : 1;
  const one = place(1);
  return html`<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
    <rect class="track" x="0" y="3" width="100" height="4"></rect>
    <rect class="bar-${state}" x="0" y="3" width="${width.toFixed(2)}" height="4"></rect>
    <rect class="mark" x="${one - 0.2}" y="0" width="0.4" height="10"></rect>
  </svg>`;
}
