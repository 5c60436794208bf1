import { sameBits } from "../core/float.js";
import { sameShape, showShape } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { assess } from "../oracles/assess.js";
import { flatten, locate, shapesOf } from "../oracles/quantity.js";
import { differentiable } from "../program/program.js";
import type { Outcome } from "../record/protocol.js";
import { decodeTensor, type WireTensor } from "../record/tensor.js";
import {
  askGradient,
  askValue,
  failure,
  PASS,
  pointOf,
  readAnswer,
  refusal,
  undecided,
  type Law,
  type LawJudgement,
} from "./law.js";

/** Laws about how an implementation behaves, whatever it computes. */

/** Every result has the shape and the dtype of what it is the gradient of. */
export const shapes: Law = {
  name: "shapes and dtypes",
  modes: ["vjp"],
  requests: (c) => [askGradient(c)],
  judge(c, [outcome]) {
    const answer = readAnswer(c, outcome, "vjp");
    return answer.ok ? PASS : answer.judgement;
  },
};

/** The same question, asked twice, gets the same bits. */
export const determinism: Law = {
  name: "determinism",
  modes: ["vjp"],
  requests: (c) => [askGradient(c), askGradient(c)],
  judge(_c, [first, second]) {
    const refused = refusal(first, "vjp") ?? refusal(second, "vjp");
    if (refused) return refused;
    return (
      differentBits("value", results(first).value, results(second).value) ??
      differentBits("gradient", results(first).grads, results(second).grads) ??
      PASS
    );
  },
};

/** The value that comes with a gradient is the value. Bits may differ where an implementation fuses; both must be right. */
export const valueWithGradient: Law = {
  name: "value with the gradient",
  modes: ["value", "vjp"],
  requests: (c) => [askValue(c), askGradient(c)],
  judge(c, [plain, differentiated], precision) {
    const alone = readAnswer(c, plain, "value");
    if (!alone.ok) return undecided("the value is wrong already");
    const withGradient = readAnswer(c, differentiated, "vjp");
    if (!withGradient.ok) return withGradient.judgement;
    const [a, b] = [flatten(alone.value), flatten(withGradient.value)];
    const differs = b.findIndex((x, i) => !sameBits(x, a[i]));
    if (differs < 0) return PASS;
    const [first, second] = [alone, withGradient].map(({ value }) =>
      assess("value", pointOf(c), value, precision),
    );
    if (first.verdict === "fail") return undecided("the value is wrong already");
    if (second.verdict !== "fail") return PASS;
    const { result, element } = locate(shapesOf("value", pointOf(c).program), differs);
    const reason = `with its gradient, the value holds ${b[differs]} instead of ${a[differs]}`;
    return failure("with gradient", `value[${result}]`, reason, {
      element,
      expected: { low: a[differs], high: a[differs], value: a[differs] },
      got: b[differs],
    });
  },
};

/**
 * Asking for the gradient of some inputs only gives what asking for all of them gives. Bits may differ where an
 * implementation fuses what it has not to compute; the numbers must still be right.
 */
export const someInputs: Law = {
  name: "gradients of some inputs",
  modes: ["vjp"],
  requests: (c) => [askGradient(c), ...differentiable(c.program).map((k) => askGradient(c, { wrt: [k] }))],
  judge(c, [all, ...each], precision) {
    const answer = readAnswer(c, all, "vjp");
    if (!answer.ok) return answer.judgement;
    const alone: Tensor[] = [];
    for (const [i, k] of differentiable(c.program).entries()) {
      const one = readAnswer(c, each[i], "vjp", [k]);
      // Its where counts the inputs that were asked about.
      if (!one.ok) return { ...one.judgement, where: `gradient[${i}]` };
      alone.push(...one.grads);
    }
    const [whole, parts] = [flatten(answer.grads), flatten(alone)];
    const differs = parts.findIndex((x, i) => !sameBits(x, whole[i]));
    if (differs < 0) return PASS;
    const [first, second] = [answer.grads, alone].map((grads) =>
      assess("gradient", pointOf(c), grads, precision),
    );
    if (first.verdict === "fail") return undecided("the gradient of all inputs is wrong already");
    if (second.verdict !== "fail") return PASS;
    const { result, element } = locate(shapesOf("gradient", pointOf(c).program), differs);
    const reason = `asked for alone, the gradient of this input holds ${parts[differs]} instead of ${whole[differs]}`;
    return failure("subset", `gradient[${result}]`, reason, {
      element,
      expected: { low: whole[differs], high: whole[differs], value: whole[differs] },
      got: parts[differs],
    });
  },
};

/** Inputs and cotangents hold the same bits after the call as before. */
export const intact: Law = {
  name: "inputs intact",
  modes: ["vjp"],
  requests: (c) => [askGradient(c, { want: ["value", "grads", "after"] })],
  judge(c, [outcome]) {
    const refused = refusal(outcome, "vjp");
    if (refused) return refused;
    const { after } = results(outcome);
    if (!after)
      return { verdict: "unsupported", reason: "the subject does not show its inputs after the call" };
    const [asked] = this.requests(c);
    const changed =
      differentBits("input", asked.inputs, after.inputs) ??
      differentBits("cotangent", asked.seeds, after.seeds);
    return changed
      ? { ...changed, kind: "mutates", reason: `overwritten by the call: ${changed.reason}` }
      : PASS;
  },
};

/** No two results share memory, for subjects that promise it. */
export const ownMemory: Law = {
  name: "memory of its own",
  modes: ["vjp"],
  requests: (c) => [askGradient(c, { want: ["value", "grads", "shared"] })],
  judge(_c, [outcome]) {
    const refused = refusal(outcome, "vjp");
    if (refused) return refused;
    const { shared } = results(outcome);
    if (!shared)
      return { verdict: "unsupported", reason: "the subject does not say which results share memory" };
    if (shared.length === 0) return PASS;
    const [a, b] = shared[0];
    return failure(
      "shares memory",
      b,
      `${a} and ${b} are the same memory: overwriting one changes the other`,
    );
  },
};

/** Arguments that do not fit are refused. */
export const refusesInvalid: Law = {
  name: "invalid refused",
  modes: ["value"],
  requests: (c) => [askValue(c)],
  judge(_c, [outcome]): LawJudgement {
    if (outcome.status === "error") return PASS;
    if (outcome.status !== "ok") return refusal(outcome, "value") ?? PASS;
    return {
      verdict: "accepted-invalid",
      kind: "accepts",
      where: "value",
      reason: `arguments that do not fit gave a result of shape [${outcome.value?.[0]?.shape.join(", ") ?? "?"}]`,
    };
  },
};

const results = (outcome: Outcome) => {
  if (outcome.status !== "ok") throw new Error(`no results in ${outcome.status}`);
  return outcome;
};

function differentBits(
  name: string,
  a: readonly (WireTensor | null)[] = [],
  b: readonly (WireTensor | null)[] = [],
): LawJudgement | undefined {
  for (let k = 0; k < Math.max(a.length, b.length); k++) {
    const [x, y] = [a[k], b[k]];
    const where = `${name}[${k}]`;
    if (!x && !y) continue;
    if (!x || !y) return failure("bits", where, `${where} came back only once`);
    if (x.dtype !== y.dtype || !sameShape(x.shape, y.shape)) {
      const [first, second] = [x, y].map(({ dtype, shape }) => `${dtype} of shape ${showShape(shape)}`);
      return failure("bits", where, `${where} is ${first}, then ${second}`);
    }
    if (x.b64 === y.b64) continue;
    const [xs, ys] = [decodeTensor(x).data, decodeTensor(y).data];
    const element = xs.findIndex((v, i) => !sameBits(v, ys[i]));
    // NaN has many bit patterns, and no language promises which.
    if (element < 0) continue;
    return failure("bits", where, `${where} holds ${xs[element]}, then ${ys[element]}`, {
      element,
      expected: { low: xs[element], high: xs[element], value: xs[element] },
      got: ys[element],
    });
  }
  return undefined;
}
