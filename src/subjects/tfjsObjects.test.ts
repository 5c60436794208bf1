import { beforeAll, describe, expect, it } from "vitest";
import { Stream } from "../core/random.js";
import { sizeOf } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { clipperOf } from "../networks/clipping.js";
import { promisedLaw } from "../networks/promisedLaw.js";
import { hello as helloSchema } from "../record/protocol.js";
import type { Adapter, TypedTensor } from "./adapter.js";
import { tfjsAdapter } from "./tfjs.js";
import { TFJS_CLIPPERS } from "./tfjsClippers.js";
import { TFJS_INITIALIZERS } from "./tfjsInitializers.js";
import { TFJS_OPTIMIZERS } from "./tfjsOptimizers.js";

const logs: string[] = [];
let tfjs: Adapter;
beforeAll(async () => {
  tfjs = await tfjsAdapter({ log: (_, message) => logs.push(message) });
});

const floats = (shape: readonly number[], ...data: number[]): TypedTensor => ({
  shape,
  data: Float32Array.from(data),
});
const drawn = (shape: readonly number[], name: string): TypedTensor => {
  const stream = new Stream(6, name);
  return floats(shape, ...Array.from({ length: sizeOf(shape) }, () => stream.normal()));
};
const doubles = ({ shape, data }: TypedTensor): Tensor => ({ shape, data: Float64Array.from(data) });

it("says what it has", () => {
  const { capabilities } = helloSchema.parse(tfjs.hello());
  expect(Object.keys(capabilities.initializers!)).toEqual(Object.keys(TFJS_INITIALIZERS));
  expect(Object.keys(capabilities.clippers!)).toEqual(["clipByValue", "maxNorm", "minMaxNorm"]);
  expect(Object.keys(capabilities.optimizers!)).toEqual(Object.keys(TFJS_OPTIMIZERS));
  expect(Object.keys(capabilities.layers!)).toContain("lstm");
  for (const { says, source } of Object.values({ ...capabilities.layers, ...capabilities.optimizers })) {
    expect(says).not.toBe("");
    expect(source).toMatch(/^https:\/\/js\.tensorflow\.org\/api\/4\.22\.0\/#[a-zA-Z0-9.]+$/);
  }
});

const weights = (initializer: string, shape: readonly number[], seed = 1, count = 1): Float32Array[] =>
  (tfjs.initialize!({ initializer, shape, dtype: "f32", seed, count }) as TypedTensor[]).map((x) => {
    expect(x.shape).toEqual(shape);
    return x.data as Float32Array;
  });

const moments = (x: Float32Array): { mean: number; deviation: number } => {
  const mean = x.reduce((a, b) => a + b, 0) / x.length;
  return { mean, deviation: Math.sqrt(x.reduce((a, b) => a + (b - mean) ** 2, 0) / x.length) };
};

/** An explicit 0 is taken for no option at all: see the tests behind. */
const LOSES_ZERO = ["randomUniformFromZero", "randomUniformToZero", "randomNormalZeroDeviation"];
const SHAPE = [70, 50];
const isMatrix = (name: string): boolean => /^(?:identity|orthogonal)/.test(name);

describe("an initialiser", () => {
  const singles = Object.entries(TFJS_INITIALIZERS).filter(([name]) => !isMatrix(name));

  it.each(singles.filter(([name]) => !LOSES_ZERO.includes(name)))(
    "%s keeps its promise",
    (name, { promise }) => {
      const [x] = weights(name, SHAPE);
      const law = promisedLaw(promise, SHAPE)!;
      const { mean, deviation } = moments(x);
      // Six standard errors of 3500 numbers, on a fixed seed; the kurtosis of none of the laws is above 3.
      const error = (6 * law.deviation) / Math.sqrt(x.length);
      expect(Math.abs(mean - law.mean)).toBeLessThanOrEqual(error);
      expect(Math.abs(deviation - law.deviation)).toBeLessThanOrEqual(error);
      const [low, high] = law.limits.map(Math.fround);
      expect(x.every((v) => v >= low && v <= high)).toBe(true);
    },
  );

  it.each([
    ["randomUniformFromZero", -0.05, 1],
    ["randomUniformToZero", -1, 0.05],
  ])("%s has limits that nobody asked for", (name, low, high) => {
    const [x] = weights(name, [100, 100]);
    expect([Math.min(...x), Math.max(...x)]).toEqual([expect.closeTo(low, 2), expect.closeTo(high, 2)]);
  });

  it("randomNormalZeroDeviation has a deviation that nobody asked for", () => {
    expect(moments(weights("randomNormalZeroDeviation", SHAPE)[0]).deviation).toBeCloseTo(0.05, 2);
  });

  it("makes identity matrices", () => {
    expect([...weights("identity", [2, 2])[0]]).toEqual([1, 0, 0, 1]);
    // Its zeros are −0, as the gain is negative.
    expect([...weights("identityWithGain", [2, 2])[0]]).toEqual([-2.5, -0, -0, -2.5]);
    expect([...weights("identityZeroGain", [2, 2])[0]].every((x) => x === 0)).toBe(true);
    expect(() => weights("identity", [2, 3])).toThrow("2D square matrices");
  });

  it.each([
    ["orthogonal", [3, 5], 1],
    ["orthogonal", [5, 3], 1],
    ["orthogonalWithGain", [2, 2, 3], 1.5],
  ])("%s makes orthonormal rows or columns of %j", (name, shape, gain) => {
    const [x] = weights(name, shape);
    const columns = shape.at(-1)!;
    const rows = x.length / columns;
    const [short, long] = rows < columns ? [rows, columns] : [columns, rows];
    const at = (i: number, k: number): number => (rows < columns ? x[i * columns + k] : x[k * columns + i]);
    for (let i = 0; i < short; i++) {
      for (let j = 0; j < short; j++) {
        let product = 0;
        for (let k = 0; k < long; k++) product += at(i, k) * at(j, k);
        expect(product).toBeCloseTo(i === j ? gain ** 2 : 0, 5);
      }
    }
  });

  const seeded = singles.filter(([, { create }]) => create(7).toString().includes("seed: 7"));

  it.each(seeded)("%s begins again with its seed at every call", (name) => {
    const [first, second] = weights(name, [3, 4], 9, 2);
    expect(second).toEqual(first);
    expect(weights(name, [3, 4], 9)[0]).toEqual(first);
    expect(weights(name, [3, 4], 10)[0]).not.toEqual(first);
  });

  it("takes 0 for no seed where the law is normal, and for a seed where it is uniform", () => {
    const isRepeated = (name: string): boolean => {
      const [first, second] = weights(name, [3, 4], 0, 2);
      return first.every((x, i) => x === second[i]);
    };
    expect(["glorotUniform", "randomUniform"].map(isRepeated)).toEqual([true, true]);
    expect(["glorotNormal", "randomNormal", "truncatedNormal"].map(isRepeated)).toEqual([
      false,
      false,
      false,
    ]);
  });

  it("is refused in doubles, and where there is none of that name", () => {
    const request = { shape: [2], seed: 1, count: 1 };
    expect(() => tfjs.initialize!({ ...request, initializer: "zeros", dtype: "f64" })).toThrow("float32");
    expect(() => tfjs.initialize!({ ...request, initializer: "xavier", dtype: "f32" })).toThrow(
      'no initialiser "xavier"',
    );
  });
});

describe("a clipper", () => {
  const shapes = [[], [3], [2, 3], [0], [2, 1, 5], [4, 2, 2, 3]];

  it.each(Object.entries(TFJS_CLIPPERS))("%s is what it promises", (clipper, { promise }) => {
    for (const threshold of [0.5, 2, 100]) {
      const tensors = shapes.map((shape) => drawn(shape, "clip"));
      const clipped = tfjs.clip!({ clipper, threshold, tensors }) as TypedTensor[];
      const wanted = clipperOf(clipper, promise).clip(tensors.map(doubles), threshold);
      clipped.forEach(({ shape, data }, k) => {
        expect(shape).toEqual(shapes[k]);
        // A sum of 48 squares, a root, a quotient and a product in float32.
        data.forEach((x, i) => expect(Math.abs(x - wanted[k].data[i])).toBeLessThan(3e-6));
      });
    }
  });

  it("lets the library refuse a threshold", () => {
    const tensors = [floats([1], 1)];
    expect(() => tfjs.clip!({ clipper: "clipByValue", threshold: -1, tensors })).toThrow(
      "Error in clip: min (1) must be less than or equal to max (-1).",
    );
    expect(() => tfjs.clip!({ clipper: "byGlobalNorm", threshold: 1, tensors })).toThrow("no clipping");
  });
});

it("leaves no tensors behind", () => {
  expect(logs).toEqual([]);
});
