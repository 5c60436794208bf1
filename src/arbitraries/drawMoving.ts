import { formatOf, type FloatType } from "../core/float.js";
import type { Stream } from "../core/random.js";
import { normalizeAxis, sizeOf, type Shape } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import type { LayerConfig } from "../networks/layerNetwork.js";
import { asSettings } from "../networks/promisedLayer.js";
import type { Scenario, Settings } from "../record/scenario.js";

/** Batches for a batch norm that keeps their mean and variance. */

const SHAPES: readonly ((stream: Stream) => Shape)[] = [
  (stream) => [stream.int(1, 8), stream.int(1, 4)],
  (stream) => [stream.int(1, 3), stream.int(1, 4), 3],
  (stream) => [2, stream.int(1, 3), 2, 3],
];

const MOMENTA = [0.5, 0.9, 0.25, 0.999, 0];

function drawConfig(stream: Stream, shape: Shape): LayerConfig {
  return {
    ...(stream.chance(0.6) && { momentum: stream.pick(MOMENTA) }),
    ...(stream.chance(0.3) && { epsilon: stream.pick([1e-5, 0.5]) }),
    ...(stream.chance(0.1) && { affine: false }),
    ...(shape.length > 2 && stream.chance(0.2) && { axis: 1 }),
  };
}

/**
 * Its tensors are one to three batches of the same shape, scale and offset if there are any, and a mean and a variance
 * that are kept before. Batches have means of their own, beside which the kept ones are told apart.
 */
export function drawMoving(
  stream: Stream,
  { target, dtype }: { readonly target: string; readonly dtype: FloatType },
): Scenario {
  const { round } = formatOf(dtype);
  const shape = stream.pick(SHAPES)(stream);
  const config = drawConfig(stream, shape);
  const steps = stream.int(1, 3);
  const channels = shape[normalizeAxis(Number(config.axis ?? -1), shape.length)];
  const made = (of: Shape, value: () => number): Tensor => ({
    shape: of,
    data: Float64Array.from({ length: sizeOf(of) }, () => round(value())),
  });
  const batch = (): Tensor => {
    const [mean, scale] = [2 * stream.normal(), 2 ** stream.int(-2, 2)];
    return made(shape, () => mean + scale * stream.normal());
  };
  const one = (): Tensor => made([channels], () => stream.normal());
  return {
    target,
    dtype,
    settings: { ...(asSettings(config) as Settings), shape: [...shape], steps },
    tensors: [
      ...Array.from({ length: steps }, batch),
      ...(config.affine === false ? [] : [one(), one()]),
      one(),
      made([channels], () => Math.abs(stream.normal()) + 0.125),
    ],
    seed: stream.bits(),
    tags: [`steps:${steps}`, sizeOf(shape) === channels ? "batch:one element" : "batch:several elements"],
  };
}

/** One batch; then without settings that only change numbers. */
export function* simplerMoving(scenario: Scenario): Iterable<Scenario> {
  const { settings, tensors } = scenario;
  const steps = Number(settings.steps);
  for (const x of steps > 1 ? tensors.slice(0, steps) : []) {
    yield { ...scenario, settings: { ...settings, steps: 1 }, tensors: [x, ...tensors.slice(steps)] };
  }
  for (const name of ["config.epsilon", "config.momentum"].filter((each) => each in settings)) {
    const { [name]: _left, ...rest } = settings;
    yield { ...scenario, settings: rest };
  }
}
