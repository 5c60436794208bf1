/** Findings: a list of lines that open. */
export const findingStyle = `.title-row { display: flex; align-items: baseline; justify-content: space-between; gap: 1rem; }
.title-row button { margin-bottom: 0.25rem; }
.finding, .rare-findings {
  margin-top: 0.5rem; background: var(--surface); border: 1px solid var(--line); border-radius: 8px;
}
.finding:target { border-color: var(--accent); }
/* A link to a closed card shows it where no script opens it. */
@media (scripting: none) {
  .finding:target::details-content, .rare-findings:has(:target)::details-content {
    content-visibility: visible; block-size: auto;
  }
}
.finding > summary {
  display: grid; grid-template-columns: 1.75rem minmax(5.25rem, max-content) minmax(0, 1fr) 1rem; gap: 0 0.5rem;
  align-items: baseline; padding: 0.5rem 1rem; color: var(--text); list-style: none;
}
.finding > summary::-webkit-details-marker { display: none; }
.finding > summary::after {
  content: "›"; color: var(--quiet); justify-self: center; font-size: 1.125rem; line-height: 1;
}
.finding[open] > summary::after { transform: rotate(90deg); }
.finding > summary:hover strong { text-decoration: underline; text-decoration-thickness: 1px; }
.ordinal { color: var(--quiet); text-align: right; font-size: 0.875rem; }
.finding > summary .badge { justify-self: start; }
.headline { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 1rem; min-width: 0; }
.headline strong { font-weight: 600; min-width: 0; overflow-wrap: anywhere; }
.headline .op { color: var(--quiet); font-size: 0.875rem; }
.in-short {
  flex: 1 1 14rem; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
  text-align: right; color: var(--quiet);
}
.in-short code { overflow-wrap: normal; } .in-short .came { color: var(--wrong); }
.finding[open] > summary .in-short { display: none; }
.finding > article { padding: 0.25rem 1.5rem 1.5rem; }
.because { max-width: 50rem; }
.finding footer { margin-top: 1.25rem; color: var(--quiet); font-size: 0.875rem; }
.rare-findings { margin-top: 1.5rem; background: none; padding-bottom: 0; }
.rare-findings > summary { padding: 0.625rem 1rem; color: var(--text); font-weight: 600; }
.rare-findings > summary small { color: var(--quiet); font-weight: 400; margin-left: 0.25rem; }
.rare-findings .finding { margin: 0; border-width: 1px 0 0; border-radius: 0; }
.rare-findings .finding > summary { padding-block: 0.25rem; font-size: 0.875rem; }
.rare-findings .finding:last-child { border-radius: 0 0 8px 8px; }
.kicker {
  display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.25rem 0.875rem; margin-bottom: 0.5rem;
  font-size: 0.8125rem; color: var(--quiet);
}
.permalink { margin-left: auto; color: var(--quiet); }
.badge {
  font-size: 0.8125rem; white-space: nowrap; padding: 0.0625rem 0.5rem; border-radius: 4px;
  font-weight: 600;
}
.badge.wrong { color: var(--wrong); background: var(--wrong-ground); }
.badge.inaccurate { color: var(--warn); background: var(--warn-ground); }
.graph { display: block; max-width: 100%; height: auto; }
.graph rect { fill: var(--sunken); stroke: var(--line); } .graph .input { fill: none; }
.graph .output { stroke: var(--accent); } .graph path { fill: none; stroke: var(--quiet); }
.graph text { fill: var(--text); font-size: 12px; }
.depends { margin: 0; padding-left: 1.25rem; font-size: 0.9375rem; }
.halves { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0 2.5rem; }
.facts > div {
  display: grid; grid-template-columns: 9rem minmax(0, 1fr); gap: 0 0.75rem; padding: 0.375rem 0;
  border-top: 1px solid var(--line); font-size: 0.9375rem;
}
.facts dt { color: var(--quiet); font-size: 0.875rem; }
.facts code { white-space: pre-wrap; }
.got code { color: var(--wrong); }
`;
