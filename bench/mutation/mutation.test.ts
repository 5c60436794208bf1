import { describe, expect, it } from "vitest";
import { transpile } from "./modules.js";
import { mutantSwitch, type Mutant, type Mutated } from "./mutant.js";
import { planJobs } from "./plan.js";
import { ruleMutants } from "./ruleMutants.js";
import { judged, scoreOf, showScore } from "./score.js";
import { Session, type Outcome } from "./session.js";

/** A meaning of two terms, of which its test sees one. */
const RULE = `
  export const meaning = (A, x, y) => A.add(A.mul(x, x), A.mul(A.lift(0), y));
  export const three = [1, 2, 3];
`;

const TEST = `
  import { describe, expect, it } from "vitest";
  import { meaning, three } from "./rule.js";
  const A = { add: (a, b) => a + b, sub: (a, b) => a - b, mul: (a, b) => a * b, div: (a, b) => a / b, lift: (a) => a };
  describe.each([[3], [4]])("at", (x) => {
    it("squares", () => expect(meaning(A, x, 0)).toBe(x * x));
  });
  it("has three", () => expect(three.length).toBe(3));
`;

const mutated = (): Mutated => ruleMutants(new Map([["rule.ts", RULE]]));

/** Each mutant, shown to tests in one session, as workers do. */
async function show({ files, mutants }: Mutated, test = TEST): Promise<Map<string, Outcome["status"]>> {
  const sources = new Map(
    [...files, ["rule.test.ts", test]].map(([file, text]) => [file, transpile(file, text)]),
  );
  const clock = new Int32Array(2);
  const session = new Session({
    root: "/",
    sources,
    testFiles: ["rule.test.ts"],
    laws: false,
    clock,
    origin: 0,
  });
  const dry = await session.dryRun();
  expect(dry.tests.map(({ error }) => error)).toEqual(dry.tests.map(() => undefined));
  const statuses = new Map<string, Outcome["status"]>();
  for (const job of planJobs(mutants, dry)) statuses.set(job.id, (await session.show(job)).status);
  return statuses;
}

describe("mutants of rules", () => {
  it("are made at every call of the arithmetic", () => {
    expect(mutated().mutants.map(({ original, replacement }) => `${original}: ${replacement}`)).toEqual([
      "A.add(A.mul(x, x), A.mul(A.lift(0), y)): sub",
      "A.add(A.mul(x, x), A.mul(A.lift(0), y)): first term only",
      "A.add(A.mul(x, x), A.mul(A.lift(0), y)): second term only",
      "A.mul(x, x): div",
      "A.mul(x, x): first factor only",
      "A.mul(x, x): second factor only",
      "A.mul(A.lift(0), y): div",
      "A.mul(A.lift(0), y): first factor only",
      "A.mul(A.lift(0), y): second factor only",
      "A.lift(0): other constant",
    ]);
  });

  it("are killed where a test notices, and survive where none does", async () => {
    const statuses = await show(mutated());
    expect(Object.fromEntries(statuses)).toEqual({
      // x² − 0·y is x² + 0·y for every y that the test tries.
      "rule1 sub": "survived",
      "rule1 first term only": "survived",
      "rule1 second term only": "killed",
      "rule2 div": "killed",
      "rule2 first factor only": "killed",
      "rule2 second factor only": "killed",
      // 0 / 0 is NaN.
      "rule3 div": "killed",
      "rule3 first factor only": "survived",
      "rule3 second factor only": "survived",
      "rule4 other constant": "survived",
    });
  });

  it("are killed by a test that notices them all", async () => {
    const statuses = await show(mutated(), TEST.replace("(A, x, 0)).toBe(x * x)", "(A, x, 1)).toBe(x * x)"));
    const alive = [...statuses].filter(([, status]) => status === "survived").map(([id]) => id);
    // 0 · 1 is 0 / 1, and 0 is all that it adds.
    expect(alive).toEqual(["rule1 sub", "rule1 first term only", "rule3 div", "rule3 first factor only"]);
  });
});

/** Written as Stryker's instrumenter writes them: awake when the global switch names them. */
function handmade(original: string, replacement: string): Mutated {
  const state = "globalThis.__stryker__";
  const count = `(${state}.currentTestId
    ? (${state}.mutantCoverage.perTest[${state}.currentTestId] ??= {}) : ${state}.mutantCoverage.static)["m"] = 1`;
  const source = RULE.replace(
    original,
    `(${count}, ${state}.activeMutant === "m" ? ${replacement} : ${original})`,
  );
  const mutant: Mutant = {
    id: "m",
    file: "rule.ts",
    line: 1,
    column: 1,
    mutator: "by hand",
    original,
    replacement,
  };
  return { files: new Map([["rule.ts", source]]), mutants: [mutant] };
}

describe("a mutant that acts when modules are imported", () => {
  it("is killed: modules are evaluated anew for it", async () => {
    expect((await show(handmade("[1, 2, 3]", "[1, 2]"))).get("m")).toBe("killed");
  });

  it("survives where nothing depends on it", async () => {
    expect((await show(handmade("[1, 2, 3]", "[1, 2, 4]"))).get("m")).toBe("survived");
  });

  it("is killed when the import fails", async () => {
    expect((await show(handmade("[1, 2, 3]", "[].length.length.length"))).get("m")).toBe("killed");
  });

  it("is asleep again afterwards", async () => {
    await show(handmade("[1, 2, 3]", "[1, 2]"));
    expect(mutantSwitch().activeMutant).toBeUndefined();
  });
});

it("counts what hangs as noticed, and nothing else that survives", () => {
  const { mutants } = mutated();
  const statuses = ["killed", "timeout", "survived", "killed"] as const;
  const four = mutants.slice(0, 4);
  const score = scoreOf(
    judged(
      four,
      four.map(({ id }, i): Outcome => ({ id, status: statuses[i] })),
    ),
  );
  expect(showScore(score)).toBe("75.0 % (3 of 4)");
});
