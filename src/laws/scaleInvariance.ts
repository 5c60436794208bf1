import { formatOf } from "../core/float.js";
import { sizeOf } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { assess } from "../oracles/assess.js";
import { flatten, locate, shapesOf } from "../oracles/quantity.js";
import type { Precision } from "../oracles/tolerance.js";
import { differentiable } from "../program/program.js";
import type { Case } from "../record/case.js";
import {
  askGradient,
  failure,
  PASS,
  pointOf,
  readAnswer,
  undecided,
  type Law,
  type LawJudgement,
} from "./law.js";
import { scaledTwin, type Twin } from "./scaledTwin.js";

/** Powers of two: small, so that nothing under- or overflows that did not before. */
const EXPONENTS = [-3, 5] as const;

const twinsOf = (c: Case): Twin[] =>
  EXPONENTS.map((k) => scaledTwin(c, k)).filter((twin) => twin !== undefined);

/** Numbers of the format that are far from its ends: there a power of two is exact. */
function isSafe(c: Case): boolean {
  const { smallestNormal, largest } = formatOf(c.dtype);
  return c.inputs.every(({ data }) =>
    data.every((x) => x === 0 || (Math.abs(x) > smallestNormal * 2 ** 16 && Math.abs(x) < largest / 2 ** 16)),
  );
}

/**
 * Inputs times 2ᵏ, and epsilon times 4ᵏ: outputs stay as they are, and gradients of these inputs become 2⁻ᵏ of what they
 * were (van Laarhoven 2017), bit for bit, since every operation on the way is scaled exactly. A root that is not rounded
 * correctly may differ in the last bits: that is told, and is no fault.
 */
const scaling = (name: string): Law => ({
  name,
  modes: ["vjp"],
  requests: (c) => [c, ...twinsOf(c).map((twin) => twin.case)].map((each) => askGradient(each)),
  judge(c, [outcome, ...others], precision) {
    const plain = readAnswer(c, outcome, "vjp");
    if (!plain.ok) return plain.judgement;
    const twins = twinsOf(c);
    if (twins.length === 0) return undecided("nothing is normalised whose scale could be changed");
    if (!isSafe(c)) return undecided("range: inputs are near the limits of the format");
    let judgement = PASS;
    for (const [t, twin] of twins.entries()) {
      const answer = readAnswer(twin.case, others[t], "vjp");
      if (!answer.ok) return answer.judgement;
      const held = sameBut(c, plain, twin, answer, precision);
      if (held.verdict !== "pass" && held.verdict !== "inaccurate") return held;
      if (held.verdict === "inaccurate") judgement = held;
    }
    return judgement;
  },
});

export const scaleInvariance = scaling("scale invariance");
export const weightScale = scaling("scale of weights before a normalisation");

interface Results {
  readonly value: readonly Tensor[];
  readonly grads: readonly Tensor[];
}

interface Difference {
  readonly quantity: "value" | "gradient";
  readonly position: number;
  readonly expected: number;
  readonly got: number;
}

/** The first number that is not, bit for bit, what its power of two makes of it. */
function firstDifference(c: Case, plain: Results, twin: Twin, answer: Results): Difference | undefined {
  const same = (x: number, y: number): boolean => x === y || (Number.isNaN(x) && Number.isNaN(y));
  const [before, after] = [flatten(plain.value), flatten(answer.value)];
  const differing = after.findIndex((y, i) => !same(y, before[i]));
  if (differing >= 0) {
    return { quantity: "value", position: differing, expected: before[differing], got: after[differing] };
  }
  const exponents = differentiable(c.program).flatMap((k) =>
    Array.from({ length: sizeOf(c.program.inputs[k].shape) }, () => -twin.exponents[k]),
  );
  const { smallestNormal, largest } = formatOf(c.dtype);
  const isExact = (x: number): boolean =>
    x === 0 ||
    !Number.isFinite(x) ||
    (Math.abs(x) > smallestNormal * 2 ** 32 && Math.abs(x) < largest / 2 ** 16);
  const [g, h] = [flatten(plain.grads), flatten(answer.grads)];
  for (let i = 0; i < h.length; i++) {
    const expected = g[i] * 2 ** exponents[i];
    if (!same(h[i], expected) && isExact(expected) && isExact(h[i])) {
      return { quantity: "gradient", position: i, expected, got: h[i] };
    }
  }
  return undefined;
}

/** What a twin's answer is beside the plain one: the same to the bit, right within rounding, or wrong. */
export function sameBut(
  c: Case,
  plain: Results,
  twin: Twin,
  answer: Results,
  precision: Precision,
): LawJudgement {
  const difference = firstDifference(c, plain, twin, answer);
  if (!difference) return PASS;
  const { quantity, position, expected, got } = difference;
  const results = [
    [c, plain],
    [twin.case, answer],
  ] as const;
  const words = results.map(([each, { value, grads }]) =>
    assess(quantity, pointOf(each), quantity === "value" ? value : grads, precision),
  );
  const unsettled = words.find(({ verdict }) => verdict === "inconclusive");
  if (unsettled) return undecided(unsettled.reason);
  const { result, element } = locate(shapesOf(quantity, pointOf(c).program), position);
  const where = `${quantity}[${result}]`;
  const reason = `with inputs times 2^${twin.power} and epsilon times 4^${twin.power}, ${expected} becomes ${got}`;
  const seen = { element, got, expected: { low: expected, high: expected, value: expected } };
  const wrong = words.find(({ verdict }) => verdict === "fail");
  return wrong
    ? failure("scale", where, reason, { ...seen, errorOverAttainable: wrong.errorOverAttainable })
    : {
        verdict: "inaccurate",
        kind: "rounding",
        where,
        reason: `${reason}: right within rounding, and not to the bit`,
        ...seen,
      };
}
