import type { EvalQuestion, Hello, ObjectQuestion, Outcome } from "../record/protocol.js";
import type { Accuracy } from "../record/record.js";

export type { EvalQuestion } from "../record/protocol.js";
export type { Accuracy } from "../record/record.js";

/** An implementation under verification, as a campaign sees it. It answers; it never judges and cannot skip. */
export interface Subject {
  /** The name by which it was chosen: `tfjs`. */
  readonly id: string;
  readonly hello: Hello;
  /** What was measured of its arithmetic. Default: nothing, and its intrinsics count as good to an ulp. */
  readonly accuracy?: Accuracy;
  /** Never rejects: whatever happens to the request is an outcome. Many may be under way at once. */
  evaluate(question: EvalQuestion): Promise<Outcome>;
  /** The same of a question to one of its objects: an initialiser, a clipper, an optimiser. */
  ask(question: ObjectQuestion): Promise<Outcome>;
  /**
   * A program in the subject's own language that asks the same and prints the answer.
   *
   * @throws GradproofError `snippet` when the subject cannot print one
   */
  snippet(question: EvalQuestion | ObjectQuestion): Promise<string>;
  /** Questions settled so far, in whatever way. */
  readonly answered: number;
  close(): Promise<void>;
}
