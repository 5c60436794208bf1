import { sizeOf } from "../core/shape.js";
import { dot } from "../core/sum.js";
import type { Tensor } from "../core/tensor.js";
import { Attainable } from "../oracles/attainable.js";
import { F, RHO, type Precision, type Undecidable } from "../oracles/tolerance.js";
import {
  differencePoints,
  differences,
  exactDirection,
  type Differences,
} from "../oracles/finiteDifferences.js";
import { flatten } from "../oracles/quantity.js";
import { smoothReach } from "../oracles/smoothReach.js";
import { differentiable } from "../program/program.js";
import type { Case } from "../record/case.js";
import { askGradient, askValue, failure, PASS, pointOf, readAnswer, undecided, type Law } from "./law.js";

/** Steps of a central difference that are asked for at once, each half of the one before. */
const LEVELS = 12;
/** The first step of `differences`, as a part of the direction. */
const LARGEST_STEP = 2 ** -9;

const NOWHERE_SMOOTH = "domain: no step on both sides stays where the op is smooth";

/**
 * ⟨g, w⟩ agrees with central differences of the subject's own outputs.
 *
 * Requests do not depend on answers, so every step is asked for beforehand, and the search for the best one happens
 * on the answers. Our rules only choose how far the steps may reach: not across a kink, and not so far that the
 * derivative changes much.
 */
export const ownDifferences: Law = {
  name: "own differences",
  modes: ["value", "vjp"],
  requests: (c) => [askGradient(c), ...points(c).map((x) => askValue(at(c, x)))],
  judge(c, [first, ...rest], precision) {
    const answer = readAnswer(c, first, "vjp");
    if (!answer.ok) return answer.judgement;
    const outputs = new Map<string, Float64Array>();
    for (const [i, x] of points(c).entries()) {
      const value = readAnswer(at(c, x), rest[i], "value");
      if (!value.ok) return value.judgement;
      outputs.set(x.join(), flatten(value.value));
    }
    const w = direction(c);
    // Along no direction at all, any gradient agrees with any outputs.
    if (w.length > 0 && w.every((step) => step === 0)) return undecided(NOWHERE_SMOOTH);
    const { direction: along } = exactDirection(flatten(moving(c)), w, LEVELS);
    const own = dot(flatten(answer.grads), along);
    const attainable = new Attainable("gradient", pointOf(c), precision);
    const size = dot(attainable.terms, along.map(Math.abs));
    const slack = dot(attainable.floors(), along.map(Math.abs)) + 4 * precision.format.eta;
    const value = new Attainable("value", pointOf(c), precision);
    // Outputs are first taken to be rounded once; only what then looks wrong pays for their attainable error.
    let measured = measure(c, outputs, w, value.floors());
    if (!(Math.abs(own - measured.value) <= measured.bound + slack)) {
      const noise = noiseAround(c, w, precision);
      if ("undecidable" in noise) return undecided(noise.undecidable);
      measured = measure(c, outputs, w, noise.widths);
    }
    if (measured.status === "domain" || !Number.isFinite(measured.bound)) {
      return undecided(NOWHERE_SMOOTH);
    }
    const allowed = measured.bound + slack;
    if (!(Math.abs(own - measured.value) <= allowed)) {
      const reason = `along one direction the gradient gives ${own}, differences of the outputs ${measured.value}`;
      return failure("differences", "gradient", reason, {
        expected: { low: measured.value - allowed, high: measured.value + allowed, value: measured.value },
        got: own,
        errorOverAttainable: (3 * Math.abs(own - measured.value)) / allowed,
      });
    }
    // Where every term of the gradient is zero, a slope as large as the outputs (w is in units of x) would be seen.
    const yardstick =
      size > 0 ? size : dot(flatten(c.cotangents).map(Math.abs), flatten(answer.value).map(Math.abs));
    if (allowed > RHO * yardstick + precision.format.smallestNormal) {
      return undecided("noise: differences cannot resolve a gradient of this size");
    }
    return PASS;
  },
};

/**
 * What outputs may be off by, here and a whole step away on either side: where an output is 0 here, as a product with a
 * zero factor is, only there does it show its rounding.
 */
function noiseAround(
  c: Case,
  w: Float64Array,
  precision: Precision,
): { readonly widths: Float64Array } | Undecidable {
  const x = flatten(moving(c));
  const steps = [0, 1, -1].map((side) => x.map((value, i) => value + side * LARGEST_STEP * w[i]));
  let widths: Float64Array | undefined;
  for (const flat of steps) {
    const tolerance = new Attainable("value", pointOf(at(c, flat)), precision).fullTolerance();
    if ("undecidable" in tolerance) return tolerance;
    const own = tolerance.textbook.map((t) => t / F);
    widths = widths?.map((width, i) => Math.max(width, own[i])) ?? own;
  }
  return { widths: widths! };
}

/** The slope of ⟨v, f⟩ along w from outputs already asked for, whose absolute errors are `noise`. */
function measure(
  c: Case,
  outputs: ReadonlyMap<string, Float64Array>,
  w: Float64Array,
  noise: Float64Array,
): Differences {
  const v = flatten(c.cotangents);
  const total = dot(v.map(Math.abs), noise);
  const f = (x: Float64Array): Float64Array => Float64Array.of(dot(v, outputs.get(x.join())!));
  return differences(f, flatten(moving(c)), w, Float64Array.of(1), { levels: LEVELS, noise: () => total });
}

const moving = (c: Case): Tensor[] => differentiable(c.program).map((k) => c.inputs[k]);

/** The case's tangents in units of the inputs (1 at most), shortened to where the op is smooth. */
function direction(c: Case): Float64Array {
  const x = flatten(moving(c));
  const w = flatten(c.tangents).map((t, i) => t * (x[i] === 0 ? 1 : Math.min(Math.abs(x[i]), 1)));
  const reach = smoothReach(pointOf(c), w, LARGEST_STEP);
  return w.map((step) => step * reach);
}

const points = (c: Case): Float64Array[] => differencePoints(flatten(moving(c)), direction(c), LEVELS);

/** The same case at other inputs. */
function at(c: Case, flat: Float64Array): Case {
  const inputs = [...c.inputs];
  let from = 0;
  for (const k of differentiable(c.program)) {
    const { shape } = c.inputs[k];
    inputs[k] = { shape, data: flat.slice(from, from + sizeOf(shape)) };
    from += sizeOf(shape);
  }
  return { ...c, inputs };
}
