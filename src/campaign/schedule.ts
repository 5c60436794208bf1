import { PROGRAMS } from "./property.js";

/** What is handed out: of one op, of programs of any ops, or of neither. */
export interface Task {
  readonly op: string | undefined;
}

/**
 * Hands out tasks to workers so that what is found depends neither on how many they are nor on their speed, and none
 * waits for a slow one unless it must.
 *
 * Tasks of one op go one after another, in their order: a fault that two properties show is then explained by the
 * first of them. Programs may show the faults of any op: they come after all that is before them, and before all that
 * is after. What is of no op stands for itself.
 */
export class Schedule<T extends Task> {
  private readonly waiting: T[];
  private readonly running = new Set<T>();
  private readonly sleepers: (() => void)[] = [];

  constructor(tasks: readonly T[]) {
    this.waiting = [...tasks];
  }

  /** The first that may begin, as soon as there is one; undefined when none is left. */
  async next(): Promise<T | undefined> {
    while (this.waiting.length > 0) {
      const at = this.firstFree();
      if (at >= 0) {
        const [task] = this.waiting.splice(at, 1);
        this.running.add(task);
        return task;
      }
      await new Promise<void>((resolve) => this.sleepers.push(resolve));
    }
    return undefined;
  }

  done(task: T): void {
    this.running.delete(task);
    for (const wake of this.sleepers.splice(0)) wake();
  }

  private firstFree(): number {
    const before = new Set([...this.running].flatMap(({ op }) => op ?? []));
    return this.waiting.findIndex(({ op }) => {
      if (op === undefined) return true;
      const free = !before.has(op) && !before.has(PROGRAMS) && (op !== PROGRAMS || before.size === 0);
      before.add(op);
      return free;
    });
  }
}
