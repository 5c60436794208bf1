import { GradproofError } from "../core/errors.js";
import type { Tensor } from "../core/tensor.js";
import type { Found } from "../oracles/checkGradient.js";
import type { GradcheckOptions } from "./options.js";
import type { Problem } from "./problem.js";
import { indexOf, type GradcheckEntry, type SmallestCase } from "./result.js";
import { simplerInputs } from "./shrinkInputs.js";
import { guiltyOutput, verify, type Check } from "./verify.js";

/** What a look at a simpler case may cost: one direction an input, and nothing is traced where it need not be. */
const QUICK = { probes: 1, mostEvaluations: 80 } as const;
/** In float32 nothing is called wrong that was not traced and confirmed. */
const TRACING = { f64: 0, f32: 400 } as const;

/**
 * The simplest inputs with the same fault, greedily: fewer elements first, then simpler numbers. Inputs that f refuses
 * are no case.
 *
 * @returns undefined where nothing simpler shows it
 */
export function smallestCase(
  start: Problem,
  first: Check,
  options: GradcheckOptions,
): (SmallestCase & { readonly evaluations: number }) | undefined {
  const { mostShrinking = 2000, cotangent: _own, ...rest } = options;
  let best = { problem: start, check: first };
  let evaluations = 0;
  const quick = { ...QUICK, mostTracing: TRACING[start.format], ...(first.noise && { noise: first.noise }) };
  for (let improved = true; improved;) {
    improved = false;
    for (const inputs of simplerInputs(best.problem.inputs, start.format)) {
      if (evaluations >= mostShrinking) break;
      const problem = accepted(start, inputs);
      evaluations++;
      if (!problem) continue;
      const check = verify(problem, rest, quick);
      evaluations += check.evaluations;
      if (!sameFault(check, first)) continue;
      best = { problem, check };
      improved = true;
      break;
    }
  }
  if (best.problem === start) return undefined;
  const { problem } = best;
  // The quick looks took the noise of f for what it was at the first point: the last word needs it measured again.
  const check = verify(problem, rest);
  evaluations += check.evaluations;
  if (check.verdict !== "fail") return undefined;
  return { inputs: problem.inputs, entry: entryOf(problem, check, rest), evaluations };
}

/** The problem at other inputs; undefined where f has no result there. */
function accepted(start: Problem, inputs: readonly Tensor[]): Problem | undefined {
  try {
    const problem = start.at(inputs);
    return problem.outputs.every(({ data }) => data.every(Number.isFinite)) ? problem : undefined;
  } catch (error) {
    if (error instanceof GradproofError && error.code === "function-throws") return undefined;
    throw error;
  }
}

/** The same kind of wrong; where it is a number, about as far off as the first was: what barely fails shows nothing. */
function sameFault(check: Check, first: Check): boolean {
  if (check.verdict !== "fail" || check.kind !== first.kind) return false;
  if (!first.found || !check.found) return true;
  return distance(check.found) >= Math.min(distance(first.found) / 2, 1e4);
}

/** The error in units of its bound; NaN is infinitely far off. */
function distance({ got, expected }: Found): number {
  const off = Math.abs(got - expected.value) / Math.max(expected.bound, Number.MIN_VALUE);
  return Number.isNaN(off) ? Infinity : off;
}

/** The entry that a check found wrong, for a single number of the result where that shows it too. */
export function entryOf(
  problem: Problem,
  { found }: Check,
  options: GradcheckOptions,
): GradcheckEntry | undefined {
  if (!found) return undefined;
  const { shape } = problem.inputs[found.input];
  const at = found.elements.map((element) => indexOf(element, shape));
  const elements = found.alone ? found.elements.slice(0, 1) : found.elements;
  const single = guiltyOutput(problem, { ...found, elements }, options);
  const { got, expected, between, along } = single?.offset ?? found;
  // A mixture of results is shown with numbers that one can follow; a cotangent of the user's own stays as it is.
  const unit = single || options.cotangent ? 1 : largest(found.cotangent);
  return {
    input: problem.positions[found.input],
    index: found.alone ? at[0] : at,
    ...(!found.alone && { along }),
    ...(single && { output: single.output }),
    got: got / unit,
    expected: expected.value / unit,
    bound: expected.bound / unit,
    ...(between && { between: [between[0] / unit, between[1] / unit] as const }),
    cotangent: Array.from(found.cotangent, (v) => v / unit),
  };
}

const largest = (xs: Float64Array): number => xs.reduce((most, x) => Math.max(most, Math.abs(x)), 0) || 1;
