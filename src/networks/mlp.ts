import { GradproofError } from "../core/errors.js";
import type { FloatType } from "../core/float.js";
import { Stream } from "../core/random.js";
import { showShape } from "../core/shape.js";
import { tensor, type Tensor } from "../core/tensor.js";
import type { Activation } from "./activate.js";
import type { Initializer } from "./initializer.js";
import { INITIALIZERS } from "./initializers.js";
import { dense, type LayerOptions } from "./layers.js";
import { openInputs, type Network } from "./network.js";
import { NetworkBuilder, type NetworkValue } from "./networkBuilder.js";
import { batchNorm, layerNorm } from "./normalizationLayers.js";

export interface MlpOptions extends Activation {
  /** Of the input, of every hidden layer, and of the output: at least two. */
  readonly widths: readonly number[];
  /** Default 1. */
  readonly batch?: number;
  /** Default true. */
  readonly bias?: boolean;
  /** Before each activation, without scale and offset. Default none. */
  readonly normalization?: "batchNorm" | "layerNorm";
  /**
   * Draws the signs of a readout Σ ±y, which becomes the output: a sum without random signs, or a square, is
   * correlated with the activations, and its gradients are larger by a factor that grows with depth.
   */
  readonly readout?: Stream;
}

function readoutOf(b: NetworkBuilder, y: NetworkValue, stream: Stream): void {
  const width = y.shape[y.shape.length - 1];
  const signs = tensor(
    [width],
    Array.from({ length: width }, () => stream.sign()),
  );
  const terms = b.apply("multiply", [y, b.constant("signs", signs)]);
  b.mark("readout", b.apply("sum", [terms], { axes: "all", keepdims: false }));
}

/** The layer's normalisation, as layers take it. */
function normalizeOf({ normalization }: MlpOptions): LayerOptions["normalize"] {
  if (!normalization) return undefined;
  const layer = normalization === "batchNorm" ? batchNorm : layerNorm;
  return (b, sum) => layer(b, sum, { name: normalization, affine: false });
}

/**
 * A deep network of dense layers `layer1`, `layer2`, …, all with the same activation, of an input `x`. Its output is
 * the last activation, or the scalar `readout`.
 *
 * @throws GradproofError `bad-layer` for less than two widths, or widths that are none
 */
export function mlp(options: MlpOptions): Network {
  const { widths, batch = 1, bias, activation, attributes, readout } = options;
  const normalize = normalizeOf(options);
  if (widths.length < 2 || !widths.every((width) => Number.isInteger(width) && width >= 1)) {
    throw new GradproofError(
      "bad-layer",
      `widths ${showShape(widths)}: must be at least two whole numbers, none below 1`,
    );
  }
  const b = new NetworkBuilder();
  let y = b.input("x", [batch, widths[0]]);
  widths.slice(1).forEach((units, l) => {
    y = dense(b, y, { name: `layer${l + 1}`, units, bias, activation, attributes, normalize });
  });
  b.mark("y", y);
  if (readout) readoutOf(b, y, readout);
  return b.build(readout ? "readout" : "y");
}

const { zeros, ones } = INITIALIZERS;

export interface ParameterOptions {
  /** Each parameter has a stream of its own, named by the label and by itself. */
  readonly seed: number;
  readonly label: string;
  /** Of everything that is called kernel. */
  readonly kernel: Initializer;
  /** Of others, by the last part of their name. Default: scales are 1, recurrent kernels as kernels, the rest is 0. */
  readonly others?: Readonly<Record<string, Initializer>>;
  readonly dtype?: FloatType;
}

/**
 * Initial values of everything that a network learns, by name.
 *
 * @throws GradproofError as the initialisers
 */
export function drawParameters(network: Network, options: ParameterOptions): Record<string, Tensor> {
  const { seed, label, kernel, others, dtype } = options;
  const initializers: Readonly<Record<string, Initializer>> = {
    kernel,
    recurrentKernel: kernel,
    scale: ones,
    ...others,
  };
  const shapes = openInputs(network);
  return Object.fromEntries(
    network.parameters.map((name) => {
      const last = name.slice(name.lastIndexOf("/") + 1);
      const initializer = Object.hasOwn(initializers, last) ? initializers[last] : zeros;
      return [name, initializer.draw(shapes[name], new Stream(seed, `${label}/${name}`), { dtype })];
    }),
  );
}
