import type { TrialProperty } from "../src/campaign/trialProperty.js";

/** What is promised of initialisers, clippers, optimisers and layers, in the order of the reports. */
export const TRIALS: readonly TrialProperty[] = [];
