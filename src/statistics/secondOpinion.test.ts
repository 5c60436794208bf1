import stdlibBetaQuantile from "@stdlib/stats-base-dists-beta-quantile";
import stdlibChiSquareQuantile from "@stdlib/stats-base-dists-chisquare-quantile";
import stdlibNormalCdf from "@stdlib/stats-base-dists-normal-cdf";
import { describe, expect, it } from "vitest";
import { Stream } from "../core/random.js";
import { betaQuantile } from "./betaQuantile.js";
import { chiSquareQuantile } from "./chiSquare.js";
import { normalTails } from "./normalTail.js";

/**
 * Another library, where it is sound: its χ² quantiles to 999 degrees of freedom, its beta quantiles and its normal
 * distribution function. Beyond, it is wrong by up to a percent (fixtures/statistics/README.md). It shares no code and no
 * author with the tables of 40 digits, and is asked at other points.
 */
const SEED = 20261130;
const POINTS = 1000;

/** The worst relative disagreement over points of one stream. */
function apart(name: string, both: (stream: Stream) => readonly [ours: number, theirs: number]): number {
  const stream = new Stream(SEED, name);
  let worst = 0;
  for (let i = 0; i < POINTS; i++) {
    const [ours, theirs] = both(stream);
    const error = Math.abs(theirs / ours - 1);
    // NaN is a disagreement, too.
    if (!(error <= worst)) worst = error;
  }
  return worst;
}

/** From one half down to 1e-9, each decade alike. */
const tail = (stream: Stream): number => 10 ** (-9 * stream.uniform()) / 2;

describe("another library agrees where it is sound", () => {
  it("on χ² quantiles of lower tails, to 999 degrees of freedom", () => {
    const worst = apart("chi square", (stream) => {
      const [p, dof] = [tail(stream), stream.int(1, 999)];
      return [chiSquareQuantile(p, dof, "lower"), stdlibChiSquareQuantile(p, dof)];
    });
    // 4.4e-14 was seen, at two degrees of freedom; from ten on 2e-15.
    expect(worst).toBeLessThan(2e-13);
  });

  it("on beta quantiles, as Clopper and Pearson use them", () => {
    const worst = apart("beta", (stream) => {
      const [p, n] = [tail(stream), stream.pick([10, 100, 1000, 10_000])];
      const k = stream.int(1, n - 1);
      return [betaQuantile(p, k, n - k + 1, "lower"), stdlibBetaQuantile(p, k, n - k + 1)];
    });
    // 1e-14 was seen.
    expect(worst).toBeLessThan(5e-14);
  });

  it("on the normal distribution function, ten deviations out", () => {
    const worst = apart("normal", (stream) => {
      const z = -10 * stream.uniform();
      return [normalTails(z).lower.value, stdlibNormalCdf(z, 0, 1)];
    });
    // 1.3e-14 was seen: its argument is squared in one rounding there.
    expect(worst).toBeLessThan(5e-14);
  });
});
