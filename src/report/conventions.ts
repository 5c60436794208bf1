import type { ReportConvention, SubjectReport } from "../record/report.js";
import { cellsByOp } from "./opOutcomes.js";
import { addRecords } from "./tally.js";

/** How an answer is told. */
export const CHOICES = {
  "as the reference": { sign: "=", tone: "green", says: "as the reference" },
  another: { sign: "~", tone: "green", says: "another choice that mathematics defends" },
  outside: { sign: "!", tone: "wrong", says: "outside what mathematics defends" },
  "no answer": { sign: "\u2717", tone: "wrong", says: "the op is offered, and gave no answer" },
  unsupported: { sign: "\u2013", tone: "unsupported", says: "the subject does not have it" },
} as const satisfies Record<ReportConvention["choice"], { sign: string; tone: string; says: string }>;

/** One question with the answers of all subjects, in their order. */
export interface ConventionRow extends Omit<ReportConvention, "got" | "choice"> {
  readonly answers: readonly (ReportConvention | undefined)[];
}

export function conventionRows({
  subjects,
}: {
  readonly subjects: readonly Pick<SubjectReport, "conventions">[];
}): ConventionRow[] {
  const questions = new Map<string, ReportConvention>();
  for (const { conventions } of subjects) {
    for (const line of conventions) if (!questions.has(line.probe)) questions.set(line.probe, line);
  }
  return [...questions.values()].map(({ got: _got, choice: _choice, ...question }) => ({
    ...question,
    answers: subjects.map(({ conventions }) => conventions.find(({ probe }) => probe === question.probe)),
  }));
}

/** Choices that were seen in drawn cases, with their numbers, for ops that met a kink or tie. */
export const seenByOp = (subject: SubjectReport): Map<string, Record<string, number>> =>
  new Map(
    [...cellsByOp(subject.cells)].flatMap(([op, cells]) => {
      const seen = addRecords(cells.map(({ conventions }) => conventions));
      return Object.keys(seen).length > 0 ? [[op, seen] as const] : [];
    }),
  );
