export interface DeadlineOptions {
  /** Until the first answer of a process; imports of big libraries are slow. Default 60,000. */
  readonly helloMs?: number;
  /** Default 1,000. */
  readonly minimumMs?: number;
  /** A request may take this many times the median of its cell. Default 20. */
  readonly medianFactor?: number;
  /** The first request with a program may take this many times longer: compilers. Default 10. */
  readonly firstUseFactor?: number;
  /** No request may take longer. Default 60,000. */
  readonly capMs?: number;
}

/** Durations kept for a cell: a median over more would follow a machine that slows down too late. */
const KEPT = 64;

/** How long a subject may take for a request, from how long it took for others. */
export class Deadlines {
  readonly helloMs: number;
  private readonly options: Required<Omit<DeadlineOptions, "helloMs">>;
  private readonly cells = new Map<string, { durations: number[]; next: number; medianMs: number }>();
  private readonly programs = new Set<number>();

  constructor(options: DeadlineOptions = {}) {
    const { helloMs = 60_000, minimumMs = 1000, medianFactor = 20, firstUseFactor = 10 } = options;
    this.helloMs = helloMs;
    this.options = { minimumMs, medianFactor, firstUseFactor, capMs: options.capMs ?? 60_000 };
  }

  /**
   * @param cell what is expected to take similar times: op, mode and dtype
   * @param program hash of the program; two programs with the same one cost the second its longer first use
   * @param patience how many times the minimum it is given; default 1
   */
  limitMs(cell: string, program: number, patience = 1): number {
    const { minimumMs, medianFactor, firstUseFactor, capMs } = this.options;
    const limit = Math.max(minimumMs * patience, medianFactor * (this.cells.get(cell)?.medianMs ?? 0));
    return Math.min(capMs, this.programs.has(program) ? limit : firstUseFactor * limit);
  }

  record(cell: string, program: number, elapsedMs: number): void {
    this.programs.add(program);
    const seen = this.cells.get(cell) ?? { durations: [], next: 0, medianMs: 0 };
    this.cells.set(cell, seen);
    seen.durations[seen.next++ % KEPT] = elapsedMs;
    // Sorting at every reply would cost as much as the reply; the median moves slowly.
    if (seen.next === 1 || seen.next % 16 === 0) {
      seen.medianMs = seen.durations.toSorted((a, b) => a - b)[seen.durations.length >> 1];
    }
  }
}

/** How long something has waited, not counting time in which this process was itself too busy to listen. */
export class Waiting {
  static readonly TICK_MS = 50;
  ms = 0;
  private lastTick = performance.now();

  restart(): void {
    this.ms = 0;
    this.lastTick = performance.now();
  }

  /** To be called every `TICK_MS`; when a call comes late, this process could not have heard an answer either. */
  tick(): void {
    const now = performance.now();
    this.ms += Math.min(now - this.lastTick, 2 * Waiting.TICK_MS);
    this.lastTick = now;
  }
}
