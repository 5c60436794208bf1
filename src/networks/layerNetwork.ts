import { GradproofError } from "../core/errors.js";
import type { Shape } from "../core/shape.js";
import { activate } from "./activate.js";
import { convolution, dense, depthwiseConvolution, dropout } from "./layers.js";
import type { Network } from "./network.js";
import { NetworkBuilder, type NetworkValue } from "./networkBuilder.js";
import { batchNorm, groupNorm, layerNorm, rmsNorm } from "./normalizationLayers.js";
import { recurrent } from "./recurrent.js";

/** Settings of a layer as data: those of the function that makes it, but for names and functions. */
export type LayerConfig = Readonly<Record<string, string | number | boolean | readonly number[]>>;

type Make = (b: NetworkBuilder, x: NetworkValue, options: never) => NetworkValue;

interface Kind {
  readonly make: Make;
  /** Settings that it must have, and those that it may have. */
  readonly needs: readonly string[];
  readonly takes: readonly string[];
  /** Settings that make it this kind. */
  readonly fixed?: LayerConfig;
}

const ending = ["activation", "bias"];
const window = ["strides", "dilation", "padding", ...ending];
const norm = ["epsilon", "affine"];
const unrolled = ["start", "returns", "written", "backwards"];

const KINDS: Readonly<Record<string, Kind>> = {
  activation: {
    make: (b, x, options: { activation: string; alpha?: number }) => {
      const { activation, alpha } = options;
      const attributes = alpha === undefined ? undefined : { alpha };
      return b.mark("activation", activate(b, x, { activation, attributes }));
    },
    needs: ["activation"],
    takes: ["alpha"],
  },
  dense: { make: dense, needs: ["units"], takes: ending },
  convolution: { make: convolution, needs: ["filters", "kernelSize"], takes: window },
  depthwiseConvolution: { make: depthwiseConvolution, needs: ["multiplier", "kernelSize"], takes: window },
  dropout: { make: dropout, needs: ["rate"], takes: [] },
  batchNorm: { make: batchNorm, needs: [], takes: [...norm, "training", "axis"] },
  layerNorm: { make: layerNorm, needs: [], takes: norm },
  rmsNorm: { make: rmsNorm, needs: [], takes: norm },
  groupNorm: { make: groupNorm, needs: ["groups"], takes: [...norm, "channels"] },
  rnn: { make: recurrent, needs: ["units"], takes: ["activation", ...unrolled], fixed: { cell: "rnn" } },
  lstm: {
    make: recurrent,
    needs: ["units"],
    takes: ["gates", "forgetBias", "recurrentActivation", ...unrolled],
    fixed: { cell: "lstm" },
  },
  gru: {
    make: recurrent,
    needs: ["units"],
    takes: ["gates", "keeps", "resetAfter", "recurrentActivation", ...unrolled],
    fixed: { cell: "gru" },
  },
};

/** Names of the kinds of layers, each with its settings. */
export const LAYER_KINDS: Readonly<Record<string, Pick<Kind, "needs" | "takes">>> = KINDS;

function bad(message: string): GradproofError {
  return new GradproofError("bad-layer", message);
}

/**
 * The program that a layer means, from data: its input is `x`, what it learns is `layer/kernel`, `layer/bias`, … in
 * the order of the layer, and its output is `y`.
 *
 * @throws GradproofError `bad-layer` for a kind or setting that there is not, and what the layer itself refuses
 * @throws InvalidProgramError when its ops do not take such a setting or shape
 * @example layerNetwork({ kind: "dense", config: { units: 3 }, shape: [2, 5] }).parameters // ["layer/kernel", "layer/bias"]
 */
export function layerNetwork(options: {
  readonly kind: string;
  readonly config: LayerConfig;
  /** Of x. */
  readonly shape: Shape;
}): Network {
  const { kind, config, shape } = options;
  if (!Object.hasOwn(KINDS, kind)) {
    throw bad(`no kind of layer is called "${kind}": it must be one of ${Object.keys(KINDS).join(", ")}`);
  }
  const { make, needs, takes, fixed } = KINDS[kind];
  const missing = needs.find((name) => !Object.hasOwn(config, name));
  if (missing) throw bad(`layer "${kind}" needs ${missing}`);
  const known = [...needs, ...takes];
  const unknown = Object.keys(config).find((name) => !known.includes(name));
  if (unknown) throw bad(`layer "${kind}" has no setting "${unknown}": it has ${known.join(", ")}`);
  const b = new NetworkBuilder();
  // What a setting may be is checked by the layer and its ops.
  b.mark("y", make(b, b.input("x", shape), { ...config, ...fixed, name: "layer" } as never));
  return b.build("y");
}
