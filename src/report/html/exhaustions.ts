import type { SubjectReport } from "../../record/report.js";
import { exhaustionRows, exhaustionTitle } from "../exhaustionRows.js";
import { showDuration, showPlural } from "../showNumber.js";
import { html, slug, type Markup } from "./escape.js";
import { dataTable } from "./table.js";

/** What was seen of ops that were asked at every input. */
export function exhaustionsSection(subject: SubjectReport): Markup {
  if (subject.exhaustions.length === 0) return html``;
  return html`<section id="exhaustions-${slug(subject.id)}">
    <h2>Input by input</h2>
    <p class="lead">
      Every float32 of a range was asked, with cotangent 1, and compared with the exact result. An ulp is the
      spacing of float32 at that result.
    </p>
    ${subject.exhaustions.map(
      (table) =>
        html`<h3>${exhaustionTitle(table)}</h3>
          ${dataTable(
            [{ head: "what" }, { head: "value" }, { head: "derivative" }],
            exhaustionRows(table).map(({ what, value, derivative }) => [what, value, derivative]),
            Infinity,
          )}
          <p class="lead">
            ${showDuration(table.elapsedMs)} with ${showPlural(table.workers, "worker")},
            ${showDuration(table.cpuMs)} of their processor time.
          </p>`,
    )}
  </section>`;
}
