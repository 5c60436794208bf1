import { Stream } from "../core/random.js";
import { formatOf } from "../core/float.js";
import {
  checkGradient,
  type Found,
  type GradientCheck,
  type GradientCheckOptions,
} from "../oracles/checkGradient.js";
import { perUnit } from "../oracles/gradientCheck.js";
import { PIECES, type CheckerPieces, type Evidence } from "../oracles/checkerPieces.js";
import { only, scaleOf } from "../oracles/probeDirection.js";
import type { GradcheckOptions } from "./options.js";
import type { Problem } from "./problem.js";
import { WrongGradientError } from "./readGradients.js";

/** A check, or what its gradient did instead of answering. */
export type Check = Omit<GradientCheck, "kind"> & { readonly kind?: string };

const arrays = (problem: Problem): Float64Array[] => problem.inputs.map((x) => x.data);

/** The black-box check of a problem's own gradient. */
export function verify(problem: Problem, options: GradcheckOptions, more: GradientCheckOptions = {}): Check {
  const { f, pullback, format } = problem;
  if (!pullback) throw new Error("unreachable: no gradient to verify");
  const { seed, probes, mostEvaluations, mostTracing, resolution, noise, cotangent } = options;
  const given = Object.entries({ seed, probes, mostEvaluations, mostTracing, resolution, noise });
  let evaluations = 0;
  const counted: typeof f = (xs) => {
    evaluations++;
    return f(xs);
  };
  try {
    return checkGradient(counted, pullback, arrays(problem), {
      ...Object.fromEntries(given.filter(([, value]) => value !== undefined)),
      ...(cotangent && { cotangent: Float64Array.from(cotangent) }),
      format,
      ...more,
    });
  } catch (error) {
    if (!(error instanceof WrongGradientError)) throw error;
    const { kind, message } = error;
    return { verdict: "fail", kind, reason: message, evaluations, reversePasses: 1 };
  }
}

/** How far off the gradient is for some elements, in their own units. */
interface Offset extends Pick<Found, "got" | "expected" | "between" | "along"> {
  readonly wrong: boolean;
}

/** The gradient of single elements and nothing else, for one cotangent. */
export function offsetOf(
  problem: Problem,
  found: Pick<Found, "input" | "elements" | "along">,
  cotangent: Float64Array,
  options: GradcheckOptions,
): Offset | undefined {
  let seen: Evidence | undefined;
  const pieces: CheckerPieces = {
    ...PIECES,
    inputs: () => [found.input],
    direction: (_draw, x) => together(x, found),
    judge(evidence) {
      if (evidence.elements === found.elements.length) seen = evidence;
      return PIECES.judge(evidence);
    },
  };
  const check = verify(problem, options, {
    pieces,
    cotangent,
    probes: 1,
    mostEvaluations: 250,
    mostTracing: 0,
  });
  if (!seen || check.kind === "shape") return undefined;
  return { ...perUnit(found.elements, seen), wrong: PIECES.judge(seen) === "wrong" };
}

/** The elements moved as they were found, as far as they are large. */
function together(x: Float64Array, { elements, along }: Pick<Found, "elements" | "along">): Float64Array {
  const largest = elements.reduce((most, i) => Math.max(most, scaleOf(x[i])), 0);
  const w = new Float64Array(x.length);
  elements.forEach((element, i) => {
    w[element] = along[i] * largest;
  });
  return w;
}

/** The number of the result for which the elements are wrong, by halving the cotangent; undefined when it takes several. */
export function guiltyOutput(
  problem: Problem,
  found: Found,
  options: GradcheckOptions,
): { readonly output: number; readonly offset: Offset } | undefined {
  let outputs = Array.from(found.cotangent.keys());
  const tried = (part: number[]): Offset | undefined => {
    const cotangent = part.length === 1 ? found.cotangent.map(() => 1) : found.cotangent;
    const offset = offsetOf(problem, found, only(cotangent, part), options);
    return offset?.wrong ? offset : undefined;
  };
  while (outputs.length > 1) {
    const middle = outputs.length >> 1;
    const half = [outputs.slice(0, middle), outputs.slice(middle)].find((part) => tried(part));
    if (!half) return undefined;
    outputs = half;
  }
  const offset = tried(outputs);
  return offset && { output: outputs[0], offset };
}

/** Points around that are looked at, each moved by a thousandth of itself at most. */
const NEIGHBOURS = 8;
const NEAR = 2 ** -10;
/** Beyond this part of the derivative nobody calls an error rounding. */
const LARGEST_ROUNDING = 1e-2;

/**
 * Whether what is wrong is rounding and nothing else: the errors at points around have no common sign. A wrong formula
 * is as wrong a little further on; digits that were lost are other digits there.
 */
export function isRounding(problem: Problem, found: Found, options: GradcheckOptions): boolean {
  const one = { ...found, elements: found.elements.slice(0, 1) };
  const size = Math.abs(found.expected.value);
  if (!(Math.abs(found.got - found.expected.value) <= LARGEST_ROUNDING * size)) return false;
  const { round } = formatOf(problem.format);
  const errors: number[] = [];
  for (let n = 0; n < NEIGHBOURS; n++) {
    const draw = new Stream(options.seed ?? 0, `neighbour ${n}`);
    const inputs = problem.inputs.map(({ shape, data }) => ({
      shape,
      data: data.map((x) => round(x * (1 + NEAR * draw.between(-1, 1)))),
    }));
    const offset = offsetOf(problem.at(inputs), one, found.cotangent, options);
    if (offset) errors.push(offset.got - offset.expected.value);
  }
  const mean = errors.reduce((total, e) => total + e, 0) / errors.length;
  return (
    errors.length > 4 &&
    errors.some((e) => e > 0) &&
    errors.some((e) => e < 0) &&
    errors.reduce((most, e) => Math.max(most, Math.abs(e - mean)), 0) >= Math.abs(mean)
  );
}
