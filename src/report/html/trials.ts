import type { CellState, Report, ReportTrial, SubjectReport } from "../../record/report.js";
import { STATES } from "../cellStates.js";
import { showPlural } from "../showNumber.js";
import {
  budgetSentence,
  isWrongTrial,
  kindsOfObjects,
  objectTitle,
  trialEvidence,
  type ObjectTrials,
} from "../trialRows.js";
import { clipText } from "../visibleText.js";
import { copyable } from "./copyable.js";
import { html, slug, type Content, type Markup } from "./escape.js";
import { factRow } from "./witness.js";

/** What each initialiser, clipper, optimiser and layer promises, what it does, and how that is known. */
export function trialsSection(report: Report, subject: SubjectReport): Markup {
  const kinds = kindsOfObjects(subject);
  if (kinds.length === 0) return html``;
  return html`<section id="objects-${slug(subject.id)}">
    <h2>Promises of its objects</h2>
    <p class="lead">
      What the library's documentation promises of each object, what the object does, and the evidence.
      ${budgetSentence(report)}
    </p>
    ${kinds.map(
      ({ kind, objects }) =>
        html`<h3 class="kind">${kind} <small>${objects.length}</small></h3>
          ${objects.map(objectCard)}`,
    )}
  </section>`;
}

const OPEN = html`open`;

/** The tones of badges: wrong, to be looked at, right. */
const toneOf = (state: CellState): string =>
  state === "wrong" ? "wrong" : state === "green" ? "right" : "inaccurate";

function objectCard({ target, state, promise, trials }: ObjectTrials): Markup {
  const { sign, label } = STATES[state];
  const wrong = trials.filter(isWrongTrial);
  return html`<details class="finding object" ${wrong.length > 0 ? OPEN : null}>
    <summary>
      <span class="ordinal" aria-hidden="true"></span>
      <span class="badge ${toneOf(state)}">${sign} ${label}</span>
      <span class="headline">
        <strong>${objectTitle(target)}</strong>
        <span class="op"
          >${wrong.length > 0 ? wrong.map(({ property }) => property).join(", ") : showPlural(trials.length, "trial")}</span
        >
      </span>
    </summary>
    <article>
      ${
        promise &&
        html`<blockquote>
          <p>“${clipText(promise.says, 600)}”</p>
          <cite>${clipText(promise.source, 300)}</cite>
        </blockquote>`
      }
      ${wrong.map(wrongTrial)}
      <ul class="trials">
        ${trials.filter((trial) => !isWrongTrial(trial)).map(trialRow)}
      </ul>
    </article>
  </details>`;
}

const nameOf = ({ property, dtype }: ReportTrial): Content =>
  html`<a href="#property-${slug(property)}">${property}</a> <span class="quiet">${dtype}</span>`;

const factsOf = ({ facts }: ReportTrial): Content =>
  facts.length > 0
    ? html`<dl class="facts">${facts.map(({ name, value }) => factRow(name, clipText(value, 300)))}</dl>`
    : null;

function wrongTrial(trial: ReportTrial): Markup {
  const { does, judgement, snippet, replay } = trial;
  return html`<div class="broken">
    <h4><span class="says wrong">✗ ${judgement.verdict}</span> ${nameOf(trial)}</h4>
    <p class="because">${clipText(judgement.reason, 1000)}</p>
    ${judgement.reason === does ? null : html`<p class="because">It ${clipText(does, 600)}.</p>`}
    ${factsOf(trial)}
    <p class="quiet">${trialEvidence(trial)}</p>
    ${snippet === "" ? null : copyable(snippet, "the snippet")} ${copyable(replay, "the replay command")}
  </div>`;
}

function trialRow(trial: ReportTrial): Markup {
  const { judgement, does } = trial;
  const pass = judgement.verdict === "pass";
  const why = pass || judgement.reason === does ? "" : ` — ${judgement.verdict}: ${judgement.reason}`;
  return html`<li>
    <details>
      <summary>
        <span class="says ${pass ? "green" : "untested"}" aria-label="${judgement.verdict}"
          >${pass ? "✓" : judgement.verdict === "convention" ? "≈" : "○"}</span
        >
        ${nameOf(trial)} <span>${clipText(does + why, 400)}</span>
      </summary>
      ${factsOf(trial)}
      <p class="quiet">${trialEvidence(trial)}</p>
    </details>
  </li>`;
}
