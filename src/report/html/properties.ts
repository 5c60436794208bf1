import type { Report, ReportCell, SubjectReport } from "../../record/report.js";
import { STATES } from "../cellStates.js";
import { subjectName } from "../sentence.js";
import { showCount, showPercent, showPlural } from "../showNumber.js";
import { wrongIn } from "../tally.js";
import { html, slug, type Markup } from "./escape.js";

/** What is promised, who says so, and how strong the evidence of this run is. */
export function propertiesSection(report: Report): Markup {
  return html`<section id="properties">
    <h2>Properties</h2>
    <p class="lead">
      What was checked. A sampled property that held in n decided cases fails for a case drawn the same way
      with a probability below 3/n, with 95 % confidence.
    </p>
    <dl class="properties">
      ${report.properties.map(
        ({ name, statement, source, evidence }) =>
          html`<div id="property-${slug(name)}">
            <dt>${name}</dt>
            <dd>
              <p>${statement}</p>
              <p class="source">${source} · evidence: ${evidence}</p>
              ${report.subjects.map((subject) => evidenceOf(report, subject, name))}
            </dd>
          </div>`,
      )}
    </dl>
  </section>`;
}

function evidenceOf({ subjects }: Report, subject: SubjectReport, property: string): Markup {
  const cells = subject.cells.filter((cell) => cell.property === property && cell.decided > 0);
  const who = subjects.length > 1 ? `${subjectName(subject)}: ` : "";
  if (cells.length === 0)
    return html`<p class="says untested">${STATES.untested.sign} ${who}no case decided</p>`;
  const decided = cells.reduce((total, cell) => total + cell.decided, 0);
  const claim = `${who}${showPlural(decided, "case")} decided over ${showPlural(cells.length, "op")}`;
  const wrong = cells.filter(({ counts }) => wrongIn(counts) > 0).length;
  return wrong > 0
    ? html`<p class="says wrong">${STATES.wrong.sign} ${claim}; wrong in ${showPlural(wrong, "op")}</p>`
    : html`<p class="says green">${STATES.green.sign} ${claim}, none wrong${weakest(cells)}</p>
        ${proofs(cells)}`;
}

/** What stands behind each op besides cases. */
function proofs(cells: readonly ReportCell[]): Markup | "" {
  const proved = cells.filter(({ evidenceDetails }) => evidenceDetails.length > 0);
  if (proved.length === 0) return "";
  return html`<ul>
    ${proved.map(({ op, evidenceDetails }) => html`<li>${op}: ${evidenceDetails.join("; ")}</li>`)}
  </ul>`;
}

/** The bound of the op that was tried least: it holds for all. */
function weakest(cells: readonly ReportCell[]): string {
  const bounds = cells.flatMap(({ failureProbabilityBelow }) => failureProbabilityBelow ?? []);
  if (bounds.length === 0) return "";
  const least = Math.min(...cells.map(({ decided }) => decided));
  return `; failure probability below ${showPercent(Math.max(...bounds))} for every op (n = ${showCount(least)} or more, 95 %)`;
}
