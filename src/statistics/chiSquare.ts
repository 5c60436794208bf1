import { gammaTails, poissonKernel } from "./incompleteGamma.js";
import { newtonOnLogarithm, type SlopedTail } from "./newtonOnLogarithm.js";
import { normalUpperQuantile } from "./normalTail.js";
import { refuse, requireProbability } from "./requireDomain.js";
import type { Tails } from "./tails.js";

/**
 * Both tails of the χ² law.
 *
 * @domain x ≥ 0, dof ≥ 1 (whole or not)
 * @error 2e-14 relative for dof to 1e6 and tails down to 1e-300
 * @throws GradproofError `outside-domain`
 */
export function chiSquareTails(x: number, dof: number): Tails {
  requireDof(dof);
  return gammaTails(dof / 2, x / 2);
}

/** Which tail of a law a probability is of. */
export type Side = "lower" | "upper";

/**
 * The point whose lower or upper tail under the χ² law is p: wanted small tails are given as they are.
 *
 * @domain 2⁻¹⁰²² ≤ p < 1, dof ≥ 1; 0 where the point underflows (lower tails of a few degrees of freedom)
 * @error 1e-14 relative
 * @throws GradproofError `outside-domain`
 */
export function chiSquareQuantile(p: number, dof: number, side: Side): number {
  requireDof(dof);
  requireProbability("p of chiSquareQuantile", p);
  const a = dof / 2;
  const sloped = (x: number): SlopedTail => {
    const tail = gammaTails(a, x)[side];
    const slope = a * Math.exp(poissonKernel(a, x).log - tail.log);
    return { tail, slope: side === "lower" ? slope : -slope };
  };
  // Wilson and Hilferty 1931; it is no guess where its cube root would be negative.
  const z = normalUpperQuantile(p) * (side === "upper" ? 1 : -1);
  const root = 1 - 1 / (9 * a) + z / (3 * Math.sqrt(a));
  return 2 * newtonOnLogarithm(p, a * Math.max(root, 0.01) ** 3, sloped);
}

function requireDof(dof: number): void {
  if (!(dof >= 1 && dof < Infinity)) refuse("dof", dof, "finite numbers from 1 on");
}
