import type { Report, SubjectReport } from "../../record/report.js";
import { opsByOutcome, selfTestScore, verdictSentence } from "../sentence.js";
import { showCount, showDuration, showMemory, showPercent, showPlural, showTime } from "../showNumber.js";
import { html, type Content, type Markup } from "./escape.js";

/** The verdict in one sentence, as loud as it deserves. */
export function verdict(subject: SubjectReport, level: "h1" | "h2"): Markup {
  const sentence = verdictSentence(subject);
  return level === "h1" ? html`<h1>${sentence}</h1>` : html`<h2 class="verdict">${sentence}</h2>`;
}

const OUTCOMES = [
  ["wrong", "wrong", "✗"],
  ["partlyTested", "not fully tested", "○"],
  ["right", "right", "✓"],
  ["unsupported", "unsupported", "–"],
] as const;

/** Ops by outcome as one bar, with the numbers in words below it. */
export function outcomeBar(subject: SubjectReport): Markup {
  const ops = opsByOutcome(subject);
  const parts = OUTCOMES.map(([key, label, sign]) => ({ key, label, sign, n: ops[key].length })).filter(
    ({ n }) => n > 0,
  );
  const total = parts.reduce((sum, { n }) => sum + n, 0);
  let x = 0;
  const bars = parts.map(({ key, n }) => {
    const width = (100 * n) / total;
    const bar = html`<rect
      class="bar-${key}"
      x="${x.toFixed(3)}"
      y="0"
      width="${width.toFixed(3)}"
      height="6"
    ></rect>`;
    x += width;
    return bar;
  });
  const legend = parts.map(
    ({ key, label, sign, n }) =>
      html`<li class="${key}"><span aria-hidden="true">${sign}</span> ${showPlural(n, "op")} ${label}</li>`,
  );
  return html`<div class="outcome">
    <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">${bars}</svg>
    <ul>
      ${legend}
    </ul>
  </div>`;
}

const fact = (name: string, value: Content, note: Content = null): Markup =>
  html`<div>
    <dt>${name}</dt>
    <dd>${value}${note === null ? null : html` <small>${note}</small>`}</dd>
  </div>`;

/** How the verdict was reached: what was run, on what, how much of it, and what was not. */
export function summaryStrip(report: Report): Markup {
  const cases = report.subjects.reduce((total, subject) => total + subject.cases, 0);
  const decided = report.subjects.reduce((total, subject) => total + subject.decided, 0);
  const { planned, undecided } = report.cells;
  return html`<dl class="strip">
    ${fact("cases", showCount(cases), cases > 0 ? `${showPercent(decided / cases)} decided` : null)}
    ${fact("evaluations", showCount(report.evaluations))} ${fact("duration", showDuration(report.elapsedMs))}
    ${fact("peak memory", showMemory(report.peakMemoryMb))}
    ${fact("mutants caught", selfTestScore(report), "the self-test")}
    ${fact("cells undecided", showCount(undecided), `of ${showCount(planned)} planned`)}
    ${fact("units of work", showCount(report.units.done), `of ${showCount(report.units.planned)} planned`)}
    ${fact("complete", report.complete ? "yes" : "no")} ${fact("seed", String(report.seed))}
    ${report.subjects.map(({ hello: { implementation, environment } }) =>
      fact(
        implementation.name,
        implementation.version,
        [
          `${implementation.language} ${environment.languageVersion}`,
          ...(environment.target ? [environment.target.backend] : []),
        ].join(", "),
      ),
    )}
    ${fact("gradproof", report.gradproof, `Node ${report.environment.node}`)}
    ${fact("started", showTime(report.startedAt))}
  </dl>`;
}

export const incompleteBanner = (report: Report): Markup =>
  report.incompleteBecause === null
    ? html``
    : html`<p class="banner" role="alert">
        <strong>Incomplete.</strong> ${report.incompleteBecause}. What follows is what was seen until then.
      </p>`;
