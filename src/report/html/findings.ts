import type { ReportFinding, SubjectReport } from "../../record/report.js";
import { isOfObject, needsEmptyTensor } from "../opOutcomes.js";
import { showCount } from "../showNumber.js";
import { html, slug, type Markup } from "./escape.js";
import { findingCard } from "./finding.js";

/** So many cards are open from the start: enough to see what a finding holds. */
const OPEN_CARDS = 3;

/** Every finding as a card that opens. What only tensors without elements show stands apart, at the end. */
export function findingsSection(subject: SubjectReport): Markup {
  const { findings } = subject;
  if (findings.length === 0 && subject.cells.every(isOfObject)) return html``;
  // Numbered as the command line numbers them.
  const numbered = findings.map((finding, k) => ({ finding, number: k + 1 }));
  const plain = numbered.filter(({ finding }) => !needsEmptyTensor(finding));
  const empty = numbered.filter(({ finding }) => needsEmptyTensor(finding));
  const cards = (of: readonly { finding: ReportFinding; number: number }[], open: number): Markup[] =>
    of.map(({ finding, number }, k) => findingCard(subject, finding, { number, open: k < open }));
  return html`<section id="findings-${slug(subject.id)}" data-findings>
    <div class="title-row">
      <h2>Findings <small>${showCount(findings.length)}</small></h2>
      ${
        findings.length > OPEN_CARDS
          ? html`<button type="button" data-open-all data-tool hidden>Open all</button>`
          : null
      }
    </div>
    ${findings.length === 0 ? html`<p class="nothing">Nothing to report.</p>` : null}
    ${cards(plain, OPEN_CARDS)}
    ${
      empty.length === 0
        ? null
        : html`<details class="rare-findings">
            <summary>Only for tensors without elements <small>${showCount(empty.length)}</small></summary>
            ${cards(empty, 0)}
          </details>`
    }
  </section>`;
}
