import { dot } from "../core/sum.js";
import { DOUBLES } from "../core/numberAlgebra.js";
import type { Precision } from "../oracles/attainable.js";
import { directional } from "../oracles/dual.js";
import { compute, flatten, lastSums, type Point } from "../oracles/quantity.js";
import { evaluate, liftAll } from "../program/evaluate.js";

/**
 * Asks two oracles that share no derivative rule for ⟨gy, J·v⟩: the reverse rules, and dual numbers through the
 * meaning. They must agree within the rounding unit of the precision that is judged, since the subject is held
 * to no less; otherwise the reference is in doubt and the case decides nothing.
 *
 * @returns the doubt in words; undefined when there is none
 */
export function oraclesAgree(p: Point, precision: Precision): string | undefined {
  const gradient = flatten(compute(DOUBLES, "gradient", p));
  const v = flatten(p.tangents);
  const fromRules = dot(gradient, v);
  const tangents = tangentsForDuals(p);
  const dy = flatten(directional(p.program, p.inputs, tangents));
  const fromDuals = dot(dy, flatten(p.cotangents));
  const terms = lastSums("gradient", p, evaluate(DOUBLES, p.program, liftAll(DOUBLES, p.inputs)));
  let size = 0;
  for (let i = 0; i < v.length; i++) size += terms[i] * Math.abs(v[i]);
  // For doubles the two must agree to what they themselves lose: some hundred roundings on the same terms.
  const u = precision.format.name === "f64" ? 128 * precision.format.u : precision.format.u;
  if (Math.abs(fromRules - fromDuals) <= u * size || fromRules === fromDuals) return undefined;
  return `oracles disagree: reverse rules say ${fromRules}, dual numbers ${fromDuals}`;
}

const tangentsForDuals = (p: Point) => p.tangents;
