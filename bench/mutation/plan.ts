import { siteOf } from "./ruleMutants.js";
import type { Mutant } from "./mutant.js";
import type { DryRun, Job, Planned, TestRun } from "./session.js";

/**
 * Tests are taken until they took this much without the mutant: some places are met by every test.
 * What is then still alive counts as survived, so that a score may be too low and never too high.
 */
const DIRECT_MS = 4000;
/**
 * What a mutant changes while modules are imported may be read anywhere: tests that did not meet it are shown it too,
 * those first that met something near it (the rules of the same record), then others.
 */
const INDIRECT_MS = 1500;

/** Those that fit, in their order; the first one where none does. */
function within(limitMs: number, tests: readonly TestRun[]): TestRun[] {
  let leftMs = limitMs;
  const fitting = tests.filter(({ elapsedMs }) => {
    const fits = elapsedMs < leftMs;
    if (fits) leftMs -= elapsedMs;
    return fits;
  });
  return fitting.length > 0 ? fitting : tests.slice(0, 1);
}

/**
 * The cheapest first, with the same share of time for each file: tests of one file look at the same side of things, and
 * many cheap ones that do not notice would leave no time for the one that does.
 */
function sharedByFile(tests: readonly TestRun[]): TestRun[] {
  const spentMs = new Map<string, number>();
  const turns = [...tests]
    .sort((a, b) => a.elapsedMs - b.elapsedMs)
    .map((test) => {
      const [file] = test.name.split(" › ");
      const turnMs = (spentMs.get(file) ?? 0) + test.elapsedMs;
      spentMs.set(file, turnMs);
      return { test, turnMs };
    });
  return turns.sort((a, b) => a.turnMs - b.turnMs).map(({ test }) => test);
}

/**
 * Which tests each mutant is shown to: those that met it without being active, the cheapest of each file first.
 *
 * @param all every mutant of the sources, where `mutants` are some of them
 */
export function planJobs(
  mutants: readonly Mutant[],
  { coverage, tests }: DryRun,
  all: readonly Mutant[] = mutants,
): Job[] {
  const places = new Map(all.map((mutant) => [siteOf(mutant), mutant]));
  const met = new Map(tests.map(({ name }) => [name, linesMet(coverage.perTest[name] ?? {}, places)]));
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
    const direct = within(DIRECT_MS, sharedByFile(tests.filter(hitsOf)));
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
    const others = sharedByFile(tests.filter((test) => !hitsOf(test))).map((test) => ({
      test,
      lines: distance(mutant, test),
    }));
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
