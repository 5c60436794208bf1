import { sizeOf } from "../core/shape.js";
import { dot } from "../core/sum.js";
import type { Tensor } from "../core/tensor.js";
import { Attainable, RHO } from "../oracles/attainable.js";
import { differences, differencePoints, exactDirection } from "../oracles/finiteDifferences.js";
import { flatten } from "../oracles/quantity.js";
import { differentiable } from "../program/program.js";
import type { Case } from "../record/case.js";
import { askGradient, askValue, failure, PASS, pointOf, readAnswer, undecided, type Law } from "./law.js";

/** Steps of a central difference that are asked for at once: 2⁻⁹ to 2⁻²⁰ of the inputs. */
const LEVELS = 12;

/**
 * ⟨g, w⟩ agrees with central differences of the subject's own outputs.
 *
 * Every step is asked for beforehand, since requests do not depend on answers; the search for the best one happens
 * on the answers.
 */
export const ownDifferences: Law = {
  name: "own differences",
  modes: ["value", "vjp"],
  requests: (c) => [askGradient(c), ...points(c).map((x) => askValue(at(c, x)))],
  judge(c, [first, ...rest], precision) {
    const answer = readAnswer(c, first, "vjp");
    if (!answer.ok) return answer.judgement;
    const x = flatten(moving(c));
    const v = flatten(c.cotangents);
    const { direction } = exactDirection(x, scaled(c), LEVELS);
    const table = new Map<string, Float64Array>();
    for (const [i, point] of points(c).entries()) {
      const value = readAnswer(at(c, point), rest[i], "value");
      if (!value.ok) return value.judgement;
      table.set(point.join(), flatten(value.value));
    }
    const g = flatten(answer.grads);
    const own = dot(g, direction);
    const attainable = new Attainable("gradient", pointOf(c), precision);
    const size = dot(attainable.terms, direction.map(Math.abs));
    const measured = differences((point) => table.get(point.join())!, x, scaled(c), v, {
      levels: LEVELS,
      expected: own,
      size,
    });
    if (measured.status === "domain") return undecided("domain: no step on both sides has finite values");
    const allowed =
      measured.bound + dot(attainable.floors(), direction.map(Math.abs)) + 4 * precision.format.eta;
    if (!(Math.abs(own - measured.value) <= allowed)) {
      // A rough function tells its noise by how its slopes scatter; only a factor beyond that is proof.
      if (measured.status === "noisy" && Math.abs(own - measured.value) <= 8 * allowed) {
        return undecided("noise: the outputs are too rough to difference");
      }
      return failure(
        "differences",
        "gradient",
        `along one direction the gradient gives ${own}, differences of the outputs ${measured.value}`,
        {
          expected: { low: measured.value - allowed, high: measured.value + allowed, value: measured.value },
          got: own,
          errorOverAttainable: (3 * Math.abs(own - measured.value)) / allowed,
        },
      );
    }
    if (allowed > RHO * size + precision.format.smallestNormal) {
      return undecided("noise: differences cannot resolve a gradient of this size");
    }
    return PASS;
  },
};

const moving = (c: Case): Tensor[] => differentiable(c.program).map((k) => c.inputs[k]);

/** The case's tangents, in units of the inputs: a step is a part of x, not an absolute number. */
function scaled(c: Case): Float64Array {
  const x = flatten(moving(c));
  return flatten(c.tangents).map((t, i) => t * (Math.abs(x[i]) > 2 ** -40 ? Math.abs(x[i]) : 1));
}

const points = (c: Case): Float64Array[] => differencePoints(flatten(moving(c)), scaled(c), LEVELS);

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
