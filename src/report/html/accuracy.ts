import type { CellState, ReportCell, SubjectReport } from "../../record/report.js";
import { STATES } from "../cellStates.js";
import { cellsByOp, opName } from "../opOutcomes.js";
import { showMeasure, showPlural } from "../showNumber.js";
import { html, slug, type Markup } from "./escape.js";
import { dataTable } from "./table.js";

interface WorstOfOp {
  readonly op: string;
  readonly worst: number;
  readonly property: string;
  readonly state: CellState;
}

/**
 * Per op, the worst error of any case over what careful arithmetic attains there, the largest first. Cells that are
 * wrong stand apart: their errors are those of faults, and say nothing of rounding.
 */
export function accuracySection(subject: SubjectReport): Markup {
  const measured = subject.cells.filter(({ worstErrorOverAttainable }) => worstErrorOverAttainable !== null);
  const rounding = ranked(measured.filter(({ state }) => state !== "wrong"));
  const faulty = ranked(measured.filter(({ state }) => state === "wrong"));
  if (rounding.length + faulty.length === 0) return html``;
  return html`<section id="accuracy-${slug(subject.id)}">
    <h2>Accuracy</h2>
    <p class="lead">
      The worst error seen of each op where it is not wrong, divided by the error that careful arithmetic at
      this precision attains. Up to 1 is as good as it gets; above it digits were lost that need not be. The
      scale is logarithmic, from 0.01 to 1e8; the line is 1.
    </p>
    ${intrinsics(subject)} ${rounding.length > 0 ? dataTable(COLUMNS, rounding.map(rowOf)) : null}
    ${
      faulty.length === 0
        ? null
        : html`<details>
            <summary>
              ${showPlural(faulty.length, "op")} where wrong: errors of faults, not of rounding
            </summary>
            ${dataTable(COLUMNS, faulty.map(rowOf), faulty.length)}
          </details>`
    }
  </section>`;
}

/** What was measured of exp, tanh, … before anything was judged, and is allowed for. */
function intrinsics({ accuracy = {} }: SubjectReport): Markup | null {
  const measured = Object.entries(accuracy).flatMap(([dtype, ulps]) =>
    Object.entries(ulps ?? {}).map(([name, worst]) => ({ dtype, name, worst })),
  );
  if (measured.length === 0) return null;
  const loose = measured.filter(({ worst }) => worst > 1.05).sort((a, b) => b.worst - a.worst);
  const list = loose.map(({ dtype, name, worst }) => `${name} ${showMeasure(worst)} (${dtype})`).join(", ");
  return html`<p>
    Intrinsics, in ulps, measured before anything was judged and allowed for:
    ${loose.length > 0 ? list : `all ${measured.length} within one`}.
  </p>`;
}

const COLUMNS = [
  { head: "op" },
  { head: "error ÷ attainable", numeric: true },
  { head: "state" },
  { head: "0.01 to 1e8" },
  { head: "seen in" },
];

const rowOf = ({ op, worst, property, state }: WorstOfOp) => [
  opName(op),
  showMeasure(Number.isFinite(worst) ? worst : "Infinity"),
  html`<span class="says ${state}">${STATES[state].sign} ${STATES[state].label}</span>`,
  bar(worst, state),
  html`<span class="unbroken">${property}</span>`,
];

function ranked(cells: readonly ReportCell[]): WorstOfOp[] {
  return [...cellsByOp(cells)]
    .map(([op, own]) =>
      own
        .map(({ worstErrorOverAttainable, property, state }): WorstOfOp => {
          const worst = Number(worstErrorOverAttainable);
          // What is no number is worse than any number.
          return { op, worst: Number.isNaN(worst) ? Infinity : worst, property, state };
        })
        .reduce((a, b) => (b.worst > a.worst ? b : a)),
    )
    .sort((a, b) => (a.worst === b.worst ? (a.op < b.op ? -1 : 1) : b.worst - a.worst));
}

const LOW = -2;
const HIGH = 8;

/** Position on the scale, in percent. */
const place = (worst: number): number => {
  const decades = Math.min(HIGH, Math.max(LOW, Math.log10(worst)));
  return (100 * (decades - LOW)) / (HIGH - LOW);
};

/** A bar that leaves the scale ends in an arrowhead. */
function bar(worst: number, state: CellState): Markup {
  const width = worst > 0 ? Math.max(1, place(worst)) : 1;
  const one = place(1);
  const beyond = worst > 10 ** HIGH;
  return html`<svg class="bar" viewBox="0 0 103 10" preserveAspectRatio="none" aria-hidden="true">
    <rect class="track" x="0" y="3" width="100" height="4"></rect>
    <rect class="bar-${state}" x="0" y="3" width="${width.toFixed(2)}" height="4"></rect>
    ${beyond ? html`<path class="bar-${state}" d="M99.5 0L103 5L99.5 10Z"></path>` : null}
    <rect class="mark" x="${one - 0.2}" y="0" width="0.4" height="10"></rect>
  </svg>`;
}
