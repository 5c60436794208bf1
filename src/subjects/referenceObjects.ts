import type { Algebra } from "../core/algebra.js";
import type { FloatType } from "../core/float.js";
import { Stream } from "../core/random.js";
import { mapTensor, type NdArray, type Tensor } from "../core/tensor.js";
import { clipperOf, CLIPPERS } from "../networks/clipping.js";
import { LAYER_KINDS } from "../networks/layerNetwork.js";
import { initializerOf, INITIALIZERS } from "../networks/initializers.js";
import { optimizerOf } from "../networks/optimizer.js";
import { findRule, OPTIMIZERS } from "../networks/optimizers.js";
import { train } from "../networks/training.js";
import type { LayerPromise, Promises } from "../record/promises.js";
import {
  UnsupportedError,
  type ClipRequest,
  type InitializeRequest,
  type OptimizeRequest,
} from "./adapter.js";
import type { TypedTensor } from "./typedTensor.js";

const epsilon = 1e-7;

/** Settings that a layer is promised to have: libraries differ in them. */
const STATED: Readonly<Record<string, LayerPromise["config"]>> = {
  rnn: { activation: "tanh" },
  lstm: { gates: "ifgo", recurrentActivation: "sigmoid", forgetBias: 0 },
  gru: { gates: "zrn", keeps: "z", resetAfter: false, recurrentActivation: "sigmoid" },
  maxNorm: { epsilon },
  minMaxNorm: { epsilon },
  unitNorm: { epsilon },
};

/** What batch norms keep, in the same way. */
const MOVING: Readonly<Record<string, LayerPromise["moving"]>> = {
  batchNorm: { momentum: 0.99, variance: "biased" },
};

/** Every kind of layer, by the program that it means. */
const layers = Object.fromEntries(
  Object.keys(LAYER_KINDS).map((kind): [string, LayerPromise] => [
    kind,
    {
      kind,
      config: STATED[kind] ?? {},
      ...(MOVING[kind] && { moving: MOVING[kind] }),
      says: `The layer computes the program that networks/ makes of "${kind}".`,
      source: "src/networks/layerNetwork.ts",
    },
  ]),
);

/** What the reference has beside ops, as `networks/` has it. */
export const REFERENCE_PROMISES: Promises = {
  initializers: Object.fromEntries(
    Object.entries(INITIALIZERS).map(([name, { promise }]) => [name, promise]),
  ),
  clippers: Object.fromEntries(Object.entries(CLIPPERS).map(([name, { promise }]) => [name, promise])),
  optimizers: { ...OPTIMIZERS },
  layers,
};

export interface ReferenceObjects {
  initialize(request: InitializeRequest): readonly TypedTensor[];
  clip(request: ClipRequest): readonly TypedTensor[];
  optimize(request: OptimizeRequest): readonly TypedTensor[];
}

/** In one precision: float32 is computed in doubles and rounded once, but for optimisers, which round every step. */
export function referenceObjects(
  promises: Promises,
  precision: FloatType,
  A: Algebra<number>,
): ReferenceObjects {
  const rounded = (x: NdArray<number>): TypedTensor => ({
    shape: [...x.shape],
    data: (precision === "f32" ? Float32Array : Float64Array).from(x.data),
  });
  return {
    initialize({ initializer, shape, seed, count }) {
      const promise = findObject(promises.initializers, "initialiser", initializer);
      const stream = new Stream(seed, `reference/${initializer}`);
      const made = initializerOf(initializer, promise);
      return Array.from({ length: count }, () => rounded(made.draw(shape, stream, { dtype: precision })));
    },
    clip({ clipper, threshold, tensors }) {
      const promise = findObject(promises.clippers, "clipper", clipper);
      return clipperOf(clipper, promise).clip(tensors.map(toDoubles), threshold).map(rounded);
    },
    optimize({ optimizer, hyper, params, steps, last }) {
      const promise = findObject(promises.optimizers, "optimiser", optimizer);
      const start = optimizerOf(findRule(promise.algorithm, promise.choices), { ...promise.hyper, ...hyper });
      const run = steps.map((step) => ({
        gradients: step.gradients.map((g) => g && toDoubles(g)) as Tensor[],
        ...(step.hyper && { hyper: step.hyper }),
      }));
      const after = train(A, start, params.map(toDoubles), run);
      return (last ? after.slice(-1) : after).flat().map(rounded);
    },
  };
}

/** @throws UnsupportedError for a name that is not promised */
export function findObject<P>(
  promises: Readonly<Record<string, P>> | undefined,
  what: string,
  name: string,
): P {
  const promise = promises?.[name];
  if (promise === undefined) throw new UnsupportedError("object", `no ${what} "${name}"`);
  return promise;
}

const toDoubles = ({ shape, data }: TypedTensor): Tensor =>
  mapTensor({ shape, data: Float64Array.from(data) }, (x) => x);
