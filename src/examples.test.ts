import { readdirSync, readFileSync } from "node:fs";
import { compileFunction } from "node:vm";
import { describe, expect, it } from "vitest";

/** What a docstring promises: code whose last line ends in `// expected`. */
interface Example {
  readonly code: string;
  readonly expression: string;
  readonly expected: string;
}

/**
 * The examples in the docstrings of a source text.
 *
 * An example goes from its tag to the next tag or the end of the comment. Its last line is an expression and, after
 * the last `//`, its value; lines before that are statements.
 */
function parseExamples(source: string): Example[] {
  return [...source.matchAll(/\/\*\*[\s\S]*?\*\//g)].flatMap(([comment]) => {
    const text = comment.slice(3, -2).replaceAll(/^[ \t]*\*[ \t]?/gm, "");
    return [...text.matchAll(/@example\b([\s\S]*?)(?=^@\w|(?![\s\S]))/gm)].map(([, body]) => {
      const lines = body.trim().split("\n");
      const last = lines.pop() ?? "";
      const split = last.lastIndexOf("// ");
      return {
        code: lines.join("\n"),
        expression: (split < 0 ? last : last.slice(0, split)).trim(),
        expected: split < 0 ? "" : last.slice(split + 3).trim(),
      };
    });
  });
}

/** Runs an example with these names in scope. */
async function run(example: Example, scope: Readonly<Record<string, unknown>>): Promise<[unknown, unknown]> {
  const body = `return (async () => { ${example.code}\nreturn [await (${example.expression}), ${example.expected}]; })();`;
  const compiled = compileFunction(body, Object.keys(scope)) as (
    ...values: unknown[]
  ) => Promise<[unknown, unknown]>;
  return compiled(...Object.values(scope));
}

const root = new URL(".", import.meta.url);
const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
  (file) => file.endsWith(".ts") && !file.endsWith(".test.ts"),
);
const found = files.flatMap((file) =>
  parseExamples(readFileSync(new URL(file, root), "utf8")).map((example) => ({ file, ...example })),
);

describe("the examples in the docstrings", () => {
  it.each(found)("$file: $expression", async ({ file, ...example }) => {
    expect(example.expected, "an example ends in // and its value").not.toBe("");
    const exports = (await import(new URL(file, root).href)) as Record<string, unknown>;
    const [got, expected] = await run(example, exports);
    expect(got).toEqual(expected);
  });

  it("are there", () => {
    expect(found.length).toBeGreaterThan(10);
  });
});

describe("parseExamples", () => {
  it("reads one line, several lines, and several examples", () => {
    const source = `
      /** Twice. @example twice(2) // 4 */
      /**
       * Something.
       *
       * @example
       * const x = 1;
       * x + 1 // 2
       * @throws never
       * @example "a//b" // "a//b"
       */
      // @example not // one
    `;
    expect(parseExamples(source)).toEqual([
      { code: "", expression: "twice(2)", expected: "4" },
      { code: "const x = 1;", expression: "x + 1", expected: "2" },
      { code: "", expression: '"a//b"', expected: '"a//b"' },
    ]);
  });

  it("leaves nothing expected where an example promises nothing", () => {
    expect(parseExamples("/** @example twice(2) */")).toEqual([
      { code: "", expression: "twice(2)", expected: "" },
    ]);
  });

  it("runs code with the exports in scope, and would see a wrong promise", async () => {
    const [example] = parseExamples("/** @example const y = twice(3);\n * y // 7 */");
    expect(await run(example, { twice: (x: number) => 2 * x })).toEqual([6, 7]);
  });
});
