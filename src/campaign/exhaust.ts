import { GradproofError } from "../core/errors.js";
import type { ExhaustQuestion, ExhaustStatistics } from "../record/exhaustion.js";
import type { ExhaustWorker } from "../subjects/exhaustWorker.js";
import { mergeStatistics } from "../subjects/mergeStatistics.js";
import { GROUP, type ExhaustPlan } from "./exhaustPlan.js";
import type { ExhaustState, FinishedRange } from "./exhaustState.js";

export interface ExhaustProgress {
  /** Inputs judged, of this and of earlier sessions. */
  readonly done: number;
  readonly total: number;
  /** In this session. */
  readonly perSecond: number;
  readonly secondsLeft: number;
}

export interface ExhaustOptions {
  readonly from: number;
  readonly to: number;
  readonly onProgress?: (progress: ExhaustProgress) => void;
  readonly signal?: AbortSignal;
  /** Milliseconds since this session began. */
  readonly clock: () => number;
}

export interface Exhausted {
  readonly statistics: ExhaustStatistics;
  readonly cpuMs: number;
  readonly elapsedMs: number;
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** Magnitudes from one bound to another, cut where the groups of tolerances are. */
export function rangesOf({ from, to }: Range): Range[] {
  const ranges: Range[] = [];
  for (let first = from; first < to;) {
    const end = Math.min(to, (Math.floor(first / GROUP) + 1) * GROUP);
    ranges.push({ from: first, to: end });
    first = end;
  }
  return ranges;
}

/**
 * Asks workers for every range that the state does not hold yet. What is finished is in the state, whatever ends the
 * run.
 *
 * @returns undefined when it was interrupted
 * @throws GradproofError `exhaust-failed` when a worker could not answer, with the range and why
 */
export async function exhaust(
  plan: ExhaustPlan,
  workers: readonly ExhaustWorker[],
  state: ExhaustState,
  options: ExhaustOptions,
): Promise<Exhausted | undefined> {
  const { signal, clock } = options;
  const wanted = rangesOf(options);
  const has = new Set(state.finished.map(({ from }) => from));
  const queue = wanted.filter(({ from }) => !has.has(from));
  const earlier = state.finished.reduce((most, range) => Math.max(most, range.elapsedMs), 0);
  const progress = progressOf(options, state.finished);
  let failed: GradproofError | undefined;
  const prepare = (): ExhaustQuestion | undefined => {
    if (signal?.aborted || failed) return undefined;
    const range = queue.shift();
    return range && plan.question(range.from, range.to);
  };
  const work = async (worker: ExhaustWorker): Promise<void> => {
    let next = prepare();
    while (next) {
      const { from, to } = next;
      const asked = worker.exhaust(next);
      // While the worker is busy: its tolerances take as long as it would wait.
      next = prepare();
      const outcome = await asked;
      if (outcome.status === "refused") {
        failed ??= new GradproofError(
          "exhaust-failed",
          `no answer for the magnitudes ${hex(from)} to ${hex(to)}: ${outcome.detail}`,
        );
        return;
      }
      const { statistics, cpuMs } = outcome;
      state.add({ from, to, statistics, cpuMs, elapsedMs: Math.round(earlier + clock()) });
      options.onProgress?.(progress(statistics.inputs));
      if (signal?.aborted) return;
    }
  };
  await Promise.all(workers.map(work));
  if (failed) throw failed;
  return state.finished.length < wanted.length ? undefined : together(state.finished);
}

function progressOf({ from, to, clock }: ExhaustOptions, finished: readonly FinishedRange[]) {
  const total = 2 * (to - from);
  let session = 0;
  const before = finished.reduce((n, { statistics }) => n + statistics.inputs, 0);
  return (inputs: number): ExhaustProgress => {
    session += inputs;
    const perSecond = (1000 * session) / clock();
    const done = before + session;
    return { done, total, perSecond, secondsLeft: (total - done) / perSecond };
  };
}

/** From the first to the last, as merging wants it; whoever did them, and in whatever order. */
function together(finished: readonly FinishedRange[]): Exhausted {
  const sorted = [...finished].sort((a, b) => a.from - b.from);
  return {
    statistics: sorted.map(({ statistics }) => statistics).reduce(mergeStatistics),
    cpuMs: sorted.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
    elapsedMs: sorted.reduce((most, { elapsedMs }) => Math.max(most, elapsedMs), 0),
  };
}

export const hex = (bits: number): string => `0x${bits.toString(16).padStart(8, "0")}`;
