import { GradproofError } from "../core/errors.js";
import type { Shape } from "../core/shape.js";
import { activate } from "./activate.js";
import { limitedRelu, prelu, thresholdedRelu } from "./activationLayers.js";
import * as images from "./imageLayers.js";
import {
  convolution,
  dense,
  depthwiseConvolution,
  separableConvolution,
  transposedConvolution,
} from "./layers.js";
import * as merges from "./mergeLayers.js";
import type { InputType } from "../program/program.js";
import type { Network } from "./network.js";
import { NetworkBuilder, type NetworkValue } from "./networkBuilder.js";
import { batchNorm, groupNorm, layerNorm, rmsNorm } from "./normalizationLayers.js";
import { alphaDropout, dropout, gaussianDropout, gaussianNoise, spatialDropout } from "./noiseLayers.js";
import { maxNorm, minMaxNorm, nonNegative, penalty, unitNorm } from "./penalties.js";
import { recurrent } from "./recurrent.js";
import * as shapes from "./shapingLayers.js";

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
  /** What x holds. Default "float". */
  readonly x?: InputType;
}

const ending = ["activation", "bias"];
const window = ["strides", "dilation", "padding", "channels", ...ending];
const pool = ["poolSize", "strides", "padding", "channels"];
const length = ["axis", "epsilon"];
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
  separableConvolution: {
    make: separableConvolution,
    needs: ["filters", "kernelSize"],
    takes: ["multiplier", ...window],
  },
  transposedConvolution: { make: transposedConvolution, needs: ["filters", "kernelSize"], takes: window },
  averagePooling: { make: images.pooling("average"), needs: [], takes: pool },
  maxPooling: { make: images.pooling("max"), needs: [], takes: pool },
  globalAveragePooling: { make: images.globalPooling("average"), needs: [], takes: ["channels"] },
  globalMaxPooling: { make: images.globalPooling("max"), needs: [], takes: ["channels"] },
  zeroPadding: { make: images.zeroPadding, needs: [], takes: ["margins", "channels"] },
  cropping: { make: images.cropping, needs: [], takes: ["margins", "channels"] },
  centerCrop: { make: images.centerCrop, needs: ["height", "width"], takes: [] },
  upSampling: {
    make: images.upSampling,
    needs: [],
    takes: ["size", "interpolation", "coordinates", "channels"],
  },
  resizing: { make: images.resizing, needs: ["height", "width"], takes: ["interpolation", "coordinates"] },
  flatten: { make: shapes.flatten, needs: [], takes: [] },
  reshape: { make: shapes.reshape, needs: ["targetShape"], takes: [] },
  permute: { make: shapes.permute, needs: ["dims"], takes: [] },
  repeatVector: { make: shapes.repeatVector, needs: ["n"], takes: [] },
  embedding: { make: shapes.embedding, needs: ["vocabulary", "width"], takes: [], x: "index" },
  categoryEncoding: { make: shapes.categoryEncoding, needs: ["tokens"], takes: ["outputMode"], x: "index" },
  rescaling: { make: shapes.rescaling, needs: ["scale"], takes: ["offset"] },
  masking: { make: shapes.masking, needs: [], takes: ["maskValue"] },
  add: { make: merges.mergeBy("add"), needs: [], takes: ["count"] },
  multiply: { make: merges.mergeBy("multiply"), needs: [], takes: ["count"] },
  maximum: { make: merges.mergeBy("maximum"), needs: [], takes: ["count"] },
  minimum: { make: merges.mergeBy("minimum"), needs: [], takes: ["count"] },
  average: { make: merges.average, needs: [], takes: ["count"] },
  concatenate: { make: merges.concatenate, needs: ["lengths"], takes: ["axis"] },
  dot: { make: merges.dot, needs: ["other", "axes"], takes: ["normalize"] },
  prelu: { make: prelu, needs: [], takes: ["sharedAxes"] },
  thresholdedRelu: { make: thresholdedRelu, needs: [], takes: ["theta"] },
  limitedRelu: { make: limitedRelu, needs: [], takes: ["maxValue"] },
  penalty: { make: penalty, needs: [], takes: ["l1", "l2"] },
  maxNorm: { make: maxNorm, needs: [], takes: ["maxValue", ...length] },
  minMaxNorm: { make: minMaxNorm, needs: [], takes: ["minValue", "maxValue", "rate", ...length] },
  unitNorm: { make: unitNorm, needs: [], takes: length },
  nonNegative: { make: nonNegative, needs: [], takes: [] },
  dropout: { make: dropout, needs: ["rate"], takes: ["noiseShape"] },
  spatialDropout: { make: spatialDropout, needs: ["rate"], takes: ["maps"] },
  alphaDropout: { make: alphaDropout, needs: ["rate"], takes: ["noiseShape"] },
  gaussianDropout: { make: gaussianDropout, needs: ["rate"], takes: [] },
  gaussianNoise: { make: gaussianNoise, needs: ["stddev"], takes: [] },
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
 * the order of the layer, and its output is `y` (of further calls `y2`, `y3`, …).
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
  /** How many times the layer is applied to x, each time with other inputs than x of its own. Default 1. */
  readonly calls?: number;
}): Network {
  const { kind, config, shape, calls = 1 } = options;
  if (!Object.hasOwn(KINDS, kind)) {
    throw bad(`no kind of layer is called "${kind}": it must be one of ${Object.keys(KINDS).join(", ")}`);
  }
  const { make, needs, takes, fixed, x = "float" } = KINDS[kind];
  const missing = needs.find((name) => !Object.hasOwn(config, name));
  if (missing) throw bad(`layer "${kind}" needs ${missing}`);
  const known = [...needs, ...takes];
  const unknown = Object.keys(config).find((name) => !known.includes(name));
  if (unknown) throw bad(`layer "${kind}" has no setting "${unknown}": it has ${known.join(", ")}`);
  const b = new NetworkBuilder();
  const value = b.input("x", shape, x);
  const names = Array.from({ length: calls }, (_, k) => (k === 0 ? "y" : `y${k + 1}`));
  for (const [k, y] of names.entries()) {
    const name = k === 0 ? "layer" : `layer${k + 1}`;
    // What a setting may be is checked by the layer and its ops.
    b.mark(y, make(b, value, { ...config, ...fixed, name } as never));
  }
  return b.build(...names);
}
