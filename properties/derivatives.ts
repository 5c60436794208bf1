import { drawCase } from "../src/arbitraries/drawCase.js";
import type { Property } from "../src/campaign/property.js";
import { adjoint, broadcastReduced } from "../src/laws/consistency.js";
import { homogeneity, linearity, zeroCotangent } from "../src/laws/cotangentLaws.js";
import { ownDifferences } from "../src/laws/ownDifferences.js";
import { hasGradient } from "../src/ops/op.js";

/** Derivatives are what derivatives must be, whatever the function: no reference value is needed. */

const ordinary: Property["draw"] = (stream, op, { dtype, classes }) =>
  drawCase(stream, op!, { dtype, classes });

export const zeroCotangentIsZero: Property = {
  name: "calculus/zero-cotangent",
  statement: "A zero cotangent gives gradients that are exactly zero.",
  source: "Jᵀ·0 = 0",
  law: zeroCotangent,
  about: hasGradient,
  perClass: false,
  draw: ordinary,
};

export const powerOfTwo: Property = {
  name: "calculus/homogeneity",
  statement: "Scaling the cotangent by a power of two scales every gradient by it, bit for bit.",
  source: "Jᵀ(2ᵏu) = 2ᵏJᵀu; scaling by 2ᵏ is exact (IEEE 754)",
  law: homogeneity,
  about: hasGradient,
  perClass: false,
  draw: ordinary,
};

export const linear: Property = {
  name: "calculus/linearity",
  statement: "The gradient for a sum of cotangents is the sum of their gradients.",
  source: "Jᵀ(a + b) = Jᵀa + Jᵀb",
  law: linearity,
  about: hasGradient,
  perClass: false,
  draw: ordinary,
};

export const broadcasting: Property = {
  name: "calculus/broadcasting",
  statement: "The gradient of a broadcast input is the sum over the copies that broadcasting made of it.",
  source: "Python Array API 2023.12, broadcasting; adjoint of copying is summing",
  law: broadcastReduced,
  about: (op) => op.elementwise === true && op.arity.low > 1,
  perClass: false,
  draw: (stream, op, { dtype, classes }) => drawCase(stream, op!, { dtype, classes, shapes: "broadcast" }),
};

export const forwardAgainstReverse: Property = {
  name: "calculus/adjoint",
  statement: "Forward and reverse mode differentiate the same function: ⟨u, J·v⟩ = ⟨Jᵀ·u, v⟩.",
  source: "definition of the adjoint",
  law: adjoint,
  about: hasGradient,
  perClass: false,
  draw: ordinary,
};

export const finiteDifferences: Property = {
  name: "calculus/finite-differences",
  statement: "Gradients agree with differences of the subject's own outputs; no derivative rule takes part.",
  source: "central differences with Richardson extrapolation and an error bound; Ridders 1982",
  law: ownDifferences,
  about: hasGradient,
  dtype: "f64",
  perClass: true,
  // Away from kinks and ties, where differences have nothing to say; the property "kinks" looks there.
  draw: (stream, op, { dtype, classes }) =>
    drawCase(stream, op!, { dtype, classes, region: stream.pick(["normal", "magnitudes"] as const) }),
};
