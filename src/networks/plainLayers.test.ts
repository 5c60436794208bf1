import { describe, expect, it } from "vitest";
import { drawInputs, outputOf } from "../../fixtures/builders/alongDirection.js";
import { Stream } from "../core/random.js";
import { sizeOf } from "../core/shape.js";
import { tensor } from "../core/tensor.js";
import { layerNetwork, type LayerConfig } from "./layerNetwork.js";
import { openInputs } from "./network.js";
import { NetworkBuilder, type NetworkValue } from "./networkBuilder.js";
import { stuffedConvolution } from "./stuffedConvolution.js";
import { alphaTransform, drawNoise, multiplicativeDeviation, SATURATION } from "./noiseLayers.js";

/** Layers with numbers that can be worked out by hand: those of x count from 1. */
interface Worked {
  readonly kind: string;
  readonly config?: LayerConfig;
  readonly x: readonly number[];
  /** Default 1, 2, 3, … */
  readonly numbers?: readonly number[];
  /** What the other inputs hold, in their order. */
  readonly others?: readonly (readonly number[])[];
  readonly shape: readonly number[];
  readonly y: readonly number[];
}

const WORKED: readonly Worked[] = [
  { kind: "averagePooling", x: [1, 4, 1], shape: [1, 2, 1], y: [1.5, 3.5] },
  {
    kind: "averagePooling",
    config: { poolSize: 2, strides: 1, padding: "same" },
    x: [1, 3, 1],
    shape: [1, 3, 1],
    // The last window holds one number and padding, which is not counted.
    y: [1.5, 2.5, 3],
  },
  {
    kind: "averagePooling",
    config: { channels: "second" },
    x: [1, 2, 2, 2],
    shape: [1, 2, 1, 1],
    y: [2.5, 6.5],
  },
  { kind: "maxPooling", config: { poolSize: [1, 3] }, x: [1, 2, 3, 1], shape: [1, 2, 1, 1], y: [3, 6] },
  { kind: "maxPooling", x: [1, 2, 2, 2, 1], shape: [1, 1, 1, 1, 1], y: [8] },
  { kind: "globalAveragePooling", x: [1, 2, 2], shape: [1, 2], y: [2, 3] },
  { kind: "globalMaxPooling", config: { channels: "second" }, x: [1, 2, 2, 2], shape: [1, 2], y: [4, 8] },
  {
    kind: "separableConvolution",
    config: { filters: 1, kernelSize: [1, 2] },
    x: [1, 1, 3, 1],
    others: [[1, 10], [2], [0.5]],
    shape: [1, 1, 2, 1],
    y: [42.5, 64.5],
  },
  {
    kind: "transposedConvolution",
    config: { filters: 1, kernelSize: [1, 2], strides: [1, 2], bias: false },
    x: [1, 1, 2, 1],
    others: [[1, 10]],
    shape: [1, 1, 4, 1],
    y: [1, 10, 2, 20],
  },
  {
    kind: "transposedConvolution",
    config: { filters: 1, kernelSize: [1, 3], bias: false },
    x: [1, 1, 2, 1],
    others: [[1, 10, 100]],
    shape: [1, 1, 4, 1],
    y: [1, 12, 120, 200],
  },
  {
    kind: "zeroPadding",
    config: { margins: [1, 0, 0, 2] },
    x: [1, 1, 1, 1],
    shape: [1, 2, 3, 1],
    y: [0, 0, 0, 1, 0, 0],
  },
  {
    kind: "cropping",
    config: { margins: [1, 0, 0, 2] },
    x: [1, 2, 3, 1],
    shape: [1, 1, 1, 1],
    y: [4],
  },
  { kind: "centerCrop", config: { height: 1, width: 2 }, x: [1, 3, 4, 1], shape: [1, 1, 2, 1], y: [6, 7] },
  {
    kind: "upSampling",
    config: { size: [1, 2] },
    x: [1, 2, 2, 1],
    shape: [1, 2, 4, 1],
    y: [1, 1, 2, 2, 3, 3, 4, 4],
  },
  {
    kind: "resizing",
    config: { height: 1, width: 3, coordinates: "alignCorners" },
    x: [1, 1, 2, 1],
    shape: [1, 1, 3, 1],
    y: [1, 1.5, 2],
  },
  { kind: "flatten", x: [2, 1, 2], shape: [2, 2], y: [1, 2, 3, 4] },
  { kind: "reshape", config: { targetShape: [-1, 2] }, x: [1, 4], shape: [1, 2, 2], y: [1, 2, 3, 4] },
  { kind: "permute", config: { dims: [2, 1] }, x: [1, 2, 2], shape: [1, 2, 2], y: [1, 3, 2, 4] },
  { kind: "repeatVector", config: { n: 2 }, x: [2, 1], shape: [2, 2, 1], y: [1, 1, 2, 2] },
  {
    kind: "embedding",
    config: { vocabulary: 2, width: 2 },
    x: [1, 3],
    numbers: [1, 0, 1],
    others: [[1, 2, 3, 4]],
    shape: [1, 3, 2],
    y: [3, 4, 1, 2, 3, 4],
  },
  {
    kind: "categoryEncoding",
    config: { tokens: 3 },
    x: [2, 2],
    numbers: [1, 1, 0, 2],
    shape: [2, 3],
    y: [0, 1, 0, 1, 0, 1],
  },
  {
    kind: "categoryEncoding",
    config: { tokens: 3, outputMode: "count" },
    x: [1, 2],
    numbers: [1, 1],
    shape: [1, 3],
    y: [0, 2, 0],
  },
  {
    kind: "categoryEncoding",
    config: { tokens: 2, outputMode: "oneHot" },
    x: [2],
    numbers: [1, 0],
    shape: [2, 2],
    y: [0, 1, 1, 0],
  },
  { kind: "rescaling", config: { scale: 2, offset: -1 }, x: [1, 2], shape: [1, 2], y: [1, 3] },
  {
    kind: "masking",
    config: { maskValue: 2 },
    x: [1, 2, 2],
    numbers: [2, 2, 2, 3],
    shape: [1, 2, 2],
    y: [0, 0, 2, 3],
  },
  { kind: "add", config: { count: 3 }, x: [1, 1], others: [[10], [100]], shape: [1, 1], y: [111] },
  { kind: "multiply", x: [1, 2], others: [[3, 4]], shape: [1, 2], y: [3, 8] },
  { kind: "maximum", x: [1, 2], others: [[3, 0]], shape: [1, 2], y: [3, 2] },
  { kind: "minimum", x: [1, 2], others: [[3, 0]], shape: [1, 2], y: [1, 0] },
  { kind: "average", config: { count: 3 }, x: [1, 1], others: [[3], [5]], shape: [1, 1], y: [3] },
  {
    kind: "concatenate",
    config: { lengths: [1] },
    x: [2, 1],
    others: [[8, 9]],
    shape: [2, 2],
    y: [1, 8, 2, 9],
  },
  { kind: "dot", config: { other: [1, 2], axes: 1 }, x: [1, 2], others: [[3, 4]], shape: [1, 1], y: [11] },
  {
    kind: "dot",
    config: { other: [1, 2], axes: -1, normalize: true },
    x: [1, 2],
    numbers: [3, 4],
    others: [[8, 6]],
    shape: [1, 1],
    y: [0.96],
  },
  {
    kind: "dot",
    config: { other: [1, 2, 1], axes: [2, 1] },
    x: [1, 2, 2],
    others: [[1, 10]],
    shape: [1, 2, 1],
    y: [21, 43],
  },
  {
    kind: "prelu",
    config: { sharedAxes: [1] },
    x: [1, 2, 2],
    numbers: [-1, -1, 2, -2],
    others: [[0.5, 0.25]],
    shape: [1, 2, 2],
    y: [-0.5, -0.25, 2, -0.5],
  },
  { kind: "thresholdedRelu", x: [1, 3], shape: [1, 3], y: [0, 2, 3] },
  {
    kind: "limitedRelu",
    config: { maxValue: 2 },
    x: [1, 3],
    numbers: [-1, 1, 3],
    shape: [1, 3],
    y: [0, 1, 2],
  },
  { kind: "limitedRelu", config: { maxValue: 0 }, x: [1, 2], shape: [1, 2], y: [0, 0] },
  { kind: "penalty", config: { l1: 2, l2: 0.5 }, x: [2], numbers: [-1, 3], shape: [], y: [13] },
  { kind: "penalty", config: { l1: 0 }, x: [2], shape: [], y: [0] },
  {
    kind: "maxNorm",
    config: { maxValue: 2.5, epsilon: 0 },
    x: [2, 2],
    numbers: [3, 0.3, 4, 0.4],
    shape: [2, 2],
    y: [1.5, 0.3, 2, 0.4],
  },
  {
    kind: "minMaxNorm",
    config: { minValue: 1, maxValue: 2, rate: 0.5, axis: 1, epsilon: 0 },
    x: [2, 2],
    numbers: [3, 4, 0.3, 0.4],
    shape: [2, 2],
    // Lengths 5 and 0.5 come half of the way to 2 and 1.
    y: [2.1, 2.8, 0.45, 0.6],
  },
  { kind: "unitNorm", config: { epsilon: 0 }, x: [2, 1], numbers: [3, 4], shape: [2, 1], y: [0.6, 0.8] },
  { kind: "unitNorm", x: [2, 1], numbers: [0, 0], shape: [2, 1], y: [0, 0] },
  { kind: "nonNegative", x: [2], numbers: [-1, 2], shape: [2], y: [0, 2] },
  { kind: "dropout", config: { rate: 0.75 }, x: [1, 2], others: [[1, 0]], shape: [1, 2], y: [4, 0] },
  {
    kind: "dropout",
    config: { rate: 0.5, noiseShape: [2, 1] },
    x: [2, 2],
    others: [[1, 0]],
    shape: [2, 2],
    y: [2, 4, 0, 0],
  },
  {
    kind: "spatialDropout",
    config: { rate: 0.5 },
    x: [1, 2, 2],
    others: [[1, 0]],
    shape: [1, 2, 2],
    y: [2, 0, 6, 0],
  },
  {
    kind: "spatialDropout",
    config: { rate: 0.5, maps: "steps" },
    x: [1, 2, 2],
    others: [[1, 0]],
    shape: [1, 2, 2],
    y: [2, 4, 0, 0],
  },
  {
    kind: "gaussianDropout",
    config: { rate: 0.5 },
    x: [1, 2],
    others: [[0.5, 3]],
    shape: [1, 2],
    y: [0.5, 6],
  },
  {
    kind: "gaussianNoise",
    config: { stddev: 1 },
    x: [1, 2],
    others: [[0.5, -3]],
    shape: [1, 2],
    y: [1.5, -1],
  },
];

const countFromOne = (shape: readonly number[]): number[] =>
  Array.from({ length: sizeOf(shape) }, (_, i) => i + 1);

describe("layers without weights, or with few", () => {
  it.each(WORKED.map((each) => [`${each.kind} ${JSON.stringify(each.config ?? {})}`, each] as const))(
    "compute what one can by hand: %s",
    (_, { kind, config = {}, x, numbers = countFromOne(x), others = [], shape, y }) => {
      const network = layerNetwork({ kind, config, shape: x });
      const data = [numbers, ...others];
      const given = Object.entries(openInputs(network)).map(
        ([name, of], k) => [name, tensor(of, data[k])] as const,
      );
      const made = outputOf(network, Object.fromEntries(given));
      expect(made.shape).toEqual(shape);
      made.data.forEach((value, i) => expect(value).toBeCloseTo(y[i], 13));
    },
  );

  it.each([
    ["averagePooling", {}, [1, 2], "must be an image with 1 or 2 or 3 spatial axes"],
    ["cropping", { margins: [3, 0, 0, 0] }, [1, 2, 2, 1], ""],
    [
      "centerCrop",
      { height: 1, width: 2 },
      [1, 2, 2, 1],
      "crops 2 × 2 to 1 × 2: what is cut off must be even",
    ],
    ["add", { count: 1 }, [1, 2], "merges 1 inputs: must be at least 2"],
    ["dot", { other: [1, 2], axes: 0 }, [1, 2], "must be of rank 2 or 3, and not along the batch"],
    ["minMaxNorm", { minValue: 2 }, [2], "lengths from 2 to 1: the lowest must not be above the highest"],
    ["alphaDropout", { rate: 1 }, [2], "of rate 1: must be in [0, 1)"],
    ["gaussianDropout", { rate: -0.5 }, [2], "of rate -0.5: must be in [0, 1)"],
    ["gaussianNoise", { stddev: NaN }, [2], "of deviation NaN: must be a number that is not negative"],
    ["dropout", { rate: 0.5, noiseShape: [3] }, [2], ""],
    ["dropout", { rate: 0.5, noiseShape: [2, 2] }, [2, 1], "each axis must be as long as that of x, or 1"],
  ])("are refused with what is allowed: %s of %j", (kind, config, shape, message) => {
    expect(() => layerNetwork({ kind, config, shape })).toThrow(
      expect.objectContaining({
        name: expect.stringMatching(/^(GradproofError|InvalidProgramError)$/),
        message: expect.stringContaining(message),
      }),
    );
  });

  it("are applied several times to one x, each time with inputs of their own", () => {
    const network = layerNetwork({ kind: "dropout", config: { rate: 0.5 }, shape: [2], calls: 2 });
    expect(Object.keys(openInputs(network))).toEqual(["x", "layer/mask", "layer2/mask"]);
    expect(network.program.outputs).toHaveLength(2);
  });
});

describe("a transposed convolution by zeros between pixels", () => {
  it.each([
    [[3, 2], [2, 1], [1, 2], "valid"],
    [[2, 2], [1, 1], [3, 3], "valid"],
    [[3, 2], [2, 3], [1, 4], "same"],
    [[2, 4], [1, 2], [3, 3], "same"],
  ] as const)("is the op, where there is one: %j with strides %j and windows %j, %s", (...drawn) => {
    const [image, strides, kernelSize, padding] = drawn;
    const shape = [2, ...image, 2];
    const outputSize = image.map(
      (n, axis) =>
        n * strides[axis] + (padding === "valid" ? Math.max(kernelSize[axis] - strides[axis], 0) : 0),
    );
    const make = (step: (b: NetworkBuilder, x: NetworkValue, kernel: NetworkValue) => NetworkValue) => {
      const b = new NetworkBuilder();
      b.mark("y", step(b, b.input("x", shape), b.parameter("kernel", [...kernelSize, 3, 2])));
      return b.build("y");
    };
    const options = { strides, outputSize, padding };
    const stuffed = make((b, x, kernel) => stuffedConvolution(b, x, kernel, options));
    const op = make((b, x, kernel) =>
      b.apply("conv2dTranspose", [x, kernel], { ...options, dilation: [1, 1] }),
    );
    const given = drawInputs(op, new Stream(150, JSON.stringify(drawn)));
    const [a, b] = [stuffed, op].map((network) => outputOf(network, given));
    expect(a.shape).toEqual(b.shape);
    // Sums of a few products of numbers of order 1, in another order.
    a.data.forEach((value, i) => expect(value).toBeCloseTo(b.data[i], 13));
  });
});

describe("noise", () => {
  it("of alpha dropout keeps mean 0 and variance 1, whatever the rate", () => {
    for (const rate of [0, 0.1, 0.5, 0.9]) {
      const { a, b } = alphaTransform(rate);
      // Of x with mean 0 and variance 1: kept a·x + b, dropped a·saturation + b.
      const dropped = a * SATURATION + b;
      const mean = (1 - rate) * b + rate * dropped;
      const square = (1 - rate) * (a * a + b * b) + rate * dropped * dropped;
      expect(mean).toBeCloseTo(0, 14);
      expect(square).toBeCloseTo(1, 14);
    }
  });

  it("is drawn with the promised mean and deviation", () => {
    const count = 40_000;
    for (const [kind, settings, mean, deviation] of [
      ["dropout", { rate: 0.25 }, 0.75, Math.sqrt(0.25 * 0.75)],
      ["gaussianDropout", { rate: 0.8 }, 1, multiplicativeDeviation(0.8)],
      ["gaussianNoise", { stddev: 3 }, 0, 3],
    ] as const) {
      const { data } = drawNoise(kind, settings, [count], new Stream(140, kind));
      const got = data.reduce((sum, z) => sum + z, 0) / count;
      const squares = data.reduce((sum, z) => sum + (z - mean) ** 2, 0) / count;
      // Six deviations of the mean; the deviation of a square is at most √2 of its mean for these laws.
      expect(Math.abs(got - mean)).toBeLessThan((6 * deviation) / Math.sqrt(count));
      expect(Math.abs(squares / deviation ** 2 - 1)).toBeLessThan((6 * Math.SQRT2) / Math.sqrt(count));
    }
    expect(multiplicativeDeviation(0.8)).toBeCloseTo(2, 14);
  });
});
