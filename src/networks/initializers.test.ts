import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { differenceFrom } from "../../fixtures/golden/goldenCase.js";
import { erfc } from "../core/erf.js";
import { Stream } from "../core/random.js";
import { dot, sum } from "../core/sum.js";
import { sizeOf } from "../core/shape.js";
import { drawLaw } from "./drawWeights.js";
import { fanOf, fansOf } from "./fans.js";
import { GAIN_ACTIVATIONS, gainOf } from "./gains.js";
import { findInitializer, initializerOf, INITIALIZERS, varianceScaling, withGain } from "./initializers.js";
import { orthonormalVectors } from "./orthogonal.js";
import { promisedLaw, type WeightLaw } from "./promisedLaw.js";
import { truncatedDeviation } from "./truncation.js";

const u = 2 ** -53;

describe("fans", () => {
  it.each([
    [[3, 2], 3, 2],
    [[5, 3, 2], 15, 10],
    [[5, 7, 3, 2], 105, 70],
    [[5, 7, 2, 3, 11], 210, 770],
    [[0, 4], 0, 4],
  ])("of %j are %d and %d", (shape, fanIn, fanOut) => {
    expect(fansOf(shape)).toEqual({ fanIn, fanOut });
    expect(fansOf(shape, { layout: "transposed" })).toEqual({ fanIn: fanOut, fanOut: fanIn });
  });

  it("of a dense kernel are its size over the number of units on either side", () => {
    const shape = [3, 5, 7, 2];
    const { fanIn, fanOut } = fansOf(shape);
    expect([fanIn, fanOut]).toEqual([sizeOf(shape) / 2, sizeOf(shape) / 7]);
  });

  it("of a depthwise kernel are those of one channel", () => {
    expect(fansOf([3, 5, 7, 2], { layout: "depthwise" })).toEqual({ fanIn: 15, fanOut: 30 });
  });

  it.each([[[]], [[7]], [[1, 2, 3, 4, 5, 6]]])("are refused for %j", (shape) => {
    expect(() => fansOf(shape)).toThrow(
      expect.objectContaining({
        code: "no-fans",
        message: expect.stringMatching(
          `\\[${shape.join(", ")}\\] has rank ${shape.length}: only kernels of rank 2 to 5`,
        ),
      }),
    );
    expect(() => INITIALIZERS.heNormal.draw(shape, new Stream(0, ""))).toThrow(/only kernels of rank 2 to 5/);
  });

  it("are averaged where they should be", () => {
    expect(
      ["fanIn", "fanOut", "fanAvg"].map((mode) => fanOf({ fanIn: 2, fanOut: 7 }, mode as "fanIn")),
    ).toEqual([2, 7, 4.5]);
  });
});

describe("gains", () => {
  /** E f(z)² for standard normal z, by the trapezium rule on either side of the kink. */
  function meanSquare(f: (z: number) => number): number {
    const n = 4000;
    const h = 12 / n;
    const terms = [-1, 1].flatMap((sign) =>
      Array.from({ length: n + 1 }, (_, i) => {
        const z = sign * i * h;
        return ((i === 0 || i === n ? 0.5 : 1) * f(z) ** 2 * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
      }),
    );
    return sum(terms) * h;
  }

  it("keep the mean square of what goes through, where they are exact", () => {
    const functions: Readonly<Record<string, (alpha: number) => (z: number) => number>> = {
      linear: () => (z) => z,
      relu: () => (z) => Math.max(z, 0),
      leakyRelu: (alpha) => (z) => (z > 0 ? z : alpha * z),
    };
    const exact = GAIN_ACTIVATIONS.filter((activation) => activation.exact).map(
      ({ activation }) => activation,
    );
    expect(exact).toEqual(Object.keys(functions));
    for (const activation of exact) {
      for (const alpha of [0.01, 0.2, -0.5]) {
        const f = functions[activation](alpha);
        const gain = gainOf(activation, { alpha });
        // The rule's error is h⁴ of the derivatives at 0, where z² is smooth on either side.
        expect(meanSquare(f) * gain ** 2).toBeCloseTo(1, 10);
      }
    }
  });

  it("of the others are the customary ones", () => {
    expect([gainOf("sigmoid"), gainOf("tanh"), gainOf("selu")]).toEqual([1, 5 / 3, 0.75]);
    expect(() => gainOf("swoosh")).toThrow(expect.objectContaining({ code: "no-gain" }));
    expect(() => gainOf("leakyRelu", { alpha: NaN })).toThrow("alpha NaN: must be a finite number");
  });
});

describe("truncatedDeviation", () => {
  const rows = JSON.parse(
    readFileSync(new URL("../../fixtures/networks/truncation.json", import.meta.url), "utf8"),
  ) as { cut: number; deviation: string }[];

  it.each(rows)("of $cut", ({ cut, deviation }) => {
    // 1 − q, q with five roundings; halved by the root, and then relative to what is left.
    const left = Number(deviation) ** 2;
    expect(Math.abs(differenceFrom(deviation, truncatedDeviation(cut)))).toBeLessThanOrEqual((8 * u) / left);
  });

  it("is the constant of the libraries", () => {
    expect(truncatedDeviation(2).toFixed(8)).toBe("0.87962566");
  });
});

/** P(X ≤ x). */
function cdf({ kind, mean, deviation, limits: [low, high] }: WeightLaw, x: number): number {
  const normal = (z: number): number => erfc(-z / Math.SQRT2) / 2;
  if (kind === "uniform") return (x - low) / (high - low);
  if (kind === "normal") return normal((x - mean) / deviation);
  const inside = normal(2) - normal(-2);
  return (normal((x - mean) / (deviation / truncatedDeviation(2))) - normal(-2)) / inside;
}

/** The largest distance of the empirical distribution from the law. */
function distance(law: WeightLaw, xs: Float64Array): number {
  const sorted = xs.toSorted();
  let worst = 0;
  sorted.forEach((x, i) => {
    const p = cdf(law, x);
    worst = Math.max(worst, p - i / sorted.length, (i + 1) / sorted.length - p);
  });
  return worst;
}

/** E(x − mean)⁴ / deviation⁴. */
const KURTOSIS = { uniform: 9 / 5, normal: 3, truncatedNormal: 2.3655 } as const;

const random = Object.values(INITIALIZERS).filter(({ promise }) =>
  ["uniform", "normal", "truncatedNormal"].includes(promise.law),
);

describe("every random initialiser", () => {
  const shape = [5, 40, 100];

  it.each(random)("$name has the law that it promises", ({ promise, draw }) => {
    const law = promisedLaw(promise, shape)!;
    const { data, shape: drawn } = draw(shape, new Stream(80, promise.says));
    expect(drawn).toEqual(shape);
    const n = data.length;
    const mean = sum(data) / n;
    const square = sum(data.map((x) => (x - law.mean) ** 2)) / n;
    // Five standard deviations of each, on a fixed seed.
    expect(Math.abs(mean - law.mean)).toBeLessThan((5 * law.deviation) / Math.sqrt(n));
    const kurtosis = KURTOSIS[law.kind as keyof typeof KURTOSIS];
    expect(Math.abs(square / law.deviation ** 2 - 1)).toBeLessThan(5 * Math.sqrt((kurtosis - 1) / n));
    // Dvoretzky, Kiefer and Wolfowitz with Massart's constant, at 1e-6.
    expect(distance(law, data)).toBeLessThan(Math.sqrt(Math.log(2e6) / (2 * n)));
    expect(data.every((x) => x >= law.limits[0] && x <= law.limits[1])).toBe(true);
  });

  it.each(random)("$name depends on the stream alone, and differs between streams", ({ draw }) => {
    const one = draw([3, 4], new Stream(1, "a"));
    expect(draw([3, 4], new Stream(1, "a"))).toEqual(one);
    expect(draw([3, 4], new Stream(1, "b"))).not.toEqual(one);
    expect(draw([3, 4], new Stream(2, "a"))).not.toEqual(one);
  });

  it.each(random)("$name gives float32 numbers within its limits", ({ promise, draw }) => {
    const wide = promisedLaw(promise, [7, 3])!;
    // A law of three float32 numbers, outside of which both ends would be rounded: many draws, too.
    const limits: [number, number] = [1 + 1.2 * 2 ** -23, 1 + 4.7 * 2 ** -23];
    const narrow: WeightLaw = { kind: "uniform", mean: 1 + 2.95 * 2 ** -23, deviation: 1e-7, limits };
    for (let i = 0; i < 50; i++) {
      for (const [law, x] of [
        [wide, draw([7, 3], new Stream(81, `${i}`), { dtype: "f32" })],
        [narrow, drawLaw(narrow, [7, 3], new Stream(81, `${i}`), "f32")],
      ] as const) {
        expect(x.data.every((v) => Math.fround(v) === v)).toBe(true);
        expect(x.data.every((v) => v >= law.limits[0] && v <= law.limits[1])).toBe(true);
      }
    }
  });
});

describe("variances", () => {
  // fan in 30, fan out 105
  const shape = [3, 5, 2, 7];

  it.each([
    ["lecunNormal", 1 / 30],
    ["glorotNormal", 2 / 135],
    ["heNormal", 2 / 30],
    ["lecunUniform", 1 / 30],
    ["glorotUniform", 2 / 135],
    ["heUniform", 2 / 30],
    ["lecunTruncatedNormal", 1 / 30],
    ["glorotTruncatedNormal", 2 / 135],
    ["heTruncatedNormal", 2 / 30],
  ])("of %s", (name, variance) => {
    const law = promisedLaw(INITIALIZERS[name].promise, shape)!;
    expect(law.deviation ** 2).toBeCloseTo(variance, 14);
    if (law.kind === "uniform") expect(law.limits[1] ** 2).toBeCloseTo(3 * variance, 14);
    if (law.kind === "truncatedNormal") {
      expect(law.limits[1]).toBeCloseTo((2 * Math.sqrt(variance)) / 0.8796256610342397, 14);
    }
  });

  it("are of the reading that is asked for, where a text does not say", () => {
    const { promise } = INITIALIZERS.heTruncatedNormal;
    const unsaid = { ...promise, corrected: "unsaid" } as const;
    const [before, after] = [false, true].map((corrected) => promisedLaw(unsaid, shape, { corrected })!);
    expect(after.deviation ** 2).toBeCloseTo(2 / 30, 14);
    expect(before.limits[1]).toBeCloseTo(2 * Math.sqrt(2 / 30), 14);
    expect((before.deviation / after.deviation) ** 2).toBeCloseTo(0.7737, 4);
    expect(promisedLaw(unsaid, shape)).toEqual(before);
  });

  it("have gains and fans that are chosen", () => {
    const promise = withGain(
      varianceScaling({ law: "normal", scale: 1, mode: "fanOut" }),
      gainOf("leakyRelu", { alpha: 0.2 }),
    );
    expect(promisedLaw(promise, shape)!.deviation ** 2).toBeCloseTo(2 / 1.04 / 105, 14);
    expect(promise.says).toContain("fan out");
    expect(promisedLaw(promise, [3, 5, 7, 2], { layout: "depthwise" })!.deviation ** 2).toBeCloseTo(
      2 / 1.04 / 30,
      14,
    );
  });

  it.each([
    ["scale 0", () => varianceScaling({ law: "normal", scale: 0, mode: "fanIn" }), "bad-initializer"],
    ["gain NaN", () => withGain(INITIALIZERS.heNormal.promise, NaN), "bad-initializer"],
    ["a gain of zeros", () => withGain(INITIALIZERS.zeros.promise, 2), "bad-initializer"],
    ["an unknown name", () => findInitializer("xavier"), "unknown-initializer"],
    [
      "no deviation",
      () => promisedLaw({ law: "normal", ranks: [2], says: "", source: "" }, [2, 2]),
      "incomplete-promise",
    ],
  ])("are refused for %s", (_name, act, code) => {
    expect(act).toThrow(expect.objectContaining({ code }));
  });
});

describe("initialisers without chance", () => {
  const stream = new Stream(0, "unused");
  const values = (name: string, shape: number[]): number[] =>
    Array.from(findInitializer(name).draw(shape, stream, { dtype: "f32" }).data);

  it("fill", () => {
    expect(values("zeros", [2, 2])).toEqual([0, 0, 0, 0]);
    expect(values("ones", [])).toEqual([1]);
    expect(values("constant", [2])).toEqual([Math.fround(0.1), Math.fround(0.1)]);
    expect(values("zeros", [0, 3])).toEqual([]);
  });

  it("are the identity, also of matrices that are not square", () => {
    expect(values("identity", [2, 3])).toEqual([1, 0, 0, 0, 1, 0]);
    const scaled = initializerOf("scaled", withGain(INITIALIZERS.identity.promise, 3));
    expect(Array.from(scaled.draw([2, 2], stream).data)).toEqual([3, 0, 0, 3]);
    expect(() => values("identity", [2, 2, 2])).toThrow(
      expect.objectContaining({
        code: "initializer-rank",
        message: expect.stringContaining("has rank 3: it must be 2"),
      }),
    );
  });
});

describe("orthogonal initialisers", () => {
  it.each([[[6, 4]], [[4, 6]], [[5, 5]], [[3, 2, 5]], [[3, 3, 2, 5]], [[2, 2, 13]], [[1, 1]]])(
    "have orthonormal columns or rows: %j",
    (shape) => {
      const gain = 1.5;
      const promise = withGain(INITIALIZERS.orthogonal.promise, gain);
      const { data } = initializerOf("mine", promise).draw(shape, new Stream(82, shape.join()));
      const columns = shape.at(-1)!;
      const rows = data.length / columns;
      const short = Math.min(rows, columns);
      const vector = (k: number): Float64Array =>
        Float64Array.from({ length: Math.max(rows, columns) }, (_, i) =>
          rows >= columns ? data[i * columns + k] : data[k * columns + i],
        );
      for (let k = 0; k < short; k++) {
        for (let j = 0; j < short; j++) {
          const product = dot(vector(k), vector(j));
          // Each vector is orthogonal to a few roundings, times √length; 16 covers the lengths here.
          expect(Math.abs(product - (k === j ? gain ** 2 : 0))).toBeLessThan(16 * u * gain ** 2);
        }
      }
    },
  );

  it("stay orthonormal where a vector is almost a combination of the others", () => {
    // In a square one the last vector is, and 200 of them are.
    const vectors = orthonormalVectors(200, 200, new Stream(83, "square"));
    let worst = 0;
    for (let k = 0; k < 200; k++)
      for (let j = 0; j < k; j++) worst = Math.max(worst, Math.abs(dot(vectors[k], vectors[j])));
    expect(worst).toBeLessThan(Math.sqrt(200) * 4 * u);
  });

  it("have the law of Haar: every entry of a 3×3 matrix is uniform on [−1, 1]", () => {
    // Archimedes: a coordinate of a point on a sphere is uniform. Signs that are not fixed break it on the diagonal.
    const n = 4000;
    const draws = Array.from(
      { length: n },
      (_, i) => INITIALIZERS.orthogonal.draw([3, 3], new Stream(84, `${i}`)).data,
    );
    const law: WeightLaw = { kind: "uniform", mean: 0, deviation: 1 / Math.sqrt(3), limits: [-1, 1] };
    for (let entry = 0; entry < 9; entry++) {
      const xs = Float64Array.from(draws, (data) => data[entry]);
      expect(distance(law, xs)).toBeLessThan(Math.sqrt(Math.log(2e6) / (2 * n)));
    }
    // Reflections as often as rotations.
    const rotations = draws.filter(([a, b, c, d, e, f, g, h, i]) => {
      return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g) > 0;
    }).length;
    expect(Math.abs(rotations - n / 2)).toBeLessThan(5 * Math.sqrt(n / 4));
  });
});
