import { PROPERTIES } from "../../properties/index.js";
import { catchMutant } from "../../src/campaign/selfTest.js";
import type { AnyOp } from "../../src/ops/op.js";
import { referenceAdapter } from "../../src/subjects/reference.js";
import type { CollectedTest } from "./collectTests.js";
import type { Evaluation } from "./modules.js";

export const LAWS = "laws of ";

/** What judges a rule in a campaign; the other properties are about a subject's manners. */
const JUDGES = new Set([
  "calculus/value",
  "calculus/gradient",
  "calculus/kinks",
  "calculus/forward-mode",
  "calculus/adjoint",
  "calculus/finite-differences",
  "calculus/second-order",
  "calculus/hessian-symmetry",
]);
const judges = PROPERTIES.filter(({ name }) => JUDGES.has(name));

/**
 * Each op of the mutated sources as a subject that a campaign is shown. Oracles and laws are those of this process,
 * and not mutated.
 */
export function lawTests({ load }: Evaluation): CollectedTest[] {
  const { OPS } = load("src/ops/index.ts") as { OPS: readonly AnyOp[] };
  return OPS.map((op) => ({
    name: `${LAWS}${op.name}`,
    async run() {
      const mutant = {
        name: op.name,
        op: op.name,
        says: "",
        property: "",
        adapter: () =>
          referenceAdapter({ replace: (own) => (own.name === op.name ? withoutKernels(op) : own) }),
      };
      const { caughtBy } = await catchMutant(mutant, { properties: judges }, 1);
      if (caughtBy.length > 0) throw new Error(`caught by ${caughtBy.join(", ")}`);
    },
  }));
}

/** Kernels would hide the rules that they stand for. */
const withoutKernels = (op: AnyOp): AnyOp => ({ ...op, kernels: undefined });
