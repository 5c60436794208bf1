import { html, type Content, type Markup } from "./escape.js";

export interface Column {
  readonly head: string;
  readonly numeric?: boolean;
}

const FOLD_AFTER = 12;

/** A table that scrolls by itself when the window is narrow; rows after the first few are folded away. */
export function dataTable(
  columns: readonly Column[],
  rows: readonly (readonly Content[])[],
  foldAfter = FOLD_AFTER,
): Markup {
  const rest = rows.slice(foldAfter + 3);
  // Nobody is served by a fold that hides three rows.
  const shown = rest.length > 0 ? rows.slice(0, foldAfter) : rows;
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

/** A section that is a table; nothing when it would be empty. */
export function tableSection(
  id: string,
  title: string,
  lead: string,
  columns: readonly Column[],
  rows: readonly (readonly Content[])[],
): Markup {
  if (rows.length === 0) return html``;
  return html`<section id="${id}">
    <h2>${title}</h2>
    <p class="lead">${lead}</p>
    ${dataTable(columns, rows)}
  </section>`;
}

/** The first few names, and how many there are besides. */
export const someOf = (names: readonly string[]): string =>
  names.length <= 6 ? names.join(", ") : `${names.slice(0, 5).join(", ")} and ${names.length - 5} more`;
