import { formatOf, type FloatType } from "../core/float.js";
import type { Stream } from "../core/random.js";
import { sizeOf, type Shape } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import type { OptimizerPromise } from "../record/promises.js";
import type { Scenario, Settings } from "../record/scenario.js";

/** Runs of optimisers: weights, gradients and hyper-parameters. */

export interface TrainingRequest {
  readonly target: string;
  readonly promise: OptimizerPromise;
  readonly dtype: FloatType;
}

export interface TrainingShape {
  /** Number of variables, at least. Default 1. */
  readonly variables?: number;
  /** Number of steps, at least. Default 1. */
  readonly steps?: number;
  /** Gradients of order 1, and not also as small as epsilon. Default false. */
  readonly ordinary?: boolean;
}

const SHAPES: readonly Shape[] = [[], [1], [3], [2, 3], [0], [5, 1], [2, 1, 2]];

/** What each hyper-parameter may be given as; 0 is a property of its own. */
const GIVEN: Readonly<Record<string, readonly number[]>> = {
  learningRate: [0.1, 0.01, 0.5, 0.003, 1],
  momentum: [0.9, 0.5, 0.99],
  decay: [0.9, 0.5, 0.99],
  rho: [0.95, 0.5, 0.9],
  beta1: [0.9, 0.5, 0.8],
  beta2: [0.999, 0.9, 0.99],
  epsilon: [1e-7, 1e-3, 1e-8, 0.1],
  initialAccumulator: [0.1, 1, 0.01],
  weightDecay: [0.01, 0.1, 0.3],
  rateDecay: [0.1, 0.5],
};

/** A number of a range that a hyper-parameter must lie in. */
export const drawHyper = (stream: Stream, name: string): number => stream.pick(GIVEN[name] ?? [0.1]);

/** Those without a default always, the others half of the time. */
export function drawHypers(stream: Stream, { hyper, required = [] }: OptimizerPromise): Settings {
  const names = [...required, ...Object.keys(hyper).filter(() => stream.chance(0.5))];
  return Object.fromEntries(names.map((name) => [`hyper.${name}`, drawHyper(stream, name)]));
}

/** Never 0: 0 ÷ 0 is no matter of a step. */
function normal(stream: Stream): number {
  const x = stream.normal();
  return Math.sign(x) * (Math.abs(x) + 2 ** -6);
}

/**
 * Sizes at which the placements of epsilon give other steps: as large as epsilon, as its root, and larger. A weight of
 * 0 shows all digits of its step.
 */
export function drawTraining(stream: Stream, request: TrainingRequest, wanted: TrainingShape = {}): Scenario {
  const { target, promise, dtype } = request;
  const { round } = formatOf(dtype);
  const settings = drawHypers(stream, promise);
  const epsilon = Number(settings["hyper.epsilon"] ?? promise.hyper.epsilon ?? 1e-7);
  const sizes = wanted.ordinary ? [1] : [1, 1, 30, 2 ** -6, Math.sqrt(epsilon), 10 * epsilon];
  const count = stream.int(wanted.variables ?? 1, 3);
  const same = stream.chance(0.4) ? stream.pick(SHAPES.slice(2, 4)) : undefined;
  const shapes = Array.from({ length: count }, () => same ?? stream.pick(SHAPES));
  // One with elements at least.
  if (shapes.every((shape) => sizeOf(shape) === 0)) shapes[0] = [2];
  const made = (shape: Shape, value: (i: number) => number): Tensor => ({
    shape,
    data: Float64Array.from({ length: sizeOf(shape) }, (_, i) => round(value(i))),
  });
  const params = shapes.map((shape) =>
    made(shape, () => (stream.chance(0.4) ? 0 : stream.normal() * 2 ** stream.int(-8, 1))),
  );
  const scales = shapes.map((shape) => Array.from({ length: sizeOf(shape) }, () => stream.pick(sizes)));
  const steps = stream.int(wanted.steps ?? 1, 5);
  const gradients = Array.from({ length: steps }, () =>
    shapes.map((shape, k) => made(shape, (i) => normal(stream) * scales[k][i])),
  );
  return {
    target,
    dtype,
    settings: { ...settings, variables: count },
    tensors: [...params, ...gradients.flat()],
    seed: stream.bits(),
    tags: [`steps:${steps === 1 ? "one" : "several"}`, `variables:${count === 1 ? "one" : "several"}`],
  };
}

/** Weights alone, for runs whose gradients come from a seed. */
export function drawWeightsAlone(
  stream: Stream,
  request: TrainingRequest,
  shapes: readonly Shape[],
): Scenario {
  const { target, promise, dtype } = request;
  const { round } = formatOf(dtype);
  const tensors = shapes.map((shape) => ({
    shape,
    data: Float64Array.from({ length: sizeOf(shape) }, () => round(stream.normal())),
  }));
  const settings = { ...drawHypers(stream, promise), variables: shapes.length };
  return { target, dtype, settings, tensors, seed: stream.bits(), tags: [] };
}

/** Fewer steps, fewer variables, fewer settings, one element: whatever is left of a wrong run is what it needs. */
export function* simplerTraining(scenario: Scenario): Iterable<Scenario> {
  const { tensors, settings } = scenario;
  const count = Number(settings.variables);
  const rows = tensors.length / count;
  if (rows > 2) yield { ...scenario, tensors: tensors.slice(0, -count) };
  for (let k = 0; k < count; k++) {
    if (count === 1) break;
    const { order: _order, ...rest } = settings;
    const left = tensors.filter((_, at) => at % count !== k);
    yield { ...scenario, settings: { ...rest, variables: count - 1 }, tensors: left };
  }
  for (const name of Object.keys(settings).filter((each) => /^(step\d+\.|order$)/.test(each))) {
    const { [name]: _left, ...rest } = settings;
    yield { ...scenario, settings: rest };
  }
  for (let k = 0; k < count; k++) {
    const size = tensors[k].data.length;
    for (let i = 0; i < size; i++) {
      if (size === 1) break;
      const one = (x: Tensor): Tensor => ({ shape: [1], data: x.data.slice(i, i + 1) });
      yield { ...scenario, tensors: tensors.map((x, at) => (at % count === k ? one(x) : x)) };
    }
  }
}

/** The same of a run whose point is the order of its variables: two of them are left, and an order that is another one. */
export function* simplerOrder(scenario: Scenario): Iterable<Scenario> {
  const { settings, tensors } = scenario;
  const count = Number(settings.variables);
  for (const k of count > 2 ? Array(count).keys() : []) {
    const order = Array.from({ length: count - 1 }, (_, place) => (place + 1) % (count - 1));
    const left = tensors.filter((_, at) => at % count !== k);
    yield { ...scenario, settings: { ...settings, variables: count - 1, order }, tensors: left };
  }
  // One element of each variable at once: of different shapes, they fail in another way.
  const lengths = tensors.map(({ data }) => data.length);
  for (let i = 0; Math.max(...lengths) > 1 && i < Math.min(...lengths); i++) {
    yield {
      ...scenario,
      tensors: tensors.map(({ data }) => ({ shape: [1], data: data.slice(i, i + 1) })),
    };
  }
  for (const simpler of simplerTraining(scenario)) {
    if (simpler.settings.variables === count && simpler.settings.order !== undefined) yield simpler;
  }
}
