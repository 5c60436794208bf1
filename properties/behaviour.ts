import { drawCase } from "../src/arbitraries/drawCase.js";
import { canBeBroken, drawInvalid } from "../src/arbitraries/drawInvalid.js";
import type { Property } from "../src/campaign/property.js";
import { isDifferentiable } from "../src/ops/op.js";
import * as laws from "../src/laws/behaviour.js";
import { hasGradient } from "../src/ops/op.js";

/** What users rely on without thinking of it. */

const ordinary: Property["draw"] = (stream, op, { dtype, classes }) =>
  drawCase(stream, op!, { dtype, classes });

export const shapes: Property = {
  name: "calculus/shapes",
  statement: "Every gradient has the shape and dtype of the input that it belongs to.",
  source: "definition of the gradient",
  law: laws.shapes,
  about: hasGradient,
  perClass: false,
  draw: (stream, op, { dtype, classes }) =>
    drawCase(stream, op!, { dtype, classes, shapes: stream.chance(0.3) ? "degenerate" : "ordinary" }),
};

export const determinism: Property = {
  name: "calculus/determinism",
  statement: "The same question, asked twice, gets the same bits.",
  source: "reproducibility",
  law: laws.determinism,
  about: hasGradient,
  perClass: false,
  draw: ordinary,
};

export const valueWithGradient: Property = {
  name: "calculus/value-with-gradient",
  statement: "The value that comes with a gradient is the one that plain evaluation gives.",
  source: "differentiating a function does not change it",
  law: laws.valueWithGradient,
  about: hasGradient,
  perClass: false,
  draw: ordinary,
};

export const someInputs: Property = {
  name: "calculus/some-inputs",
  statement: "The gradient of some inputs is the same, whether or not that of the others is asked for.",
  source: "each gradient depends on the point and the cotangent only",
  law: laws.someInputs,
  about: (op) => op.inputs(Math.max(op.arity.low, 2), {}).filter(isDifferentiable).length > 1,
  perClass: false,
  draw: ordinary,
};

export const intact: Property = {
  name: "calculus/inputs-intact",
  statement: "Inputs and cotangents hold the same bits after differentiating as before.",
  source: "pytorch/pytorch gradcheck does not look; ChainRulesTestUtils does",
  law: laws.intact,
  about: hasGradient,
  perClass: false,
  draw: ordinary,
};

export const ownMemory: Property = {
  name: "calculus/own-memory",
  statement: "No two gradients are the same memory, so that updating one in place leaves the others alone.",
  source: "optimisers update in place",
  law: laws.ownMemory,
  about: hasGradient,
  needs: { capability: "ownsGradients", because: "its tensors are immutable, or it does not promise it" },
  perClass: false,
  draw: ordinary,
};

export const refusesInvalid: Property = {
  name: "calculus/refuses-invalid",
  statement: "Arguments whose shapes do not fit are refused, not answered.",
  source: "Python Array API 2023.12, shape requirements",
  law: laws.refusesInvalid,
  about: canBeBroken,
  perClass: false,
  draw: (stream, op, { dtype }) => drawInvalid(stream, op!, dtype),
};
