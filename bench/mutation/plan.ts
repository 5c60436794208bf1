import { siteOf } from "./ruleMutants.js";
import type { Mutant } from "./mutant.js";
import type { DryRun, Job, Planned, TestRun } from "./session.js";

/**
 * Tests are taken, cheapest first, until they took this much without the mutant: some places are met by every test.
 * What is then still alive counts as survived, so that a score may be too low and never too high.
 */
const DIRECT_MS = 4000;
/** What a mutant changes while modules are imported may be read anywhere: tests that did not meet it are shown it too. */
const INDIRECT_MS = 700;

function within(limitMs: number, tests: readonly TestRun[]): TestRun[] {
  let spentMs = 0;
  return tests.filter(({ elapsedMs }, i) => (spentMs += elapsedMs) < limitMs || i === 0);
}

/** Which tests each mutant is shown to: those that met it without being active, cheapest first. */
export function planJobs(mutants: readonly Mutant[], { coverage, tests }: DryRun): Job[] {
  const cheapest = [...tests].sort((a, b) => a.elapsedMs - b.elapsedMs);
  const fileOfSite = new Map(mutants.map((mutant) => [siteOf(mutant), mutant.file]));
  const filesOfTest = new Map(
    cheapest.map(({ name }) => [
      name,
      new Set(Object.keys(coverage.perTest[name] ?? {}).map((site) => fileOfSite.get(site))),
    ]),
  );
  return mutants.map((mutant): Job => {
    const site = siteOf(mutant);
    const atImport = site in coverage.static;
    const hitsOf = ({ name }: TestRun): number | undefined => coverage.perTest[name]?.[site];
    const direct = within(DIRECT_MS, cheapest.filter(hitsOf));
    const others = cheapest.filter((test) => !hitsOf(test));
    const nearby = others.filter(({ name }) => filesOfTest.get(name)!.has(mutant.file));
    const elsewhere = others.filter(({ name }) => !filesOfTest.get(name)!.has(mutant.file));
    const indirect = atImport ? [...within(INDIRECT_MS, nearby), ...within(INDIRECT_MS, elsewhere)] : [];
    return {
      id: mutant.id,
      atImport,
      tests: [...direct, ...indirect].map((test): Planned => {
        // Tests that never met it may do so often, once it is awake.
        return { test: test.name, elapsedMs: test.elapsedMs, hits: hitsOf(test) ?? 1e6 };
      }),
    };
  });
}
