import { describe, expect, it } from "vitest";
import { drawWeight } from "../../fixtures/builders/drawSums.js";
import { Stream } from "../core/random.js";
import { binomialTails, clopperPearson } from "./binomial.js";
import { ChiSquareSum } from "./chiSquareSum.js";
import {
  distanceInterval,
  distributionDistance,
  distributionMargin,
  samplesForMargin,
} from "./distributionDistance.js";
import { cosineTail, signAgreement } from "./independence.js";
import { compareWithRegion, intersection, type Interval } from "./interval.js";
import { certainShare, limitInterval } from "./limitInterval.js";
import { boundedMeanInterval, meanInterval, studentInterval } from "./meanInterval.js";
import { chernoffExponent, meanSquareBand, scaleInterval } from "./meanSquareBand.js";
import { normalTails, normalUpperQuantile } from "./normalTail.js";
import { normalLaw, truncatedNormalLaw, uniformLaw } from "./weightLaw.js";

const LAWS = [normalLaw, uniformLaw, truncatedNormalLaw(2)];
const holds = ({ low, high }: Interval, truth: number): boolean => low <= truth && truth <= high;

/** How many of `runs` intervals miss the truth. */
const missed = (runs: number, truth: number, interval: (run: number) => Interval): number =>
  Array.from({ length: runs }, (_, i) => interval(i)).filter((found) => !holds(found, truth)).length;

/** A rate of misses that alpha explains: so many or more have a probability above 1e-6 (the seeds are fixed). */
const expectCalibrated = (misses: number, runs: number, alpha: number): void =>
  expect(binomialTails(misses, runs, alpha).atLeast.value).toBeGreaterThan(1e-6);

const drawn = (law: (typeof LAWS)[number], n: number, name: string): Float64Array => {
  const stream = new Stream(1, name);
  return Float64Array.from({ length: n }, () => drawWeight(law, stream));
};
const squares = (weights: Float64Array): number => weights.reduce((total, w) => total + w * w, 0);

describe("the scale of weights", () => {
  it("has the certified band of the study for uniform weights", () => {
    const { low, high } = meanSquareBand(uniformLaw, 7500, 1e-9);
    // Their squares in units of the limit's have the mean 1/3.
    expect((low / 3).toFixed(5)).toBe("0.31099");
    expect((high / 3).toFixed(5)).toBe("0.35604");
  });

  it("has a band that is never tighter than the exact probability allows", () => {
    // Two uniform weights: the mean of u² is at most x with probability πx/2 for 2x ≤ 1.
    const alpha = 1e-3;
    const { low } = meanSquareBand(uniformLaw, 2, alpha);
    expect((Math.PI * (low / 3)) / 2).toBeLessThan(alpha / 2);
    // One weight: √(x/3) is its probability; and the other end is the law's own.
    const one = meanSquareBand(uniformLaw, 1, alpha);
    expect(Math.sqrt(one.low / 3)).toBeLessThan(alpha / 2);
    expect(one.high).toBeCloseTo(3, 14);
    // The normal law's exact band, against Chernoff's for the same law: exact ones are within.
    const exact = meanSquareBand(normalLaw, 1000, alpha);
    const needed = Math.log(2 / alpha) / 1000;
    expect(chernoffExponent(normalLaw, exact.high)).toBeLessThan(needed);
    expect(chernoffExponent(normalLaw, exact.high)).toBeGreaterThan(0.6 * needed);
    expect(chernoffExponent(normalLaw, exact.low)).toBeLessThan(needed);
  });

  it.each(LAWS)("$name: intervals miss no more often than they may, and see a gain of 1.2", (law) => {
    const runs = 500;
    const interval = (gain: number) => (i: number) =>
      scaleInterval(law, gain * gain * squares(drawn(law, 400, `scale/${i}`)), 400, 0.05);
    expectCalibrated(missed(runs, 1, interval(1)), runs, 0.05);
    expect(missed(runs, 1, interval(1.2))).toBeGreaterThan(0.9 * runs);
  });

  it("of normal weights is missed as often as it may be, not less", () => {
    const runs = 2000;
    const misses = missed(runs, 1, (i) =>
      scaleInterval(normalLaw, squares(drawn(normalLaw, 20, `exact/${i}`)), 20, 0.05),
    );
    expectCalibrated(misses, runs, 0.05);
    expect(binomialTails(misses, runs, 0.05).atMost.value).toBeGreaterThan(1e-6);
  });

  it("has intervals without an end where nothing is known, and refuses bad sums", () => {
    expect(scaleInterval(uniformLaw, 1, 1, 1e-9).high).toBe(Infinity);
    expect(scaleInterval(normalLaw, 0, 5, 1e-9)).toEqual({ low: 0, high: 0 });
    expect(() => scaleInterval(normalLaw, NaN, 5, 0.1)).toThrow("sumOfSquares is NaN");
    expect(() => scaleInterval(normalLaw, 1, 0, 0.1)).toThrow(
      "samples is 0; allowed are whole numbers from 1 on",
    );
    expect(() => meanSquareBand(uniformLaw, 5, 0)).toThrow("alpha is 0");
  });
});

describe("sums of χ² statistics", () => {
  /** A layer W (rows × columns) of variance σ²/columns on activations a: the statistic of the forward pass. */
  const forward = (rows: number, columns: number, gain: number, stream: Stream): number => {
    const a = Array.from({ length: columns }, () => Math.tanh(3 * stream.normal()));
    const size = a.reduce((total, x) => total + x * x, 0);
    let statistic = 0;
    for (let i = 0; i < rows; i++) {
      const h = a.reduce((total, x) => total + (gain / Math.sqrt(columns)) * stream.normal() * x, 0);
      statistic += (columns * h * h) / size;
    }
    return statistic;
  };

  it("judge layers of every width at once", () => {
    const sums = { right: new ChiSquareSum(), wrong: new ChiSquareSum() };
    const stream = new Stream(1, "layers");
    for (const [rows, columns] of [
      [3, 50],
      [97, 5],
      [31, 31],
      [401, 7],
    ]) {
      sums.right.add(forward(rows, columns, 1, stream), rows);
      sums.wrong.add(forward(rows, columns, Math.SQRT2, stream), rows);
    }
    expect(sums.right.dof).toBe(532);
    expect(holds(sums.right.gainInterval(0.01), 1)).toBe(true);
    expect(sums.right.tails().upper.value).toBeGreaterThan(0.005);
    expect(sums.right.tails().lower.value).toBeGreaterThan(0.005);
    expect(sums.wrong.gainInterval(1e-9).low).toBeGreaterThan(1);
    expect(holds(sums.wrong.gainInterval(0.01), Math.SQRT2)).toBe(true);
    expect(sums.wrong.tails().upper.value).toBeLessThan(1e-15);
    expect(sums.wrong.total).toBeGreaterThan(sums.right.total);
  });

  it("refuse what is no statistic", () => {
    const sum = new ChiSquareSum();
    expect(() => sum.add(-1, 3)).toThrow("a χ² statistic is -1");
    expect(() => sum.add(1, 2.5)).toThrow("dof is 2.5");
    expect(() => sum.gainInterval(0.1)).toThrow("samples is 0");
  });
});

describe("Clopper and Pearson's interval", () => {
  it("has ends at which the tails are alpha/2", () => {
    for (const [k, n] of [
      [0, 7],
      [1, 10],
      [5, 10],
      [99_990, 100_000],
      [7, 7],
    ]) {
      const { low, high } = clopperPearson(k, n, 1e-9);
      if (k > 0) expect(binomialTails(k, n, low).atLeast.value / 5e-10).toBeCloseTo(1, 6);
      else expect(low).toBe(0);
      if (k < n) expect(binomialTails(k, n, high).atMost.value / 5e-10).toBeCloseTo(1, 6);
      else expect(high).toBe(1);
    }
  });

  it("has a closed form without successes", () => {
    const { high } = clopperPearson(0, 1000, 1e-9);
    expect(Math.abs(high / -Math.expm1(Math.log(5e-10) / 1000) - 1)).toBeLessThan(1e-13);
  });
});

describe("the limit of weights", () => {
  it("takes the numbers of the study", () => {
    // A limit that is 5 % too small shows when the interval's end is below it: 0.95 is certain to be exceeded.
    const enough = (alpha: number): number => {
      let n = 1;
      while (certainShare(uniformLaw, n, alpha) < 0.95) n++;
      return n;
    };
    expect([enough(1e-6), enough(1e-9)]).toEqual([270, 405]);
  });

  it("is in its interval, whose low end is certain", () => {
    for (const law of [uniformLaw, truncatedNormalLaw(2)]) {
      const runs = 500;
      const interval = (i: number): Interval => {
        const largest = drawn(law, 100, `limit/${i}`).reduce((most, w) => Math.max(most, Math.abs(w)), 0);
        expect(largest).toBeLessThanOrEqual(law.limit);
        return limitInterval(law, largest, 100, 0.05);
      };
      const misses = missed(runs, law.limit, interval);
      expectCalibrated(misses, runs, 0.05);
      expect(binomialTails(misses, runs, 0.05).atMost.value).toBeGreaterThan(1e-6);
      expect(missed(runs, 1.3 * law.limit, interval)).toBeGreaterThan(0.99 * runs);
    }
  });

  it("is nothing that normal weights have", () => {
    expect(() => limitInterval(normalLaw, 1, 10, 0.1)).toThrow("the limit of the law is Infinity");
    expect(() => limitInterval(uniformLaw, -1, 10, 0.1)).toThrow("the largest weight is -1");
  });
});

describe("the distance of distributions", () => {
  it("is that of steps, whatever their order", () => {
    expect(distributionDistance([0.5], (x) => x)).toBe(0.5);
    expect(distributionDistance([0.75, 0.25], (x) => x)).toBe(0.25);
    expect(distributionDistance([0.9, 0.8, 0.85], (x) => x)).toBeCloseTo(0.8, 15);
    expect(distributionDistance([0.1, 0.2], (x) => x)).toBeCloseTo(0.8, 15);
  });

  it("takes samples for a margin, and no fewer", () => {
    for (const margin of [0.0118, 0.0572]) {
      const n = samplesForMargin(margin, 1e-9);
      expect(distributionMargin(n, 1e-9)).toBeLessThanOrEqual(margin);
      expect(distributionMargin(n - 1, 1e-9)).toBeGreaterThan(margin);
    }
    // 2·e^(−2n·margin²) is alpha.
    expect((2 * Math.exp(-2 * 20_000 * distributionMargin(20_000, 1e-9) ** 2)) / 1e-9).toBeCloseTo(1, 12);
  });

  it.each(LAWS)("$name: 0 is in the interval of its own weights, and not in that of others", (law) => {
    const weights = drawn(law, 10_000, "shape");
    expect(distanceInterval(weights, (x) => law.cdf(x), 1e-6).low).toBe(0);
    for (const other of LAWS) {
      // Uniform and normal differ by 0.0572; cut and whole by 0.0167, which takes 98,200 weights.
      const far = [law, other].includes(uniformLaw) && law !== other;
      expect(distanceInterval(weights, (x) => other.cdf(x), 1e-6).low > 0).toBe(far);
    }
    expect(distanceInterval(weights, (x) => law.cdf(x + 0.2), 1e-6).low).toBeGreaterThan(0);
  });

  it("refuses samples that are no numbers", () => {
    expect(() => distributionDistance([NaN], normalLaw.cdf)).toThrow("z of normalTails is NaN");
    expect(() => distributionDistance([NaN], uniformLaw.cdf)).toThrow(
      "the distribution function at NaN is NaN",
    );
    expect(() => distributionDistance([], normalLaw.cdf)).toThrow("the number of samples is 0");
    expect(() => samplesForMargin(0, 0.1)).toThrow("a margin is 0");
  });
});

describe("the mean of weights", () => {
  const meanOf = (weights: Float64Array): number => weights.reduce((a, b) => a + b, 0) / weights.length;

  it.each(LAWS)("$name: is in its interval, and a shifted one is not", (law) => {
    const runs = 500;
    const interval = (shift: number) => (i: number) => {
      const mean = meanOf(drawn(law, 100, `mean/${i}`)) + shift;
      return meanInterval(law, { mean, samples: 100, deviation: 1 }, 0.05);
    };
    expectCalibrated(missed(runs, 0, interval(0)), runs, 0.05);
    expect(missed(runs, 0, interval(0.5))).toBeGreaterThan(0.95 * runs);
  });

  it("of bounded laws is bounded by a normal law of the same deviation", () => {
    // E e^(s·w) by sums over the distribution function, against e^(s²/2).
    for (const law of [uniformLaw, truncatedNormalLaw(2), truncatedNormalLaw(0.3), truncatedNormalLaw(5)]) {
      const steps = 4000;
      for (const s of [0.1, 0.5, 1, 2, 4, 8]) {
        let mean = 0;
        for (let i = 0; i < steps; i++) {
          const [from, to] = [i, i + 1].map((k) => law.limit * ((2 * k) / steps - 1));
          // cosh, as the law is symmetric; the point in the middle is off by the square of half a step times s.
          mean += (law.cdf(to) - law.cdf(from)) * Math.cosh((s * (from + to)) / 2);
        }
        expect(mean).toBeLessThanOrEqual(Math.exp((s * s) / 2) * (1 + ((s * law.limit) / steps) ** 2));
        expect(mean).toBeGreaterThan(1);
      }
    }
  });

  it("of normal samples of unknown deviation has Student's interval", () => {
    // t of 4 degrees of freedom at 5 %: 2.7764451051977987 (tables).
    const { high } = studentInterval({ mean: 0, samples: 5, squaredDeviations: 4 * 5 }, 0.05);
    expect(high).toBeCloseTo(2.7764451051977987, 12);
    // And of 1, where t is Cauchy's variable: cot(π·alpha/2).
    const cauchy = studentInterval({ mean: 3, samples: 2, squaredDeviations: 2 }, 1e-9);
    expect((cauchy.high - 3) / (1 / Math.tan((Math.PI * 1e-9) / 2))).toBeCloseTo(1, 12);
    expect(cauchy.low + cauchy.high).toBeCloseTo(6, 6);
    // With many it is the normal one.
    const many = studentInterval({ mean: 0, samples: 1e6, squaredDeviations: 1e6 - 1 }, 0.05);
    expect(many.high * 1000).toBeCloseTo(normalUpperQuantile(0.025), 4);
  });

  it("of samples out of [0, 1] is bounded on both sides", () => {
    const alpha = 0.02;
    // Without successes: (1 − m)ⁿ = alpha/2.
    expect(boundedMeanInterval(0, 100, alpha).low).toBe(0);
    expect(boundedMeanInterval(0, 100, alpha).high).toBeCloseTo(1 - (alpha / 2) ** 0.01, 14);
    expect(boundedMeanInterval(1, 100, alpha)).toEqual({
      low: 1 - boundedMeanInterval(0, 100, alpha).high,
      high: 1,
    });
    const half = boundedMeanInterval(0.5, 100, alpha);
    const hoeffding = Math.sqrt(Math.log(2 / alpha) / 200);
    expect(half.high - 0.5).toBeLessThan(hoeffding);
    expect(half.high - 0.5).toBeGreaterThan(0.9 * hoeffding);
    expect(half.low + half.high).toBeCloseTo(1, 12);
    // The fourth moment of the uniform law, 1/5.
    const fourth = drawn(uniformLaw, 5000, "fourth").map((w) => (w / uniformLaw.limit) ** 4);
    expect(holds(boundedMeanInterval(meanOf(fourth), 5000, 1e-6), 1 / 5)).toBe(true);
    expect(holds(boundedMeanInterval(meanOf(fourth), 5000, 1e-6), 1 / 4)).toBe(false);
  });

  it("refuses what cannot be", () => {
    expect(() => boundedMeanInterval(1.5, 10, 0.1)).toThrow("the mean of samples out of [0, 1] is 1.5");
    expect(() => meanInterval(normalLaw, { mean: NaN, samples: 1, deviation: 1 }, 0.1)).toThrow(
      "the mean is NaN",
    );
    expect(() => meanInterval(normalLaw, { mean: 0, samples: 1, deviation: 0 }, 0.1)).toThrow(
      "the deviation is 0",
    );
    expect(() => studentInterval({ mean: 0, samples: 1, squaredDeviations: 1 }, 0.1)).toThrow("samples is 1");
  });
});

describe("independence", () => {
  it("shows in the signs of two streams", () => {
    const x = drawn(normalLaw, 5000, "x");
    const y = drawn(uniformLaw, 5000, "y");
    expect(holds(signAgreement(x, y, 1e-6), 0.5)).toBe(true);
    const mixed = x.map((w, i) => w + 0.3 * y[i]);
    expect(signAgreement(mixed, y, 1e-6).low).toBeGreaterThan(0.5);
    expect(
      signAgreement(
        mixed.map((w) => -w),
        y,
        1e-6,
      ).high,
    ).toBeLessThan(0.5);
    // Zeros are no signs.
    expect(signAgreement([1, 0, -1], [1, 5, -2], 0.1)).toEqual(clopperPearson(2, 2, 0.1));
  });

  it("shows in the angle between them", () => {
    // In the plane the angle is uniform; in three dimensions the cosine is.
    expect(cosineTail(Math.cos(0.3), 2)).toBeCloseTo(0.3 / (Math.PI / 2), 13);
    expect(cosineTail(Math.cos(1.4), 2)).toBeCloseTo(1.4 / (Math.PI / 2), 13);
    expect(cosineTail(-0.25, 3)).toBeCloseTo(0.75, 14);
    // Many dimensions: normal, with deviation 1/√n.
    expect(cosineTail(0.006, 1e6) / (2 * normalTails(6).upper.value)).toBeCloseTo(1, 3);
  });

  it("refuses what cannot be compared", () => {
    expect(() => signAgreement([1], [1, 2], 0.1)).toThrow("the length of the second stream is 2");
    expect(() => signAgreement([NaN], [1], 0.1)).toThrow("a sample is NaN beside 1");
    expect(() => signAgreement([0], [1], 0.1)).toThrow("the number of pairs with signs is 0");
    expect(() => cosineTail(1.1, 5)).toThrow("a cosine is 1.1");
  });
});

describe("intervals", () => {
  const region = { low: -1, high: 1 };

  it.each([
    [-1, 1, "inside"],
    [-1.1, 0, "draw more"],
    [0, 1.1, "draw more"],
    [-2, 2, "draw more"],
    [1, 2, "draw more"],
    [1.1, 2, "disjoint"],
    [-2, -1.1, "disjoint"],
    [-Infinity, Infinity, "draw more"],
  ] as const)("[%d, %d] is %s", (low, high, expected) => {
    expect(compareWithRegion({ low, high }, region)).toBe(expected);
  });

  it("intersect, and refuse to be empty", () => {
    expect(intersection({ low: 0, high: 3 }, { low: 1, high: 5 })).toEqual({ low: 1, high: 3 });
    expect(() => compareWithRegion({ low: 1, high: 0 }, region)).toThrow("an interval is [1, 0]");
    expect(() => compareWithRegion({ low: NaN, high: 0 }, region)).toThrow("an interval is [NaN, 0]");
  });
});
