import { drawMoving, simplerMoving } from "../src/arbitraries/drawMoving.js";
import type { TrialProperty } from "../src/campaign/trialProperty.js";
import * as laws from "../src/laws/movingStatistics.js";
import type { LayerPromise } from "../src/record/promises.js";

/** What a batch norm keeps of the batches that it is trained with. */

type LayerProperty = TrialProperty<LayerPromise>;

const common = {
  evidence: "sampled",
  of: "layers",
  about: ({ moving }) => moving !== undefined,
  draw: (stream, { target, dtype }) => drawMoving(stream, { target: target.name, dtype }),
  simpler: simplerMoving,
} as const satisfies Partial<LayerProperty>;

export const moving: LayerProperty = {
  ...common,
  name: "normalization/moving-statistics",
  statement:
    "In training, each batch moves the kept mean and variance by the momentum, with the divisor that is promised.",
  source: "Ioffe and Szegedy 2015, alg. 2; the library's documentation",
  inquire: ({ promise }) => laws.movingStatistics(promise),
};

export const kept: LayerProperty = {
  ...common,
  name: "normalization/kept-statistics",
  statement: "Inference normalises by the kept mean and variance, and leaves every bit of them.",
  source: "Ioffe and Szegedy 2015, alg. 2",
  inquire: ({ promise }) => laws.keptStatistics(promise),
};

export const emptyBatch: LayerProperty = {
  ...common,
  name: "normalization/empty-batch",
  statement: "A batch without elements is refused in training: it has no mean that could be kept.",
  source: "the mean of no elements is 0/0",
  inquire: ({ promise }) => laws.emptyBatch(promise),
};
