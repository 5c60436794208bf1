/** One change of one place in the sources. */
export interface Mutant {
  readonly id: string;
  /** From the root of the project: `src/ops/hyperbolic.ts`. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly mutator: string;
  readonly original: string;
  readonly replacement: string;
  /** Why it is left out of the score. */
  readonly ignored?: string;
}

/** Sources in which every mutant is present, and asleep until `activeMutant` names it. */
export interface Mutated {
  /** TypeScript by file name. */
  readonly files: ReadonlyMap<string, string>;
  readonly mutants: readonly Mutant[];
}

/** The global object that mutated sources read, as Stryker's do. */
export interface MutantSwitch {
  activeMutant?: string | undefined;
  /** What is being run, for the counters; undefined while modules are evaluated. */
  currentTestId?: string | undefined;
  mutantCoverage: Coverage;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
}

/** How often each mutant was met, when modules were evaluated and by each test. */
export interface Coverage {
  static: Record<string, number>;
  perTest: Record<string, Record<string, number>>;
}

export function mutantSwitch(): MutantSwitch {
  const holder = globalThis as Record<string, unknown>;
  return (holder[NAME] ??= { mutantCoverage: { static: {}, perTest: {} } }) as MutantSwitch;
}

/** The name that Stryker's instrumenter writes. */
const NAME = "__stryker__";
