import { mutantSwitch, type Coverage } from "./mutant.js";
import type { CollectedTest } from "./collectTests.js";
import { installArithmetic } from "./ruleMutants.js";
import { Modules, type Evaluation } from "./modules.js";
import { lawTests } from "./lawTests.js";

/** What a worker is started with. */
export interface SessionData {
  readonly root: string;
  /** JavaScript by file name. */
  readonly sources: ReadonlyMap<string, string>;
  readonly testFiles: readonly string[];
  /** Whether the laws take part, shown the mutated records as a subject's. */
  readonly laws: boolean;
  /** [when the running test was started, in ms after `origin`; how long it may take] */
  readonly clock: Int32Array;
  readonly origin: number;
}

export interface TestRun {
  readonly name: string;
  readonly elapsedMs: number;
  readonly error?: string;
}

export interface DryRun {
  readonly coverage: Coverage;
  readonly tests: readonly TestRun[];
}

/** A test of a mutant, and what it took without one. */
export interface Planned {
  readonly test: string;
  readonly elapsedMs: number;
  /** How often it met the mutant. */
  readonly hits: number;
}

export interface Job {
  readonly id: string;
  /** It is met when modules are imported, which must be done anew for it. */
  readonly atImport: boolean;
  readonly tests: readonly Planned[];
}

export interface Outcome {
  readonly id: string;
  readonly status: "killed" | "survived" | "timeout";
  readonly by?: string;
}

/** Tests and mutated modules in one process. */
export class Session {
  private readonly modules: Modules;
  private readonly files: readonly string[];
  private fresh: Map<string, CollectedTest> | undefined;

  constructor(private readonly data: SessionData) {
    installArithmetic();
    this.modules = new Modules(data.root, data.sources);
    this.files = data.testFiles;
  }

  /** Every test once, without mutants. */
  async dryRun(): Promise<DryRun> {
    const state = mutantSwitch();
    state.activeMutant = undefined;
    state.mutantCoverage = { static: {}, perTest: {} };
    const runs: TestRun[] = [];
    for (const [name, test] of this.evaluate()) {
      const startedMs = performance.now();
      this.start(60_000);
      state.currentTestId = name;
      const error = await failure(test);
      state.currentTestId = undefined;
      runs.push({ name, elapsedMs: performance.now() - startedMs, ...(error !== undefined && { error }) });
    }
    return { coverage: state.mutantCoverage, tests: runs };
  }

  async show(job: Job): Promise<Outcome> {
    const outcome = await this.attempt(job);
    if (outcome.status !== "killed" || job.atImport) return outcome;
    // A mutant may have left something behind that makes every later test fail: then it was killed by an earlier one.
    const again = this.tests().get(outcome.by!);
    if (again && (await failure(again)) === undefined) return outcome;
    this.fresh = undefined;
    return this.attempt(job);
  }

  private async attempt({ id, atImport, tests }: Job): Promise<Outcome> {
    const state = mutantSwitch();
    try {
      state.activeMutant = id;
      state.hitCount = undefined;
      this.start(20_000);
      const available = atImport ? this.evaluateMutated() : this.tests();
      if (typeof available === "string") return { id, status: "killed", by: `import: ${available}` };
      state.activeMutant = id;
      for (const { test, elapsedMs, hits } of tests) {
        state.hitCount = 0;
        state.hitLimit = 1000 + 20 * hits;
        this.start(3000 + 20 * elapsedMs);
        const run = available.get(test);
        if (run && (await failure(run)) !== undefined) return { id, status: "killed", by: test };
      }
      return { id, status: "survived" };
    } finally {
      state.activeMutant = undefined;
      state.hitCount = undefined;
    }
  }

  private tests(): Map<string, CollectedTest> {
    if (!this.fresh) {
      const state = mutantSwitch();
      const { activeMutant } = state;
      state.activeMutant = undefined;
      this.fresh = this.evaluate();
      state.activeMutant = activeMutant;
    }
    return this.fresh;
  }

  private evaluate(): Map<string, CollectedTest> {
    const evaluation: Evaluation = this.modules.evaluate();
    for (const file of this.files) evaluation.load(file);
    const laws = this.data.laws ? lawTests(evaluation) : [];
    return new Map([...evaluation.tests, ...laws].map((test) => [test.name, test]));
  }

  /** The tests, or why there are none. */
  private evaluateMutated(): Map<string, CollectedTest> | string {
    try {
      return this.evaluate();
    } catch (error) {
      return String(error);
    }
  }

  private start(allowedMs: number): void {
    const { clock, origin } = this.data;
    Atomics.store(clock, 1, allowedMs);
    Atomics.store(clock, 0, Date.now() - origin);
  }
}

async function failure({ run }: CollectedTest): Promise<string | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
