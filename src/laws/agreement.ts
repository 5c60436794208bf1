import { assess, type Assessment } from "../oracles/assess.js";
import type { Precision } from "../oracles/tolerance.js";
import type { Quantity } from "../oracles/quantity.js";
import type { Tensor } from "../core/tensor.js";
import type { Case } from "../record/case.js";
import {
  askGradient,
  askTangent,
  askValue,
  pointOf,
  readAnswer,
  undecided,
  type Law,
  type LawJudgement,
} from "./law.js";
import { oraclesAgree } from "./oracleAgreement.js";

/** Outputs agree with the meaning, within what careful arithmetic attains. */
export const valueAgreement: Law = {
  name: "value agreement",
  modes: ["value"],
  againstTruth: true,
  requests: (c) => [askValue(c)],
  judge(c, [outcome], precision) {
    const answer = readAnswer(c, outcome, "value");
    return answer.ok ? judged(c, "value", answer.value, precision) : answer.judgement;
  },
};

/** Gradients agree with the reference's; only where the value does, and where independent oracles bear it out. */
export const gradientAgreement: Law = {
  name: "gradient agreement",
  modes: ["vjp"],
  againstTruth: true,
  requests: (c) => [askGradient(c)],
  judge(c, [outcome], precision) {
    const answer = readAnswer(c, outcome, "vjp");
    return answer.ok
      ? judgedDerivative(c, "gradient", answer.value, answer.grads, precision)
      : answer.judgement;
  },
};

/**
 * The same law for cases whose values no other property looks at: there a wrong value is a verdict, not a doubt.
 */
export const wholeAgreement: Law = {
  ...gradientAgreement,
  name: "value and gradient agreement",
  judge(c, [outcome], precision) {
    const answer = readAnswer(c, outcome, "vjp");
    if (!answer.ok) return answer.judgement;
    const value = judged(c, "value", answer.value, precision);
    return value.verdict === "fail" ? value : gradientAgreement.judge(c, [outcome], precision);
  },
};

/** Tangents agree with the reference's, under the same conditions. */
export const tangentAgreement: Law = {
  name: "tangent agreement",
  modes: ["jvp"],
  againstTruth: true,
  requests: (c) => [askTangent(c)],
  judge(c, [outcome], precision) {
    const answer = readAnswer(c, outcome, "jvp");
    return answer.ok
      ? judgedDerivative(c, "tangent", answer.value, answer.grads, precision)
      : answer.judgement;
  },
};

function judgedDerivative(
  c: Case,
  quantity: "gradient" | "tangent",
  value: readonly Tensor[],
  results: readonly Tensor[],
  precision: Precision,
): LawJudgement {
  const valueJudgement = judged(c, "value", value, precision);
  if (valueJudgement.verdict === "fail") return undecided("the value is wrong already");
  const judgement = judged(c, quantity, results, precision);
  if (judgement.verdict === "inconclusive") return judgement;
  const agreement = oraclesAgree(pointOf(c), precision);
  // Where only one oracle has an answer, agreeing with it is as good as can be had; differing from it proves nothing.
  if (agreement.agree || (agreement.silent && judgement.verdict === "pass")) return judgement;
  return undecided(agreement.doubt);
}

function judged(c: Case, quantity: Quantity, results: readonly Tensor[], precision: Precision): LawJudgement {
  return fromAssessment(quantity, assess(quantity, pointOf(c), results, precision));
}

function fromAssessment(quantity: Quantity, a: Assessment): LawJudgement {
  const { result, ...rest } = a;
  return { ...rest, where: `${quantity}[${result}]` };
}
