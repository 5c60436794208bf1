import {
  drawHyper,
  drawTraining,
  drawWeightsAlone,
  simplerOrder,
  simplerTraining,
} from "../src/arbitraries/drawTraining.js";
import type { ScenarioRequest, TrialProperty } from "../src/campaign/trialProperty.js";
import { formatOf } from "../src/core/float.js";
import type { Stream } from "../src/core/random.js";
import type { Shape } from "../src/core/shape.js";
import * as relations from "../src/laws/optimizerRelations.js";
import * as scales from "../src/laws/optimizerScale.js";
import * as laws from "../src/laws/optimizers.js";
import type { OptimizerPromise } from "../src/record/promises.js";
import type { Scenario, Settings } from "../src/record/scenario.js";

/** What is promised of optimisers: the step of their paper, and what follows from it. */

type OptimizerProperty = TrialProperty<OptimizerPromise>;
type Request = ScenarioRequest<OptimizerPromise>;

const every = (): boolean => true;
const requested = ({ target, dtype }: Request) => ({ target: target.name, promise: target.promise, dtype });
const withSettings = (scenario: Scenario, settings: Settings): Scenario => ({
  ...scenario,
  settings: { ...scenario.settings, ...settings },
});

/** A variable of several that has elements, one of its elements, and a step. */
function drawPlace(stream: Stream, scenario: Scenario, first = 0): Settings {
  const count = Number(scenario.settings.variables);
  const shown = scenario.tensors.slice(0, count).flatMap(({ data }, k) => (data.length > 0 ? [k] : []));
  const variable = stream.pick(shown);
  const steps = scenario.tensors.length / count - 1;
  const element = stream.int(0, scenario.tensors[variable].data.length - 1);
  return { step: stream.int(first, steps - 1), variable, element };
}

/** A learning rate that changes before some step. */
const drawChange = (stream: Stream, { tensors, settings }: Scenario): Settings => ({
  [`step${stream.int(2, tensors.length / Number(settings.variables) - 1)}.learningRate`]: drawHyper(
    stream,
    "learningRate",
  ),
});

const common = { evidence: "sampled", of: "optimizers", about: every } as const;
const papers =
  "Robbins and Monro 1951; Polyak 1964; Sutskever et al. 2013; Duchi et al. 2011; Zeiler 2012; " +
  "Tieleman and Hinton 2012; Kingma and Ba 2015; Loshchilov and Hutter 2019";

export const step: OptimizerProperty = {
  ...common,
  name: "optimizer/step",
  statement:
    "The first steps are those of the promised rule, in a published placement of what the promise leaves open.",
  source: papers,
  draw(stream, request) {
    const scenario = drawTraining(stream, requested(request));
    const { settings, tensors } = scenario;
    const several = tensors.length / Number(settings.variables) > 2;
    const count = Number(settings.variables);
    return withSettings(scenario, {
      ...(several && stream.chance(0.3) && drawChange(stream, scenario)),
      ...(count > 1 && stream.chance(0.25) && { order: stream.permutation(count) }),
    });
  },
  inquire: ({ promise }) => laws.steps(promise),
  simpler: simplerTraining,
};

export const thousandSteps: OptimizerProperty = {
  ...common,
  name: "optimizer/thousand-steps",
  presupposes: ["optimizer/step"],
  statement: "After a thousand steps, weights are where the rule brings them, as far as rounding lets them.",
  source: papers,
  scenarios: 3,
  draw(stream, request) {
    const scenario = drawWeightsAlone(stream, requested(request), [[2], []]);
    return withSettings(scenario, { steps: 1000, gradients: stream.pick(laws.LONG_PATTERNS) });
  },
  inquire: ({ promise }) => laws.longRuns(promise),
  *simpler(scenario) {
    for (const steps of [1, 10, 100]) {
      if (steps < Number(scenario.settings.steps)) yield withSettings(scenario, { steps });
    }
  },
};

export const hyperParameters: OptimizerProperty = {
  ...common,
  name: "optimizer/hyper-parameters",
  presupposes: ["optimizer/step"],
  statement:
    "What is given explicitly counts, and 0 is 0; a learning rate that is changed counts from the next step on.",
  source: papers,
  draw(stream, request) {
    const { hyper, required = [], algorithm } = request.target.promise;
    const scenario = drawTraining(stream, requested(request), { steps: 3 });
    // Centred about a mean that forgets everything, gradients have no variance left to divide by.
    const names = [...required, ...Object.keys(hyper)].filter(
      (name) => hyper[name] !== 0 && !(name === "decay" && algorithm === "centeredRmsprop"),
    );
    if (stream.chance(0.4)) return withSettings(scenario, { zero: "", ...drawChange(stream, scenario) });
    const zero = stream.pick(names);
    return withSettings(scenario, { zero, [`hyper.${zero}`]: 0 });
  },
  inquire: ({ promise }) => laws.hyperParameters(promise),
  simpler: simplerTraining,
};

export const order: OptimizerProperty = {
  ...common,
  name: "optimizer/order",
  shared: true,
  statement:
    "The order in which variables are handed over changes no bit, also when it changes between steps.",
  source: "state belongs to a variable, and not to its place in a list",
  draw(stream, request) {
    const scenario = drawTraining(stream, requested(request), { variables: 2, steps: 2 });
    const count = Number(scenario.settings.variables);
    const turn = stream.int(1, count - 1);
    return withSettings(scenario, { order: Array.from({ length: count }, (_, k) => (k + turn) % count) });
  },
  inquire: ({ promise }) => relations.order(promise),
  simpler: simplerOrder,
};

export const nanContained: OptimizerProperty = {
  ...common,
  name: "optimizer/nan-contained",
  statement: "NaN in one element of a gradient reaches its own weight, stays there, and touches no other.",
  source: "every rule is per coordinate; IEEE 754",
  draw(stream, request) {
    const scenario = drawTraining(stream, requested(request), { variables: 2 });
    return withSettings(scenario, drawPlace(stream, scenario));
  },
  inquire: ({ promise }) => relations.nanContained(promise),
};

export const absentGradient: OptimizerProperty = {
  ...common,
  name: "optimizer/absent-gradient",
  shared: true,
  statement:
    "A variable without a gradient is refused, left alone or given zeros, and no other variable feels it.",
  source: "every rule is per coordinate",
  draw(stream, request) {
    const scenario = drawTraining(stream, requested(request), { variables: 2, steps: 2 });
    // Not in the first step: what is remembered tells a variable that is skipped from one whose gradient is 0.
    return withSettings(scenario, drawPlace(stream, scenario, 1));
  },
  inquire: ({ promise }) => relations.absentGradient(promise),
};

const OTHER_SHAPES: readonly (readonly [Shape, Shape])[] = [
  [[2, 3], [3]],
  [[2, 3], []],
  [
    [2, 3],
    [3, 2],
  ],
  [[4], [3]],
  [[4], [1]],
  [[3], [1, 3]],
  [
    [2, 3],
    [2, 1],
  ],
];

export const refusesShapes: OptimizerProperty = {
  ...common,
  name: "optimizer/refuses",
  shared: true,
  statement: "A gradient of another shape than its variable is refused, also where it could be broadcast.",
  source: "a gradient has one number for each weight",
  draw(stream, request) {
    const [variable, gradient] = stream.pick(OTHER_SHAPES);
    return withSettings(drawWeightsAlone(stream, requested(request), [variable, gradient]), { variables: 1 });
  },
  inquire: ({ promise }) => relations.refusesShapes(promise),
};

export const scale: OptimizerProperty = {
  ...common,
  name: "optimizer/scale",
  presupposes: ["optimizer/step"],
  statement:
    "Descent is linear in weights and gradients, to the bit for powers of two; adaptive steps keep their length " +
    "when gradients are scaled, to the bit without epsilon.",
  source: "claim C015; Kingma and Ba 2015, sec. 2",
  draw(stream, request) {
    const scenario = drawTraining(stream, requested(request), { ordinary: true });
    const factor = 2 ** (scales.isLinear(request.target.promise) ? stream.int(-13, 13) : stream.int(-3, 13));
    return withSettings(scenario, { factor, epsilon: stream.pick(["zero", "default"]) });
  },
  inquire: ({ promise }) => scales.scale(promise),
  simpler: simplerTraining,
};

export const adamBound: OptimizerProperty = {
  ...common,
  name: "optimizer/adam-bound",
  presupposes: ["optimizer/step"],
  statement:
    "No gradients make Adam move a weight by more than 7.2703·learningRate (RMSprop: 1/√(1 − decay)), and the worst do.",
  source: "claim C088: Cauchy and Schwarz; Kingma and Ba 2015, sec. 2.1 has a single gradient after zeros",
  scenarios: 2,
  about: ({ algorithm }) => ["adam", "adamw", "rmsprop"].includes(algorithm),
  draw(stream, request) {
    const { target, dtype } = request;
    const decayless: Settings = "weightDecay" in target.promise.hyper ? { "hyper.weightDecay": 0 } : {};
    return {
      target: target.name,
      dtype,
      settings: {
        "hyper.learningRate": stream.pick([0.125, 0.01, 1]),
        ...decayless,
      },
      tensors: [{ shape: [3], data: new Float64Array(3) }],
      seed: stream.bits(),
      tags: [],
    };
  },
  inquire: ({ promise }) => scales.stepBound(promise),
};

export const zeroGradients: OptimizerProperty = {
  ...common,
  name: "optimizer/zero-gradients",
  presupposes: ["optimizer/step"],
  statement:
    "Zeros as gradients move nothing by themselves, to the bit; a remembered gradient goes on; none makes NaN.",
  source: papers,
  draw(stream, request) {
    const scenario = drawTraining(stream, requested(request), { ordinary: true, steps: 3 });
    const { hyper, required } = request.target.promise;
    const given: Settings =
      "momentum" in hyper || required?.includes("momentum") ? { "hyper.momentum": 0.5 } : {};
    return withSettings(scenario, { ...given, momentum: stream.pick([0, 0.5]) });
  },
  inquire: ({ promise }) => scales.zeroGradients(promise),
  simpler: simplerTraining,
};

/** Parts of half a spacing. At exactly one half the result depends on the last bit of the weight. */
const PARTS = [0.25, 0.99, 1 - 2 ** -6, 1 + 2 ** -6, 1.01, 1.5, 3];

export const stall: OptimizerProperty = {
  ...common,
  name: "optimizer/stall",
  presupposes: ["optimizer/step"],
  statement: "A step leaves a weight as it is exactly when it is below half of the spacing there.",
  source: "claim C008; IEEE 754, rounding to nearest",
  about: ({ algorithm }) => algorithm === "sgd" || algorithm === "momentum",
  draw(stream, { target, dtype }) {
    const { round } = formatOf(dtype);
    const learningRate = stream.pick([0.1, 0.01, 1, 0.5, 3]);
    const weights = Float64Array.from({ length: 6 }, () =>
      stream.chance(0.2) ? 2 ** stream.int(-4, 4) : round(normalAway(stream) * 2 ** stream.int(-4, 4)),
    );
    const gradients = weights.map((w) => {
      const sign = stream.sign();
      return round((sign * relations.halfSpacing(w, sign, dtype) * stream.pick(PARTS)) / learningRate);
    });
    const momentum: Settings = target.promise.algorithm === "momentum" ? { "hyper.momentum": 0.9 } : {};
    return {
      target: target.name,
      dtype,
      settings: { "hyper.learningRate": learningRate, ...momentum, variables: 1 },
      tensors: [
        { shape: [6], data: weights },
        { shape: [6], data: gradients },
      ],
      seed: stream.bits(),
      tags: [],
    };
  },
  inquire: () => relations.stall,
};

function normalAway(stream: Stream): number {
  const x = stream.normal();
  return Math.sign(x) * (Math.abs(x) + 0.5);
}
