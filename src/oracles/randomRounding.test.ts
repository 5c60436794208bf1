import { describe, expect, it } from "vitest";
import { F32, F64, nextDown, nextUp } from "../core/float.js";
import { Stream } from "../core/random.js";
import { randomRounding, type RandomRoundingOptions } from "./randomRounding.js";

const DRAWS = 2000;

/** How often a number is rounded to what. */
function outcomes(x: number, options: RandomRoundingOptions = {}, format = F32): Map<number, number> {
  const { round } = randomRounding(format, new Stream(7, `rounding ${x}`), options);
  const counts = new Map<number, number>();
  for (let i = 0; i < DRAWS; i++) {
    const y = round(x);
    counts.set(y, (counts.get(y) ?? 0) + 1);
  }
  return counts;
}

const sorted = (counts: ReadonlyMap<number, number>): number[] => [...counts.keys()].sort((a, b) => a - b);
/** Five standard deviations of a fair coin. */
const HALF = [DRAWS / 2 - 112, DRAWS / 2 + 112] as const;

describe("random rounding", () => {
  it("takes either neighbour with probability ½, however near one of them is", () => {
    for (const x of [1 / 3, -1e-7, 1 + 2 ** -50]) {
      const nearest = Math.fround(x);
      const other = nearest < x ? nextUp(nearest, "f32") : nextDown(nearest, "f32");
      const counts = outcomes(x);
      expect(sorted(counts)).toEqual([nearest, other].sort((a, b) => a - b));
      for (const count of counts.values()) {
        expect(count).toBeGreaterThan(HALF[0]);
        expect(count).toBeLessThan(HALF[1]);
      }
    }
  });

  it("leaves what the format holds, unless everything is to move", () => {
    expect(sorted(outcomes(1.5))).toEqual([1.5]);
    const counts = outcomes(1.5, { always: true });
    expect(sorted(counts)).toEqual([nextDown(1.5, "f32"), 1.5, nextUp(1.5, "f32")]);
    expect(counts.get(1.5)).toBeGreaterThan(HALF[0]);
    expect(counts.get(1.5)).toBeLessThan(HALF[1]);
    expect(sorted(outcomes(0, { always: true }))).toEqual([0]);
  });

  it("moves every double, whose exact value is unknown", () => {
    expect(sorted(outcomes(1.5, {}, F64))).toEqual([nextDown(1.5, "f64"), 1.5, nextUp(1.5, "f64")]);
  });

  it("never makes a number of an overflow", () => {
    for (const x of [Infinity, -Infinity, 1e39]) {
      expect(sorted(outcomes(x, { always: true }))).toEqual([x < 0 ? -Infinity : Infinity]);
    }
    expect(sorted(outcomes(NaN, { always: true }))).toEqual([NaN]);
  });

  it("flushes half of the results below the smallest normal, and none above", () => {
    const counts = outcomes(1e-40, { flush: true });
    expect(counts.get(0)).toBeGreaterThan(HALF[0]);
    expect(counts.get(0)).toBeLessThan(HALF[1]);
    expect(outcomes(2 ** -126, { flush: true }).has(0)).toBe(false);
  });

  it("spreads functions by as many ulps as the subject's are good to", () => {
    const runs = Array.from({ length: 16 }, (_, r) => {
      const stream = new Stream(r, "intrinsics");
      const { roundIntrinsic } = randomRounding(F32, stream, { intrinsicUlps: { exp: 4 } });
      return Array.from({ length: DRAWS / 16 }, () => roundIntrinsic(1.25, "exp"));
    });
    // In some runs it errs to one side all along.
    expect(runs.some((ys) => ys.every((y) => y > 1.25))).toBe(true);
    expect(runs.some((ys) => ys.every((y) => y < 1.25))).toBe(true);
    const ys = runs.flat();
    const ulps = ys.map((y) => (y - 1.25) / 2 ** -23);
    expect(Math.max(...ulps)).toBeGreaterThan(2);
    // 3 ulps of spread, in units of u·|x| = 1.25 half spacings, and a rounding.
    expect(Math.max(...ulps.map(Math.abs))).toBeLessThanOrEqual(3 * 1.25 + 1);
  });
});
