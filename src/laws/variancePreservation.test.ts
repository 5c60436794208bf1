import { describe, expect, it } from "vitest";
import { withObjects, mapTyped } from "../../fixtures/mutants/objects/withObjects.js";
import { conduct } from "../campaign/runTrial.js";
import type { TrialProperty } from "../campaign/trialProperty.js";
import { INITIALIZERS } from "../networks/initializers.js";
import type { Scenario } from "../record/scenario.js";
import { inProcessSubject } from "../subjects/inProcess.js";
import { variancePreserved, type Direction } from "./variancePreservation.js";

const widths = [40, 64, 48, 56, 72, 44, 60];
const { promise } = INITIALIZERS.heNormal;

const scenario = (activation: string): Scenario => ({
  target: "initializer:heNormal",
  dtype: "f64",
  settings: { activation, widths },
  tensors: [],
  seed: 20261124,
  tags: [],
});

/** A library whose weights of the shape of one layer are too large. */
const withLayer = (layer: number, factor: number) =>
  inProcessSubject(
    "faulty",
    withObjects((honest) => ({
      initialize: async (request) => {
        const weights = await honest.initialize(request);
        const isIt = request.shape[0] === widths[layer - 1] && request.shape[1] === widths[layer];
        return isIt ? weights.map((x) => mapTyped(x, (w) => w * factor)) : weights;
      },
    })),
  );

const verdictOf = async (direction: Direction, layer: number, factor: number, activation = "tanh") => {
  const property = { inquire: () => variancePreserved(promise, direction) } as unknown as TrialProperty;
  const target = { name: "initializer:heNormal", promise };
  const tried = await conduct({ property, target }, scenario(activation), 1e-9, withLayer(layer, factor));
  return tried.verdict;
};

describe.each<Direction>(["forward", "backward"])("variance, %s", (direction) => {
  it.each(["tanh", "relu", "sigmoid", "gelu"])("is kept by right weights under %s", async (activation) => {
    expect(await verdictOf(direction, 1, 1, activation)).toMatchObject({ verdict: "pass" });
  });

  it.each([
    [1, 1.25],
    [4, 1.2],
    [6, 0.8],
  ])("names layer %i when its weights are %f times as large", async (layer, factor) => {
    const { verdict, reason } = await verdictOf(direction, layer, factor);
    expect(verdict).toBe("fail");
    // Stopped as soon as it is sure, the estimate itself is still rough.
    const [, named, shown] = /^layer (\d) of 6 has ([\d.]+) times/.exec(reason)!;
    expect(Number(named)).toBe(layer);
    expect(Number(shown) > 1).toBe(factor > 1);
  });
});
