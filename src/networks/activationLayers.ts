import { filled } from "../core/tensor.js";
import type { NetworkBuilder, NetworkValue } from "./networkBuilder.js";

/** Activations that have weights or a threshold: layers of their own. */

/**
 * x where it is above 0, alpha · x elsewhere, with an alpha for each place but those along shared axes.
 *
 * @shape x: [batch, …], alpha: the same without the batch, and 1 along shared axes
 */
export const prelu = (
  b: NetworkBuilder,
  x: NetworkValue,
  { name, sharedAxes = [] }: { readonly name: string; readonly sharedAxes?: readonly number[] },
): NetworkValue =>
  b.within(name, () => {
    const shape = x.shape.map((length, axis) => (sharedAxes.includes(axis) ? 1 : length)).slice(1);
    return b.mark("activation", b.apply("prelu", [x, b.parameter("alpha", shape)]));
  });

/** x where it is above theta, 0 elsewhere. */
export const thresholdedRelu = (
  b: NetworkBuilder,
  x: NetworkValue,
  { name, theta = 1 }: { readonly name: string; readonly theta?: number },
): NetworkValue =>
  b.within(name, () => {
    const above = b.apply("relu", [b.apply("subtract", [x, b.constant("theta", filled([], theta))])]);
    return b.mark("activation", b.apply("multiply", [x, b.apply("sign", [above])]));
  });

/** x, but at least 0 and at most `maxValue`. Default: no limit. */
export const limitedRelu = (
  b: NetworkBuilder,
  x: NetworkValue,
  { name, maxValue }: { readonly name: string; readonly maxValue?: number },
): NetworkValue =>
  b.within(name, () => {
    const y = b.apply("relu", [x]);
    const limited =
      maxValue === undefined ? y : b.apply("minimum", [y, b.constant("maxValue", filled([], maxValue))]);
    return b.mark("activation", limited);
  });
