import { dot } from "../core/sum.js";
import { DOUBLES } from "../core/numberAlgebra.js";
import type { Precision } from "../oracles/tolerance.js";
import { directional } from "../oracles/directional.js";
import { compute, flatten, lastSums, type Point } from "../oracles/quantity.js";
import { evaluate, liftAll } from "../program/evaluate.js";

/** Whether the reference can be believed at a point. */
export type Agreement =
  | { readonly agree: true }
  /** `silent`: the other oracle has no answer (0·∞, a branch that ends there), rather than another one. */
  | { readonly agree: false; readonly silent: boolean; readonly doubt: string };

/**
 * Asks two oracles that share no derivative rule for ⟨gy, J·v⟩: the reverse rules, and dual numbers through the
 * meaning. They must agree within the rounding unit of the precision that is judged, since the subject is held
 * to no less; otherwise the reference is in doubt and the case decides nothing.
 */
export function oraclesAgree(p: Point, precision: Precision): Agreement {
  const v = flatten(p.tangents);
  const fromRules = dot(flatten(compute(DOUBLES, "gradient", p)), v);
  const fromDuals = dot(flatten(directional(p.program, p.inputs, p.tangents)), flatten(p.cotangents));
  const terms = lastSums("gradient", p, evaluate(DOUBLES, p.program, liftAll(DOUBLES, p.inputs)));
  const size = dot(terms, v.map(Math.abs));
  // For doubles the two must agree to what they themselves lose: some hundred roundings on the same terms.
  const u = precision.format.name === "f64" ? 128 * precision.format.u : precision.format.u;
  if (Math.abs(fromRules - fromDuals) <= u * size || fromRules === fromDuals) return { agree: true };
  return {
    agree: false,
    silent: Number.isNaN(fromDuals),
    doubt: `oracles disagree: reverse rules say ${fromRules}, dual numbers ${fromDuals}`,
  };
}
