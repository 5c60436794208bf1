import type { Report } from "../../record/report.js";
import { html, type Markup } from "./escape.js";
import { dataTable } from "./table.js";

/** What the ops compute, as formulas, with derivatives that no rule of ours had a part in. */
export function formulasSection({ ops }: Report): Markup | null {
  const rows = ops.flatMap(({ id, formula, derivative }) =>
    formula === undefined || derivative === undefined
      ? []
      : [[id, html`<code>${formula}</code>`, html`<code>${derivative}</code>`]],
  );
  if (rows.length === 0) return null;
  return html`<section id="formulas">
    <h2>Formulas</h2>
    <p class="lead">
      What ops compute, with symbolic derivatives that no rule of the reference has a part in: its tests hold
      the rules against them in 64 digits. Ops that compare, round, or need erf have none.
    </p>
    ${dataTable([{ head: "op" }, { head: "is" }, { head: "derivative" }], rows)}
  </section>`;
}
