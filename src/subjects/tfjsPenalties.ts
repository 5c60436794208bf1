import { constraint, regularizer } from "./tfjsLayerObject.js";

const REGULARIZERS = [
  regularizer("l1l2", {
    kind: "penalty",
    config: { l1: 0.01, l2: 0.01 },
    says: "Adds a term to the loss to penalize large weights: loss += sum(l1 * abs(x)) + sum(l2 * x^2)",
  }),
  regularizer("l1", {
    kind: "penalty",
    config: { l1: 0.01 },
    says: "Adds a term to the loss to penalize large weights: loss += sum(l1 * abs(x))",
  }),
  regularizer("l2", {
    kind: "penalty",
    config: { l2: 0.01 },
    says: "Adds a term to the loss to penalize large weights: loss += sum(l2 * x^2)",
  }),
];

/** What `epsilon()` of the backend is, which is added to a length before dividing by it: the sources say so. */
const length = { axis: 0, epsilon: 1e-7 } as const;

const CONSTRAINTS = [
  constraint("maxNorm", {
    kind: "maxNorm",
    config: { maxValue: 2, ...length },
    fixed: ["epsilon"],
    says: "Constrains the weights incident to each hidden unit to have a norm less than or equal to a desired value.",
  }),
  constraint("minMaxNorm", {
    kind: "minMaxNorm",
    config: { minValue: 0, maxValue: 1, rate: 1, ...length },
    fixed: ["epsilon"],
    says: "weights will be rescaled to yield: `(1 - rate) * norm + rate * norm.clip(minValue, maxValue)`.",
  }),
  constraint("unitNorm", {
    kind: "unitNorm",
    config: length,
    fixed: ["epsilon"],
    says: "Constrains the weights incident to each hidden unit to have unit norm.",
  }),
  constraint("nonNeg", { kind: "nonNegative", says: "Constrains the weight to be non-negative." }),
];

/** Regularisers and constraints. */
export const TFJS_PENALTIES = [...REGULARIZERS, ...CONSTRAINTS];
