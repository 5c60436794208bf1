import { clipText, visibleText } from "./visibleText.js";

const LONGEST_SNIPPET = 6000;

/** Text on one line that Markdown and HTML leave as it is. */
export const plain = (text: string): string =>
  clipText(visibleText(text), 1000)
    .replace(/[\\`*_{}[\]<>#|~&!@$]/g, (c) => `\\${c}`)
    .replace(/\s*\n\s*/g, " ");

const longestRun = (text: string): number =>
  Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));

/** Code on one line, also within a table. */
export function code(text: string): string {
  const shown = clipText(visibleText(text), 1000)
    .replace(/\s*\n\s*/g, " ")
    .replaceAll("|", "\\|");
  const ticks = "`".repeat(longestRun(shown) + 1);
  const space = shown.startsWith("`") || shown.endsWith("`") ? " " : "";
  return shown === "" ? "(none)" : `${ticks}${space}${shown}${space}${ticks}`;
}

/** @param language what the block is written in; empty for none */
export function codeBlock(text: string, language = ""): string {
  const shown = clipText(visibleText(text), LONGEST_SNIPPET);
  const fence = "`".repeat(Math.max(3, longestRun(shown) + 1));
  return `${fence}${language}\n${shown.trimEnd()}\n${fence}`;
}

/** A table whose first column is words; the others are numbers, and stand to the right, unless told otherwise. */
export const table = (
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { columns = "numbers" }: { readonly columns?: "numbers" | "words" } = {},
): string =>
  [head, head.map((_, k) => (k === 0 || columns === "words" ? "---" : "---:")), ...rows]
    .map((row) => `| ${row.join(" | ")} |`)
    .join("\n");
