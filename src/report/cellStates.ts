import { cellState, type CellState } from "../record/report.js";
import type { Counts } from "../record/verdict.js";
import type { LineOf } from "../record/record.js";
import { showCount, showMeasure } from "./showNumber.js";
import { decidedIn, executedIn, wrongIn } from "./tally.js";

/** How a state is told: a sign that needs no colour, a word, and what it means. */
export const STATES: Readonly<Record<CellState, { sign: string; label: string; means: string }>> = {
  wrong: { sign: "✗", label: "wrong", means: "at least one case is wrong" },
  protocol: {
    sign: "!",
    label: "protocol",
    means: "the harness broke the protocol; not the library's fault",
  },
  "accepted-invalid": { sign: "◇", label: "accepted invalid", means: "an invalid case was not refused" },
  inaccurate: { sign: "≈", label: "inaccurate", means: "right formula, textbook rounding: digits are lost" },
  untested: { sign: "○", label: "untested", means: "planned, too few cases decided" },
  "not-run": { sign: "·", label: "not run", means: "planned, not executed" },
  green: { sign: "✓", label: "right", means: "enough cases decided, none wrong" },
  unsupported: { sign: "–", label: "unsupported", means: "the subject does not have it" },
};

/** The worst first, as the schema lists them. */
export const byRank = (a: CellState, b: CellState): number =>
  cellState.options.indexOf(a) - cellState.options.indexOf(b);

/** @domain at least one state */
export const worstState = (states: Iterable<CellState>): CellState =>
  [...states].reduce((worst, state) => (byRank(state, worst) < 0 ? state : worst));

export const isUndecided = (state: CellState): boolean =>
  state === "untested" || state === "not-run" || state === "protocol";

/** A check that would have missed an error of one percent in half of its cases has not shown much. */
const COARSEST_RESOLUTION = 1e-2;

export interface CellFacts {
  readonly counts: Counts;
  /** Whether any of its units ended. */
  readonly ran: boolean;
  readonly skipped: LineOf<"skipped"> | undefined;
  readonly decidedCasesNeeded: number;
  readonly medianResolution: number | null;
}

/** What a cell may claim. What a case has shown counts however few there are; what none has shown needs enough. */
export function stateOf(facts: CellFacts): { state: CellState; because: string | null } {
  const { counts, skipped, decidedCasesNeeded, medianResolution } = facts;
  const decided = decidedIn(counts);
  const executed = executedIn(counts);
  if (wrongIn(counts) > 0) return { state: "wrong", because: null };
  if (counts.protocol) return { state: "protocol", because: "the harness broke the protocol" };
  if (counts["accepted-invalid"]) return { state: "accepted-invalid", because: null };
  if (decided < decidedCasesNeeded) {
    if (skipped) return { state: skipped.verdict, because: skipped.reason };
    if (executed > 0 && counts.unsupported === executed) {
      return { state: "unsupported", because: "every case was answered with: unsupported" };
    }
    if (!facts.ran) return { state: "not-run", because: "no unit of its work ended" };
    if (executed === 0 && counts["not-run"]) return { state: "not-run", because: "its cases were left out" };
    return {
      state: "untested",
      because: `${showCount(decided)} of ${showCount(decidedCasesNeeded)} cases decided`,
    };
  }
  if (counts.inaccurate) return { state: "inaccurate", because: null };
  if (medianResolution !== null && !(medianResolution <= COARSEST_RESOLUTION)) {
    const seen = showMeasure(medianResolution);
    return { state: "untested", because: `half of the cases would not have shown an error below ${seen}` };
  }
  return { state: "green", because: null };
}
