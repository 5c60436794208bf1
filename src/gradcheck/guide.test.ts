import { readFileSync } from "node:fs";
import { compileFunction } from "node:vm";
import { expect, it } from "vitest";
import * as gradproof from "../index.js";

/** The guide's examples, run as they stand; `// →` is followed by what is printed. */
const guide = readFileSync(new URL("../../docs/gradcheck.md", import.meta.url), "utf8");
const examples = [...guide.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code);

const show = (x: unknown): string =>
  ArrayBuffer.isView(x) || Array.isArray(x) ? `[${Array.from(x as number[]).join(", ")}]` : String(x);

it.each(examples)("example %#", async (code) => {
  const printed: string[] = [];
  const log = (...xs: unknown[]): number => printed.push(xs.map(show).join(" "));
  const body = code.replace(/^import \{ (.*) \} from "gradproof";$/m, "const { $1 } = gradproof;");
  expect(body).not.toContain("import");
  const run = compileFunction(`return (async () => { ${body} })();`, ["gradproof", "console"]) as (
    ...scope: unknown[]
  ) => Promise<void>;
  await run(gradproof, { log });
  expect(printed).toEqual([...code.matchAll(/\/\/ → (.*)$/gm)].map(([, text]) => text));
  expect(printed.length).toBeGreaterThan(0);
});

it("the guide has examples", () => {
  expect(examples.length).toBeGreaterThanOrEqual(5);
});
