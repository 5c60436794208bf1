import type { LayerPromise } from "../record/promises.js";
import type { Scenario } from "../record/scenario.js";
import { layerNetwork, type LayerConfig } from "./layerNetwork.js";
import type { Network } from "./network.js";

const PREFIX = "config.";

/** Settings of a layer as those of a scenario: `config.units`. */
export const asSettings = (config: LayerConfig): Record<string, LayerConfig[string]> =>
  Object.fromEntries(Object.entries(config).map(([name, value]) => [PREFIX + name, value]));

/** Settings that a scenario gives to the layer. */
export const givenConfig = ({ settings }: Pick<Scenario, "settings">): LayerConfig =>
  Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) =>
      name.startsWith(PREFIX) ? [[name.slice(PREFIX.length), value]] : [],
    ),
  );

/**
 * What a promised layer means, of an x of the scenario's shape, with the settings that are given there.
 *
 * @throws GradproofError `bad-layer`, and InvalidProgramError, as `layerNetwork`
 */
export const promisedNetwork = (
  { kind, config }: Pick<LayerPromise, "kind" | "config">,
  scenario: Pick<Scenario, "settings">,
): Network =>
  layerNetwork({
    kind,
    config: { ...config, ...givenConfig(scenario) },
    shape: scenario.settings.shape as readonly number[],
  });
