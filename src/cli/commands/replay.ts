import type { Command } from "commander";
import pc from "picocolors";
import { measureAccuracy, withAccuracy } from "../../campaign/accuracy.js";
import { judgeCase } from "../../campaign/judgeCase.js";
import { GradproofError } from "../../core/errors.js";
import { decodeCase } from "../../record/case.js";
import { VERDICTS } from "../../record/verdict.js";
import { startSubject } from "../../subjects/known.js";
import { PROPERTIES } from "../../../properties/index.js";
import { DEFAULT_REPORTS, findFinding } from "../reports.js";

interface ReplayOptions {
  readonly record: string;
  readonly subject?: string;
}

export function addReplay(program: Command): void {
  program
    .command("replay")
    .description("ask a finding's literal case again, once, from its bits")
    .argument("<id>", "of the finding, as the report prints it")
    .option("--record <path>", "a record, or the folder of reports to look in", DEFAULT_REPORTS)
    .option("--subject <name>", "ask another subject; default the one that it was found in")
    .action(replay);
}

async function replay(id: string, options: ReplayOptions): Promise<void> {
  const finding = findFinding(id, options.record);
  const property = PROPERTIES.find(({ name }) => name === finding.property);
  if (!property)
    throw new GradproofError(
      "unknown-property",
      `finding ${id} is of property "${finding.property}", which this version has not`,
    );
  const c = decodeCase(finding.witness);
  const started = await startSubject(options.subject ?? finding.subject);
  try {
    const subject = withAccuracy(started, await measureAccuracy(started));
    const judgement = await judgeCase(property.law, c, subject);
    const same = judgement.verdict === finding.verdict && judgement.kind === finding.judgement.kind;
    const { wrong, decided } = VERDICTS[judgement.verdict];
    const word = same
      ? pc.red("SAME")
      : wrong
        ? pc.red("CHANGED")
        : decided
          ? pc.green("FIXED")
          : pc.yellow("UNDECIDED");
    const { implementation } = subject.hello;
    process.stdout.write(
      [
        `${word}  ${finding.title}  (${implementation.name} ${implementation.version}, ${property.name})`,
        `  at        ${finding.shown.inputs.join("  ·  ")}`,
        `  attributes ${finding.witness.program.nodes.map((node) => `${node.op} ${JSON.stringify(node.attributes)}`).join(" → ")}`,
        `  cotangent ${finding.shown.cotangents.join("  ·  ")}`,
        `  then      expected ${finding.shown.expected}; got ${finding.shown.got}`,
        `  now       ${judgement.verdict}${judgement.reason ? `: ${judgement.reason}` : ""}${judgement.got === undefined ? "" : ` (got ${judgement.got})`}`,
        "",
        finding.snippet,
      ].join("\n"),
    );
    // As of a run with a single cell.
    process.exitCode = wrong ? 1 : decided ? 0 : 4;
  } finally {
    await started.close();
  }
}
