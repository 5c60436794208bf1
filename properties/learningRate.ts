import { descentCase, drawDescent, simplerDescent } from "../src/arbitraries/drawDescent.js";
import type { TrialProperty } from "../src/campaign/trialProperty.js";
import { learningRate } from "../src/laws/learningRate.js";
import type { OptimizerPromise } from "../src/record/promises.js";

/** How the scale of weights before a normalisation and the learning rate belong together. */

export const rate: TrialProperty<OptimizerPromise> = {
  name: "normalization/learning-rate",
  statement:
    "Weights before a normalisation 2ᵏ times as large, and a learning rate 4ᵏ times, take the same way, bit for bit.",
  source: "claim C110; van Laarhoven 2017; Arora, Li and Lyu 2019",
  evidence: "sampled",
  of: "optimizers",
  cites: false,
  about: ({ algorithm }) => algorithm === "sgd",
  draw: (stream, { target, dtype }) => drawDescent(stream, { target: target.name, dtype }),
  inquire: () => learningRate(descentCase),
  simpler: simplerDescent,
};
