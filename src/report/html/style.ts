import { findingStyle } from "./findingStyle.js";
import { matrixStyle } from "./matrixStyle.js";
import { trialStyle } from "./trialStyle.js";

/** Restraint: system fonts, one accent, and colour only where something wants attention. */
export const style = `
:root {
  color-scheme: light dark;
  --ground: #fafaf8; --surface: #ffffff; --sunken: #f3f3f0; --line: #e2e2dd; --text: #1c1f23; --quiet: #5b626b;
  --accent: #1f5aa6; --wrong: #ab1f1f; --wrong-ground: #fbe9e7; --warn: #855300; --warn-ground: #fbf0d9;
  --good: #1d6b40; --idle: #5b626b; --idle-ground: #f0f0ed;
  --wrong-bar: #c4433c; --warn-bar: #cf9a35; --good-bar: #5d9c78; --idle-bar: #b9bdc3;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --ground: #131518; --surface: #1a1d21; --sunken: #212529; --line: #2f343a; --text: #e5e7ea; --quiet: #9ca4ae;
    --accent: #8ab6f5; --wrong: #ff9d94; --wrong-ground: #3b1c1b; --warn: #efc16a; --warn-ground: #372b13;
    --good: #84d1a3; --idle: #9ca4ae; --idle-ground: #22262b;
    --wrong-bar: #d0635a; --warn-bar: #b98a33; --good-bar: #3f8560; --idle-bar: #4b525a;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
body {
  margin: 0; background: var(--ground); color: var(--text);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: break-word;
}
code, pre { font: 0.8125rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
code { overflow-wrap: anywhere; }
code, pre, .finding { unicode-bidi: isolate; }
a { color: var(--accent); text-underline-offset: 0.15em; text-decoration-thickness: 1px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.page { max-width: 72rem; margin: 0 auto; padding: 2.5rem 2rem 6rem; }
.unseen, .skip:not(:focus) {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
}
h1, h2, h3, h4, p, ul, ol, dl, dd { margin: 0; padding: 0; }
h1 {
  font-size: clamp(1.5rem, 1.1rem + 1.8vw, 2.25rem); line-height: 1.2; font-weight: 650;
  letter-spacing: -0.015em; text-wrap: balance;
}
h2 { font-size: 1.3125rem; line-height: 1.3; font-weight: 650; letter-spacing: -0.01em; }
h2 small { color: var(--quiet); font-weight: 400; margin-left: 0.25rem; }
h3 { font-size: 1.0625rem; line-height: 1.4; font-weight: 620; }
h4 { font-size: 0.8125rem; font-weight: 600; color: var(--quiet); margin: 1.5rem 0 0.5rem; }
section { margin-top: 4rem; }
.lead { color: var(--quiet); max-width: 46rem; margin: 0.5rem 0 1.25rem; font-size: 0.9375rem; }
#run .copyable { margin-top: 1rem; }
.brand { font-weight: 650; margin-bottom: 1.5rem; }
.brand span { color: var(--quiet); font-weight: 400; margin-left: 0.5rem; }
.banner {
  margin-top: 1.25rem; padding: 0.75rem 1rem; border: 1px solid var(--warn); border-radius: 6px;
  background: var(--warn-ground);
}
.subject-line { margin-top: 1.25rem; font-size: 1.0625rem; }
.outcome { margin: 1.5rem 0 2rem; }
.outcome svg { display: block; width: 100%; height: 8px; border-radius: 4px; }
.outcome ul {
  list-style: none; display: flex; flex-wrap: wrap; gap: 0.25rem 1.5rem; margin-top: 0.625rem;
  font-size: 0.9375rem;
}
.outcome .wrong { color: var(--wrong); font-weight: 600; } .outcome .wrongWhenEmpty { color: var(--wrong); }
.outcome .right { color: var(--good); }
.outcome .partlyTested, .outcome .unsupported { color: var(--quiet); }
.bar-wrong { fill: var(--wrong-bar); } .bar-wrongWhenEmpty { fill: var(--wrong-bar); opacity: 0.5; } .bar-right, .bar-green { fill: var(--good-bar); }
.bar-partlyTested, .bar-untested, .bar-not-run, .bar-protocol { fill: var(--idle-bar); }
.bar-unsupported { fill: var(--line); } .bar-inaccurate, .bar-accepted-invalid { fill: var(--warn-bar); }
.strip {
  display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: 1px;
  border: 1px solid var(--line); border-radius: 8px; overflow: hidden; background: var(--surface);
}
.strip div { padding: 0.75rem 1rem; box-shadow: 0 0 0 1px var(--line); }
.strip dt { color: var(--quiet); font-size: 0.8125rem; }
.strip dd { font-size: 1.0625rem; font-weight: 600; line-height: 1.35; }
.strip small { display: block; font-size: 0.8125rem; font-weight: 400; color: var(--quiet); }
nav { display: flex; flex-wrap: wrap; gap: 0.375rem 1.25rem; margin-top: 1.5rem; font-size: 0.9375rem; }
.verdict { font-size: 1.625rem; margin-top: 4rem; padding-top: 2.5rem; border-top: 1px solid var(--line); }
.nothing { color: var(--good); margin-top: 0.75rem; }
${findingStyle}.copyable { position: relative; }
pre { margin: 0; white-space: pre; overflow-x: auto; overflow-wrap: normal; }
pre code { overflow-wrap: normal; }
.copyable pre {
  padding: 0.75rem 1rem; background: var(--sunken); border-radius: 6px; max-height: 32rem; overflow: auto;
}
.copyable button { position: absolute; top: 0.375rem; right: 0.375rem; }
button {
  font: inherit; font-size: 0.75rem; color: var(--text);
  background: var(--surface); border: 1px solid var(--line); border-radius: 4px; padding: 0.125rem 0.5rem;
  cursor: pointer;
}
.scroll { overflow-x: auto; }
.plain { border-collapse: collapse; width: 100%; font-size: 0.875rem; }
.plain th, .plain td {
  text-align: left; vertical-align: top; padding: 0.4375rem 1rem 0.4375rem 0;
  border-top: 1px solid var(--line); font-weight: 400; min-width: 6rem;
}
.plain thead th { border-top: 0; color: var(--quiet); font-size: 0.8125rem; vertical-align: bottom; }
.plain tbody th { font-weight: 550; }
.plain th small { display: block; font-weight: 400; color: var(--quiet); max-width: 24rem; }
.plain .number { text-align: right; white-space: nowrap; min-width: 4rem; padding-right: 2rem; }
.plain tr > :last-child { padding-right: 0; }
.oracles .digits { min-width: 12rem; max-width: 24rem; } .oracles .bound { white-space: nowrap; }
.line { display: block; }
details { margin-top: 0.5rem; }
summary { cursor: pointer; color: var(--accent); font-size: 0.9375rem; padding: 0.25rem 0; }
.says, .unbroken { white-space: nowrap; }
#self-test .says { white-space: normal; }
.says.wrong { color: var(--wrong); } .says.green { color: var(--good); }
.says.inaccurate, .says.accepted-invalid {
  color: var(--warn); } .says.untested, .says.not-run { color: var(--quiet);
}
.bar { display: block; width: 14rem; height: 1.25rem; }
.bar .track { fill: var(--idle-ground); } .bar .mark { fill: var(--text); }
${matrixStyle}${trialStyle}.coverage { columns: 4 13rem; column-gap: 2.5rem; }
.coverage > div { break-inside: avoid; margin-bottom: 1.25rem; }
.coverage h3 { font-size: 0.875rem; }
.coverage ul { list-style: none; font-size: 0.875rem; }
.coverage li {
  display: flex; justify-content: space-between; gap: 1rem; border-top: 1px solid var(--line);
  padding: 0.1875rem 0;
}
.coverage b { font-weight: 400; color: var(--quiet); }
.properties > div {
  display: grid; grid-template-columns: 14rem minmax(0, 1fr); gap: 0.25rem 2rem; padding: 1rem 0;
  border-top: 1px solid var(--line);
}
.properties dt { font-weight: 600; }
.properties p { max-width: 46rem; }
.properties .source { color: var(--quiet); font-size: 0.875rem; }
.properties .says { white-space: normal; font-size: 0.875rem; margin-top: 0.25rem; }
@media (min-width: 72rem) {
  .matrix-frame.fits td { min-width: 2.75rem; }
  .matrix-frame.fits td:last-child { min-width: 4.5rem; }
  .matrix-frame.fits { max-height: none; overflow: visible; width: fit-content; }
  .matrix-frame.fits thead th:first-child { border-top-left-radius: 8px; }
  .matrix-frame.fits thead th:last-child { border-top-right-radius: 8px; }
}
@media (max-width: 60rem) {
  .bar { width: 9rem; }
  .halves { grid-template-columns: minmax(0, 1fr); }
}
@media (max-width: 44rem) {
  .page { padding: 1.25rem 1rem 4rem; }
  section { margin-top: 3rem; }
  .properties > div { grid-template-columns: minmax(0, 1fr); }
  .finding > summary { grid-template-columns: 1.25rem minmax(0, 1fr) 0.75rem; padding: 0.5rem 0.75rem; }
  .finding > summary .badge { grid-column: 2; } .headline { grid-column: 2; }
  .finding > summary::after { grid-column: 3; grid-row: 1; }
  .in-short { flex-basis: 100%; text-align: left; }
  .finding > article { padding: 0.25rem 0.75rem 1rem; }
  .facts > div { grid-template-columns: minmax(0, 1fr); }
  .strip { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .strip div { padding: 0.625rem 0.75rem; }
  .matrix tr > th:first-child {
    min-width: 7rem; max-width: 10rem; overflow: hidden; text-overflow: ellipsis; padding: 0 0.5rem;
    font-size: 0.8125rem;
  }
  .plain th, .plain td { padding-right: 0.75rem; min-width: 4.5rem; }
  .plain .number { padding-right: 1rem; }
  .plain thead .number { white-space: normal; }
  .matrix td { min-width: 2.5rem; }
  .bar { width: 8rem; }
  .legend { grid-template-columns: minmax(0, 1fr); }
}
@media print {
  :root { color-scheme: light; --ground: #fff; }
  .page { max-width: none; padding: 0; }
  nav, .filters, .note, button, .skip { display: none !important; }
  details::details-content { content-visibility: visible; block-size: auto; }
  .matrix-frame { max-height: none; overflow: visible; border: 0; }
  .matrix thead th, .matrix tr > th:first-child { position: static; }
  .copyable pre { max-height: none; white-space: pre-wrap; }
  tr, .facts > div { break-inside: avoid; }
  h2, h3, h4 { break-after: avoid; }
}
`;
