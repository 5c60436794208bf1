import { drawLayer } from "../src/arbitraries/drawLayer.js";
import { simplerLayer } from "../src/arbitraries/simplerLayer.js";
import type { TrialProperty } from "../src/campaign/trialProperty.js";
import { givenConfig } from "../src/networks/promisedLayer.js";
import * as laws from "../src/laws/layers.js";
import type { LayerPromise } from "../src/record/promises.js";

/** What is promised of penalties on weights: that they are the sums of their documentation. */

type RegularizerProperty = TrialProperty<LayerPromise>;

/** Kinds of layers that are penalties. */
export const PENALTIES: ReadonlySet<string> = new Set(["penalty"]);

const common = {
  evidence: "sampled",
  of: "layers",
  source: "the regulariser's documentation, as a program of ops",
  about: ({ kind }: LayerPromise) => PENALTIES.has(kind),
  draw: (stream, { target, dtype }) =>
    drawLayer(stream, { target: target.name, promise: target.promise, dtype }),
  simpler: (scenario, { promise }) => simplerLayer(promise, scenario),
} as const satisfies Partial<RegularizerProperty>;

const value: RegularizerProperty = {
  ...common,
  name: "regularizer/value",
  statement:
    "A penalty is the sum that its documentation says, with the rates that are given or the defaults.",
  inquire: ({ promise }) => laws.value(promise),
};

const gradient: RegularizerProperty = {
  ...common,
  name: "regularizer/gradient",
  statement: "The gradient of a penalty is that of its sum: l1 · sign(w) + 2 · l2 · w.",
  // What does not depend on weights has no gradient by them: some libraries refuse to look for one.
  draw(stream, request) {
    for (;;) {
      const drawn = common.draw(stream, request);
      const rates = { ...request.target.promise.config, ...givenConfig(drawn) };
      if (Number(rates.l1 ?? 0) !== 0 || Number(rates.l2 ?? 0) !== 0) return drawn;
    }
  },
  inquire: ({ promise }) => laws.gradient(promise),
};

const zeroRates: RegularizerProperty = {
  ...common,
  name: "regularizer/zero-rates",
  statement: "A rate of 0 that is given is a rate, and not one that is missing: there is no penalty.",
  draw(stream, request) {
    const drawn = common.draw(stream, request);
    const { config } = request.target.promise;
    const rates = Object.keys(config).length > 0 ? Object.keys(config) : ["l1", "l2"];
    const zeros = Object.fromEntries(rates.map((name) => [`config.${name}`, 0]));
    return { ...drawn, settings: { shape: drawn.settings.shape, ...zeros } };
  },
  // With fewer rates they would be the defaults.
  simpler: () => [],
  inquire: ({ promise }) => laws.value(promise),
};

export const REGULARIZER_PROPERTIES: readonly RegularizerProperty[] = [value, gradient, zeroRates];
