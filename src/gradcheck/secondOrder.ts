import { Stream } from "../core/random.js";
import { dot } from "../core/sum.js";
import type { Values } from "../oracles/checkGradient.js";
import { PIECES } from "../oracles/checkerPieces.js";
import { differences } from "../oracles/finiteDifferences.js";
import { measuredErrors, promisedErrors } from "../oracles/measuredErrors.js";
import { settledDirection } from "../oracles/probeDirection.js";
import type { GradcheckOptions } from "./options.js";
import type { Problem } from "./problem.js";
import type { Check } from "./verify.js";

/** The declared gradient of ⟨v, f⟩ as a function of its own: all gradients in a row. */
export function gradientFunction(
  problem: Problem,
  options: GradcheckOptions,
): { readonly values: Values; readonly cotangent: Float64Array } {
  const size = problem.outputs.reduce((n, y) => n + y.data.length, 0);
  const draw = new Stream(options.seed ?? 0, "second order");
  const cotangent =
    size === 1 ? Float64Array.of(1) : PIECES.cotangent(draw, flat(problem.outputs.map((y) => y.data)));
  return { cotangent, values: (xs) => flat(problem.pullback!(xs, cotangent.slice())) };
}

/**
 * ⟨a, H·b⟩ = ⟨b, H·a⟩, with H·b by differences of the declared gradient: what is not symmetric is the derivative of
 * no gradient.
 *
 * @returns undefined where nothing is wrong with it, or nothing can be seen
 */
export function asymmetry(h: Values, problem: Problem, options: GradcheckOptions): Check | undefined {
  const lengths = problem.inputs.map((x) => x.data.length);
  const x = flat(problem.inputs.map((input) => input.data));
  let evaluations = 0;
  const along = (point: Float64Array): Float64Array => {
    evaluations++;
    return h(parts(point, lengths));
  };
  const center = along(x);
  const promised = promisedErrors(problem.format, options.noise);
  for (let p = 0; p < (options.probes ?? 3); p++) {
    const draw = new Stream(options.seed ?? 0, `symmetry ${p}`);
    const w = PIECES.direction(draw, x);
    const v = PIECES.direction(draw, x);
    const project = (point: Float64Array): number => dot(v, along(point));
    const errors = measuredErrors(project, { x, w, v, y: center }, problem.format, promised);
    const steps = { format: problem.format, noise: errors.noise, firstStep: errors.firstStep };
    // Both directions as they can be measured along, so that each stands for itself on both sides.
    const [a, b] = [v, w].map((wanted) => settledDirection(x, wanted, steps));
    const forward = differences(along, x, b, a, { ...steps, center });
    const backward = differences(along, x, a, b, { ...steps, center });
    if (forward.status !== "ok" || backward.status !== "ok") continue;
    if (!(Math.abs(forward.value - backward.value) <= 8 * (forward.bound + backward.bound))) {
      const sides = `⟨a, H·b⟩ = ${forward.value}, ⟨b, H·a⟩ = ${backward.value}`;
      return {
        verdict: "fail",
        kind: "symmetry",
        reason: `the derivative of the gradient is not symmetric: ${sides}`,
        evaluations: 0,
        reversePasses: evaluations,
      };
    }
  }
  return undefined;
}

function flat(arrays: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(arrays.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of arrays) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export function parts(all: Float64Array, lengths: readonly number[]): Float64Array[] {
  let from = 0;
  return lengths.map((length) => all.slice(from, (from += length)));
}
