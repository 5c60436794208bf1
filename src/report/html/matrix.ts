import type { AttributeCell, CellState, Report, ReportCell, SubjectReport } from "../../record/report.js";
import { STATES } from "../cellStates.js";
import { allNeedEmptyTensor, cellsByOp, findingsOf, isOfObject, opName } from "../opOutcomes.js";
import { showCount, showMeasure, showPercent } from "../showNumber.js";
import { verdictsOf } from "../tally.js";
import { findingAnchor } from "./finding.js";
import { html, slug, type Content, type Markup } from "./escape.js";

/** So many columns fit a desktop window, where the page and not the table scrolls. */
const COLUMNS_THAT_FIT = 18;

/** Ops by properties. A cell shows the worst of the op's attribute classes, which unfold below it. */
export function matrixSection(report: Report, whole: SubjectReport): Markup {
  const subject = { ...whole, cells: whole.cells.filter((cell) => !isOfObject(cell)) };
  if (subject.cells.length === 0) return html``;
  const names = new Set(subject.cells.map(({ property }) => property));
  const listed = report.properties.map(({ name }) => name).filter((name) => names.has(name));
  const properties = [...new Set([...listed, ...names])];
  const states = new Set(subject.cells.map(({ state }) => state));
  return html`<section id="matrix-${slug(subject.id)}" data-matrix>
    <h2>Ops by property</h2>
    <p class="lead">
      Each cell shows the worst of the op's attribute classes; open an op to see them. A cell is right when at
      least ${showCount(report.decidedCasesNeeded)} of its cases were decided and none was wrong. A blank cell
      does not apply.
    </p>
    ${legend(
      states,
      subject.cells.some((cell) => isWrongWhenEmpty(subject, cell)),
    )}
    ${filters(states)}
    <div
      class="matrix-frame ${properties.length <= COLUMNS_THAT_FIT ? "fits" : ""}"
      tabindex="0"
      role="region"
      aria-label="Ops by property"
    >
      <table class="matrix">
        <thead>
          <tr>
            <th scope="col">op</th>
            ${properties.map(
              (name) =>
                html`<th scope="col">
                  <a href="#property-${slug(name)}"><span>${shortProperty(name)}</span></a>
                </th>`,
            )}
            <th scope="col" class="total">decided</th>
          </tr>
        </thead>
        ${families(report, subject, properties)}
      </table>
    </div>
    <p class="note" data-tool data-note aria-live="polite" hidden>Choose a cell to read what is behind it.</p>
  </section>`;
}

/** A column's head: most properties of ops are of one area, which need not be said each time. */
const shortProperty = (name: string): string => name.replace(/^calculus\//, "");

/** Wrong, but only tensors without elements show it. */
const EMPTY_SIGN = "∅";

const isWrongWhenEmpty = (subject: SubjectReport, cell: ReportCell): boolean =>
  cell.state === "wrong" && allNeedEmptyTensor(findingsOf(subject, cell));

function legend(states: ReadonlySet<CellState>, whenEmpty: boolean): Markup {
  const entries = Object.entries(STATES)
    .filter(([state]) => states.has(state as CellState))
    .map(([state, { sign, label, means }]) => legendEntry(state, sign, label, means));
  const rare = legendEntry("wrong rare", EMPTY_SIGN, "wrong when empty", "only for tensors without elements");
  return html`<ul class="legend">
    ${whenEmpty ? [entries.slice(0, 1), rare, entries.slice(1)] : entries}
  </ul>`;
}

const legendEntry = (tone: string, sign: string, label: string, means: string): Markup =>
  html`<li>
    <span class="sign ${tone}" aria-hidden="true">${sign}</span>
    <span><b>${label}</b> ${means}</span>
  </li>`;

const filters = (states: ReadonlySet<CellState>): Markup =>
  html`<form class="filters" data-tool hidden>
    <label>op <input type="search" placeholder="name" autocomplete="off" /></label>
    <label
      >showing
      <select>
        <option value="">every op</option>
        ${[...states].map((state) => html`<option value="${state}">with a cell that is ${STATES[state].label}</option>`)}
      </select></label
    >
  </form>`;

function families(report: Report, subject: SubjectReport, properties: readonly string[]): Markup[] {
  const familyOf = new Map(report.ops.map(({ id, family }) => [id, family]));
  const byFamily = new Map<string, Markup[]>();
  for (const [op, cells] of cellsByOp(subject.cells)) {
    const family = familyOf.get(op) ?? "other";
    byFamily.set(family, [...(byFamily.get(family) ?? []), opRows(subject, op, cells, properties)]);
  }
  return [...byFamily].map(
    ([family, ops]) =>
      html`<tbody class="family">
          <tr>
            <th scope="rowgroup" colspan="${properties.length + 2}"><span>${family}</span></th>
          </tr>
        </tbody>
        ${ops}`,
  );
}

function opRows(
  subject: SubjectReport,
  op: string,
  cells: readonly ReportCell[],
  properties: readonly string[],
) {
  const columns = properties.map((property) => cells.find((cell) => cell.property === property));
  const attributes = [...new Set(cells.flatMap((cell) => cell.attributes.map(({ attribute }) => attribute)))];
  const states = new Set(cells.map(({ state }) => state));
  const name = opName(op);
  return html`<tbody data-op="${name}" data-states="${[...states].join(" ")}">
    <tr>
      <th scope="row">
        <label><input type="checkbox" aria-label="show the attribute classes of ${name}" />${name}</label>
      </th>
      ${columns.map((cell) => (cell ? wholeCell(subject, cell) : html`<td></td>`))}
      <td>${decidedOf(cells)}</td>
    </tr>
    <tr class="part">
      <th scope="row">decided cases</th>
      ${columns.map((cell) => html`<td>${cell ? showCount(cell.decided) : null}</td>`)}
      <td></td>
    </tr>
    ${attributes.map((attribute) => attributeRow(attribute, columns))}
  </tbody>`;
}

function attributeRow(attribute: string, columns: readonly (ReportCell | undefined)[]): Markup {
  const parts = columns.map((cell) => cell?.attributes.find((part) => part.attribute === attribute));
  return html`<tr class="part">
    <th scope="row">${attribute}</th>
    ${parts.map((part) => (part ? attributePart(part) : html`<td></td>`))}
    <td>${decidedOf(parts.flatMap((part) => part ?? []))}</td>
  </tr>`;
}

const attributePart = ({ attribute, state, because, decided }: AttributeCell): Markup =>
  html`<td class="${state}" title="${attribute}: ${because ?? `${showCount(decided)} cases decided`}">
    ${sign(state)}
  </td>`;

const decidedOf = (cells: readonly Pick<ReportCell, "decided">[]): string =>
  showCount(cells.reduce((total, { decided }) => total + decided, 0));

const sign = (state: CellState): Markup =>
  html`<span aria-hidden="true">${STATES[state].sign}</span
    ><span class="unseen">${STATES[state].label}</span>`;

function wholeCell(subject: SubjectReport, cell: ReportCell): Markup {
  const findings = cell.state === "wrong" ? findingsOf(subject, cell) : [];
  const rare = isWrongWhenEmpty(subject, cell);
  const shown = rare
    ? html`<span aria-hidden="true">${EMPTY_SIGN}</span><span class="unseen">wrong when empty</span>`
    : sign(cell.state);
  const content: Content =
    findings.length > 0 ? html`<a href="#${findingAnchor(findings[0])}">${shown}</a>` : shown;
  return html`<td class="${cell.state}${rare ? " rare" : ""}" title="${behind(cell, rare)}">${content}</td>`;
}

/** All that is known of a cell, in one breath. */
function behind(cell: ReportCell, rare: boolean): string {
  const counts = verdictsOf(cell.counts).map(([verdict, n]) => `${showCount(n)} ${verdict}`);
  const worst = cell.worstErrorOverAttainable;
  return [
    `${opName(cell.op)}, ${cell.property}: ${STATES[cell.state].label}`,
    ...(rare ? ["only for tensors without elements"] : []),
    ...(cell.because === null ? [] : [cell.because]),
    ...(counts.length > 0 ? [counts.join(", ")] : []),
    ...(worst === null ? [] : [`worst error ÷ attainable ${showMeasure(worst)}`]),
    ...(cell.failureProbabilityBelow === null
      ? []
      : [`failure probability below ${showPercent(cell.failureProbabilityBelow)} (95 %)`]),
  ].join("; ");
}
