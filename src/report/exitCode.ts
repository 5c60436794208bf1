import type { Report } from "../record/report.js";
import { wrongIn } from "./tally.js";
import { VERDICTS } from "../record/verdict.js";

const MOST_UNDECIDED = 0.2;

/**
 * 0 nothing wrong · 1 something is wrong with a subject · 3 incomplete, or the harness broke protocol · 4 too much
 * stayed undecided. The highest that applies, except that 1 beats 4; and 4 is said of complete runs only, since an
 * interrupted one leaves cells undecided for a reason that 3 already tells.
 */
export function exitCode({
  complete,
  subjects,
  cells,
}: Pick<Report, "complete" | "subjects" | "cells">): number {
  const wrong = subjects.some(
    ({ counts, findings }) => wrongIn(counts) > 0 || findings.some(({ verdict }) => VERDICTS[verdict].wrong),
  );
  if (!complete) return 3;
  if (!wrong && cells.undecided > MOST_UNDECIDED * cells.planned) return 4;
  if (subjects.some(({ counts }) => counts.protocol)) return 3;
  return wrong ? 1 : 0;
}
