import { describe, expect, it } from "vitest";
import { alongDirection, drawInputs, outputOf } from "../../fixtures/builders/alongDirection.js";
import { Stream } from "../core/random.js";
import { tensor, type Tensor } from "../core/tensor.js";
import { ACTIVATIONS } from "./activate.js";
import { convolution, dense, depthwiseConvolution, residual } from "./layers.js";
import { loss, LOSSES } from "./lossLayer.js";
import { openInputs, type Network } from "./network.js";
import { dropout } from "./noiseLayers.js";
import { NetworkBuilder, type NetworkValue } from "./networkBuilder.js";
import { batchNorm, groupNorm, layerNorm, rmsNorm } from "./normalizationLayers.js";
import { DOUBLES } from "../core/numberAlgebra.js";
import { evaluate } from "../program/evaluate.js";
import { inputTensors, valueOf } from "./network.js";

type Make = (b: NetworkBuilder, x: NetworkValue) => NetworkValue;

function networkOf(shape: readonly number[], make: Make): Network {
  const b = new NetworkBuilder();
  b.mark("y", make(b, b.input("x", shape)));
  return b.build("y");
}

const vector = (shape: readonly number[], values: readonly number[]): Tensor => tensor(shape, values);

const LAYERS: readonly (readonly [
  string,
  readonly number[],
  Make,
  Readonly<Record<string, readonly number[]>>,
])[] = [
  [
    "dense",
    [2, 3],
    (b, x) => dense(b, x, { name: "d", units: 5, activation: "tanh" }),
    { "d/kernel": [3, 5], "d/bias": [5] },
  ],
  [
    "dense over a sequence, without bias",
    [2, 4, 3],
    (b, x) =>
      dense(b, x, { name: "d", units: 5, bias: false, activation: "leakyRelu", attributes: { alpha: 0.3 } }),
    { "d/kernel": [3, 5] },
  ],
  [
    "convolution along one axis",
    [2, 7, 3],
    (b, x) => convolution(b, x, { name: "c", filters: 2, kernelSize: [3], strides: [2], activation: "gelu" }),
    { "c/kernel": [3, 3, 2], "c/bias": [2] },
  ],
  [
    "convolution along two axes",
    [1, 5, 4, 2],
    (b, x) =>
      convolution(b, x, { name: "c", filters: 3, kernelSize: [3, 2], padding: "same", dilation: [1, 2] }),
    { "c/kernel": [3, 2, 2, 3], "c/bias": [3] },
  ],
  [
    "convolution along three axes",
    [1, 3, 3, 2, 2],
    (b, x) => convolution(b, x, { name: "c", filters: 2, kernelSize: [2, 2, 2] }),
    { "c/kernel": [2, 2, 2, 2, 2], "c/bias": [2] },
  ],
  [
    "depthwise convolution",
    [1, 4, 4, 3],
    (b, x) =>
      depthwiseConvolution(b, x, { name: "c", multiplier: 2, kernelSize: [2, 3], activation: "softplus" }),
    { "c/kernel": [2, 3, 3, 2], "c/bias": [6] },
  ],
  [
    "residual block",
    [2, 3],
    (b, x) =>
      residual(b, x, {
        name: "r",
        scale: 0.5,
        branch: (b, x) => dense(b, x, { name: "d", units: 3, activation: "sigmoid" }),
      }),
    { "r/d/kernel": [3, 3], "r/d/bias": [3] },
  ],
  ["dropout", [3, 4], (b, x) => dropout(b, x, { name: "o", rate: 0.25 }), {}],
  [
    "batch norm",
    [6, 3],
    (b, x) => batchNorm(b, x, { name: "n", running: { momentum: 0.9, correction: 1 } }),
    { "n/scale": [3], "n/offset": [3] },
  ],
  [
    "batch norm of a middle axis",
    [4, 3, 2],
    (b, x) => batchNorm(b, x, { name: "n", affine: false, axis: 1 }),
    {},
  ],
  ["layer norm", [2, 5], (b, x) => layerNorm(b, x, { name: "n" }), { "n/scale": [5], "n/offset": [5] }],
  ["RMS norm", [2, 5], (b, x) => rmsNorm(b, x, { name: "n" }), { "n/scale": [5] }],
  [
    "group norm",
    [2, 3, 4],
    (b, x) => groupNorm(b, x, { name: "n", groups: 2 }),
    { "n/scale": [4], "n/offset": [4] },
  ],
  [
    "dense layer with a norm before its activation",
    [6, 3],
    (b, x) =>
      dense(b, x, {
        name: "d",
        units: 2,
        activation: "silu",
        normalize: (b, sum) => batchNorm(b, sum, { name: "n", affine: false }),
      }),
    { "d/kernel": [3, 2], "d/bias": [2] },
  ],
];

describe("layers", () => {
  it.each(LAYERS)(
    "learn what they say, and have gradients that dual numbers confirm: %s",
    (name, shape, make, learnt) => {
      const network = networkOf(shape, make);
      const open = openInputs(network);
      expect(Object.fromEntries(network.parameters.map((parameter) => [parameter, open[parameter]]))).toEqual(
        learnt,
      );
      const stream = new Stream(100, name);
      for (let i = 0; i < 5; i++) {
        const { reverse, dual, size } = alongDirection(network, drawInputs(network, stream), stream);
        // Two ways through a few ops on numbers of order 1; norms divide by deviations of about a half.
        expect(Math.abs(reverse - dual)).toBeLessThanOrEqual(1e-11 * size);
      }
    },
  );

  it("compute what they say", () => {
    const x = vector([1, 2], [1, -2]);
    const d = networkOf([1, 2], (b, x) => dense(b, x, { name: "d", units: 3, activation: "relu" }));
    const given = { x, "d/kernel": vector([2, 3], [1, 2, 3, 4, 5, -6]), "d/bias": vector([3], [10, 0, 0.5]) };
    expect(Array.from(outputOf(d, given).data)).toEqual([3, 0, 15.5]);

    const r = networkOf([1, 2], (b, x) =>
      residual(b, x, { name: "r", scale: 0.25, branch: (b, x) => b.apply("multiply", [x, x]) }),
    );
    expect(Array.from(outputOf(r, { x }).data)).toEqual([1.25, -1]);
    expect(r.constants["r/scale"].data[0]).toBe(0.25);

    const o = networkOf([1, 2], (b, x) => dropout(b, x, { name: "o", rate: 0.5 }));
    expect(Array.from(outputOf(o, { x, "o/mask": vector([1, 2], [0, 1]) }).data)).toEqual([0, -4]);

    const c = networkOf([1, 3, 1], (b, x) => convolution(b, x, { name: "c", filters: 1, kernelSize: [2] }));
    const image = vector([1, 3, 1], [1, 2, 4]);
    const kernel = { "c/kernel": vector([2, 1, 1], [10, 1]), "c/bias": vector([1], [0.5]) };
    expect(Array.from(outputOf(c, { x: image, ...kernel }).data)).toEqual([12.5, 24.5]);
  });

  it("keep running statistics of a batch, with either divisor", () => {
    for (const [correction, variance] of [
      [0, 5],
      [1, 20 / 3],
    ] as const) {
      const network = networkOf([4, 1], (b, x) =>
        batchNorm(b, x, { name: "n", affine: false, running: { momentum: 0.75, correction } }),
      );
      const given = {
        x: vector([4, 1], [-2, 0, 2, 4]),
        "n/oldMean": vector([1], [8]),
        "n/oldVariance": vector([1], [4]),
      };
      // Mean 1; squares of −3, −1, 1, 3 add up to 20.
      const values = evaluate(DOUBLES, network.program, inputTensors(network, given));
      expect(values[valueOf(network, "n/runningMean")].data[0]).toBe(6.25);
      expect(values[valueOf(network, "n/runningVariance")].data[0]).toBeCloseTo(3 + variance / 4, 14);
      expect(outputOf(network, given).data[3]).toBeCloseTo(3 / Math.sqrt(5 + 1e-5), 14);
    }
  });

  it("use given statistics where they are not in training", () => {
    const network = networkOf([0, 2], (b, x) => batchNorm(b, x, { name: "n", training: false }));
    expect(Object.keys(openInputs(network))).toEqual(["x", "n/mean", "n/variance", "n/scale", "n/offset"]);
    expect(network.parameters).toEqual(["n/scale", "n/offset"]);
  });

  it("refuse what they cannot take", () => {
    const refuses = (code: string, message: string, shape: readonly number[], make: Make): void =>
      expect(() => networkOf(shape, make)).toThrow(
        expect.objectContaining({ code, message: expect.stringContaining(message) }),
      );
    refuses("empty-batch", 'batch norm "n" of shape [0, 3]: a batch must have', [0, 3], (b, x) =>
      batchNorm(b, x, { name: "n" }),
    );
    refuses("empty-batch", "[3, 0]", [3, 0], (b, x) => batchNorm(b, x, { name: "n", axis: 0 }));
    refuses("bad-layer", "x must be [batch, ..., in]", [3], (b, x) => dense(b, x, { name: "d", units: 2 }));
    refuses("bad-layer", "1 or 2 or 3", [1, 3, 1], (b, x) =>
      convolution(b, x, { name: "c", filters: 1, kernelSize: [2, 2] }),
    );
    refuses("bad-layer", "by windows of [2]", [1, 3, 1], (b, x) =>
      depthwiseConvolution(b, x, { name: "c", multiplier: 1, kernelSize: [2] }),
    );
    refuses("unknown-activation", '"swoosh": it must be one of linear, sigmoid', [1, 2], (b, x) =>
      dense(b, x, { name: "d", units: 2, activation: "swoosh" }),
    );
    refuses("unknown-loss", '"l7": it must be one of mse', [1, 2], (b, x) => loss(b, x, { loss: "l7" }));
  });

  it.each(ACTIVATIONS)("end with any activation: %s", (activation) => {
    const network = networkOf([2, 3], (b, x) => dense(b, x, { name: "d", units: 4, activation }));
    const stream = new Stream(101, activation);
    const given = drawInputs(network, stream);
    const { reverse, dual, size } = alongDirection(network, given, stream);
    expect(Math.abs(reverse - dual)).toBeLessThanOrEqual(1e-11 * size);
  });
});

describe("losses", () => {
  it.each(LOSSES)("have a target and a gradient: %s", (name) => {
    const network = networkOf([3, 2], (b, x) => loss(b, b.apply("sigmoid", [x]), { loss: name }));
    const stream = new Stream(102, name);
    const given = { ...drawInputs(network, stream), target: vector([3, 2], [0.25, 0.75, 1, 0, 0.5, 0.5]) };
    expect(outputOf(network, given).shape).toEqual([]);
    const { reverse, dual, size } = alongDirection(
      network,
      { ...given, target: positive(given.target) },
      stream,
    );
    expect(size).toBeGreaterThan(0);
    expect(Math.abs(reverse - dual)).toBeLessThanOrEqual(1e-11 * size);
  });

  it("are reduced as they are told", () => {
    const values = (reduction?: "none" | "sum" | "mean"): number[] => {
      const network = networkOf([2], (b, x) =>
        loss(b, x, { loss: "huber", reduction, attributes: { delta: 2 } }),
      );
      return Array.from(outputOf(network, { x: vector([2], [1, 5]), target: vector([2], [0, 0]) }).data);
    };
    // 1/2, and 2·(5 − 1).
    expect(values("none")).toEqual([0.5, 8]);
    expect(values("sum")).toEqual([8.5]);
    expect(values()).toEqual([4.25]);
  });
});

/** Away from 0, where the logarithm of a target has no derivative. */
const positive = (x: Tensor): Tensor => ({ shape: x.shape, data: x.data.map((v) => 0.1 + 0.8 * v) });
