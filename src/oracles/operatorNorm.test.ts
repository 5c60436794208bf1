import { describe, expect, it } from "vitest";
import { Stream } from "../core/random.js";
import { tensor, type Tensor } from "../core/tensor.js";
import { orthogonalWeights } from "../networks/orthogonal.js";
import { frobenius, largestStretch, smallestStretch } from "./operatorNorm.js";

/** A product of rotations and a diagonal: its singular values are known. */
function withStretches(stretches: readonly number[], stream: Stream): Tensor {
  const n = stretches.length;
  const [left, right] = [0, 1].map(() => orthogonalWeights([n, n], 1, stream));
  const data = new Float64Array(n * n);
  for (let r = 0; r < n; r++) {
    for (let c = 0; c < n; c++) {
      for (let k = 0; k < n; k++) data[r * n + c] += left[r * n + k] * stretches[k] * right[k * n + c];
    }
  }
  return { shape: [n, n], data };
}

describe("the largest stretch of a matrix", () => {
  it.each([
    [[3], 3],
    [[2, 1, 0.5], 2],
    [[1, 1, 1, 1], 1],
    [[1e-9, 1e9], 1e9],
    [[0, 0], 0],
  ])("of singular values %j is bounded from above, closely", (stretches, largest) => {
    for (let seed = 0; seed < 20; seed++) {
      const bound = largestStretch(withStretches(stretches, new Stream(seed, "stretch")));
      // The product of three matrices is itself rounded.
      expect(bound).toBeGreaterThanOrEqual(largest * (1 - 1e-15));
      expect(bound).toBeLessThanOrEqual(largest * (1 + 1e-7));
    }
  });

  it("is never below what the matrix does to any vector", () => {
    for (let seed = 0; seed < 200; seed++) {
      const stream = new Stream(seed, "vectors");
      const [rows, columns] = [stream.int(1, 5), stream.int(1, 5)];
      const W = tensor(
        [rows, columns],
        Array.from({ length: rows * columns }, () => stream.normal()),
      );
      const x = Array.from({ length: rows }, () => stream.normal());
      const y = Array.from({ length: columns }, (_, c) =>
        x.reduce((total, value, r) => total + value * W.data[r * columns + c], 0),
      );
      expect(Math.hypot(...y)).toBeLessThanOrEqual(largestStretch(W) * Math.hypot(...x) * (1 + 1e-14));
      expect(largestStretch(W)).toBeLessThanOrEqual(frobenius(W) * (1 + 1e-12));
    }
  });

  it("is that of the matrix and not of its eigenvalues", () => {
    expect(largestStretch(tensor([2, 2], [0.5, 100, 0, 0.5]))).toBeCloseTo(100.0025, 5);
  });
});

describe("the smallest stretch of a matrix", () => {
  it("is 1 of an orthogonal one, but for rounding, and never above", () => {
    for (const gain of [1, 2.5, 1e-3]) {
      const W = tensor([5, 5], orthogonalWeights([5, 5], gain, new Stream(7, "orthogonal")));
      expect(smallestStretch(W)).toBeLessThanOrEqual(gain * (1 + 1e-15));
      expect(smallestStretch(W)).toBeGreaterThan(gain * (1 - 1e-12));
    }
  });

  it("is a bound of others too, of no use for those that are far from it", () => {
    const nearly = withStretches([1.01, 1, 0.98], new Stream(1, "nearly"));
    expect(smallestStretch(nearly)).toBeLessThanOrEqual(0.98);
    expect(smallestStretch(nearly)).toBeGreaterThan(0.95);
    expect(smallestStretch(withStretches([3, 0.1], new Stream(1, "far")))).toBe(0);
  });
});
