import type { AttributeCell, Report, ReportCell, ReportFinding, SubjectReport } from "../record/report.js";
import { findingsOf, opName } from "./opOutcomes.js";
import { subjectName } from "./sentence.js";
import { showCount } from "./showNumber.js";
import { verdictsOf, wrongIn } from "./tally.js";
import { clipText, visibleText } from "./visibleText.js";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

const escapeXml = (text: string): string => visibleText(text).replace(/[&<>"']/g, (c) => ENTITIES[c]);

/** In an attribute, where a parser would make a newline a space. */
const inAttribute = (text: string): string => escapeXml(clipText(text, 1000)).replace(/\n/g, "&#10;");

interface TestCase {
  readonly outcome: "passed" | "failure" | "error" | "skipped";
  readonly xml: string;
}

/** JUnit XML: a suite per subject and property, a test case per (property, op, attribute class). */
export function renderJunit(report: Report): string {
  const suites = [
    suite("campaign", [completeness(report)]),
    ...report.subjects.flatMap((subject) => subjectSuites(subject)),
  ];
  const all = suites.flatMap(({ cases }) => cases);
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<testsuites name="gradproof" ${totals(all)} time="${(report.elapsedMs / 1000).toFixed(3)}">`,
    ...suites.map(({ xml }) => xml),
    `</testsuites>`,
    ``,
  ].join("\n");
}

const totals = (cases: readonly TestCase[]): string => {
  const count = (outcome: TestCase["outcome"]) => cases.filter((one) => one.outcome === outcome).length;
  return `tests="${cases.length}" failures="${count("failure")}" errors="${count("error")}" skipped="${count("skipped")}"`;
};

function suite(name: string, cases: readonly TestCase[]) {
  const lines = [
    `  <testsuite name="${inAttribute(name)}" ${totals(cases)}>`,
    ...cases.map(({ xml }) => xml),
    `  </testsuite>`,
  ];
  return { cases, xml: lines.join("\n") };
}

function testCase(
  className: string,
  name: string,
  outcome: TestCase["outcome"],
  message: string,
  details: string,
): TestCase {
  const open = `    <testcase classname="${inAttribute(className)}" name="${inAttribute(name)}"`;
  const inside =
    outcome === "passed"
      ? details && `\n      <system-out>${escapeXml(details)}</system-out>\n    `
      : `\n      <${outcome} message="${inAttribute(message)}">${escapeXml(details)}</${outcome}>\n    `;
  return { outcome, xml: inside ? `${open}>${inside}</testcase>` : `${open}/>` };
}

const completeness = ({ incompleteBecause }: Report): TestCase =>
  testCase(
    "gradproof.campaign",
    "the run is complete",
    incompleteBecause === null ? "passed" : "error",
    incompleteBecause ?? "",
    "",
  );

function subjectSuites(subject: SubjectReport) {
  const properties = new Set(subject.cells.map(({ property }) => property));
  return [...properties].map((property) =>
    suite(
      `${subjectName(subject)}: ${property}`,
      subject.cells
        .filter((cell) => cell.property === property)
        .flatMap((cell) =>
          [{ ...cell, attribute: "" }, ...cell.attributes].map((part) => cellCase(subject, cell, part)),
        ),
    ),
  );
}

/** Skipped only when nothing was decided: whatever was seen is said. */
function cellCase(subject: SubjectReport, cell: ReportCell, part: AttributeCell): TestCase {
  const { attribute, counts, decided } = part;
  const className = `${subject.id}.${cell.property}`;
  const name = attribute === "" ? opName(cell.op) : `${opName(cell.op)}[${attribute}]`;
  const tally = verdictsOf(counts)
    .map(([verdict, n]) => `${verdict} ${showCount(n)}`)
    .join(", ");
  const wrong = wrongIn(counts);
  if (wrong > 0) {
    const findings = findingsOf(subject, cell).filter(
      ({ witness }) => attribute === "" || witness.tags.includes(attribute),
    );
    const message =
      findings[0]?.title ?? `${showCount(wrong)} of ${showCount(decided)} decided cases are wrong`;
    return testCase(className, name, "failure", message, [tally, ...findings.map(findingText)].join("\n\n"));
  }
  const because = part.because ?? tally;
  if (counts.protocol) return testCase(className, name, "error", because, tally);
  if (decided === 0) return testCase(className, name, "skipped", because, tally);
  return testCase(
    className,
    name,
    "passed",
    "",
    part.because ? `${tally}\nundecided: ${part.because}` : tally,
  );
}

const findingText = (finding: ReportFinding): string =>
  [
    `${finding.verdict}: ${finding.title}`,
    finding.because,
    `inputs: ${finding.inputs.join("; ")}`,
    `cotangents: ${finding.cotangents.join("; ")}`,
    `expected: ${finding.expected}`,
    `got: ${finding.got}`,
    finding.snippet,
    `Reproduce with: ${finding.replay}`,
  ]
    .map((text) => clipText(text, 20_000))
    .join("\n");
