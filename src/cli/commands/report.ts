import { writeFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { Option, type Command } from "commander";
import { FORMATS, type FormatName } from "../../report/index.js";
import { schemas } from "../../report/schemas.js";
import { summarize } from "../../report/summarize.js";
import { loadRecord } from "../reports.js";

export function addReport(program: Command): void {
  program
    .command("report")
    .description("render the reports of a record again")
    .argument("<record>", "a record.ndjson, or the folder that holds it")
    .addOption(
      new Option("--format <name>", "print one format instead of writing all").choices(Object.keys(FORMATS)),
    )
    .option("--out <folder>", "where the files go; default beside the record")
    .action((record: string, { format, out }: { format?: FormatName; out?: string }) => {
      const report = summarize(loadRecord(record));
      if (format) {
        process.stdout.write(FORMATS[format].render(report));
        return;
      }
      const folder = out ?? (record.endsWith(".ndjson") ? dirname(record) : record);
      mkdirSync(folder, { recursive: true });
      for (const { file, render } of Object.values(FORMATS))
        writeFileSync(join(folder, file), render(report));
      process.stdout.write(
        `${Object.values(FORMATS)
          .map(({ file }) => join(folder, file))
          .join("\n")}\n`,
      );
    });
  program
    .command("schemas")
    .description("write the JSON Schemas of everything that gradproof reads and writes")
    .argument("<folder>")
    .action((folder: string) => {
      mkdirSync(folder, { recursive: true });
      for (const [name, schema] of Object.entries(schemas())) {
        writeFileSync(join(folder, name), `${JSON.stringify(schema, null, 2)}\n`);
        process.stdout.write(`${join(folder, name)}\n`);
      }
    });
}
