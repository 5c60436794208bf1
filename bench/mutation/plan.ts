import { siteOf } from "./ruleMutants.js";
import type { Mutant } from "./mutant.js";
import type { DryRun, Job, Planned, TestRun } from "./session.js";

/**
 * Tests are taken, cheapest first, until they took this much without the mutant: some places are met by every test.
 * What is then still alive counts as survived, so that a score may be too low and never too high.
 */
const DIRECT_MS = 4000;
/**
 * What a mutant changes while modules are imported may be read anywhere: tests that did not meet it are shown it too,
 * those first that met something near it (the rules of the same record), then the cheapest.
 */
const INDIRECT_MS = 1500;

function within(limitMs: number, tests: readonly TestRun[]): TestRun[] {
  let spentMs = 0;
  return tests.filter(({ elapsedMs }, i) => (spentMs += elapsedMs) < limitMs || i === 0);
}

/**
 * Which tests each mutant is shown to: those that met it without being active, cheapest first.
 *
 * @param all every mutant of the sources, where `mutants` are some of them
 */
export function planJobs(
  mutants: readonly Mutant[],
  { coverage, tests }: DryRun,
  all: readonly Mutant[] = mutants,
): Job[] {
  const cheapest = [...tests].sort((a, b) => a.elapsedMs - b.elapsedMs);
  const places = new Map(all.map((mutant) => [siteOf(mutant), mutant]));
  const met = new Map(cheapest.map(({ name }) => [name, linesMet(coverage.perTest[name] ?? {}, places)]));
  /** Lines between a mutant and what a test met in its file. */
  const distance = ({ file, line }: Mutant, { name }: TestRun): number => {
    let nearest = Infinity;
    for (const at of met.get(name)!.get(file) ?? []) nearest = Math.min(nearest, Math.abs(at - line));
    return nearest;
  };
  return mutants.map((mutant): Job => {
    const site = siteOf(mutant);
    const atImport = site in coverage.static;
    const hitsOf = ({ name }: TestRun): number | undefined => coverage.perTest[name]?.[site];
    const direct = within(DIRECT_MS, cheapest.filter(hitsOf));
    return {
      id: mutant.id,
      atImport,
      tests: [...direct, ...(atImport ? indirect(mutant, hitsOf) : [])].map((test): Planned => {
        // Tests that never met it may do so often, once it is awake.
        return { test: test.name, elapsedMs: test.elapsedMs, hits: hitsOf(test) ?? 1e6 };
      }),
    };
  });

  function indirect(mutant: Mutant, hitsOf: (test: TestRun) => number | undefined): TestRun[] {
    const others = cheapest
      .filter((test) => !hitsOf(test))
      .map((test) => ({ test, lines: distance(mutant, test) }));
    const near = others.filter(({ lines }) => lines < Infinity).sort((a, b) => a.lines - b.lines);
    const elsewhere = others.filter(({ lines }) => lines === Infinity);
    return [near, elsewhere].flatMap((group) =>
      within(
        INDIRECT_MS,
        group.map(({ test }) => test),
      ),
    );
  }
}

/** The lines that a test met, by file. */
function linesMet(
  sites: Readonly<Record<string, number>>,
  places: ReadonlyMap<string, Mutant>,
): Map<string, Set<number>> {
  const lines = new Map<string, Set<number>>();
  for (const site of Object.keys(sites)) {
    const place = places.get(site);
    if (!place) continue;
    const known = lines.get(place.file);
    if (known) known.add(place.line);
    else lines.set(place.file, new Set([place.line]));
  }
  return lines;
}
