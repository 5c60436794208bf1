import pc from "picocolors";
import type { Report } from "../record/report.js";
import { exhaustionRows, exhaustionTitle } from "../report/exhaustionRows.js";
import { verdictsOf } from "../report/tally.js";
import { showCount, showDuration, showPlural } from "../report/showNumber.js";
import { findingLines } from "./summary.js";

/** What a run over all inputs prints at its end. */
export function exhaustTable(report: Report, folder: string): string {
  const lines: string[] = [];
  for (const subject of report.subjects) {
    for (const table of subject.exhaustions) {
      lines.push("", pc.bold(exhaustionTitle(table)));
      const rows = exhaustionRows(table);
      const width = Math.max(...rows.map(({ what }) => what.length));
      for (const { what, value, derivative } of rows) {
        if (value === derivative) {
          lines.push(`  ${what.padEnd(width)}  both        ${value}`);
          continue;
        }
        if (value !== "") lines.push(`  ${what.padEnd(width)}  value       ${value}`);
        if (derivative !== "")
          lines.push(`  ${(value === "" ? what : "").padEnd(width)}  derivative  ${derivative}`);
      }
      lines.push(
        pc.dim(
          `  ${showDuration(table.elapsedMs)} with ${showPlural(table.workers, "worker")}, ` +
            `${showDuration(table.cpuMs)} of their processor time`,
        ),
      );
    }
    lines.push("");
    for (const { property, counts, evidence } of subject.cells) {
      const spelled = verdictsOf(counts).map(([verdict, n]) => `${showCount(n)} ${verdict}`);
      lines.push(
        `${property} (${evidence === "exhaustive" ? evidence : "a part of the inputs"}): ${spelled.join(" · ")}`,
      );
    }
    subject.findings.forEach((finding, i) => lines.push("", ...findingLines(finding, i + 1, folder)));
  }
  return [...lines, `Report: ${folder}/index.html`, ""].join("\n");
}
