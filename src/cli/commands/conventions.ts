import type { Command } from "commander";
import pc from "picocolors";
import { askConventions } from "../../explain/askConventions.js";
import type { LineOf } from "../../record/record.js";
import { reportConvention } from "../../record/report.js";
import { conventionRows, CHOICES } from "../../report/conventions.js";
import { clipText, visibleText } from "../../report/visibleText.js";
import { startSubject } from "../../subjects/known.js";

export function addConventions(program: Command): void {
  program
    .command("conventions")
    .description("ask subjects what they take where a gradient is a choice: at kinks, ties and edges")
    .argument("[subjects...]", "known names, cmd:<command> or js:<adapter>; default: the reference")
    .option("--json", "print the answers as JSON", false)
    .action(conventions);
}

async function conventions(names: string[], { json }: { readonly json: boolean }): Promise<void> {
  const chosen = names.length > 0 ? [...new Set(names)] : ["reference"];
  const answers: LineOf<"convention">[][] = [];
  for (const name of chosen) {
    const subject = await startSubject(name);
    try {
      answers.push(await askConventions(subject));
    } finally {
      await subject.close();
    }
  }
  process.stdout.write(
    json ? `${JSON.stringify(answers.flat(), null, 2)}\n` : `${tableText(chosen, answers)}\n`,
  );
}

/** Columns as wide as their longest text. */
function tableText(names: readonly string[], answers: readonly LineOf<"convention">[][]): string {
  const subjects = answers.map((lines) => ({
    conventions: lines.map((line) => reportConvention.parse(line)),
  }));
  const rows = conventionRows({ subjects }).map((row) => [
    row.question,
    row.mathematics,
    row.reference,
    ...row.answers.map((answer) =>
      answer ? `${CHOICES[answer.choice].sign} ${clipText(visibleText(answer.got), 40)}` : "",
    ),
  ]);
  const table = [["where", "mathematics", "reference", ...names], ...rows];
  const widths = table[0].map((_, k) => Math.max(...table.map((row) => row[k].length)));
  const lines = table.map((row) =>
    row
      .map((text, k) => text.padEnd(widths[k]))
      .join("  ")
      .trimEnd(),
  );
  const legend = Object.values(CHOICES).map(({ sign, says }) => `${sign} ${says}`);
  return [pc.bold(lines[0]), ...lines.slice(1), "", pc.dim(legend.join(" · "))].join("\n");
}
