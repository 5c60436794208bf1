import { tensor, type Tensor } from "../core/tensor.js";
import type { Attributes } from "../ops/op.js";
import type { ProgramInput } from "../record/program.js";

/** A point at which a gradient is a choice, and what mathematics leaves open there. */
export interface ConventionProbe {
  readonly id: string;
  /** The choice in question. */
  readonly question: string;
  readonly nodes: readonly {
    readonly op: string;
    readonly inputs: readonly number[];
    readonly attributes?: Attributes;
  }[];
  readonly inputs: readonly Tensor[];
  /** Inputs that are conditions. Default none. */
  readonly conditions?: readonly number[];
  /** The input whose gradient is the answer; all outputs have cotangent 1. */
  readonly of: number;
  /** What is defensible, in words and as numbers: each element, and the sum of all where that is fixed. */
  readonly mathematics: string;
  readonly low: number;
  readonly high: number;
  readonly total?: number;
  /** "none" is as good an answer as zeros. */
  readonly mayBeNone?: true;
}

const at = (...xs: number[]): Tensor => tensor([xs.length], xs);
const one = (op: string, attributes: Attributes = {}, inputs: readonly number[] = [0]) => [
  { op, inputs, attributes },
];

/** A choice of an elementwise function at one point, anywhere between its two slopes. */
const slope = (
  id: string,
  question: string,
  op: string,
  x: number,
  low: number,
  high: number,
  attributes: Attributes = {},
): ConventionProbe => ({
  id,
  question,
  nodes: one(op, attributes),
  inputs: [at(x)],
  of: 0,
  low,
  high,
  mathematics: `Clarke: [${low}, ${high}]`,
});

/** Equal elements share one gradient: any share is defensible, but they add up to 1. */
const tie = (
  id: string,
  question: string,
  op: string,
  attributes: Attributes = {},
  x: Tensor = at(2, 2, 1),
): ConventionProbe => ({
  id,
  question,
  nodes: one(op, attributes),
  inputs: [x],
  of: 0,
  low: 0,
  high: 1,
  total: 1,
  mathematics: "Clarke: shares from 0 to 1 that add up to 1",
});

const REDUCED = { axes: "all", keepdims: false };
const infinite = { low: Infinity, high: Infinity, mathematics: "limit: +∞" };

/** Every choice that is asked for. Where an op is not in the registry the question is left out. */
export const CONVENTION_PROBES: readonly ConventionProbe[] = [
  slope("relu-0", "relu′(0)", "relu", 0, 0, 1),
  slope("relu6-6", "relu6′(6)", "relu6", 6, 0, 1),
  slope("leaky-relu-0", "leakyRelu′(0), alpha 0.25", "leakyRelu", 0, 0.25, 1, { alpha: 0.25 }),
  slope("abs-0", "|x|′(0)", "abs", 0, -1, 1),
  slope("clip-low", "clip′ at its lower edge", "clip", -1, 0, 1, { low: -1, high: 1 }),
  slope("clip-high", "clip′ at its upper edge", "clip", 1, 0, 1, { low: -1, high: 1 }),
  slope("hard-sigmoid-end", "hardSigmoid′(2.5)", "hardSigmoid", 2.5, 0, 0.2),
  {
    ...slope("sign-0", "sign′(0)", "sign", 0, 0, 0),
    mathematics: "0 on both sides of the jump",
  },
  {
    id: "maximum-tie",
    question: "maximum(x, x), the first x",
    nodes: one("maximum", {}, [0, 1]),
    inputs: [at(2), at(2)],
    of: 0,
    low: 0,
    high: 1,
    mathematics: "Clarke: [0, 1]",
  },
  {
    id: "minimum-tie",
    question: "minimum(x, x), the first x",
    nodes: one("minimum", {}, [0, 1]),
    inputs: [at(2), at(2)],
    of: 0,
    low: 0,
    high: 1,
    mathematics: "Clarke: [0, 1]",
  },
  tie("max-tie", "max of 2, 2, 1", "max", REDUCED),
  tie("min-tie", "min of 1, 1, 2", "min", REDUCED, at(1, 1, 2)),
  {
    ...tie("topk-tie", "topk of 2, 2, 1 with k = 1", "topk", { k: 1 }),
  },
  {
    id: "sort-tie",
    question: "sort of 2, 2, 1, then its first two added up",
    nodes: [
      { op: "sort", inputs: [0], attributes: { axis: 0, descending: false } },
      { op: "slice", inputs: [1], attributes: { begin: [0], size: [2] } },
    ],
    inputs: [at(2, 2, 1)],
    of: 0,
    low: 0,
    high: 1,
    total: 2,
    mathematics: "Clarke: the smallest gets 1, the tied ones share 1",
  },
  tie(
    "max-pool-tie",
    "maxPool2d of 2, 2 in one window",
    "maxPool2d",
    { window: [1, 2], strides: [1, 1], padding: "valid", dilation: [1, 1] },
    tensor([1, 1, 2, 1], [2, 2]),
  ),
  { id: "sqrt-0", question: "√x′ at 0", nodes: one("sqrt"), inputs: [at(0)], of: 0, ...infinite },
  {
    id: "norm-0",
    question: "‖x‖₂′ at 0, 0",
    nodes: one("norm", { ...REDUCED, ord: "2" }),
    inputs: [at(0, 0)],
    of: 0,
    low: -1,
    high: 1,
    mathematics: "Clarke: the unit ball",
  },
  {
    id: "norm-of-squares-0",
    question: "√(Σ x²)′ at 0, 0, written out",
    nodes: [
      { op: "square", inputs: [0] },
      { op: "sum", inputs: [1], attributes: REDUCED },
      { op: "sqrt", inputs: [2] },
    ],
    inputs: [at(0, 0)],
    of: 0,
    low: -1,
    high: 1,
    mathematics: "Clarke: the unit ball",
  },
  {
    id: "where-dead-branch",
    question: "where(false, √x, x) at 0, in the dead branch ∞",
    nodes: [
      { op: "sqrt", inputs: [1] },
      { op: "where", inputs: [0, 2, 1] },
    ],
    inputs: [at(0), at(0)],
    conditions: [0],
    of: 1,
    low: 1,
    high: 1,
    mathematics: "the branch taken: 1",
  },
  {
    id: "unused-input",
    question: "an input that nothing depends on",
    nodes: [{ op: "tanh", inputs: [0] }],
    inputs: [at(1), at(1)],
    of: 1,
    low: 0,
    high: 0,
    mathematics: "0",
    mayBeNone: true,
  },
];

/** Declared inputs of a probe. */
export const probeInputs = ({ inputs, conditions = [] }: ConventionProbe): ProgramInput[] =>
  inputs.map(({ shape }, k) => ({ shape, type: conditions.includes(k) ? "bool" : "float" }));
