import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { OPS } from "./index.js";
import { vocabularyDocument } from "./vocabulary.js";

describe("docs/vocabulary.md", () => {
  it("is what the records say; npx gradproof list vocabulary writes it", () => {
    const file = readFileSync(new URL("../../docs/vocabulary.md", import.meta.url), "utf8");
    expect(file).toBe(vocabularyDocument());
  });

  it("would show a record that has changed", () => {
    const [first, ...others] = OPS;
    expect(vocabularyDocument([{ ...first, source: "another" }, ...others])).not.toBe(vocabularyDocument());
  });

  it("names every op in a row of its own", () => {
    const rows = vocabularyDocument()
      .split("\n")
      .filter((line) => line.startsWith("| `"));
    expect(rows).toHaveLength(OPS.length);
    for (const row of rows) expect(row.split(/(?<!\\)\|/)).toHaveLength(9);
  });
});
