import { drawCase } from "../src/arbitraries/drawCase.js";
import { drawProgram } from "../src/arbitraries/drawProgram.js";
import type { Property } from "../src/campaign/property.js";
import * as laws from "../src/laws/secondOrder.js";
import { isDifferentiable } from "../src/ops/op.js";

/** Second derivatives are what second derivatives must be. */

const everyOp: Property["about"] = (op) => op.inputs(Math.max(op.arity.low, 1), {}).some(isDifferentiable);

/** Away from kinks, where a second derivative exists. */
const smooth: Property["draw"] = (stream, op, { dtype, classes }) =>
  drawCase(stream, op!, { dtype, classes, region: stream.pick(["normal", "magnitudes"] as const) });

export const hessian: Property = {
  name: "calculus/second-order",
  statement: "Hessian-vector products agree with the second derivative of the op's meaning.",
  source: "Pearlmutter 1994; Griewank and Walther 2008, ch. 5",
  law: laws.hessianAgreement,
  about: everyOp,
  perClass: false,
  draw: smooth,
};

export const symmetry: Property = {
  name: "calculus/hessian-symmetry",
  statement: "Second derivatives do not depend on their order: ⟨a, H·b⟩ = ⟨b, H·a⟩.",
  source: "Schwarz's theorem",
  law: laws.hessianSymmetry,
  about: everyOp,
  perClass: false,
  draw: smooth,
};

export const nestings: Property = {
  name: "calculus/nestings",
  statement: "Forward over reverse and reverse over reverse give the same Hessian-vector product.",
  source: "Griewank and Walther 2008, sec. 5.3",
  law: laws.nestings,
  about: everyOp,
  needs: { capability: "nestings", because: "it nests its modes in one way only" },
  perClass: false,
  draw: smooth,
};

export const programSymmetry: Property = {
  name: "calculus/second-order-programs",
  statement: "The Hessian of a program is symmetric, whatever nodes share.",
  source: "Schwarz's theorem; chain rule",
  law: laws.hessianSymmetry,
  about: "programs",
  perClass: false,
  draw: (stream, _op, { dtype, has, refuses }) =>
    drawProgram(stream, { dtype, has, refuses, nodes: { low: 4, high: 12 } }),
};
