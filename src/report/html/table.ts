import { html, type Content, type Markup } from "./escape.js";

export interface Column {
  readonly head: string;
  readonly numeric?: boolean;
}

const FOLD_AFTER = 12;

/** A table that scrolls by itself when the window is narrow; rows after the first dozen are folded away. */
export function dataTable(columns: readonly Column[], rows: readonly (readonly Content[])[]): Markup {
  const rest = rows.slice(FOLD_AFTER + 3);
  // Nobody is served by a fold that hides three rows.
  const shown = rest.length > 0 ? rows.slice(0, FOLD_AFTER) : rows;
  const folded = rows.slice(shown.length);
  return html`${oneTable(columns, shown)}
  ${
    folded.length === 0
      ? null
      : html`<details>
          <summary>${folded.length} more</summary>
          ${oneTable(columns, folded)}
        </details>`
  }`;
}

function oneTable(columns: readonly Column[], rows: readonly (readonly Content[])[]): Markup {
  const kind = (k: number) => (columns[k].numeric ? "number" : "words");
  return html`<div class="scroll" tabindex="0">
    <table class="plain">
      <thead>
        <tr>
          ${columns.map(({ head }, k) => html`<th scope="col" class="${kind(k)}">${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map((value, k) =>
                k === 0
                  ? html`<th scope="row" class="${kind(k)}">${value}</th>`
                  : html`<td class="${kind(k)}">${value}</td>`,
              )}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
