import type { LawJudgement } from "../laws/law.js";
import { isSimpler, shrink } from "../arbitraries/shrink.js";
import type { Case } from "../record/case.js";

export interface Minimised {
  readonly case: Case;
  readonly judgement: LawJudgement;
  /** Candidates that were checked again. */
  readonly evaluations: number;
}

/**
 * Candidates that are checked at once: a subject's process answers several in one go. Few at first, since the boldest
 * ones often do, and what was asked along with them was asked in vain.
 */
const BATCHES: readonly number[] = [2, 2, 4, 4, 8];

/**
 * The smallest case with the same fault, greedily: the first simpler cases that are asked together and still
 * show it yield the simplest of them, until none does or the limit is reached.
 *
 * @param recheck judges a candidate on the subject
 * @param options.limit re-checks at most; default 200
 */
export async function minimise(
  start: Case,
  judgement: LawJudgement,
  recheck: (c: Case) => Promise<LawJudgement>,
  options: { readonly limit?: number } = {},
): Promise<Minimised> {
  const { limit = 200 } = options;
  let best = { case: start, judgement };
  let evaluations = 0;
  for (let improved = true; improved;) {
    improved = false;
    const candidates = shrink(best.case);
    for (let b = 0; !improved && evaluations < limit; b++) {
      const size = BATCHES[Math.min(b, BATCHES.length - 1)];
      const batch = take(candidates, Math.min(size, limit - evaluations));
      if (batch.length === 0) break;
      evaluations += batch.length;
      const judgements = await Promise.all(batch.map(recheck));
      const found = batch
        .map((candidate, i) => ({ case: candidate, judgement: judgements[i] }))
        .filter(({ judgement: j }) => sameFault(j, judgement) && asPlain(j, judgement));
      if (found.length > 0) {
        best = found.reduce((a, b) => (isSimpler(b.case, a.case) ? b : a));
        improved = true;
      }
    }
  }
  return { ...best, evaluations };
}

/** The same kind of wrong in the same kind of result; which input it shows in may change as inputs go. */
export function sameFault(a: LawJudgement, b: LawJudgement): boolean {
  // A broken tie may be a plainly wrong number somewhere else, but not the other way round.
  const sameKind = a.kind === b.kind || (b.kind === "tie" && a.kind === "value");
  return a.verdict === b.verdict && sameKind && resultOf(a) === resultOf(b);
}

const resultOf = ({ where }: LawJudgement): string | undefined => where?.replace(/\[\d+\]$/, "");

/** A case that barely fails shows nothing: a simpler one must be about as far off as the first was. */
function asPlain(a: LawJudgement, first: LawJudgement): boolean {
  const { errorOverAttainable: wanted } = first;
  if (wanted === undefined || !Number.isFinite(wanted)) return true;
  return (a.errorOverAttainable ?? 0) >= Math.min(wanted / 2, 1e4);
}

function take<T>(from: Generator<T>, count: number): T[] {
  const taken: T[] = [];
  while (taken.length < count) {
    const next = from.next();
    if (next.done) break;
    taken.push(next.value);
  }
  return taken;
}
