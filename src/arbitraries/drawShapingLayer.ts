import type { Stream } from "../core/random.js";
import { stridesOf, type Shape } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import type { LayerConfig } from "../networks/layerNetwork.js";
import type { DrawLayerKind } from "./drawImageLayer.js";

/** Layers that merge or move numbers, those with a threshold, penalties and constraints. */

const lengths = (stream: Stream, low: number, high: number): Shape =>
  Array.from({ length: stream.int(low, high) }, () => stream.int(1, 4));

/** A batch of rows, or of something with more axes. */
export const drawBatch = (stream: Stream, [low, high]: readonly [number, number] = [2, 3]): Shape => [
  stream.int(1, 3),
  ...lengths(stream, low - 1, high - 1),
];

/** A setting that is given or left out. Zeros among the choices: they are values, too. */
const maybe = (stream: Stream, name: string, choices: readonly (number | string | boolean)[]): LayerConfig =>
  stream.chance(0.7) ? { [name]: stream.pick(choices) } : {};

const merging: DrawLayerKind = (stream) => ({
  shape: drawBatch(stream),
  config: { ...(stream.chance(0.5) && { count: stream.int(2, 4) }) },
});

/** Shapes of both inputs of a scalar product, for lengths n, i and j. */
const DOTS: readonly ((
  b: number,
  n: number,
  i: number,
  j: number,
) => {
  readonly shape: Shape;
  readonly other: Shape;
  readonly axes: number | readonly number[];
})[] = [
  (b, n) => ({ shape: [b, n], other: [b, n], axes: 1 }),
  (b, n) => ({ shape: [b, n], other: [b, n], axes: -1 }),
  (b, n, i, j) => ({ shape: [b, i, n], other: [b, n, j], axes: [2, 1] }),
  (b, n, i, j) => ({ shape: [b, n, i], other: [b, n, j], axes: 1 }),
  (b, n, i, j) => ({ shape: [b, i, n], other: [b, j, n], axes: 2 }),
  (b, n, i, j) => ({ shape: [b, n, i], other: [b, j, n], axes: [1, 2] }),
  (b, n, i) => ({ shape: [b, i, n], other: [b, n], axes: [2, 1] }),
  (b, n, _i, j) => ({ shape: [b, n], other: [b, n, j], axes: 1 }),
];

/** Of twelve numbers. */
const RESHAPES = [[12], [3, 4], [4, -1], [-1], [2, 3, 2], [1, 12], [-1, 2]] as const;

/** Some steps of the sequence, whole, become the mask value. */
const maskedSteps =
  (maskValue: number) =>
  (stream: Stream, { shape, data }: Tensor): Tensor => {
    const width = shape[shape.length - 1];
    const masked = Array.from({ length: data.length / width }, () => stream.chance(0.4));
    return { shape, data: data.map((x, i) => (masked[Math.floor(i / width)] ? maskValue : x)) };
  };

/** Weights of which some vectors along the axes are long, some short, and some zeros. */
const scaledVectors =
  (axes: readonly number[]) =>
  (stream: Stream, { shape, data }: Tensor): Tensor => {
    const strides = stridesOf(shape);
    const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
    const scales = new Map<string, number>();
    const scaleOf = (i: number): number => {
      const place = kept.map((axis) => Math.floor(i / strides[axis]) % shape[axis]).join();
      const scale = scales.get(place) ?? stream.pick([0, 0.125, 1, 1, 4]);
      scales.set(place, scale);
      return scale;
    };
    // By powers of two: the numbers stay what the format has.
    return { shape, data: data.map((x, i) => x * scaleOf(i)) };
  };

const constraining =
  (settings: Readonly<Record<string, readonly number[]>>): DrawLayerKind =>
  (stream) => {
    const shape = [...lengths(stream, 1, 3), stream.int(1, 4)];
    const axes = stream.pick([[0], [shape.length - 1], shape.slice(1).map((_, k) => k)]);
    const axis = axes.length === 1 ? { axis: axes[0] } : { axis: axes };
    const given = Object.entries(settings).map(([name, choices]) => maybe(stream, name, choices));
    const isDefault = axes.join() === "0" && stream.chance(0.7);
    return {
      shape,
      config: Object.assign({}, ...given, isDefault ? {} : axis) as LayerConfig,
      change: scaledVectors(axes),
    };
  };

const RATES = [0, 0.5, 1e-3, 2] as const;

/** By kind. */
export const SHAPING_DRAWS: Readonly<Record<string, DrawLayerKind>> = {
  flatten: (stream) => ({ shape: drawBatch(stream, [3, 4]), config: {} }),
  reshape: (stream) => ({
    shape: [stream.int(1, 3), ...stream.pick([[12], [2, 6], [3, 2, 2]])],
    config: { targetShape: stream.pick(RESHAPES) },
  }),
  permute(stream) {
    const shape = drawBatch(stream, [3, 4]);
    return { shape, config: { dims: stream.permutation(shape.length - 1).map((axis) => axis + 1) } };
  },
  repeatVector: (stream) => ({ shape: drawBatch(stream, [2, 2]), config: { n: stream.int(1, 4) } }),
  embedding: (stream) => ({
    shape: drawBatch(stream, [2, 2]),
    config: { vocabulary: stream.int(2, 6), width: stream.int(1, 3) },
  }),
  categoryEncoding(stream) {
    const outputMode = stream.pick(["oneHot", "multiHot", "count"]);
    const shape = outputMode === "oneHot" ? [stream.int(2, 5)] : [stream.int(1, 3), stream.int(1, 5)];
    const config = { tokens: stream.int(2, 5), outputMode };
    // The default is "multiHot".
    return outputMode === "multiHot" && stream.chance(0.5)
      ? { shape, config: { tokens: config.tokens } }
      : { shape, config };
  },
  rescaling: (stream) => ({
    shape: drawBatch(stream),
    config: { scale: stream.pick([1 / 255, 2, 0, -0.5]), ...maybe(stream, "offset", [0, -1, 0.25]) },
  }),
  masking(stream) {
    const config = maybe(stream, "maskValue", [0, -1, 0.5]);
    return { shape: drawBatch(stream, [3, 3]), config, change: maskedSteps(Number(config.maskValue ?? 0)) };
  },
  add: merging,
  multiply: merging,
  maximum: merging,
  minimum: merging,
  average: merging,
  concatenate(stream) {
    const shape = drawBatch(stream);
    const axis = stream.int(1, shape.length - 1);
    const isLast = axis === shape.length - 1;
    return {
      shape,
      config: {
        lengths: Array.from({ length: stream.int(1, 2) }, () => stream.int(1, 3)),
        ...((!isLast || stream.chance(0.6)) && { axis: isLast && stream.chance(0.5) ? -1 : axis }),
      },
    };
  },
  dot(stream) {
    const [b, n, i, j] = Array.from({ length: 4 }, () => stream.int(1, 4));
    const { shape, ...config } = stream.pick(DOTS)(b, n, i, j);
    return { shape, config: { ...config, ...(stream.chance(0.3) && { normalize: stream.chance(0.7) }) } };
  },
  prelu(stream) {
    const shape = drawBatch(stream, [2, 4]);
    const shared = shape.map((_, axis) => axis).filter((axis) => axis > 0 && stream.chance(0.4));
    return { shape, config: { ...(shared.length > 0 && { sharedAxes: shared }) } };
  },
  thresholdedRelu: (stream) => ({ shape: drawBatch(stream), config: maybe(stream, "theta", [0, 0.5, 1]) }),
  limitedRelu: (stream) => ({ shape: drawBatch(stream), config: maybe(stream, "maxValue", [0, 0.5, 6]) }),
  // A penalty that has one rate only says so by the defaults that it has.
  penalty(stream, { config }) {
    const rates = Object.keys(config).filter((name) => name === "l1" || name === "l2");
    const given = (rates.length > 0 ? rates : ["l1", "l2"]).map((name) => maybe(stream, name, RATES));
    return { shape: lengths(stream, 1, 4), config: Object.assign({}, ...given) as LayerConfig };
  },
  maxNorm: constraining({ maxValue: [0, 0.5, 1, 3] }),
  minMaxNorm: constraining({ minValue: [0, 0.25, 1], maxValue: [1, 3], rate: [0, 0.5, 1] }),
  unitNorm: constraining({}),
  nonNegative: (stream) => ({ shape: lengths(stream, 1, 3), config: {} }),
};

/** Positions below this can be asked for. */
export const positionsOf = ({ vocabulary, tokens }: LayerConfig): number => Number(vocabulary ?? tokens);
