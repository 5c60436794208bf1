import { createHash } from "node:crypto";
import type { Report, SubjectReport } from "../../record/report.js";
import { isOfObject } from "../opOutcomes.js";
import { subjectName, verdictSentence } from "../sentence.js";
import { showCount, showPlural } from "../showNumber.js";
import { wrongIn } from "../tally.js";
import { accuracySection } from "./accuracy.js";
import { html, Markup, slug, webAddress } from "./escape.js";
import { conventionsSection } from "./conventions.js";
import { copyable } from "./copyable.js";
import { exhaustionsSection } from "./exhaustions.js";
import { findingsSection } from "./findings.js";
import { formulasSection } from "./formulas.js";
import { matrixSection } from "./matrix.js";
import { propertiesSection } from "./properties.js";
import { script } from "./script.js";
import { escapedBanner, incompleteBanner, outcomeBar, summaryStrip, verdict } from "./strip.js";
import { style } from "./style.js";
import { coverageSection, epochsSection, gapsSection, selfTestSection } from "./tables.js";
import { trialsSection } from "./trials.js";
import { undecidedSection } from "./undecided.js";

const hashOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** This style and this script, by their hashes, and nothing from anywhere: no other script, even if one got in. */
const policy = [
  "default-src 'none'",
  `style-src ${hashOf(style)}`,
  `script-src ${hashOf(script)}`,
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** The whole report in one file, which asks nothing of anybody and needs neither a server nor scripts. */
export function renderHtml(report: Report): string {
  const title = report.subjects.map(verdictSentence).join(" · ");
  const single = report.subjects.length === 1;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <link rel="icon" href="data:," />
        <title>${title || "gradproof"}</title>
        ${new Markup(`<style>${style}</style>`)}
      </head>
      <body>
        <a class="skip" href="#content">Skip to the findings</a>
        <div class="page">
          <header class="top">
            <p class="brand">gradproof <span>${report.campaign}</span></p>
            ${single ? verdict(report.subjects[0], "h1") : html`<h1>${severalVerified(report)}</h1>`}
            ${incompleteBanner(report)} ${escapedBanner(report)}
            ${single ? outcomeBar(report.subjects[0]) : summaries(report)} ${summaryStrip(report)}
            ${navigation(report)}
          </header>
          <main id="content">
            ${report.subjects.map((subject) => subjectSections(report, subject, single))}
            ${conventionsSection(report)} ${coverageSection(report)} ${selfTestSection(report)}
            ${propertiesSection(report)} ${formulasSection(report)} ${runSection(report)}
          </main>
        </div>
        ${new Markup(`<script>${script}</script>`)}
      </body>
    </html>`;
  return `${page.text}\n`;
}

function severalVerified({ subjects }: Report): string {
  const faulty = subjects.filter(({ counts }) => wrongIn(counts) > 0).length;
  const many = faulty === 0 ? "none" : showCount(faulty);
  return `${showPlural(subjects.length, "subject")} verified, ${many} with faults`;
}

const summaries = ({ subjects }: Report): Markup[] =>
  subjects.map(
    (subject) =>
      html`<p class="subject-line"><a href="#subject-${slug(subject.id)}">${verdictSentence(subject)}</a></p>
        ${outcomeBar(subject)}`,
  );

function navigation({ subjects, selfTest }: Report): Markup {
  const links =
    subjects.length === 1
      ? [
          ...(subjects[0].cells.every(isOfObject)
            ? []
            : [
                [`findings-${slug(subjects[0].id)}`, "Findings"],
                [`matrix-${slug(subjects[0].id)}`, "Ops by property"],
              ]),
          ...(subjects[0].trials.length > 0 ? [[`objects-${slug(subjects[0].id)}`, "Promises"]] : []),
          [`accuracy-${slug(subjects[0].id)}`, "Accuracy"],
        ]
      : subjects.map((subject) => [`subject-${slug(subject.id)}`, subjectName(subject)]);
  const common = [
    ["conventions", "Conventions"],
    ["coverage", "Coverage"],
    ...(selfTest ? [["self-test", "Self-test"]] : []),
    ["properties", "Properties"],
    ["run", "This run"],
  ];
  return html`<nav aria-label="Sections">
    ${[...links, ...common].map(([id, name]) => html`<a href="#${id}">${name}</a> `)}
  </nav>`;
}

const subjectSections = (report: Report, subject: SubjectReport, single: boolean): Markup =>
  html`<div id="subject-${slug(subject.id)}" class="subject">
    ${single ? null : verdict(subject, "h2")} ${findingsSection(subject)} ${exhaustionsSection(subject)}
    ${matrixSection(report, subject)} ${trialsSection(report, subject)} ${accuracySection(subject)}
    ${undecidedSection(subject)} ${gapsSection(subject)} ${epochsSection(subject)}
  </div>`;

function runSection({ command, environment, subjects }: Report): Markup {
  const { node, os, arch, cores } = environment;
  return html`<section id="run">
    <h2>This run</h2>
    ${copyable(command, "the command")}
    <p class="lead">Node ${node}, ${os} ${arch}, ${showCount(cores)} cores.</p>
    ${subjects.map(subjectFacts)}
  </section>`;
}

function subjectFacts({ hello }: SubjectReport): Markup {
  const { implementation, environment } = hello;
  const homepage = webAddress(implementation.homepage);
  const libraries = Object.entries(environment.libs ?? {}).map(([name, version]) => `${name} ${version}`);
  const facts = [
    `${implementation.language} ${environment.languageVersion}`,
    `${environment.os} ${environment.arch}`,
    ...(environment.target ? [`${environment.target.kind}, ${environment.target.backend}`] : []),
    ...libraries,
    ...(implementation.license === undefined ? [] : [implementation.license]),
  ];
  const name = `${implementation.name} ${implementation.version}`;
  return html`<p class="lead">
    ${homepage === null ? name : html`<a href="${homepage}" rel="noopener noreferrer">${name}</a>`}:
    ${facts.join("; ")}.
  </p>`;
}
