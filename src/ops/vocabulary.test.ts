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

  it("says what is known of graphs", () => {
    const graphs = (name: string): string | undefined =>
      new RegExp(`^\\| \`${name}@1\`.*$`, "m").exec(vocabularyDocument())?.[0].split(" | ")[6];
    expect(graphs("tanh")).toBe(
      "increasing; derivative a bell; odd; limits −1 and 1; saturates at −9.0109133 and 9.0109133 (f32), −19.061547 and 19.061547 (f64)",
    );
    expect(graphs("softplus")).toMatch(
      /^increasing; f\(−x\) = f\(x\) − x; limits 0 and ∞; saturates at .* and - \(f64\)$/,
    );
    expect(graphs("sigmoid")).toContain("f(−x) = 1 − f(x)");
    expect(graphs("leakyRelu")).toBe("depends on alpha");
    expect(graphs("matmul")).toBe("-");
  });

  it("names every op in a row of its own", () => {
    const rows = vocabularyDocument()
      .split("\n")
      .filter((line) => line.startsWith("| `"));
    expect(rows).toHaveLength(OPS.length);
    for (const row of rows) expect(row.split(/(?<!\\)\|/)).toHaveLength(10);
  });
});
