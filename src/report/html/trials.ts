import type { Report, ReportTrial, SubjectReport } from "../../record/report.js";
import { STATES } from "../cellStates.js";
import {
  budgetSentence,
  isWrongTrial,
  objectTitle,
  trialEvidence,
  trialsByObject,
  type ObjectTrials,
} from "../trialRows.js";
import { clipText } from "../visibleText.js";
import { copyable } from "./copyable.js";
import { html, slug, type Content, type Markup } from "./escape.js";

/** What each initialiser, clipper, optimiser and layer promises, what it does, and how that is known. */
export function trialsSection(report: Report, subject: SubjectReport): Markup {
  const objects = trialsByObject(subject);
  if (objects.length === 0) return html``;
  return html`<section id="objects-${slug(subject.id)}">
    <h2>Initialisers, clipping, optimisers and layers <small>${objects.length}</small></h2>
    <p class="lead">
      What the library's documentation promises, what its object does, and the evidence.
      ${budgetSentence(report)}
    </p>
    <div class="objects">${objects.map(objectCard)}</div>
  </section>`;
}

const OPEN = html`open`;

function objectCard({ target, state, promise, trials }: ObjectTrials): Markup {
  const { sign, label } = STATES[state];
  const wrong = trials.some(isWrongTrial);
  return html`<details class="finding object" ${wrong ? OPEN : null}>
    <summary>
      <span class="badge ${wrong ? "wrong" : state === "green" ? "right" : "inaccurate"}"
        >${sign} ${label}</span
      >
      <span class="headline"><strong>${objectTitle(target)}</strong></span>
    </summary>
    <article>
      ${promise && html`<blockquote>${clipText(promise.says, 600)} <cite>${clipText(promise.source, 300)}</cite></blockquote>`}
      ${trials.map(trialPart)}
    </article>
  </details>`;
}

function trialPart(trial: ReportTrial): Content {
  const { property, does, facts, judgement, dtype, snippet, replay } = trial;
  const wrong = isWrongTrial(trial);
  const undecided = judgement.verdict !== "pass" && !wrong ? ` (${judgement.verdict})` : "";
  return html`<section class="trial ${wrong ? "wrong" : ""}">
    <h4>
      ${wrong ? "✗" : judgement.verdict === "pass" ? "✓" : "○"}
      <a href="#property-${slug(property)}">${property}</a> ${dtype}${undecided}
    </h4>
    <p>${clipText(does, 600)}</p>
    ${wrong || judgement.reason === "" || judgement.reason === does ? null : html`<p>${clipText(judgement.reason, 600)}</p>`}
    ${wrong ? html`<p class="because">${clipText(judgement.reason, 1000)}</p>` : null}
    ${
      facts.length > 0
        ? html`<dl class="facts">
            ${facts.map(
              ({ name, value }) =>
                html`<div>
                  <dt>${name}</dt>
                  <dd>${clipText(value, 300)}</dd>
                </div>`,
            )}
          </dl>`
        : null
    }
    <p class="lead">${trialEvidence(trial)}</p>
    ${wrong && snippet !== "" ? copyable(snippet, "the snippet") : null}
    ${wrong ? copyable(replay, "the replay command") : null}
  </section>`;
}
