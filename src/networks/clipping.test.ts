import { describe, expect, it } from "vitest";
import { gamma } from "../core/float.js";
import { Stream } from "../core/random.js";
import { dot } from "../core/sum.js";
import { tensor, type Tensor } from "../core/tensor.js";
import { clipByGlobalNorm, clipByNorm, clipByValue, CLIPPERS, clipperOf } from "./clipping.js";
import { euclideanNorm } from "./euclideanNorm.js";

const u = 2 ** -53;
const vector = (...values: number[]): Tensor => tensor([values.length], values);
const list = (x: Tensor): number[] => Array.from(x.data);

const draw = (stream: Stream, length: number, bits: number): Tensor =>
  tensor(
    [length],
    Array.from({ length }, () => stream.normal() * 2 ** stream.between(-bits, bits)),
  );

describe("euclideanNorm", () => {
  it.each([
    [[3, 4], 5],
    [[3e200, 4e200], 5e200],
    [[3e-200, 4e-200], 5e-200],
    [[3 * 2 ** -1074, 4 * 2 ** -1074], 5 * 2 ** -1074],
    [[1e308, 1e308], Math.SQRT2 * 1e308],
    [[0, -0], 0],
    [[], 0],
    [[1.5e308, 1.5e308], Infinity],
    [[-Infinity, 1], Infinity],
    [[NaN, Infinity], NaN],
  ])("of %j is %d", (values, expected) => {
    const got = euclideanNorm([vector(...values)]);
    if (!Number.isFinite(expected) || expected === 0) return expect(got).toBe(expected);
    // √2·1e308 was rounded once more than the norm: three roundings each cover both.
    expect(Math.abs(got - expected)).toBeLessThanOrEqual(6 * u * expected);
  });

  it("takes all tensors together", () => {
    expect(euclideanNorm([vector(2, 3), vector(6)])).toBe(7);
    expect(euclideanNorm([])).toBe(0);
  });
});

describe("clipping by norm", () => {
  it("keeps the ceiling, the direction and the size, over 600 binary orders of magnitude", () => {
    const stream = new Stream(70, "ceiling");
    for (let i = 0; i < 500; i++) {
      const x = draw(stream, stream.int(1, 40), 10);
      const exponent = stream.int(-600, 600);
      const scaled = tensor(
        x.shape,
        x.data.map((v) => v * 2 ** exponent),
      );
      const norm = euclideanNorm([scaled]);
      const threshold = norm * stream.between(0.1, 2);
      const clipped = clipByNorm(scaled, threshold);
      if (norm <= threshold) {
        expect(clipped).toBe(scaled);
        continue;
      }
      // Norm: 6 levels of a sum of 40 squares, halved by the root; factor 3 roundings; element one.
      const slack = gamma(16, u);
      expect(euclideanNorm([clipped])).toBeLessThanOrEqual(threshold * (1 + slack));
      expect(euclideanNorm([clipped])).toBeGreaterThanOrEqual(threshold * (1 - slack));
      clipped.data.forEach((v, k) => {
        expect(Math.abs(v)).toBeLessThanOrEqual(Math.abs(scaled.data[k]));
        const exact = scaled.data[k] * (threshold / norm);
        expect(Math.abs(v - exact)).toBeLessThanOrEqual(slack * Math.abs(exact));
      });
    }
  });

  it("never enlarges, also among subnormal numbers", () => {
    const tiny = 3 * 2 ** -1074;
    const [, small] = list(clipByNorm(vector(1e300, tiny), 0.9e300));
    expect(small).toBeLessThanOrEqual(tiny);
    expect(list(clipByNorm(vector(1e-12), 1))).toEqual([1e-12]);
  });

  it("works where the norm overflows, and where the factor would be subnormal", () => {
    const clipped = list(clipByNorm(vector(1.5e308, -1.5e308), 2));
    expect(clipped[0]).toBe(-clipped[1]);
    expect(Math.abs(clipped[0] - Math.SQRT2)).toBeLessThanOrEqual(8 * u);
    const tiny = list(clipByNorm(vector(3e307, 4e307), 5e-10));
    expect(Math.abs(tiny[0] - 3e-10)).toBeLessThanOrEqual(8 * u * 3e-10);
  });

  it("is global or not: by the length of all, or of each", () => {
    const xs = [vector(3, 0), vector(0, 4)];
    // 5 → 2.5 is a half, which is exact.
    expect(clipByGlobalNorm(xs, 2.5).map(list)).toEqual([
      [1.5, 0],
      [0, 2],
    ]);
    expect(CLIPPERS.byNorm.clip(xs, 3).map(list)).toEqual([
      [3, 0],
      [0, 3],
    ]);
    expect(CLIPPERS.byGlobalNorm.clip(xs, 5)).toEqual(xs);
  });

  it("adds an epsilon to the length where it is told to", () => {
    // 5 + 3 = 8, so that 8/16 of it is left: exact.
    expect(list(clipByNorm(vector(3, 4), 4, { epsilon: 3 }))).toEqual([1.5, 2]);
    // 1e300 is all there is of 1e-300 + 1e300.
    const [v] = list(clipByNorm(vector(1e-300), 1, { epsilon: 1e300 }));
    expect(v).toBe(0);
    // In units of the length, this epsilon would overflow. The result is subnormal: half of its spacing is off.
    const [tiny] = list(clipByNorm(vector(1e-290), 1, { epsilon: 1e20 }));
    expect(Math.abs(tiny - 1e-310)).toBeLessThanOrEqual(Number.MIN_VALUE);
    const [w] = list(clipByNorm(vector(4), 2, { epsilon: 1e-30 }));
    expect(w).toBe(2);
  });
});

describe("clipping by value", () => {
  it("acts on each element, and by at least 1/√d on the direction", () => {
    expect(list(clipByValue(vector(2, -3, 0.5, -0), 1))).toEqual([1, -1, 0.5, -0]);
    const stream = new Stream(71, "direction");
    for (let i = 0; i < 200; i++) {
      const d = stream.int(1, 30);
      const x = draw(stream, d, 20);
      const y = clipByValue(x, 2 ** stream.between(-20, 20));
      const cosine = dot(x.data, y.data) / (euclideanNorm([x]) * euclideanNorm([y]));
      expect(cosine).toBeGreaterThanOrEqual((1 - gamma(20, u)) / Math.sqrt(d));
    }
  });

  it("reaches that bound in the limit", () => {
    const x = vector(1, ...Array.from({ length: 99 }, () => 1e-9));
    const y = clipByValue(x, 1e-9);
    const cosine = dot(x.data, y.data) / (euclideanNorm([x]) * euclideanNorm([y]));
    // (1 + 99e-9)/10: 1e-8 above the bound.
    expect(Math.abs(cosine - 0.1)).toBeLessThan(2e-8);
  });
});

describe("gradients that are not finite", () => {
  const xs = [vector(1, 2), vector(Infinity, -1)];

  it("propagate", () => {
    expect(CLIPPERS.byGlobalNorm.clip(xs, 1).map(list)).toEqual([
      [0, 0],
      [NaN, -0],
    ]);
    expect(CLIPPERS.byNorm.clip(xs, 10).map(list)).toEqual([
      [1, 2],
      [NaN, -0],
    ]);
    expect(CLIPPERS.byValue.clip(xs, 1).map(list)).toEqual([
      [1, 1],
      [1, -1],
    ]);
    expect(list(clipByNorm(vector(NaN, 1), 5))).toEqual([NaN, NaN]);
    expect(list(clipByValue(vector(NaN, 7), 5))).toEqual([NaN, 5]);
  });

  it("are refused, with the place and the number", () => {
    expect(() => clipByGlobalNorm(xs, 1, { nonFinite: "refuse" })).toThrow(
      expect.objectContaining({
        code: "non-finite-gradient",
        message: expect.stringContaining("gradient 1 holds Infinity"),
      }),
    );
    expect(() => clipByValue(vector(NaN), 1, { nonFinite: "refuse" })).toThrow(/holds NaN/);
    expect(clipByGlobalNorm([vector(1)], 2, { nonFinite: "refuse" }).map(list)).toEqual([[1]]);
  });

  it("become zeros, with everything that is clipped together", () => {
    expect(clipByGlobalNorm(xs, 1, { nonFinite: "zero" }).map(list)).toEqual([
      [0, 0],
      [0, 0],
    ]);
    const byNorm = clipperOf("mine", { by: "norm", nonFinite: "zeroes", says: "", source: "" });
    expect(byNorm.clip(xs, 10).map(list)).toEqual([
      [1, 2],
      [0, 0],
    ]);
  });
});

describe("bad thresholds", () => {
  it.each([0, -0, -1, NaN, -Infinity])("%d is refused", (threshold) => {
    for (const clipper of Object.values(CLIPPERS)) {
      expect(() => clipper.clip([vector(1)], threshold)).toThrow(
        expect.objectContaining({
          code: "bad-threshold",
          message: `clipping threshold ${threshold}: must be a positive number`,
        }),
      );
    }
  });

  it("are none of these", () => {
    expect(list(clipByNorm(vector(1e300), Infinity))).toEqual([1e300]);
    expect(list(clipByNorm(vector(3), Number.MIN_VALUE))).toEqual([Number.MIN_VALUE]);
    expect(() => clipByNorm(vector(1), 1, { epsilon: NaN })).toThrow(
      expect.objectContaining({ code: "bad-epsilon" }),
    );
  });
});
