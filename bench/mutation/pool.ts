import { Worker } from "node:worker_threads";
import type { DryRun, Job, Outcome, SessionData } from "./session.js";

/** How often a worker's clock is read. */
const LOOK_MS = 250;

/** One worker, started again when a mutant hangs it or makes it run out of memory. */
class Lane {
  private worker: Worker | undefined;
  private readonly clock = new Int32Array(new SharedArrayBuffer(8));
  private readonly origin = Date.now();

  constructor(private readonly data: Omit<SessionData, "clock" | "origin">) {}

  /** The answer; undefined when there is none and never would be. */
  async ask<T>(question: Job | "dry run"): Promise<T | undefined> {
    const worker = (this.worker ??= new Worker(new URL("worker.js", import.meta.url), {
      workerData: { ...this.data, clock: this.clock, origin: this.origin },
      resourceLimits: { maxOldGenerationSizeMb: 1500 },
      stdout: false,
    }));
    Atomics.store(this.clock, 1, 60_000);
    Atomics.store(this.clock, 0, Date.now() - this.origin);
    const answer = await new Promise<T | undefined>((resolve, reject) => {
      const watch = setInterval(() => {
        const started = Atomics.load(this.clock, 0);
        if (Date.now() - this.origin - started > Atomics.load(this.clock, 1)) finish(undefined);
      }, LOOK_MS);
      const settle = (act: () => void): void => {
        clearInterval(watch);
        worker.off("message", finish);
        worker.off("error", fail);
        act();
      };
      const finish = (result: T | undefined): void => settle(() => resolve(result));
      const fail = (error: NodeJS.ErrnoException): void =>
        question !== "dry run" && error.code === "ERR_WORKER_OUT_OF_MEMORY"
          ? finish(undefined)
          : settle(() => reject(error));
      worker.on("message", finish);
      worker.on("error", fail);
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
      worker.postMessage(question);
    });
    if (answer === undefined) {
      await worker.terminate();
      this.worker = undefined;
    }
    return answer;
  }

  async close(): Promise<void> {
    await this.worker?.terminate();
  }
}

export interface PoolOptions {
  readonly workers: number;
  /** Called with each outcome as it comes. */
  readonly onOutcome?: (outcome: Outcome) => void;
}

/** Tests without mutants first; then what `plan` makes of them. */
export async function runMutants(
  data: Omit<SessionData, "clock" | "origin">,
  plan: (dry: DryRun) => readonly Job[],
  { workers, onOutcome }: PoolOptions,
): Promise<{ readonly dry: DryRun; readonly outcomes: readonly Outcome[] }> {
  const lanes = Array.from({ length: workers }, () => new Lane(data));
  try {
    const dry = await lanes[0].ask<DryRun>("dry run");
    if (!dry) throw new Error("the tests hang without a mutant");
    const open = [...plan(dry)].reverse();
    const outcomes: Outcome[] = [];
    const work = async (lane: Lane): Promise<void> => {
      for (let job = open.pop(); job; job = open.pop()) {
        const outcome = (await lane.ask<Outcome>(job)) ?? { id: job.id, status: "timeout" as const };
        outcomes.push(outcome);
        onOutcome?.(outcome);
      }
    };
    await Promise.all(lanes.map(work));
    return { dry, outcomes };
  } finally {
    await Promise.all(lanes.map((lane) => lane.close()));
  }
}
