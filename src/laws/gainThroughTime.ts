import { F64 } from "../core/float.js";
import { euclideanNorm } from "../networks/euclideanNorm.js";
import { differentiable } from "../program/program.js";
import type { Case } from "../record/case.js";
import { askGradient, failure, PASS, readAnswer, undecided, type Law } from "./law.js";
import { lengthBounds } from "./lengthBounds.js";

/**
 * How long a gradient is after so many steps: at most the cotangent times (sup φ′·‖W‖₂) for each of them, whatever the
 * inputs are (Pascanu, Mikolov and Bengio 2013), and as long as the cotangent where steps are linear and W is orthogonal.
 *
 * ‖W‖₂ is bounded with certainty, and rounding is part of every factor. No reference value is needed.
 *
 * @domain inputs that reach the outputs through plain cells, products with inputs, sums and activations alone
 */
export const gainThroughTime: Law = {
  name: "gain through time",
  modes: ["vjp"],
  requests: (c) => [askGradient(c, { wrt: boundedInputs(c) })],
  judge(c, [outcome], precision) {
    const wrt = boundedInputs(c);
    const answer = readAnswer(c, outcome, "vjp", wrt);
    if (!answer.ok) return answer.judgement;
    const lengths = lengthBounds(c, precision);
    let held = 0;
    for (const [g, k] of wrt.entries()) {
      const { low, high, steps } = lengths.get(k) ?? { low: 0, high: Infinity, steps: 0 };
      if (high === Infinity) continue;
      held++;
      const length = euclideanNorm([answer.grads[g]]);
      // The length itself is computed in doubles.
      if (length * (1 - ROUNDING) <= high && length * (1 + ROUNDING) >= low) continue;
      const [side, bound] = length > high ? ["more than", high] : ["less than", low];
      const reason = `${steps} steps back the gradient is ${length} long, ${side} the ${bound} that is possible`;
      return failure("gain", `gradient[${g}]`, reason, {
        element: 0,
        expected: { low, high, value: bound },
        got: length,
        errorOverAttainable: length > high ? length / high : low / length,
      });
    }
    return held > 0 ? PASS : undecided("no gradient has a bound of its length");
  },
};

const ROUNDING = 1e-12;

/** Inputs of whose gradients the length is bounded. */
function boundedInputs(c: Case): number[] {
  const lengths = lengthBounds(c, { format: F64, flush: false });
  const all = differentiable(c.program);
  const bounded = all.filter((k) => (lengths.get(k)?.high ?? Infinity) < Infinity);
  return bounded.length > 0 ? bounded : all;
}
