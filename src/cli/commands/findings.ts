import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import pc from "picocolors";
import { bugReports } from "../../report/bugReports.js";
import { wrongObjects } from "../../report/objectReports.js";
import { wrongFindings } from "../../report/opOutcomes.js";
import type { SnippetRun } from "../../report/snippetRun.js";
import { summarize } from "../../report/summarize.js";
import { findRecord, loadRecord } from "../reports.js";
import { confirmsFinding, confirmsTrial } from "../confirms.js";
import { runSnippets } from "../runSnippets.js";

interface FindingsOptions {
  readonly out: string;
  readonly run: boolean;
}

export function addFindings(program: Command): void {
  program
    .command("findings")
    .description("write a record's findings as reports to file with the authors, one page per subject")
    .argument(
      "<record>",
      "a record.ndjson, the folder that holds it, or a folder of such (the newest is taken)",
    )
    .option("--out <folder>", "where the pages go", "docs/findings")
    .option("--no-run", "do not run the snippets to show what they print")
    .action(findings);
}

/** Exit code 1 when a snippet does not print what its finding says: that finding must not be filed. */
async function findings(record: string, { out, run }: FindingsOptions): Promise<void> {
  const file = findRecord(record);
  const report = summarize(loadRecord(file));
  process.stdout.write(`${file}: seed ${report.seed}, ${report.startedAt}\n`);
  mkdirSync(out, { recursive: true });
  for (const subject of report.subjects) {
    const wrong = wrongFindings(subject);
    const faults = wrongObjects(report, subject);
    const leads = faults.map(({ lead }) => lead);
    const runs = new Map<string, SnippetRun>(
      run
        ? [...(await runSnippets(wrong, confirmsFinding)), ...(await runSnippets(leads, confirmsTrial))]
        : [],
    );
    const page = join(out, `${subject.id.replace(/[^\w.-]+/g, "-")}.md`);
    writeFileSync(page, bugReports(report, subject, runs));
    const told = [...wrong, ...faults.map(({ title, lead: { id } }) => ({ id, title }))];
    const unconfirmed = told.filter(({ id }) => runs.get(id)?.confirms === false);
    process.stdout.write(`${page}: ${told.length} findings, ${runs.size} snippets run\n`);
    for (const { id, title } of unconfirmed) {
      process.stdout.write(`${pc.red("not shown by its snippet")}: ${title} (${id})\n`);
      process.exitCode = 1;
    }
  }
}
