import type { Command } from "commander";
import pc from "picocolors";
import { measureAccuracy, withAccuracy } from "../../campaign/accuracy.js";
import { judgeCase } from "../../campaign/judgeCase.js";
import { conduct } from "../../campaign/runTrial.js";
import { targetsOf } from "../../campaign/trialProperty.js";
import { GradproofError } from "../../core/errors.js";
import { decodeCase } from "../../record/case.js";
import type { Finding, Trial } from "../../record/record.js";
import { decodeScenario } from "../../record/scenario.js";
import { VERDICTS, type Verdict } from "../../record/verdict.js";
import { startSubject } from "../../subjects/known.js";
import type { Subject } from "../../subjects/subject.js";
import { PROPERTIES, TRIALS } from "../../../properties/index.js";
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
  const found = findFinding(id, options.record);
  return found.type === "trial" ? replayTrial(found, options) : replayFinding(found, options);
}

async function replayTrial(trial: Trial, options: ReplayOptions): Promise<void> {
  const property = TRIALS.find(({ name }) => name === trial.property) ?? unknownProperty(trial);
  const started = await startSubject(options.subject ?? trial.subject);
  try {
    const subject = withAccuracy(started, await measureAccuracy(started));
    const target = targetsOf(subject.hello, property.of).find(({ name }) => name === trial.target);
    if (!target) {
      throw new GradproofError("unknown-target", `${subject.id} has no ${trial.target}`);
    }
    const scenario = decodeScenario(trial.scenario);
    const { verdict: now } = await conduct({ property, target }, scenario, trial.alpha ?? 0, subject);
    const same = now.verdict === trial.judgement.verdict && now.kind === trial.judgement.kind;
    process.stdout.write(
      [
        `${wordFor(same, now.verdict)}  ${trial.target}: ${property.name}  (${nameOf(subject)})`,
        `  asked     ${JSON.stringify(scenario.settings)}, seed ${scenario.seed}`,
        `  then      ${trial.judgement.verdict}: ${trial.does}`,
        `  now       ${now.verdict}: ${now.does}${now.reason === "" ? "" : `; ${now.reason}`}`,
        "",
        trial.snippet,
      ].join("\n"),
    );
    process.exitCode = exitCodeOf(now.verdict);
  } finally {
    await started.close();
  }
}

function unknownProperty({ id, property }: Finding | Trial): never {
  throw new GradproofError(
    "unknown-property",
    `finding ${id} is of property "${property}", which this version has not`,
  );
}

const nameOf = ({ hello: { implementation } }: Subject): string =>
  `${implementation.name} ${implementation.version}`;

function wordFor(same: boolean, verdict: Verdict): string {
  if (same) return VERDICTS[verdict].wrong ? pc.red("SAME") : pc.green("SAME");
  if (VERDICTS[verdict].wrong) return pc.red("CHANGED");
  return VERDICTS[verdict].decided ? pc.green("FIXED") : pc.yellow("UNDECIDED");
}

/** As of a run with a single cell. */
const exitCodeOf = (verdict: Verdict): number =>
  VERDICTS[verdict].wrong ? 1 : VERDICTS[verdict].decided ? 0 : 4;

async function replayFinding(finding: Finding, options: ReplayOptions): Promise<void> {
  const property = PROPERTIES.find(({ name }) => name === finding.property) ?? unknownProperty(finding);
  const c = decodeCase(finding.witness);
  const started = await startSubject(options.subject ?? finding.subject);
  try {
    const subject = withAccuracy(started, await measureAccuracy(started));
    const judgement = await judgeCase(property.law, c, subject);
    const same = judgement.verdict === finding.verdict && judgement.kind === finding.judgement.kind;
    process.stdout.write(
      [
        `${wordFor(same, judgement.verdict)}  ${finding.title}  (${nameOf(subject)}, ${property.name})`,
        `  at        ${finding.shown.inputs.join("  ·  ")}`,
        `  attributes ${finding.witness.program.nodes.map((node) => `${node.op} ${JSON.stringify(node.attributes)}`).join(" → ")}`,
        `  cotangent ${finding.shown.cotangents.join("  ·  ")}`,
        `  then      expected ${finding.shown.expected}; got ${finding.shown.got}`,
        `  now       ${judgement.verdict}${judgement.reason ? `: ${judgement.reason}` : ""}${judgement.got === undefined ? "" : ` (got ${judgement.got})`}`,
        "",
        finding.snippet,
      ].join("\n"),
    );
    process.exitCode = exitCodeOf(judgement.verdict);
  } finally {
    await started.close();
  }
}
