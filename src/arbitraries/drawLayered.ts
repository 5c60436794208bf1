import { formatOf, type FloatType } from "../core/float.js";
import type { Stream } from "../core/random.js";
import { sizeOf, type Shape } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { dense } from "../networks/layers.js";
import type { Network } from "../networks/network.js";
import { NetworkBuilder, type NetworkValue } from "../networks/networkBuilder.js";
import {
  batchNorm,
  groupNorm,
  layerNorm,
  rmsNorm,
  type NormalizationOptions,
} from "../networks/normalizationLayers.js";
import type { AnyOp } from "../ops/op.js";
import type { Case } from "../record/case.js";
import { finish } from "./drawCase.js";

/** Small networks of dense layers, for what is promised of the gradients of their weights. */

type Norm = (b: NetworkBuilder, x: NetworkValue, options: NormalizationOptions) => NetworkValue;

const NORMS: Readonly<Record<string, Norm>> = {
  batchNorm,
  layerNorm,
  rmsNorm,
  groupNorm: (b, x, options) => groupNorm(b, x, { ...options, groups: 2 }),
};

/** Whether networks can be drawn in which an op stands behind dense layers. */
export const normalizesNetworks = ({ name }: AnyOp): boolean => Object.hasOwn(NORMS, name);

/** So small that nothing of it is left in a sum; and what libraries have by default, or more. */
const EPSILONS = [2 ** -66, 1e-5, 1e-3, 0.125];
/** Smooth, so that no comparison is left open. */
const ACTIVATIONS = ["linear", "tanh", "softplus"];

export interface LayeredSpec {
  readonly dtype: FloatType;
  /** Whether layers have a bias. */
  readonly bias: boolean;
}

/**
 * One to three dense layers, each with a normalisation right behind it. Batches are of four at least: of two, signs are
 * all that a batch norm leaves, and of three its gradients have no finite variance.
 */
export function drawNormalizedNetwork(stream: Stream, op: AnyOp, { dtype, bias }: LayeredSpec): Case {
  const b = new NetworkBuilder();
  const batch = stream.int(4, 7);
  const x = stream.chance(0.3) ? [batch, stream.int(2, 3), stream.int(2, 4)] : [batch, stream.int(2, 4)];
  let y = b.input("x", x);
  const layers = stream.int(1, 3);
  const affine = stream.chance(0.8);
  for (let l = 1; l <= layers; l++) {
    const epsilon = stream.pick(EPSILONS);
    y = dense(b, y, {
      name: `layer${l}`,
      units: stream.pick([6, 8]),
      bias,
      activation: stream.pick(ACTIVATIONS),
      normalize: (b, sum) => NORMS[op.name](b, sum, { name: "norm", epsilon, affine }),
    });
  }
  b.mark("y", y);
  return caseOf(stream, b.build("y"), dtype, [`layers:${layers}`, `affine:${affine}`]);
}

/** What an activation is given beside x. */
const GIVEN: Readonly<Record<string, readonly { readonly [attribute: string]: number }[]>> = {
  leakyRelu: [{ alpha: 0.01 }, { alpha: 0.3 }],
};

/** Two to eight dense layers without bias, with the op between them, of any gain. */
export function drawHomogeneousNetwork(
  stream: Stream,
  op: AnyOp,
  { dtype }: Pick<LayeredSpec, "dtype">,
): Case {
  const b = new NetworkBuilder();
  let y = b.input("x", [stream.int(2, 4), stream.int(2, 5)]);
  const layers = stream.int(2, 8);
  const attributes = stream.pick(GIVEN[op.name] ?? [{}]);
  for (let l = 1; l <= layers; l++) {
    y = dense(b, y, { name: `layer${l}`, units: stream.int(4, 7), bias: false });
    // The last layer's sums are the outputs in half of the networks.
    if (l < layers || stream.chance(0.5)) y = b.apply(op.name, [y], attributes);
  }
  b.mark("y", y);
  return caseOf(stream, b.build("y"), dtype, [`layers:${layers}`], stream.pick([0.5, 1, 1.5, 2]));
}

function caseOf(
  stream: Stream,
  { program, inputs }: Network,
  dtype: FloatType,
  tags: readonly string[],
  gain = 1,
): Case {
  const { round } = formatOf(dtype);
  const tensors: Tensor[] = [];
  for (const [name, k] of Object.entries(inputs)) {
    const { shape } = program.inputs[k];
    tensors[k] = drawInput(stream, name, shape, (x) => round(x * (name.endsWith("kernel") ? gain : 1)));
  }
  return finish(stream, program, tensors, dtype, tags);
}

/** Weights so small that sums stay of order 1; a scale is not near 0. */
function drawInput(stream: Stream, name: string, shape: Shape, round: (x: number) => number): Tensor {
  const draw = (): number => {
    if (name.endsWith("scale")) return stream.sign() * stream.between(0.5, 2);
    return name.endsWith("kernel") ? stream.normal() / Math.sqrt(shape[0]) : stream.normal();
  };
  return { shape, data: Float64Array.from({ length: sizeOf(shape) }, () => round(draw())) };
}
