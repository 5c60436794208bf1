import { Stream } from "../core/random.js";
import { dot } from "../core/sum.js";
import { PIECES } from "../oracles/checkerPieces.js";
import type { Estimate } from "../oracles/estimate.js";
import { differences, type Differences } from "../oracles/finiteDifferences.js";
import type { Values } from "../oracles/gradientCheck.js";
import { firstStepFor, measuredErrors, promisedErrors } from "../oracles/measuredErrors.js";
import { only, settledDirection } from "../oracles/probeDirection.js";
import type { GradcheckOptions } from "./options.js";
import type { Problem } from "./problem.js";
import { indexOf } from "./result.js";

/** What a look at the second order came to. */
export type Look =
  | { readonly state: "holds" | "unseen" }
  | { readonly state: "broken"; readonly kind: "symmetry" | "curvature"; readonly reason: string };

/** The gradient of ⟨v, f⟩ as a function of its own, and everything at the point in one row. */
export interface GradientFunction {
  /** All gradients in a row. */
  readonly values: Values;
  readonly cotangent: Float64Array;
  /** All inputs in a row. */
  readonly x: Float64Array;
  readonly at: (row: Float64Array) => Float64Array[];
  /** An element of the row as one of its input. */
  readonly name: (element: number) => string;
}

export function gradientFunction(problem: Problem, options: GradcheckOptions): GradientFunction {
  const { inputs, outputs, positions } = problem;
  const size = outputs.reduce((n, y) => n + y.data.length, 0);
  const draw = new Stream(options.seed ?? 0, "second order");
  const cotangent =
    size === 1 ? Float64Array.of(1) : PIECES.cotangent(draw, flat(outputs.map((y) => y.data)));
  const lengths = inputs.map((x) => x.data.length);
  return {
    cotangent,
    values: (xs) => flat(problem.pullback!(xs, cotangent.slice())),
    x: flat(inputs.map(({ data }) => data)),
    at: (row) => parts(row, lengths),
    name(element) {
      let k = 0;
      let i = element;
      for (; i >= lengths[k]; k++) i -= lengths[k];
      return `input ${positions[k]} [${indexOf(i, inputs[k].shape).join(", ")}]`;
    },
  };
}

/** ⟨a, H·b⟩ and ⟨b, H·a⟩ by differences of the gradient. */
interface Sides {
  readonly forward: Differences;
  readonly backward: Differences;
  readonly a: Float64Array;
  readonly b: Float64Array;
}

const differ = ({ forward, backward }: Sides): boolean =>
  !(Math.abs(forward.value - backward.value) <= 8 * (forward.bound + backward.bound));

/**
 * ⟨a, H·b⟩ = ⟨b, H·a⟩, with H·b by differences of the declared gradient: what is not symmetric is the derivative of
 * no gradient.
 *
 * @domain two elements at least: a single second derivative is symmetric whatever it is
 */
export function symmetry(g: GradientFunction, problem: Problem, options: GradcheckOptions): Look {
  const { x } = g;
  const along = (point: Float64Array): Float64Array => g.values(g.at(point));
  const center = along(x);
  const promised = promisedErrors(problem.format, options.noise);
  let seen = false;
  for (let p = 0; p < (options.probes ?? 3); p++) {
    const draw = new Stream(options.seed ?? 0, `symmetry ${p}`);
    const w = PIECES.direction(draw, x);
    const v = PIECES.direction(draw, x);
    const project = (point: Float64Array): number => dot(v, along(point));
    const errors = measuredErrors(project, { x, w, v, y: center }, problem.format, promised);
    const steps = { format: problem.format, noise: errors.noise, firstStep: errors.firstStep };
    const measure = (one: Float64Array, other: Float64Array): Sides | undefined => {
      // Both directions as they can be measured along, so that each stands for itself on both sides.
      const [a, b] = [one, other].map((wanted) => settledDirection(x, wanted, steps));
      const forward = differences(along, x, b, a, { ...steps, center });
      const backward = differences(along, x, a, b, { ...steps, center });
      return forward.status === "ok" && backward.status === "ok" ? { forward, backward, a, b } : undefined;
    };
    const sides = measure(v, w);
    seen ||= sides !== undefined;
    if (!sides || !differ(sides)) continue;
    const reason = `the derivative of the gradient is not symmetric: ${shownSides(smallestSides(sides, measure), g)}`;
    return { state: "broken", kind: "symmetry", reason };
  }
  return { state: seen ? "holds" : "unseen" };
}

/** The form is bilinear: of two halves of a direction one is wrong at least, and halving comes to a pair of elements. */
function smallestSides(
  start: Sides,
  measure: (a: Float64Array, b: Float64Array) => Sides | undefined,
): Sides {
  let best = start;
  for (const which of ["a", "b"] as const) {
    for (;;) {
      const moved = elementsOf(best[which]);
      const middle = moved.length >> 1;
      const half = [moved.slice(0, middle), moved.slice(middle)]
        .filter((part) => part.length > 0 && part.length < moved.length)
        .map((part) => only(best[which], part))
        .map((part) => (which === "a" ? measure(part, best.b) : measure(best.a, part)))
        .find((sides) => sides && differ(sides));
      if (!half) break;
      best = half;
    }
  }
  return best;
}

const elementsOf = (w: Float64Array): number[] => Array.from(w.keys()).filter((i) => w[i] !== 0);

/** In units of the elements, where there is one on each side. */
function shownSides({ forward, backward, a, b }: Sides, g: GradientFunction): string {
  const [i, j] = [a, b].map(elementsOf);
  if (i.length > 1 || j.length > 1) {
    return `⟨a, H·b⟩ = ${forward.value}, ⟨b, H·a⟩ = ${backward.value} for random a and b, and for no two elements alone`;
  }
  const [one, other] = [g.name(i[0]), g.name(j[0])];
  const unit = a[i[0]] * b[j[0]];
  return (
    `the gradient of ${one} changes by ${forward.value / unit} per unit of ${other}, ` +
    `that of ${other} by ${backward.value / unit} per unit of ${one}`
  );
}

/** Slopes that are taken of slopes: so many are enough, as their own errors hide the shorter steps. */
const LEVELS = 12;
const ONE = Float64Array.of(1);
const HERE = Float64Array.of(0);

/**
 * d²/dt² of ⟨v, f(x + t·w)⟩, as differences of differences of f, against the derivative of ⟨g, w⟩ by differences of the
 * declared gradient: a gradient that is right at one point only changes otherwise than the slopes of f do.
 */
export function curvature(g: GradientFunction, problem: Problem, options: GradcheckOptions): Look {
  const draw = new Stream(options.seed ?? 0, "curvature");
  const wanted = PIECES.direction(draw, g.x);
  const first = curvatures(g, problem, options, wanted);
  if (!first) return { state: "unseen" };
  const { own, declared, resolved } = first;
  if (!apart(first)) return { state: resolved ? "holds" : "unseen" };
  // Suspect the oracle first: what is wrong is so for other steps, too.
  const again = curvatures(
    g,
    problem,
    options,
    wanted.map((step) => (11 / 16) * step),
  );
  if (!again || !apart(again)) return { state: "unseen" };
  const { w } = first;
  const unit = w.reduce((most, step) => Math.max(most, Math.abs(step)), 0);
  const size = g.cotangent.reduce((most, c) => Math.max(most, Math.abs(c)), 0);
  const show = ({ value, bound }: Estimate): string =>
    `${value / unit ** 2 / size} ± ${(bound / unit ** 2 / size).toExponential(1)}`;
  const where = g.x.length === 1 ? "" : ` along [${shortened(w, unit)}]`;
  const of = g.cotangent.length === 1 ? "" : ` for the cotangent [${shortened(g.cotangent, size)}]`;
  const reason = `the derivative of the gradient is ${show(declared)}${where}${of}, the second derivative of f ${show(own)}`;
  return { state: "broken", kind: "curvature", reason };
}

const shortened = (xs: Float64Array, unit: number): string =>
  `${Array.from(xs.subarray(0, 8), (x) => (x / unit).toPrecision(4)).join(", ")}${xs.length > 8 ? ", …" : ""}`;

interface Curvatures {
  readonly own: Estimate;
  readonly declared: Estimate;
  readonly w: Float64Array;
  /** A wrong one would have shown. */
  readonly resolved: boolean;
}

const apart = ({ own, declared }: Curvatures): boolean =>
  !(Math.abs(own.value - declared.value) <= 8 * (own.bound + declared.bound));

function curvatures(
  g: GradientFunction,
  { f, format }: Problem,
  options: GradcheckOptions,
  wanted: Float64Array,
): Curvatures | undefined {
  const { noise, firstStep, resolution } = promisedErrors(format, options.noise);
  // Slopes are taken beside the point, so that steps reach twice as far.
  const w = settledDirection(g.x, wanted, { format, firstStep: firstStep + 1 });
  const path = ([t]: Float64Array): Float64Array[] => g.at(g.x.map((value, i) => value + t * w[i]));
  const slopes = { noise, firstStep };
  let error = 0;
  const slope = (t: Float64Array): Float64Array => {
    const { status, value, bound } = differences((s) => f(path(s)), t, ONE, g.cotangent, slopes);
    if (status !== "ok") return Float64Array.of(NaN);
    error = Math.max(error, bound);
    return Float64Array.of(value);
  };
  const [center] = slope(HERE);
  const own = differences(slope, HERE, ONE, ONE, {
    // No error passes its bound, and three of them reach the result at most: differences allow for twelve of a noise.
    noise: () => error / 8,
    firstStep: firstStepFor(error / Math.abs(center) || 0),
    levels: LEVELS,
    center: Float64Array.of(center),
  });
  const declared = differences((t) => g.values(path(t)), HERE, ONE, w, slopes);
  if (own.status !== "ok" || declared.status !== "ok") return undefined;
  const size = Math.max(Math.abs(own.value), Math.abs(center));
  // Slopes of slopes have half the digits.
  const resolved = own.bound + declared.bound <= Math.sqrt(resolution) * size;
  return { own, declared, w, resolved };
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
