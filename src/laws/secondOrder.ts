import { DOUBLES } from "../core/numberAlgebra.js";
import { mapTensor, type Tensor } from "../core/tensor.js";
import { assess } from "../oracles/assess.js";
import { Attainable } from "../oracles/attainable.js";
import { compute, flatten, locate, shapesOf, type Point } from "../oracles/quantity.js";
import { F, type Precision } from "../oracles/tolerance.js";
import type { Case } from "../record/case.js";
import { NESTINGS, type Outcome } from "../record/protocol.js";
import {
  askGradient,
  askHessian,
  failure,
  PASS,
  pointOf,
  readAnswer,
  undecided,
  type Law,
  type LawJudgement,
} from "./law.js";
import { equalWithin, widthsOf, type Side } from "./equalWithin.js";

/** Laws of second derivatives: H is the Hessian of Σ⟨cotangent, output⟩. */

/** H·v agrees with dual numbers through the reverse rules; only where the gradient is right. */
export const hessianAgreement: Law = {
  name: "Hessian-vector agreement",
  modes: ["vjp", "hvp"],
  againstTruth: true,
  requests: (c) => [askGradient(c), askHessian(c)],
  judge(c, [first, second], precision) {
    const doubt = gradientDoubt(c, first, precision);
    if (doubt) return doubt;
    const answer = readAnswer(c, second, "hvp");
    if (!answer.ok) return answer.judgement;
    const { result, ...rest } = assess("hvp", pointOf(c), answer.grads, precision);
    const where = `hvp[${result}]`;
    const none = second.status === "ok" && second.grads?.[result] === null;
    if (rest.verdict === "fail" && jumps(c)) {
      return undecided("at a kink of the gradient there is no second derivative");
    }
    if (rest.verdict !== "fail" || !none) return { ...rest, where };
    const reason = "the subject says that the gradient does not depend on this input, and it does";
    return { ...rest, where, kind: "missing", reason };
  },
};

/** Relative to an input: a smooth second derivative of condition below 2²⁰ changes by less than JUMP. */
const STEP = 2 ** -30;
const JUMP = 2 ** -10;

/** Whether the second derivative is another one on either side of the point: the gradient has a kink there. */
function jumps(c: Case): boolean {
  const here = flatten(compute(DOUBLES, "hvp", pointOf(c)));
  const scale = here.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return [STEP, -STEP].some((step) => {
    const inputs = c.inputs.map((x, k) =>
      c.program.inputs[k].type === "float" ? mapTensor(x, (v) => (v === 0 ? step : v * (1 + step))) : x,
    );
    const there = flatten(compute(DOUBLES, "hvp", { ...pointOf(c), inputs }));
    return there.some((x, i) => !(Math.abs(x - here[i]) <= JUMP * Math.max(scale, Math.abs(x))));
  });
}

/** Second order is judged where the gradient is right: a fault of the gradient has properties of its own. */
function gradientDoubt(c: Case, outcome: Outcome, precision: Precision): LawJudgement | undefined {
  const gradient = readAnswer(c, outcome, "vjp");
  if (!gradient.ok) {
    return gradient.judgement.verdict === "unsupported"
      ? gradient.judgement
      : undecided("the gradient is wrong already");
  }
  const { verdict } = assess("gradient", pointOf(c), gradient.grads, precision);
  return verdict === "fail" ? undecided("the gradient is wrong already") : undefined;
}

/** ⟨a, H·b⟩ = ⟨b, H·a⟩: a Hessian is symmetric. */
export const hessianSymmetry: Law = {
  name: "Hessian symmetry",
  modes: ["vjp", "hvp"],
  requests: (c) => [askGradient(c), askHessian(c), askHessian(c, { tangents: turned(c) })],
  judge(c, [gradient, first, second], precision) {
    const doubt = gradientDoubt(c, gradient, precision);
    if (doubt) return doubt;
    const along = readAnswer(c, first, "hvp");
    if (!along.ok) return along.judgement;
    const across = readAnswer(c, second, "hvp");
    if (!across.ok) return across.judgement;
    const [a, b] = [flatten(turned(c)), flatten(c.tangents)];
    const [Hb, Ha] = [flatten(along.grads), flatten(across.grads)];
    const points = [pointOf(c), { ...pointOf(c), tangents: turned(c) }];
    const side = (weights: Float64Array, results: Float64Array, point: Point): Side => ({
      weights,
      results,
      attainable: new Attainable("hvp", point, precision),
    });
    return equalWithin(precision, side(a, Hb, points[0]), side(b, Ha, points[1]), (left, right) =>
      failure("symmetry", "hvp", `⟨a, H·b⟩ is ${left}, ⟨b, H·a⟩ is ${right}`),
    );
  },
};

/** Forward over reverse and reverse over reverse differentiate the same gradient. */
export const nestings: Law = {
  name: "forward over reverse against reverse over reverse",
  modes: ["vjp", "hvp"],
  requests: (c) => [askGradient(c), ...NESTINGS.map((nesting) => askHessian(c, { nesting }))],
  judge(c, [gradient, first, second], precision) {
    const doubt = gradientDoubt(c, gradient, precision);
    if (doubt) return doubt;
    const forward = readAnswer(c, first, "hvp");
    if (!forward.ok) return forward.judgement;
    const reverse = readAnswer(c, second, "hvp");
    if (!reverse.ok) return reverse.judgement;
    return equalElements(c, flatten(forward.grads), flatten(reverse.grads), precision);
  },
};

/** Every product is the same number either way, within what each may be off. */
function equalElements(c: Case, x: Float64Array, y: Float64Array, precision: Precision): LawJudgement {
  const { u, smallestNormal } = precision.format;
  const attainable = new Attainable("hvp", pointOf(c), precision);
  const allowed = (widths: Float64Array, i: number): number =>
    2 * widths[i] + 4 * u * (Math.abs(x[i]) + Math.abs(y[i])) + smallestNormal;
  const suspect = (widths: Float64Array): number =>
    x.findIndex((value, i) => !(Math.abs(value - y[i]) <= allowed(widths, i)));
  if (suspect(attainable.floors()) < 0) return PASS;
  const full = widthsOf(attainable);
  if (!full.ok) return undecided(full.reason);
  if (full.overflows && ![...x, ...y].every(Number.isFinite)) {
    return undecided("range: a textbook form overflows here");
  }
  const i = suspect(full.widths);
  if (i < 0) return PASS;
  const { result, element } = locate(shapesOf("hvp", pointOf(c).program), i);
  const slack = allowed(full.widths, i);
  const reason = `forward over reverse gives ${x[i]}, reverse over reverse ${y[i]}`;
  return failure("nesting", `hvp[${result}]`, reason, {
    element,
    expected: { low: y[i] - slack, high: y[i] + slack, value: y[i] },
    got: x[i],
    errorOverAttainable: (F * Math.abs(x[i] - y[i])) / slack,
  });
}

/** The tangents in the opposite order and of alternating signs: no multiple of the case's own. */
function turned(c: Case): Tensor[] {
  return c.tangents.map(({ shape, data }) => ({
    shape,
    data: data.map((_, i) => (i % 2 === 0 ? 0.5 : -1) * data[data.length - 1 - i]),
  }));
}
