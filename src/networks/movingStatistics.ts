import type { Shape } from "../core/shape.js";
import type { LayerConfig } from "./layerNetwork.js";
import type { Network } from "./network.js";
import { NetworkBuilder } from "./networkBuilder.js";
import { batchNorm, type BatchNormOptions } from "./normalizationLayers.js";

/** A batch norm with what it keeps of batches: the mean and the variance that inference uses. */

export interface MovingOptions {
  /** Settings of a batch norm, as of `layerNetwork`. */
  readonly config: LayerConfig;
  /** Of x. */
  readonly shape: Shape;
}

/**
 * A batch norm in training that returns y, and the mean and the variance that it keeps after this batch. Its inputs are
 * x, scale and offset if there are any, and what it kept before; its constants are how much of that it still keeps.
 *
 * @throws GradproofError `empty-batch`
 */
export function movingNetwork({
  config,
  shape,
  momentum,
  correction,
}: MovingOptions & NonNullable<BatchNormOptions["running"]>): Network {
  const b = new NetworkBuilder();
  const options = { ...config, name: "layer", training: true, running: { momentum, correction } };
  b.mark("y", batchNorm(b, b.input("x", shape), options));
  return b.build("y", "layer/runningMean", "layer/runningVariance");
}

/** A batch norm in inference that returns y, and the mean and the variance that it keeps: as they were. */
export function keptNetwork({ config, shape }: MovingOptions): Network {
  const b = new NetworkBuilder();
  const options = { ...config, name: "layer", training: false };
  b.mark("y", batchNorm(b, b.input("x", shape), options));
  return b.build("y", "layer/mean", "layer/variance");
}
