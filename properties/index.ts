import type { Property } from "../src/campaign/property.js";
import * as activations from "./activations.js";
import * as agreement from "./agreement.js";
import * as behaviour from "./behaviour.js";
import * as bounds from "./bounds.js";
import * as derivatives from "./derivatives.js";
import * as recurrent from "./recurrent.js";
import * as normalization from "./normalization.js";
import * as secondOrder from "./secondOrder.js";

export { TRIALS } from "./trials.js";

/** The catalogue: what is promised of every op, in the order of the reports. */
export const PROPERTIES: readonly Property[] = [
  agreement.value,
  agreement.gradient,
  agreement.kinks,
  agreement.degenerateShapes,
  bounds.bounds,
  bounds.provedBounds,
  derivatives.broadcasting,
  derivatives.zeroCotangentIsZero,
  derivatives.powerOfTwo,
  derivatives.linear,
  behaviour.shapes,
  behaviour.valueWithGradient,
  behaviour.someInputs,
  behaviour.determinism,
  behaviour.intact,
  behaviour.ownMemory,
  behaviour.refusesInvalid,
  agreement.forwardMode,
  derivatives.forwardAgainstReverse,
  derivatives.finiteDifferences,
  secondOrder.hessian,
  secondOrder.symmetry,
  secondOrder.nestings,
  secondOrder.programSymmetry,
  ...Object.values(recurrent),
  agreement.programs,
  normalization.moments,
  normalization.identity,
  normalization.loneElements,
  normalization.emptyGroup,
  normalization.shift,
  normalization.scale,
  normalization.geometry,
  normalization.weights,
  normalization.bias,
  normalization.scaleOfWeights,
  normalization.euler,
  activations.specialValues,
  activations.slopes,
  activations.saturation,
  activations.tails,
  activations.monotone,
  activations.symmetry,
  activations.homogeneity,
  activations.idempotence,
  activations.identities,
];
