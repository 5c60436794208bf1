import type { ReportFinding, SubjectReport } from "../../record/report.js";
import { factorText, matters } from "../../record/fault.js";
import { VERDICTS } from "../../record/verdict.js";
import { needsEmptyTensor, opName } from "../opOutcomes.js";
import { subjectName } from "../sentence.js";
import { showMeasure, showPlural } from "../showNumber.js";
import { clipText } from "../visibleText.js";
import { copyable } from "./copyable.js";
import { html, slug, webAddress, type Content, type Markup } from "./escape.js";
import { testimonies } from "./testimonies.js";
import { codeOf, factRow, smallestCase } from "./witness.js";

export const findingAnchor = ({ subject, id }: ReportFinding): string =>
  `finding-${slug(subject)}-${slug(id)}`;

/** A verdict with a sign and a tone. */
function verdictOf({ verdict }: ReportFinding): Markup {
  const wrong = VERDICTS[verdict].wrong;
  return html`<span class="badge ${wrong ? "wrong" : "inaccurate"}">${wrong ? "✗" : "≈"} ${verdict}</span>`;
}

/** A finding: one line of what is wrong, and behind it how it is known and how to see it again. */
export function findingCard(
  subject: SubjectReport,
  finding: ReportFinding,
  { number, open }: { readonly number: number; readonly open: boolean },
): Markup {
  const { op, title, because, cause, signature } = finding;
  const anchor = findingAnchor(finding);
  return html`<details class="finding" id="${anchor}" ${open ? OPEN : null}>
    <summary>
      <span class="ordinal">${number}</span> ${verdictOf(finding)}
      <span class="headline">
        <strong>${clipText(headlineOf(finding), 400)}</strong>
        ${title.startsWith(opName(op)) ? null : html`<span class="op">${opName(op)}</span>`}
        ${inShort(finding)}
      </span>
    </summary>
    <article>
      <p class="kicker">
        <span>${opName(op)}</span> <span>${signature.where}</span> <span>${signature.kind}</span>
        <a class="permalink" href="#${anchor}">${finding.id}</a>
      </p>
      <p class="because">${clipText(because, 2000)}</p>
      ${cause ? html`<p class="because">${clipText(cause.because, 2000)}</p>` : null}
      <div class="halves">
        <div>
          <h4>Smallest case</h4>
          ${smallestCase(finding)}
        </div>
        <div>
          <h4>Expected and got</h4>
          ${comparison(finding)}
        </div>
      </div>
      ${testimonies(finding)} ${dependence(finding)}
      <h4>Stand-alone snippet</h4>
      ${copyable(finding.snippet, "the snippet")}
      <h4>Replay</h4>
      ${copyable(finding.replay, "the replay command")}
      <footer>
        <p>
          ${showPlural(finding.cases, "case")} with this signature, in ${finding.properties.join(", ")};
          minimised in ${showPlural(finding.shrinkEvaluations, "re-check")}. ${issueLink(subject, finding)}
        </p>
      </footer>
    </article>
  </details>`;
}

const OPEN = html`open`;

/** What stands under the heading of its group needs not say so again. */
const headlineOf = (finding: ReportFinding): string =>
  needsEmptyTensor(finding) ? finding.title.replace(/, for tensors without elements$/, "") : finding.title;

/** Longer numbers wait in the card. */
const SHORT = 60;

/** A number to the nine digits that tell all float32 apart; the card has the rest. */
function withoutBound(expected: string): string {
  const [value] = expected.split(" ± ");
  return /^-?\d[\d.]*(?:e[+-]?\d+)?$/.test(value) ? String(Number(Number(value).toPrecision(9))) : value;
}

/** What was expected and what came, on one line; where any result would do, only what came. */
function inShort({ expected, got, judgement }: ReportFinding): Markup {
  const came = html`<code class="came">${clipText(got, SHORT * 3)}</code>`;
  if (judgement.expected === undefined) return html`<span class="in-short">${came}</span>`;
  return html`<span class="in-short"
    ><code>${clipText(withoutBound(expected), SHORT)}</code> <span aria-label="but got">→</span> ${came}</span
  >`;
}

/** What was varied around the smallest case; what matters comes first. */
function dependence({ factors = [], also = [], fault }: ReportFinding): Markup | null {
  const deciding = factors.filter(matters);
  // With what a fault shows whatever is taken of them; of one class alone nothing follows.
  const rest = factors.filter((factor) => !matters(factor) && factor.fails.length > 1);
  if (factors.length === 0 && also.length === 0) return null;
  return html`<h4>What it depends on</h4>
    <ul class="depends">
      ${fault && fault.detail !== "" ? html`<li>${fault.class}: ${fault.detail}</li>` : null}
      ${deciding.map((factor) => html`<li>${clipText(factorText(factor), 400)}</li>`)}
      ${rest.map((factor) => html`<li>${clipText(factorText(factor), 400)}: every class that could be tried</li>`)}
      ${also.map((title) => html`<li>It shows also as: ${clipText(title, 300)}</li>`)}
    </ul>`;
}

function comparison({ expected, got, judgement }: ReportFinding): Markup {
  const { where, element, expected: accepted, got: came, errorOverAttainable, resolution } = judgement;
  const rows: Content[] = [
    factRow("expected", codeOf(expected)),
    factRow("got", html`<span class="got">${codeOf(got)}</span>`),
  ];
  if (where !== undefined) {
    rows.push(factRow("worst at", element === undefined ? where : `${where}, element ${element}`));
  }
  if (accepted !== undefined) {
    rows.push(factRow("accepted there", codeOf(`${accepted.low} to ${accepted.high}`)));
  }
  if (came !== undefined) rows.push(factRow("got there", codeOf(String(came))));
  if (errorOverAttainable !== undefined) {
    rows.push(factRow("error ÷ attainable", html`<strong>${showMeasure(errorOverAttainable)}</strong>`));
  }
  if (resolution !== undefined) {
    rows.push(factRow("resolution", `a relative error of ${showMeasure(resolution)} would have been seen`));
  }
  return html`<dl class="facts">${rows}</dl>`;
}

/** The subject's tracker; where it is GitHub's, with the issue filled in. */
function issueLink(subject: SubjectReport, finding: ReportFinding): Markup | null {
  const address = webAddress(subject.hello.implementation.issues);
  if (address === null) return null;
  const github = /^https:\/\/github\.com\/[\w.-]+\/[\w.-]+\/issues$/.test(address);
  const body = [
    finding.because,
    "```",
    clipText(finding.snippet, 3000),
    "```",
    `Expected ${clipText(finding.expected, 500)}, got ${clipText(finding.got, 500)}`,
    `(${subjectName(subject)}).`,
  ].join("\n");
  const filled = new URLSearchParams({ title: clipText(finding.title, 200), body });
  const href = github ? `${address}/new?${filled.toString()}` : address;
  return html`<a href="${href}" rel="noopener noreferrer">Report it to ${subject.hello.implementation.name}</a
    >.`;
}
