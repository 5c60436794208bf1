import type { FloatType } from "../core/float.js";
import type { Tensor } from "../core/tensor.js";
import { GradproofError } from "../core/errors.js";
import type { Outcome, Question } from "../record/protocol.js";
import type { Fact } from "../record/record.js";
import type { Scenario } from "../record/scenario.js";
import type { Precision } from "../oracles/tolerance.js";
import { decodeTensor } from "../record/tensor.js";
import { failure, refusal, type LawJudgement } from "./law.js";

/**
 * What an inquiry into one of a subject's objects comes to: a judgement, and what the object does, for people who want
 * to know it whether or not it is right.
 */
export interface Verdicted extends LawJudgement {
  /** In one sentence, with numbers. */
  readonly does: string;
  readonly facts: readonly Fact[];
}

/**
 * A law about an object that is asked questions one after another: a generator that yields each question, gets its
 * outcome, and returns the judgement. Pure, as laws are: the same outcomes give the same questions and the same
 * judgement. Statistical ones ask for more until they can decide.
 */
export type Inquiry = (
  scenario: Scenario,
  context: InquiryContext,
) => Generator<Question, Verdicted, Outcome>;

export interface InquiryContext {
  /** How often at most the verdict may be wrong by chance; 0 for inquiries that leave nothing to chance. */
  readonly alpha: number;
  readonly precision: Precision;
}

/** The judgement in words: the object's name is known, and what it does could not be seen. */
export const unanswered = (judgement: LawJudgement): Verdicted => ({
  ...judgement,
  does: judgement.reason,
  facts: [],
});

export type Tensors =
  | { readonly ok: true; readonly tensors: readonly Tensor[] }
  | { readonly ok: false; readonly judgement: LawJudgement };

/**
 * The tensors of an outcome, where they are as many, of such shapes and of such precision as they must be.
 *
 * @param shapes of all of them, or of each
 */
export function readObjectTensors(
  outcome: Outcome,
  dtype: FloatType,
  shapes: readonly (readonly number[])[],
): Tensors {
  const refused = refusal(outcome, "value");
  if (refused) return { ok: false, judgement: refused };
  const value = outcome.status === "ok" ? outcome.value : undefined;
  const bad = (kind: string, where: string, reason: string): Tensors => ({
    ok: false,
    judgement: failure(kind, where, reason),
  });
  if (value?.length !== shapes.length) {
    return bad("missing", "value", `${value?.length ?? 0} tensors came back instead of ${shapes.length}`);
  }
  const tensors: Tensor[] = [];
  for (const [k, wire] of value.entries()) {
    const where = `value[${k}]`;
    if (wire.shape.join() !== shapes[k].join()) {
      return bad("shape", where, `shape [${wire.shape.join(", ")}] instead of [${shapes[k].join(", ")}]`);
    }
    if (wire.dtype !== dtype) return bad("dtype", where, `${wire.dtype} instead of ${dtype}`);
    try {
      tensors.push(decodeTensor(wire));
    } catch (error) {
      if (!(error instanceof GradproofError)) throw error;
      return { ok: false, judgement: { verdict: "protocol", reason: error.message, where } };
    }
  }
  return { ok: true, tensors };
}
