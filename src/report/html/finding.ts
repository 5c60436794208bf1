import type { AttributeValue } from "../../record/program.js";
import type { ReportFinding, SubjectReport } from "../../record/report.js";
import { VERDICTS } from "../../record/verdict.js";
import { opName, subjectName } from "../sentence.js";
import { showCount, showMeasure, showPlural } from "../showNumber.js";
import { clipText } from "../visibleText.js";
import { html, slug, webAddress, type Content, type Markup } from "./escape.js";

/** Longer texts are a subject's fault, not its reader's. */
const LONGEST = 20_000;

export const findingAnchor = ({ subject, id }: ReportFinding): string =>
  `finding-${slug(subject)}-${slug(id)}`;

/** Code with a button that copies it, which shows itself where scripts run. */
export const copyable = (code: string, label: string): Markup =>
  html`<div class="copyable">
    <button type="button" data-copy data-tool hidden aria-label="Copy ${label}">Copy</button>
    <pre tabindex="0"><code>${clipText(code.trimEnd(), LONGEST)}</code></pre>
  </div>`;

export function findingsSection(subject: SubjectReport): Markup {
  const { findings } = subject;
  return html`<section id="findings-${slug(subject.id)}">
    <h2>Findings <small>${showCount(findings.length)}</small></h2>
    ${findings.length === 0 ? html`<p class="nothing">Nothing to report.</p>` : null}
    ${findings.length > 3 ? contents(findings) : null} ${findings.map((finding) => card(subject, finding))}
  </section>`;
}

const contents = (findings: readonly ReportFinding[]): Markup =>
  html`<ol class="contents">
    ${findings.map(
      (finding) =>
        html`<li>
          <a href="#${findingAnchor(finding)}">${clipText(finding.title, 200)}</a> ${verdictOf(finding)}
        </li>`,
    )}
  </ol>`;

/** A verdict with a sign and a tone. */
function verdictOf({ verdict }: ReportFinding): Markup {
  const wrong = VERDICTS[verdict].wrong;
  return html`<span class="badge ${wrong ? "wrong" : "inaccurate"}">${wrong ? "✗" : "≈"} ${verdict}</span>`;
}

function card(subject: SubjectReport, finding: ReportFinding): Markup {
  const { op, title, because, signature } = finding;
  return html`<article class="finding" id="${findingAnchor(finding)}">
    <header>
      <p class="kicker">
        ${verdictOf(finding)}
        <span>${opName(op)}</span> <span>${signature.where}</span> <span>${signature.kind}</span>
        <a class="permalink" href="#${findingAnchor(finding)}">${finding.id}</a>
      </p>
      <h3>${clipText(title, 400)}</h3>
      <p>${clipText(because, 2000)}</p>
    </header>
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
    ${testimonies(finding)}
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
  </article>`;
}

const row = (name: string, value: Content): Markup =>
  html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;

const code = (text: string): Markup => html`<code>${clipText(text, LONGEST)}</code>`;

function smallestCase({ witness, inputs, cotangents }: ReportFinding): Markup {
  return html`<dl class="facts">
    ${row("program", code(programText(witness.program)))}
    ${inputs.map((input, k) => row(`input x${k}`, code(input)))}
    ${cotangents.map((gy, k) => row(cotangents.length === 1 ? "cotangent" : `cotangent ${k}`, code(gy)))}
    ${row("precision", witness.dtype === "f32" ? "float32" : "float64")}
  </dl>`;
}

function comparison({ expected, got, judgement }: ReportFinding): Markup {
  const { where, element, expected: accepted, got: came, errorOverAttainable, resolution } = judgement;
  const rows = [row("expected", code(expected)), row("got", html`<span class="got">${code(got)}</span>`)];
  if (where !== undefined) {
    rows.push(row("worst at", element === undefined ? where : `${where}, element ${element}`));
  }
  if (accepted !== undefined) {
    rows.push(row("accepted there", code(`${accepted.low} to ${accepted.high}`)));
  }
  if (came !== undefined) rows.push(row("got there", code(String(came))));
  if (errorOverAttainable !== undefined) {
    rows.push(row("error ÷ attainable", html`<strong>${showMeasure(errorOverAttainable)}</strong>`));
  }
  if (resolution !== undefined) {
    rows.push(row("resolution", `a relative error of ${showMeasure(resolution)} would have been seen`));
  }
  return html`<dl class="facts">${rows}</dl>`;
}

const SAYS = {
  agrees: ["✓", "green"],
  contradicts: ["✗", "wrong"],
  "cannot tell": ["○", "untested"],
} as const;

function testimonies({ oracles }: ReportFinding): Markup {
  if (oracles.length === 0) return html``;
  const rows = oracles.map(({ oracle, value, bound, says, note }) => {
    const [sign, tone] = SAYS[says];
    return html`<tr>
      <th scope="row">${oracle}${note === undefined ? null : html`<small>${clipText(note, 400)}</small>`}</th>
      <td class="says ${tone}"><span aria-hidden="true">${sign}</span> ${says}</td>
      <td><code>${clipText(value, 200)}</code></td>
      <td><code>${clipText(bound, 200)}</code></td>
    </tr>`;
  });
  return html`<h4>What the oracles say of it</h4>
    <div class="scroll" tabindex="0">
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">oracle</th>
            <th scope="col">of what came</th>
            <th scope="col">value</th>
            <th scope="col">its own bound</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>`;
}

const showAttribute = (value: AttributeValue): string => JSON.stringify(value).replaceAll(",", ", ");

/** A program, one node a line. @example "x2 = multiply(x0, x1)" */
export function programText({ inputs, nodes, outputs }: ReportFinding["witness"]["program"]): string {
  const lines = nodes.map((node, k) => {
    const attributes = Object.entries(node.attributes).map(
      ([name, value]) => `${name}: ${showAttribute(value)}`,
    );
    const operands = [...node.inputs.map((input) => `x${input}`), ...attributes];
    return `x${inputs.length + k} = ${opName(node.op)}(${operands.join(", ")})`;
  });
  const declared = inputs.map(({ shape, type }, k) => `x${k}: ${type}[${shape.join(", ")}]`);
  return [declared.join(", "), ...lines, `return ${outputs.map((value) => `x${value}`).join(", ")}`].join(
    "\n",
  );
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
