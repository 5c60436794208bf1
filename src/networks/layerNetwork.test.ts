import { describe, expect, it } from "vitest";
import { alongDirection, drawInputs } from "../../fixtures/builders/alongDirection.js";
import { Stream } from "../core/random.js";
import { LAYER_KINDS, layerNetwork, type LayerConfig } from "./layerNetwork.js";
import { openInputs } from "./network.js";

/** Each kind with all of its settings, none of them the default. */
const EXAMPLES: Readonly<
  Record<string, { readonly shape: readonly number[]; readonly config: LayerConfig }>
> = {
  activation: { shape: [2, 3], config: { activation: "leakyRelu", alpha: 0.4 } },
  dense: { shape: [2, 3], config: { units: 4, activation: "tanh", bias: false } },
  convolution: {
    shape: [1, 2, 6],
    config: {
      filters: 3,
      kernelSize: [2],
      strides: [2],
      dilation: [2],
      padding: "same",
      channels: "second",
      activation: "elu",
      bias: false,
    },
  },
  depthwiseConvolution: {
    shape: [1, 2, 5, 6],
    config: {
      multiplier: 2,
      kernelSize: [2, 3],
      strides: [2, 1],
      dilation: [1, 2],
      padding: "same",
      channels: "second",
      activation: "softsign",
      bias: false,
    },
  },
  separableConvolution: {
    shape: [1, 2, 5, 6],
    config: {
      filters: 3,
      kernelSize: [2, 3],
      multiplier: 2,
      strides: [2, 2],
      dilation: [1, 2],
      padding: "same",
      channels: "second",
      activation: "tanh",
      bias: false,
    },
  },
  transposedConvolution: {
    shape: [1, 2, 3, 4],
    config: {
      filters: 3,
      kernelSize: [2, 3],
      strides: [2, 1],
      dilation: [1, 2],
      padding: "same",
      channels: "second",
      activation: "tanh",
      bias: false,
    },
  },
  averagePooling: {
    shape: [1, 2, 5, 4],
    config: { poolSize: [3, 1], strides: 1, padding: "same", channels: "second" },
  },
  maxPooling: { shape: [1, 2, 7], config: { poolSize: 3, strides: 1, padding: "same", channels: "second" } },
  globalAveragePooling: { shape: [2, 3, 4], config: { channels: "second" } },
  globalMaxPooling: { shape: [2, 3, 4, 5], config: { channels: "second" } },
  zeroPadding: { shape: [1, 2, 3, 2], config: { margins: [0, 1, 2, 3], channels: "second" } },
  cropping: { shape: [1, 2, 7, 8], config: { margins: [0, 1, 2, 3], channels: "second" } },
  centerCrop: { shape: [1, 6, 5, 2], config: { height: 2, width: 3 } },
  upSampling: {
    shape: [1, 2, 3, 4],
    config: { size: [3, 1], interpolation: "bilinear", coordinates: "halfPixel", channels: "second" },
  },
  resizing: {
    shape: [1, 3, 4, 2],
    config: { height: 5, width: 2, interpolation: "nearest", coordinates: "asymmetric" },
  },
  flatten: { shape: [2, 3, 4], config: {} },
  reshape: { shape: [2, 3, 4], config: { targetShape: [2, -1] } },
  permute: { shape: [2, 3, 4, 5], config: { dims: [3, 1, 2] } },
  repeatVector: { shape: [2, 3], config: { n: 4 } },
  embedding: { shape: [2, 3], config: { vocabulary: 4, width: 2 } },
  categoryEncoding: { shape: [2, 3], config: { tokens: 4, outputMode: "count" } },
  rescaling: { shape: [2, 3], config: { scale: 2, offset: -1 } },
  masking: { shape: [2, 3, 2], config: { maskValue: 0.5 } },
  add: { shape: [2, 3], config: { count: 3 } },
  multiply: { shape: [2, 3], config: { count: 3 } },
  maximum: { shape: [2, 3], config: { count: 3 } },
  minimum: { shape: [2, 3], config: { count: 3 } },
  average: { shape: [2, 3], config: { count: 3 } },
  concatenate: { shape: [2, 3, 4], config: { lengths: [1, 2], axis: 1 } },
  dot: { shape: [2, 3, 4], config: { other: [2, 5, 4], axes: [2, 2], normalize: true } },
  prelu: { shape: [2, 3, 4], config: { sharedAxes: [1] } },
  thresholdedRelu: { shape: [2, 3], config: { theta: 0.25 } },
  limitedRelu: { shape: [2, 3], config: { maxValue: 0.25 } },
  penalty: { shape: [2, 3], config: { l1: 0.5, l2: 0.25 } },
  maxNorm: { shape: [2, 3], config: { maxValue: 0.5, axis: 1, epsilon: 0.01 } },
  minMaxNorm: {
    shape: [2, 3],
    config: { minValue: 0.25, maxValue: 0.5, rate: 0.5, axis: [0, 1], epsilon: 0.01 },
  },
  unitNorm: { shape: [2, 3], config: { axis: 1, epsilon: 0.01 } },
  nonNegative: { shape: [2, 3], config: {} },
  dropout: { shape: [2, 3], config: { rate: 0.25, noiseShape: [2, 1] } },
  spatialDropout: { shape: [2, 3, 4], config: { rate: 0.25, maps: "steps" } },
  alphaDropout: { shape: [2, 3], config: { rate: 0.25, noiseShape: [1, 3] } },
  gaussianDropout: { shape: [2, 3], config: { rate: 0.25 } },
  gaussianNoise: { shape: [2, 3], config: { stddev: 0.25 } },
  batchNorm: { shape: [5, 2, 3], config: { epsilon: 0.01, affine: false, training: false, axis: 1 } },
  layerNorm: { shape: [2, 4], config: { epsilon: 0.01, affine: false } },
  rmsNorm: { shape: [2, 4], config: { epsilon: 0.01, affine: false } },
  groupNorm: { shape: [2, 4, 6], config: { groups: 2, epsilon: 0.01, affine: false, channels: "second" } },
  rnn: {
    shape: [2, 3, 2],
    config: {
      units: 2,
      activation: "relu",
      start: "input",
      returns: "all",
      written: "expanded",
      backwards: true,
    },
  },
  lstm: {
    shape: [2, 3, 2],
    config: {
      units: 2,
      gates: "igfo",
      forgetBias: 1,
      recurrentActivation: "hardSigmoid",
      start: "input",
      returns: "all",
      written: "expanded",
      backwards: true,
    },
  },
  gru: {
    shape: [2, 3, 2],
    config: {
      units: 2,
      gates: "rzn",
      keeps: "1 - z",
      resetAfter: true,
      recurrentActivation: "hardSigmoid",
      start: "input",
      returns: "all",
      written: "expanded",
      backwards: true,
    },
  },
};

const kinds = Object.keys(LAYER_KINDS);

/** The program, and what is known beside it, as text. */
const shown = (kind: string, config: LayerConfig): string => {
  const { program, constants } = layerNetwork({ kind, config, shape: EXAMPLES[kind].shape });
  const { inputs, nodes, outputs } = program;
  return JSON.stringify({ inputs, nodes, outputs, constants });
};

describe("layers from data", () => {
  it("have an example each, with every setting", () => {
    expect(Object.keys(EXAMPLES)).toEqual(kinds);
    for (const kind of kinds) {
      const { needs, takes } = LAYER_KINDS[kind];
      expect(Object.keys(EXAMPLES[kind].config).sort()).toEqual([...needs, ...takes].sort());
    }
  });

  it.each(kinds)("are differentiable, and every setting of them counts: %s", (kind) => {
    const { shape, config } = EXAMPLES[kind];
    const network = layerNetwork({ kind, config, shape });
    expect(Object.keys(openInputs(network))[0]).toBe("x");
    expect(network.parameters.every((name) => name.startsWith("layer/"))).toBe(true);
    const stream = new Stream(130, kind);
    const given = drawInputs(network, stream);
    // A variance is not negative.
    given["layer/variance"]?.data.forEach((v, i, data) => (data[i] = Math.abs(v) + 0.1));
    const { reverse, dual, size } = alongDirection(network, given, stream);
    // As for the layers: two ways through a few ops on numbers of order 1.
    expect(Math.abs(reverse - dual)).toBeLessThanOrEqual(1e-11 * size);
    for (const name of LAYER_KINDS[kind].takes) {
      const rest = Object.fromEntries(Object.entries(config).filter(([other]) => other !== name));
      expect(shown(kind, rest), name).not.toBe(shown(kind, config));
    }
  });

  it.each([
    ["attention", {}, 'no kind of layer is called "attention": it must be one of activation, dense'],
    ["dense", {}, 'layer "dense" needs units'],
    ["dense", { units: 3, rate: 0.5 }, 'layer "dense" has no setting "rate": it has units, activation, bias'],
    ["lstm", { units: 3, cell: "gru" }, 'layer "lstm" has no setting "cell"'],
  ])("are refused: %s of %j", (kind, config, message) => {
    expect(() => layerNetwork({ kind, config, shape: [2, 3] })).toThrow(
      expect.objectContaining({ code: "bad-layer", message: expect.stringContaining(message) }),
    );
  });

  it("leave what a setting may be to the layer and its ops", () => {
    expect(() => layerNetwork({ kind: "gru", config: { units: 2, keeps: "r" }, shape: [1, 2, 3] })).toThrow(
      'keeps "r": must be "z" or "1 - z"',
    );
    expect(() => layerNetwork({ kind: "batchNorm", config: {}, shape: [0, 3] })).toThrow(
      expect.objectContaining({ code: "empty-batch" }),
    );
    expect(() => layerNetwork({ kind: "dropout", config: { rate: 1 }, shape: [3] })).toThrow(/rate 1/);
  });
});
