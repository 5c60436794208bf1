import { formatOf } from "../core/float.js";
import type { Law, LawJudgement } from "../laws/law.js";
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

/** Asks a subject what a law wants to know of a case, and judges the answers. */
export async function judgeCase(law: Law, c: Case, subject: Subject): Promise<LawJudgement> {
  const outcomes = await Promise.all(law.requests(c).map((question) => subject.evaluate(question)));
  return law.judge(c, outcomes, precisionOf(subject, c.dtype));
}
