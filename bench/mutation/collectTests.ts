import { inspect } from "node:util";
import { expect } from "vitest";

/** One test of a file, as it can be run again and again in one process. */
export interface CollectedTest {
  /** File and titles. */
  readonly name: string;
  run(): unknown;
}

type Body = (...row: unknown[]) => unknown;

/**
 * The part of vitest's interface that our tests use, collecting tests instead of running them: thousands of mutants
 * are shown to the same tests, and starting vitest for each would take hours. The assertions are vitest's own.
 */
export class TestCollector {
  readonly tests: CollectedTest[] = [];
  private readonly titles: string[];

  constructor(file: string) {
    this.titles = [file];
  }

  /** What `import … from "vitest"` gives a test file. */
  get module() {
    const describe = Object.assign(this.describe, { each: this.each(this.describe) });
    const it = Object.assign(this.it, { each: this.each(this.it) });
    return { describe, it, test: it, expect };
  }

  private readonly describe = (title: string, body: Body): void => {
    this.titles.push(title);
    body();
    this.titles.pop();
  };

  private readonly it = (title: string, run: Body): void => {
    const name = [...this.titles, title].join(" › ");
    // Rows whose titles are equal have a number, so that they can be found again.
    const alike = this.tests.filter((test) => test.name === name || test.name.startsWith(`${name} #`)).length;
    this.tests.push({ name: alike === 0 ? name : `${name} #${alike + 1}`, run: () => run() });
  };

  private readonly each =
    (declare: (title: string, body: Body) => void) =>
    (rows: readonly unknown[]) =>
    (title: string, body: Body): void => {
      for (const row of rows) {
        const values: readonly unknown[] = Array.isArray(row) ? row : [row];
        declare(`${title} ${shorten(values)}`, () => body(...values));
      }
    };
}

const shorten = (values: readonly unknown[]): string =>
  values
    .map((value) => inspect(value, { breakLength: Infinity }))
    .join(" ")
    .slice(0, 120);
