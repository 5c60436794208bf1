import { describe, expect, it } from "vitest";
import { gemm } from "./gemm.js";
import { Stream } from "./random.js";

/** The textbook triple loop, in the same order of k. */
function tripleLoop(n: number, m: number, k: number, a: Float64Array, b: Float64Array): Float64Array {
  const c = new Float64Array(n * m);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      for (let p = 0; p < k; p++) c[i * m + j] += a[i * k + p] * b[p * m + j];
    }
  }
  return c;
}

const SPECIALS = [NaN, Infinity, -Infinity, -0, 0, 5e-324, 1e308];

function draw(stream: Stream, size: number, specials: boolean): Float64Array {
  return Float64Array.from({ length: size }, () =>
    specials && stream.chance(0.1) ? stream.pick(SPECIALS) : stream.sign() * 10 ** stream.between(-8, 8),
  );
}

/** Bit patterns, with all NaNs alike: their payload is not specified. */
const bits = (x: Float64Array): string[] =>
  Array.from(x, (value) => (Object.is(value, -0) ? "-0" : String(value)));

describe("gemm", () => {
  it.each([false, true])("equals the triple loop bit for bit (specials: %s)", (specials) => {
    const stream = new Stream(1, `gemm ${specials}`);
    for (const n of [0, 1, 2, 3, 4, 5, 8, 13]) {
      for (const m of [0, 1, 3, 4, 5, 7, 8, 9]) {
        for (const k of [0, 1, 2, 4, 6, 17]) {
          const a = draw(stream, n * k, specials);
          const b = draw(stream, k * m, specials);
          const c = new Float64Array(n * m);
          gemm(n, m, k, a, b, c);
          expect(bits(c), `${n}×${k} by ${k}×${m}`).toEqual(bits(tripleLoop(n, m, k, a, b)));
        }
      }
    }
  });

  it("starts from its offsets, adds to c, and touches nothing else", () => {
    const a = Float64Array.of(9, 9, 1, 2, 3, 4);
    const b = Float64Array.of(9, 1, 10, 100, 1000);
    const c = Float64Array.of(7, 1, 1, 1, 1, 7);
    gemm(2, 2, 2, a, b, c, { a: 2, b: 1, c: 1 });
    expect(c).toEqual(Float64Array.of(7, 202, 2011, 404, 4031, 7));
  });

  it("keeps columns apart that share a panel with a NaN", () => {
    const b = Float64Array.of(NaN, 1, 2, 3, 4);
    const c = new Float64Array(5);
    gemm(1, 5, 1, Float64Array.of(2), b, c);
    expect(c).toEqual(Float64Array.of(NaN, 2, 4, 6, 8));
  });
});
