import type { Command } from "commander";
import { Argument } from "commander";
import pc from "picocolors";
import { OPS } from "../../ops/index.js";
import { vocabularyDocument } from "../../ops/vocabulary.js";
import { KNOWN_SUBJECTS } from "../../subjects/known.js";
import { PROPERTIES, TRIALS } from "../../../properties/index.js";

const TOPICS = {
  subjects: async () =>
    Promise.all(
      KNOWN_SUBJECTS.map(async (subject) => {
        const reason = await subject.available();
        return [subject.id, `${subject.title}${reason ? pc.yellow(` (${reason})`) : ""}`] as const;
      }),
    ),
  properties: async () =>
    [...PROPERTIES, ...TRIALS].map(
      ({ name, statement, evidence = "sampled" }) =>
        [name, `${statement}  ${pc.dim(`[${evidence}]`)}`] as const,
    ),
  ops: async () =>
    OPS.map(({ name, summary, attributes }) => {
      const classes = Object.entries(attributes).map(
        ([key, value]) => `${key}: ${value.classes.join(" | ")}`,
      );
      return [
        name,
        classes.length > 0 ? `${summary}  ${pc.dim(`{${classes.join("; ")}}`)}` : summary,
      ] as const;
    }),
} as const satisfies Record<string, () => Promise<readonly (readonly [string, string])[]>>;

export function addList(program: Command): void {
  program
    .command("list")
    .description("subjects, properties and ops by name; or the table of all ops, as Markdown")
    .addArgument(
      new Argument("[topic]", "what to list; default everything but the table").choices([
        ...Object.keys(TOPICS),
        "vocabulary",
      ]),
    )
    .action(async (topic?: keyof typeof TOPICS | "vocabulary") => {
      if (topic === "vocabulary") {
        process.stdout.write(vocabularyDocument());
        return;
      }
      for (const [name, rows] of Object.entries(TOPICS)) {
        if (topic !== undefined && topic !== name) continue;
        const all = await rows();
        const width = Math.max(...all.map(([key]) => key.length));
        process.stdout.write(
          `${pc.bold(name)}\n${all.map(([key, text]) => `  ${key.padEnd(width)}  ${text}\n`).join("")}\n`,
        );
      }
    });
}
