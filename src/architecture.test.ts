import { existsSync, readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import { preProcessFile } from "typescript";
import { describe, expect, it } from "vitest";

const rules = ["ops", "program", "networks"];
const workshops = ["laws", "subjects", "arbitraries", "oracles", "statistics"];
const upToExplain = [...rules, ...workshops, "explain", "flow"];
const upToProperties = [...upToExplain, "campaign", "properties", "report", "gradcheck"];

/** What each room may import besides itself, `core` and `record`: the drawing of docs/architecture.md as a table. */
const BELOW: Readonly<Record<string, readonly string[]>> = {
  core: [],
  record: [],
  ops: [],
  program: ["ops"],
  networks: ["ops", "program"],
  laws: [...rules, "oracles", "statistics"],
  subjects: rules,
  arbitraries: rules,
  oracles: rules,
  statistics: rules,
  explain: [...rules, ...workshops],
  flow: [...rules, ...workshops],
  campaign: upToExplain,
  report: [],
  properties: [...upToExplain, "campaign"],
  gradcheck: [...upToExplain, "campaign", "properties"],
  mutants: [...upToExplain, "campaign"],
  cli: [...upToProperties, "mutants"],
  vitest: upToProperties,
  index: upToProperties,
};

/** Packages that only some rooms may know. */
const PACKAGES: readonly { readonly name: RegExp; readonly rooms: readonly string[] }[] = [
  { name: /^(fast-check|@fast-check\/.+)$/, rooms: ["arbitraries"] },
  { name: /^mathjs(\/|$)/, rooms: ["oracles"] },
  { name: /^@tensorflow\//, rooms: ["subjects"] },
  { name: /^zod(\/|$)/, rooms: ["record", "report", "cli", "subjects"] },
];

const isTest = (file: string): boolean => file.endsWith(".test.ts");

/** The room of a file, from its path in the repository; undefined outside the house. */
function roomOf(file: string): string | undefined {
  const [first, second, third] = file.split("/");
  if (first === "properties") return "properties";
  if (first === "fixtures") return second === "mutants" ? "mutants" : undefined;
  if (first !== "src") return undefined;
  return third === undefined ? "index" : second;
}

/** What a file imports that it should not, in words. */
function wrongImports(file: string, source: string, exists: (file: string) => boolean): string[] {
  const room = roomOf(file);
  return preProcessFile(source).importedFiles.flatMap(({ fileName: wanted }) => {
    const refuse = (why: string): string[] => [`${file} imports ${wanted}: ${why}`];
    if (!wanted.startsWith(".")) {
      const owner = PACKAGES.find(({ name }) => name.test(wanted));
      if (!owner || isTest(file) || owner.rooms.includes(room ?? "")) return [];
      return refuse(`only ${owner.rooms.join(", ")} may`);
    }
    const target = posix.join(posix.dirname(file), wanted).replace(/\.js$/, ".ts");
    if (!exists(target)) return refuse("there is no such file");
    if (isTest(file)) return [];
    const to = roomOf(target);
    if (room === undefined || !BELOW[room]) return refuse(`${file} is in no room of the house`);
    if (to === undefined) return refuse("it is outside the house");
    if (isTest(target)) return refuse("tests are imported by nobody");
    if (to === room || to === "core" || (to === "record" && room !== "core") || BELOW[room].includes(to))
      return [];
    return refuse(`${room} may not know ${to}`);
  });
}

const root = fileURLToPath(new URL("..", import.meta.url));
const exists = (file: string): boolean => existsSync(posix.join(root, file));
const files = ["src", "properties", "fixtures/mutants"].flatMap((folder) =>
  readdirSync(posix.join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => `${folder}/${file.replaceAll("\\", "/")}`),
);

describe("the arrows", () => {
  it("all point down", () => {
    const wrong = files.flatMap((file) =>
      wrongImports(file, readFileSync(posix.join(root, file), "utf8"), exists),
    );
    expect(wrong).toEqual([]);
  });

  it("start in rooms that are known", () => {
    expect(files.filter((file) => !BELOW[roomOf(file) ?? ""])).toEqual([]);
    expect(files.length).toBeGreaterThan(50);
  });

  it("form no circle", () => {
    for (const [room, below] of Object.entries(BELOW)) {
      for (const lower of below) expect(BELOW[lower], `${room} and ${lower}`).not.toContain(room);
    }
  });
});

const everywhere = (): boolean => true;

const check = (file: string, ...imports: string[]): string[] =>
  wrongImports(file, imports.map((wanted, i) => `import { x${i} } from "${wanted}";`).join("\n"), everywhere);

describe("the checker", () => {
  it.each([
    ["src/ops/tanh.ts", "../oracles/dual.js", "ops may not know oracles"],
    ["src/report/html/page.ts", "../../ops/index.js", "report may not know ops"],
    ["src/laws/agreement.ts", "../arbitraries/shapes.js", "laws may not know arbitraries"],
    ["src/oracles/dual.ts", "../laws/law.js", "oracles may not know laws"],
    ["src/subjects/tfjs.ts", "../oracles/dual.js", "subjects may not know oracles"],
    ["src/core/sum.ts", "../record/case.js", "core may not know record"],
    ["src/record/case.ts", "../ops/op.js", "record may not know ops"],
    ["src/program/program.ts", "../networks/layer.js", "program may not know networks"],
    ["src/explain/minimise.ts", "../campaign/run.js", "explain may not know campaign"],
    ["src/explain/minimise.ts", "../flow/detector.js", "explain may not know flow"],
    ["src/campaign/run.ts", "../../properties/index.js", "campaign may not know properties"],
    ["src/campaign/run.ts", "../report/json.js", "campaign may not know report"],
    ["properties/derivatives.ts", "../src/cli/main.js", "properties may not know cli"],
    ["properties/derivatives.ts", "../fixtures/mutants/index.js", "properties may not know mutants"],
    ["src/cli/main.ts", "../vitest/matchers.js", "cli may not know vitest"],
    ["src/ops/tanh.ts", "../../bench/speed.js", "it is outside the house"],
    ["src/ops/tanh.ts", "./relu.test.js", "tests are imported by nobody"],
    ["src/laws/agreement.ts", "fast-check", "only arbitraries may"],
    ["src/laws/agreement.ts", "@fast-check/vitest", "only arbitraries may"],
    ["src/explain/testimony.ts", "mathjs", "only oracles may"],
    ["src/cli/main.ts", "@tensorflow/tfjs-core", "only subjects may"],
    ["src/laws/agreement.ts", "zod", "only record, report, cli, subjects may"],
  ])("sees that %s must not import %s", (file, wanted, why) => {
    expect(check(file, wanted)).toEqual([`${file} imports ${wanted}: ${why}`]);
  });

  it("lets through what points down", () => {
    expect(check("src/ops/tanh.ts", "./op.js", "../core/algebra.js", "../record/program.js")).toEqual([]);
    expect(check("src/record/tensor.ts", "../core/tensor.js", "zod")).toEqual([]);
    expect(check("src/laws/agreement.ts", "../oracles/dual.js", "../statistics/tests.js", "node:fs")).toEqual(
      [],
    );
    expect(check("src/cli/commands/verify.ts", "../../../fixtures/mutants/index.js", "zod")).toEqual([]);
    expect(check("properties/index.ts", "../src/campaign/run.js", "../src/laws/index.js")).toEqual([]);
    expect(check("src/oracles/bigAlgebra.ts", "mathjs")).toEqual([]);
    expect(check("src/index.ts", "./ops/index.js", "./report/json.js")).toEqual([]);
  });

  it("reads every way of importing, and no other text", () => {
    const source = `
      import type { A } from "../oracles/a.js";
      import "../oracles/b.js";
      export * from "../oracles/c.js";
      export {
        d,
      } from "../oracles/d.js";
      const e = await import("../oracles/e.js");
      // import "../oracles/comment.js";
      const text = \`import { tf } from "mathjs";\`;
      const other = 'import "mathjs"';
    `;
    const seen = wrongImports("src/ops/x.ts", source, everywhere).map(
      (line) => /oracles\/(\w+)/.exec(line)?.[1],
    );
    expect(seen).toEqual(["a", "b", "c", "d", "e"]);
  });

  it("frees tests from the arrows, but not from what exists", () => {
    expect(check("src/ops/tanh.test.ts", "../oracles/dual.js", "fast-check", "mathjs")).toEqual([]);
    const none = wrongImports("src/ops/tanh.test.ts", 'import "./gone.js";', () => false);
    expect(none).toEqual(["src/ops/tanh.test.ts imports ./gone.js: there is no such file"]);
    expect(wrongImports("src/ops/tanh.ts", 'import "./gone.js";', () => false)).toHaveLength(1);
  });

  it("knows no other rooms", () => {
    expect(check("src/utils/things.ts", "../core/sum.js")).toEqual([
      "src/utils/things.ts imports ../core/sum.js: src/utils/things.ts is in no room of the house",
    ]);
  });
});
