import { formatOf } from "../core/float.js";
import { pointOf, undecided, type Law, type LawJudgement } from "../laws/law.js";
import { formsLose, leavesRange } from "../oracles/rangeOfForms.js";
import type { Precision } from "../oracles/tolerance.js";
import type { Case } from "../record/case.js";
import type { Subject } from "../subjects/subject.js";

/** What is known of a subject's arithmetic at the precision of a case. */
export const precisionOf = (
  { hello, accuracy }: Pick<Subject, "hello" | "accuracy">,
  dtype: Case["dtype"],
): Precision => ({
  format: formatOf(dtype),
  flush: hello.capabilities.flush ?? false,
  intrinsicUlps: accuracy?.[dtype] ?? {},
});

/** Wrong numbers, and not wrong shapes, overwritten inputs or shared memory. */
const isAboutNumbers = ({ verdict, kind }: LawJudgement): boolean =>
  verdict === "fail" && !EXACT_KINDS.has(kind ?? "");

const EXACT_KINDS: ReadonlySet<string> = new Set(["shape", "dtype", "missing", "mutates", "shares memory"]);

/** What is scaled by a power of two must be so bit for bit, which it is not where a factor underflows. */
const EXACT_FACTORS: ReadonlySet<string> = new Set(["bits", "scale"]);

/** Asks a subject what a law wants to know of a case, and judges the answers. */
export async function judgeCase(law: Law, c: Case, subject: Subject): Promise<LawJudgement> {
  const outcomes = await Promise.all(law.requests(c).map((question) => subject.evaluate(question)));
  const precision = precisionOf(subject, c.dtype);
  const judgement = law.judge(c, outcomes, precision);
  if (!isAboutNumbers(judgement)) return judgement;
  const excuse = EXACT_FACTORS.has(judgement.kind ?? "") ? leavesRange : formsLose;
  return excuse(pointOf(c), precision)
    ? undecided("range: an accepted formula leaves the format's range on the way")
    : judgement;
}
