import type { Identity } from "../ops/curve.js";
import { findOp } from "../ops/index.js";
import { assess } from "../oracles/assess.js";
import { Attainable } from "../oracles/attainable.js";
import { flatten } from "../oracles/quantity.js";
import type { Precision } from "../oracles/tolerance.js";
import { singleOp } from "../program/program.js";
import type { Case } from "../record/case.js";
import type { Outcome } from "../record/protocol.js";
import { contradicted, equation } from "./contradiction.js";
import { askGradient, pointOf, readAnswer, undecided, type Law, type LawJudgement } from "./law.js";
import { curveOf, movedTo, withUnitCotangents, worse } from "./singleOp.js";

/** The other op of an identity, at the points where it must be asked. */
function otherOf(c: Case, { op, scale = 1 }: Identity): Case {
  const { program, ...rest } = movedTo(withUnitCotangents(c), (x) => scale * x);
  const shapes = program.inputs.map(({ shape }) => shape);
  return { ...rest, program: singleOp(findOp(op), shapes, {}) };
}

/**
 * What one op is in terms of another, in the subject's own numbers. Where that other is wrong already, the identity is no
 * fault of the first.
 */
export const identities: Law = {
  name: "identities",
  modes: ["vjp"],
  requests: (c) => [
    ...(curveOf(c).identities ?? []).map((identity) => askGradient(otherOf(c, identity))),
    askGradient(withUnitCotangents(c)),
  ],
  judge(c, outcomes, precision) {
    return worse(
      (curveOf(c).identities ?? []).map((identity, i) =>
        judged(c, identity, [outcomes[outcomes.length - 1], outcomes[i]], precision),
      ),
    );
  },
};

function judged(
  c: Case,
  identity: Identity,
  [outcome, another]: readonly [Outcome, Outcome],
  precision: Precision,
): LawJudgement {
  const answer = readAnswer(c, outcome, "vjp");
  if (!answer.ok) return answer.judgement;
  const other = otherOf(c, identity);
  const otherAnswer = readAnswer(other, another, "vjp");
  if (!otherAnswer.ok) return otherAnswer.judgement;
  const { op, plus = 0, times = 1, scale = 1 } = identity;
  const [point, otherPoint] = [withUnitCotangents(c), other].map(pointOf);
  const held = (
    quantity: "value" | "gradient",
    from: "value" | "gradient",
    weight: number,
    sum: number,
  ): LawJudgement => {
    const theirs = from === "value" ? otherAnswer.value : otherAnswer.grads;
    if (assess(from, otherPoint, theirs, precision).verdict === "fail")
      return undecided(`the ${from} of ${op} is wrong already`);
    const own = flatten(quantity === "value" ? answer.value : answer.grads);
    const results = flatten(theirs);
    const { data: xs } = c.inputs[0];
    const terms = `${sum === 0 ? "" : `${sum} + `}${weight}·${from} of ${op}`;
    return contradicted(
      "identity between ops",
      [new Attainable(quantity, point, precision), new Attainable(from, otherPoint, precision)],
      equation(
        precision,
        `${quantity}[0]`,
        [
          { weight: 1, results: own },
          { weight: -weight, results },
        ],
        () => sum,
        (i) =>
          `a ${quantity} of ${own[i]} at ${xs[i]}, where it is ${terms} at ${scale * xs[i]}, ${results[i]}`,
      ),
    );
  };
  if (identity.of === "derivative") return held("gradient", "value", times, plus);
  return worse([held("value", "value", times, plus), held("gradient", "gradient", times * scale, 0)]);
}
