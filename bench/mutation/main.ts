import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { Stream } from "../../src/core/random.js";
import type { Mutant, Mutated } from "./mutant.js";
import { transpile } from "./modules.js";
import { planJobs } from "./plan.js";
import { runMutants } from "./pool.js";
import { ruleMutants } from "./ruleMutants.js";
import { judged, scoreOf, scoresBy, showMutant, showScore, type Judged } from "./score.js";
import { isTest, readSources } from "./sources.js";
import { strykerMutants } from "./strykerMutants.js";

/**
 * How much of the rules our tests and laws would notice: `npm run mutation [-- rules|stryker|laws] [files] [every] [part]`.
 * Default: rules, then stryker. `laws` shows the rules to a campaign's laws alone.
 *
 * `files` is a list of beginnings of file names, set apart by commas: `src/ops/gelu,src/program`. What survives is
 * printed, and written to reports/mutation/. `every` takes each n-th mutant only: 10 says in minutes what all of them
 * say in hours. `part` says which of the `every` parts, or several: tests that were written for what survived in part 0
 * are judged by `5 1,2`.
 */
const [kind = "all", only = "", every = "1", part = "0"] = process.argv.slice(2);
const parts = part.split(",").map(Number);
if (
  !["all", "rules", "stryker", "laws"].includes(kind) ||
  !(Number(every) >= 1) ||
  !parts.every((p) => Number.isInteger(p) && p >= 0 && p < Number(every))
) {
  throw new Error(
    `unknown "${kind} ${every} ${part}": rules, stryker, laws or all, then files, then a number from 1, then numbers below it`,
  );
}
const root = process.cwd();
/** Outcomes as they come, for a run that is stopped. */
const LOG = "reports/mutation/outcomes.ndjson";
mkdirSync("reports/mutation", { recursive: true });
writeFileSync(LOG, "");
const wanted = (file: string): boolean =>
  only === "" || only.split(",").some((start) => file.startsWith(start));

const sources = readSources(root, ["src", "fixtures", "properties"]);
const targets = new Map(
  [...sources].filter(([file]) => /^src\/(ops|program)\//.test(file) && !isTest(file) && wanted(file)),
);
/** Tests of random programs draw hundreds of them each: they would find little in seconds, and are left out. */
const TESTED_IN = [
  "src/ops/",
  "src/program/",
  "src/arbitraries/drawCase.test.ts",
  "src/arbitraries/shrink.test.ts",
  "src/explain/minimise.test.ts",
  "src/gradcheck/checkOp.test.ts",
  "src/laws/",
  "src/oracles/fastVariance.test.ts",
  "src/oracles/proveOp.test.ts",
  "src/subjects/reference.test.ts",
];
const testFiles = [...sources.keys()].filter(
  (file) => isTest(file) && TESTED_IN.some((folder) => file.startsWith(folder)),
);

const registry = { testFiles, laws: false };
const laws = { testFiles: [], laws: true };

if (kind === "rules" || kind === "all") {
  const mutated = rules();
  const byTests = await show(mutated, sample(mutated), "rules, by the registry's tests", registry);
  const alive = byTests.filter(({ status }) => status === "survived").map(({ mutant }) => mutant);
  const byLaws =
    alive.length === 0 ? [] : await show(mutated, alive, "those that survive, by the laws", laws);
  const caught = new Map(byLaws.map((result) => [result.mutant.id, result]));
  const either = byTests.map((result) => caught.get(result.mutant.id) ?? result);
  report("rules", "rules", either);
}
if (kind === "laws") {
  const mutated = rules();
  report("rules, by the laws alone", "laws", await show(mutated, sample(mutated), "laws", laws));
}
if (kind === "stryker" || kind === "all") {
  const mutated = await strykerMutants(targets);
  report("Stryker's mutators", "stryker", await show(mutated, sample(mutated), "Stryker", registry));
}

function rules(): Mutated {
  return ruleMutants(new Map([...targets].filter(([file]) => file.startsWith("src/ops/"))));
}

/** In an order of chance, so that what a run that is stopped has shown says something of the whole. */
function sample({ mutants }: Mutated): Mutant[] {
  const counted = mutants.filter(({ ignored }) => ignored === undefined);
  const order = new Stream(1, "mutants").permutation(counted.length);
  return order.filter((_, i) => parts.includes(i % Number(every))).map((i) => counted[i]);
}

async function show(
  { files, mutants }: Mutated,
  counted: readonly Mutant[],
  title: string,
  watched: { readonly testFiles: readonly string[]; readonly laws: boolean },
): Promise<Judged[]> {
  const startedMs = performance.now();
  const elapsed = (): string => `${Math.round((performance.now() - startedMs) / 1000)} s`;
  let done = 0;
  let survived = 0;
  const compiled = new Map(
    [...new Map([...sources, ...files])].map(([file, text]) => [file, transpile(file, text)]),
  );
  const { outcomes } = await runMutants(
    { root, sources: compiled, ...watched },
    (dry) => {
      const broken = dry.tests.filter(({ error }) => error !== undefined);
      if (broken.length > 0) {
        throw new Error(
          `${broken.length} tests fail without a mutant: ${broken[0].name}: ${broken[0].error}`,
        );
      }
      process.stderr.write(`${title}: ${dry.tests.length} tests pass without mutants, ${elapsed()}\n`);
      return planJobs(counted, dry, mutants);
    },
    {
      workers: Math.min(2, availableParallelism()),
      onOutcome: (outcome) => {
        const { status } = outcome;
        appendFileSync(LOG, `${JSON.stringify(outcome)}\n`);
        done++;
        if (status === "survived") survived++;
        if (done % 100 === 0 || done === counted.length) {
          process.stderr.write(
            `${title}: ${done} of ${counted.length}, ${survived} survived, ${elapsed()}\n`,
          );
        }
      },
    },
  );
  const results = judged(counted, outcomes);
  const timeouts = results.filter(({ status }) => status === "timeout").length;
  console.log(`${title}: ${showScore(scoreOf(results))}, ${timeouts} by timeout, ${elapsed()}`);
  const ignored = new Map<string, number>();
  for (const { ignored: why } of mutants)
    if (why !== undefined) ignored.set(why, (ignored.get(why) ?? 0) + 1);
  for (const [why, n] of ignored) console.log(`  left out: ${n} × ${why}`);
  return results;
}

function report(title: string, name: string, results: readonly Judged[]): void {
  const survivors = results.filter(({ status }) => status === "survived").map(({ mutant }) => mutant);
  console.log(`\n${title}: ${showScore(scoreOf(results))}\n`);
  for (const key of ["file", "mutator"] as const) {
    for (const [group, score] of scoresBy(results, (mutant: Mutant) => mutant[key])) {
      if (score.killed < score.total) console.log(`  ${group}: ${showScore(score)}`);
    }
    console.log();
  }
  for (const mutant of survivors) console.log(`  ${showMutant(mutant)}`);
  writeFileSync(`reports/mutation/${name}.json`, JSON.stringify(results, null, 1));
}
