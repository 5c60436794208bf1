import type { Property } from "../src/campaign/property.js";
import * as agreement from "./agreement.js";
import * as behaviour from "./behaviour.js";
import * as derivatives from "./derivatives.js";

/** The catalogue: what is promised of every op, in the order of the reports. */
export const PROPERTIES: readonly Property[] = [
  agreement.value,
  agreement.gradient,
  agreement.kinks,
  agreement.degenerateShapes,
  derivatives.broadcasting,
  derivatives.zeroCotangentIsZero,
  derivatives.powerOfTwo,
  derivatives.linear,
  behaviour.shapes,
  behaviour.determinism,
  behaviour.intact,
  behaviour.ownMemory,
  behaviour.refusesInvalid,
  agreement.forwardMode,
  derivatives.forwardAgainstReverse,
  derivatives.finiteDifferences,
  agreement.programs,
];
