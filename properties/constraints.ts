import { drawLayer } from "../src/arbitraries/drawLayer.js";
import { simplerLayer } from "../src/arbitraries/simplerLayer.js";
import type { Stream } from "../src/core/random.js";
import type { ScenarioRequest, TrialProperty } from "../src/campaign/trialProperty.js";
import * as laws from "../src/laws/constraints.js";
import { value as computes } from "../src/laws/layers.js";
import type { LayerPromise } from "../src/record/promises.js";
import type { Scenario } from "../src/record/scenario.js";

/** What is promised of constraints on weights, along which axis ever their length is taken. */

type ConstraintProperty = TrialProperty<LayerPromise>;

const KINDS = ["maxNorm", "minMaxNorm", "unitNorm", "nonNegative"];

/** Kinds of layers that are constraints. */
export const CONSTRAINTS: ReadonlySet<string> = new Set(KINDS);

const draw = (stream: Stream, { target, dtype }: ScenarioRequest<LayerPromise>): Scenario =>
  drawLayer(stream, { target: target.name, promise: target.promise, dtype });

/** Part of the way is no limit. */
function drawWhole(stream: Stream, request: ScenarioRequest<LayerPromise>): Scenario {
  const drawn = draw(stream, request);
  const { "config.rate": _rate, ...settings } = drawn.settings;
  return { ...drawn, settings };
}

const common = {
  evidence: "sampled",
  of: "layers",
  source: "the constraint's documentation; Srivastava et al. 2014, sec. 5.1",
  about: ({ kind }: LayerPromise) => CONSTRAINTS.has(kind),
  draw: drawWhole,
  simpler: (scenario: Scenario, { promise }: { readonly promise: LayerPromise }) =>
    simplerLayer(promise, scenario),
} as const satisfies Partial<ConstraintProperty>;

const value: ConstraintProperty = {
  ...common,
  name: "constraint/value",
  statement:
    "Weights are scaled to the promised length along the promised axes, with settings that are given, zeros among them, or the defaults.",
  draw,
  inquire: ({ promise }) => computes(promise),
};

const limits: ConstraintProperty = {
  ...common,
  name: "constraint/limits",
  statement: "Lengths come out within their limits, and weights that must not be negative are not.",
  inquire: ({ promise }) => laws.limits(promise),
};

const idempotent: ConstraintProperty = {
  ...common,
  name: "constraint/idempotent",
  statement: "Weights that were constrained stay as they are, but for rounding.",
  inquire: ({ promise }) => laws.idempotent(promise),
};

const zeros: ConstraintProperty = {
  ...common,
  name: "constraint/zeros",
  statement: "Weights of zeros stay zeros, and do not become NaN.",
  draw(stream, request) {
    const drawn = draw(stream, request);
    return {
      ...drawn,
      tensors: drawn.tensors.map(({ shape, data }) => ({ shape, data: data.map(() => 0) })),
    };
  },
  inquire: ({ promise }) => laws.zeros(promise),
};

export const CONSTRAINT_PROPERTIES: readonly ConstraintProperty[] = [value, limits, idempotent, zeros];
