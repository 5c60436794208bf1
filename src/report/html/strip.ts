import type { Report, SubjectReport } from "../../record/report.js";
import type { Counts } from "../../record/verdict.js";
import { STATES } from "../cellStates.js";
import { opsByOutcome, programsState } from "../opOutcomes.js";
import { escapedMutants, selfTestScore, verdictSentence } from "../sentence.js";
import { showCount, showDuration, showMemory, showPlural, showShare, showTime } from "../showNumber.js";
import { answerableIn, decidedIn } from "../tally.js";
import { html, type Content, type Markup } from "./escape.js";

/** The verdict in one sentence, as loud as it deserves. */
export function verdict(subject: SubjectReport, level: "h1" | "h2"): Markup {
  const sentence = verdictSentence(subject);
  return level === "h1" ? html`<h1>${sentence}</h1>` : html`<h2 class="verdict">${sentence}</h2>`;
}

const OUTCOMES = [
  ["wrong", "wrong", "✗"],
  ["wrongWhenEmpty", "wrong only for tensors without elements", "∅"],
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
  const programs = programsState(subject);
  if (programs !== null && programs !== "unsupported") {
    const { sign, label } = STATES[programs];
    const tone = programs === "wrong" ? "wrong" : programs === "green" ? "right" : "partlyTested";
    legend.push(
      html`<li class="${tone}"><span aria-hidden="true">${sign}</span> programs of several ops ${label}</li>`,
    );
  }
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
  const sum = (part: (counts: Counts) => number): number =>
    report.subjects.reduce((total, { counts }) => total + part(counts), 0);
  const cases = sum(answerableIn);
  const unsupported = sum(({ unsupported }) => unsupported ?? 0);
  const escaped = escapedMutants(report);
  const { planned, undecided } = report.cells;
  return html`<dl class="strip">
    ${fact("cases", showCount(cases), cases > 0 ? `${showShare(sum(decidedIn), cases)} decided` : null)}
    ${unsupported > 0 ? fact("unsupported", showCount(unsupported), "cases besides") : null}
    ${fact("evaluations", showCount(report.evaluations))} ${fact("duration", showDuration(report.elapsedMs))}
    ${fact("peak memory", showMemory(report.peakMemoryMb))}
    ${fact(
      "mutants caught",
      escaped.length > 0
        ? html`<span class="says wrong">${selfTestScore(report)}</span>`
        : selfTestScore(report),
      escaped.length > 0
        ? html`<a href="#self-test">${showCount(escaped.length)} escaped</a>`
        : "the self-test",
    )}
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

/** A law that let a fault pass in this very run cannot be trusted to have seen the subject's. */
export function escapedBanner(report: Report): Markup {
  const escaped = escapedMutants(report);
  if (escaped.length === 0) return html``;
  const many = showPlural(escaped.length, "mutant");
  return html`<p class="banner" role="alert">
    <strong>The self-test let ${many} escape:</strong> ${escaped.join(", ")}.
    <a href="#self-test">Mutants caught: ${selfTestScore(report)}</a>. A fault of the same kind would not have
    been seen in a subject.
  </p>`;
}
