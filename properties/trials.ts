import type { TrialProperty } from "../src/campaign/trialProperty.js";
import * as clipping from "./clipping.js";
import * as initialization from "./initialization.js";
import * as layers from "./layers.js";
import * as learningRate from "./learningRate.js";
import * as movingStatistics from "./movingStatistics.js";
import * as optimizers from "./optimizers.js";

/** What is promised of initialisers, clippers, optimisers and layers, in the order of the reports. */
export const TRIALS: readonly TrialProperty[] = [
  ...Object.values(initialization),
  ...Object.values(clipping),
  ...Object.values(optimizers),
  ...Object.values(layers),
  ...Object.values(movingStatistics),
  ...Object.values(learningRate),
];
