import type { ReportFinding } from "../../record/report.js";
import { clipText } from "../visibleText.js";
import { html, type Markup } from "./escape.js";

const SAYS = {
  agrees: ["✓", "green"],
  contradicts: ["✗", "wrong"],
  "cannot tell": ["○", "untested"],
} as const;

/** What each oracle says of the number that came, and how far it may itself be off. */
export function testimonies({ oracles }: ReportFinding): Markup {
  if (oracles.length === 0) return html``;
  const rows = oracles.map(({ oracle, value, bound, says, note }) => {
    const [sign, tone] = SAYS[says];
    return html`<tr>
      <th scope="row">${oracle}${note === undefined ? null : html`<small>${clipText(note, 400)}</small>`}</th>
      <td class="says ${tone}"><span aria-hidden="true">${sign}</span> ${says}</td>
      <td class="digits"><code>${clipText(value, 200)}</code></td>
      <td class="bound"><code>± ${Number(bound) === 0 ? "0" : clipText(bound, 200)}</code></td>
    </tr>`;
  });
  return html`<h4>What the oracles say of it</h4>
    <div class="scroll" tabindex="0">
      <table class="plain oracles">
        <thead>
          <tr>
            <th scope="col">oracle</th>
            <th scope="col">of what came</th>
            <th scope="col">value</th>
            <th scope="col">its own bound</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>`;
}
