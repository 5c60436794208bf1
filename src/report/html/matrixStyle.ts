/** The matrix, its legend and its tools. */
export const matrixStyle = `.legend {
  list-style: none; display: grid; grid-template-columns: repeat(auto-fill, minmax(19rem, 1fr));
  gap: 0.25rem 1.5rem; font-size: 0.875rem; color: var(--quiet);
}
.legend li { display: grid; grid-template-columns: 1.5rem 1fr; gap: 0.5rem; align-items: baseline; }
.legend b { color: var(--text); font-weight: 550; }
.sign { text-align: center; border-radius: 3px; font-weight: 700; }
.filters {
  display: flex; flex-wrap: wrap; gap: 0.75rem 1.25rem; margin-top: 1.25rem; font-size: 0.875rem;
  color: var(--quiet);
}
.filters[hidden] { display: none; }
.filters input, .filters select {
  font: inherit; color: var(--text); background: var(--surface); border: 1px solid var(--line);
  border-radius: 4px; padding: 0.25rem 0.5rem; margin-left: 0.375rem; max-width: 14rem;
}
.matrix-frame {
  position: relative; margin-top: 1rem; max-height: 85vh; overflow: auto; border: 1px solid var(--line);
  border-radius: 8px; background: var(--surface);
}
.matrix { border-collapse: separate; border-spacing: 0; font-size: 0.875rem; }
.matrix th, .matrix td { border-top: 1px solid var(--line); padding: 0; }
.matrix td { min-width: 3rem; height: 1.875rem; text-align: center; font-weight: 700; }
.matrix td a { display: block; color: inherit; text-decoration: none; }
.matrix thead th {
  position: sticky; top: 0; z-index: 2; background: var(--surface); border-top: 0;
  box-shadow: 0 1px var(--line); vertical-align: bottom; font-weight: 500;
}
.matrix thead a {
  display: flex; justify-content: center; padding: 0.75rem 0 0.625rem; color: inherit;
  text-decoration: none;
}
.matrix thead a:hover span { text-decoration: underline; }
.matrix thead a span {
  writing-mode: vertical-rl; transform: rotate(180deg); max-height: 13rem; line-height: 1.2;
}
.matrix tr > th:first-child {
  position: sticky; left: 0; z-index: 1; background: var(--surface); text-align: left; padding: 0 0.75rem;
  font-weight: 500; white-space: nowrap; min-width: 9rem; border-right: 1px solid var(--line);
}
.matrix .total { text-align: right; color: var(--quiet); padding: 0 0.75rem 0.625rem; }
.matrix thead tr > th:first-child { z-index: 3; color: var(--quiet); padding-bottom: 0.625rem; }
.matrix .family tr > th:first-child {
  position: static; overflow: visible; max-width: none; border-right: 0; background: var(--sunken);
  color: var(--quiet); font-size: 0.8125rem; font-weight: 600; padding: 0.25rem 0.75rem;
}
.matrix .family span { position: sticky; left: 0.75rem; }
.matrix td:last-child {
  min-width: 5rem; padding: 0 0.75rem; text-align: right; font-weight: 400; color: var(--quiet);
}
.matrix label { display: flex; align-items: center; gap: 0.375rem; cursor: pointer; padding: 0.25rem 0; }
.matrix input {
  appearance: none; width: 0.75rem; height: 0.75rem; margin: 0; cursor: pointer; color: var(--quiet);
  flex: none;
}
.matrix input::before { content: "›"; display: block; line-height: 0.75rem; text-align: center; }
.matrix input:checked::before { transform: rotate(90deg); }
.matrix .part { display: none; font-size: 0.8125rem; }
.matrix .part th:first-child { padding-left: 1.875rem; color: var(--quiet); font-weight: 400; }
.matrix .part td { font-weight: 400; color: var(--quiet); }
tbody:has(input:checked) .part { display: table-row; }
.matrix td.green, .sign.green { color: var(--good); }
.matrix td.wrong, .sign.wrong { color: var(--wrong); background: var(--wrong-ground); }
.matrix td.inaccurate, .matrix td.accepted-invalid, .matrix td.protocol, .sign.inaccurate,
.sign.accepted-invalid, .sign.protocol {
  color: var(--warn); background: var(--warn-ground);
}
.matrix td.untested, .matrix td.not-run, .sign.untested, .sign.not-run {
  color: var(--idle); background: var(--idle-ground);
}
.matrix td.unsupported, .sign.unsupported { color: var(--quiet); font-weight: 400; }
.matrix td.unsupported { color: color-mix(in srgb, var(--quiet) 55%, transparent); }
.matrix td.rare, .sign.rare { background: none; font-weight: 500; }
.note {
  position: sticky; bottom: 0; z-index: 4; margin-top: 0.5rem; padding: 0.5rem 0; background: var(--ground);
  font-size: 0.875rem; color: var(--quiet);
}
`;
