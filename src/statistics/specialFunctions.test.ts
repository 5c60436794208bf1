import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { betaOddsQuantile, betaQuantile } from "./betaQuantile.js";
import { binomialTails } from "./binomial.js";
import { chiSquareQuantile, chiSquareTails, type Side } from "./chiSquare.js";
import { betaTails } from "./incompleteBeta.js";
import { gammaTails } from "./incompleteGamma.js";
import { logGamma, stirlingError } from "./logGamma.js";
import { normalTails, normalUpperQuantile } from "./normalTail.js";
import { digamma, trigamma } from "./polygamma.js";
import type { Tails } from "./tails.js";

/** 40 digits, made by fixtures/statistics/make.py. */
const table = <Row>(name: string): Row[] =>
  JSON.parse(
    readFileSync(new URL(`../../fixtures/statistics/${name}.json`, import.meta.url), "utf8"),
  ) as Row[];

interface TailRow {
  readonly lower: string;
  readonly upper: string;
  readonly logLower: string;
  readonly logUpper: string;
}
interface Quantile {
  readonly side: Side;
  readonly p: number;
  readonly point: string;
}
type GammaRow = TailRow & { readonly a: number; readonly x: number; readonly quantiles: readonly Quantile[] };
type BetaRow = GammaRow & { readonly b: number };
type NormalRow = TailRow & { readonly z: number; readonly p: number; readonly point: string };

/** What the docstrings promise; 1.9e-14 and 2.1e-15 were seen. */
const TAILS = 3e-14;
const QUANTILES = 1e-14;

/** The worst relative error in a list of [got, digits, what it is]; where the truth is 0, so must be the answer. */
function worst(pairs: readonly (readonly [number, string, string])[]): { error: number; at: string } {
  expect(pairs.length).toBeGreaterThan(5);
  let found = { error: 0, at: "" };
  for (const [got, digits, at] of pairs) {
    const truth = Number(digits);
    const error = got === truth ? 0 : Math.abs(got / truth - 1);
    // NaN is an error, too.
    if (!(error <= found.error)) found = { error, at: `${at}: ${got} for ${digits}` };
  }
  return found;
}

/** Values that are normal doubles, and all logarithms. */
function tailPairs({ lower, upper }: Tails, row: TailRow, at: string): [number, string, string][] {
  const pairs: [number, string, string][] = [
    [lower.log, row.logLower, `log lower ${at}`],
    [upper.log, row.logUpper, `log upper ${at}`],
  ];
  if (Number(row.lower) > 1e-300) pairs.push([lower.value, row.lower, `lower ${at}`]);
  if (Number(row.upper) > 1e-300) pairs.push([upper.value, row.upper, `upper ${at}`]);
  return pairs;
}

function expectWithin(goal: number, pairs: readonly (readonly [number, string, string])[]): void {
  const { error, at } = worst(pairs);
  expect(error, at).toBeLessThan(goal);
}

describe("special functions, against 40 digits", () => {
  const gamma = table<GammaRow>("gamma");
  const beta = table<BetaRow>("beta");
  const normal = table<NormalRow>("normal");

  it("tails of the gamma and χ² laws, to a million degrees of freedom and 1e-300", () => {
    expectWithin(
      TAILS,
      gamma.flatMap((row) => tailPairs(gammaTails(row.a, row.x), row, `a ${row.a}, x ${row.x}`)),
    );
    expectWithin(
      TAILS,
      gamma.flatMap((row) => tailPairs(chiSquareTails(2 * row.x, 2 * row.a), row, `dof ${2 * row.a}`)),
    );
    expect(gamma.some(({ a, upper }) => a === 5e5 && Number(upper) < 1e-250)).toBe(true);
    expect(gamma.some(({ a, lower }) => a === 1.5 && Number(lower) < 1e-250)).toBe(true);
  });

  it("χ² quantiles", () => {
    expectWithin(
      QUANTILES,
      gamma.flatMap(({ a, quantiles }) =>
        quantiles.map(
          ({ side, p, point }) =>
            [chiSquareQuantile(p, 2 * a, side) / 2, point, `${side} ${p} of ${2 * a} dof`] as const,
        ),
      ),
    );
  });

  it("tails of the beta law", () => {
    expectWithin(
      TAILS,
      beta.flatMap((row) =>
        tailPairs(betaTails(row.x, row.a, row.b), row, `x ${row.x}, a ${row.a}, b ${row.b}`),
      ),
    );
    expect(beta.some(({ a, b, upper }) => a + b === 1e6 && Number(upper) < 1e-150)).toBe(true);
  });

  it("beta quantiles, as points and as odds", () => {
    const points = beta.flatMap(({ a, b, quantiles }) =>
      quantiles.map(
        ({ side, p, point }) => [betaQuantile(p, a, b, side), point, `${side} ${p} of ${a}, ${b}`] as const,
      ),
    );
    expectWithin(QUANTILES, points);
    for (const { a, b, quantiles } of beta) {
      for (const { side, p } of quantiles) {
        const mirrored = 1 / betaOddsQuantile(p, b, a, side === "lower" ? "upper" : "lower");
        // Both are right to the goal.
        expect(Math.abs(betaOddsQuantile(p, a, b, side) / mirrored - 1)).toBeLessThan(2 * QUANTILES);
      }
    }
  });

  it("normal tails and quantiles", () => {
    expectWithin(
      2e-15,
      normal.flatMap((row) => tailPairs(normalTails(row.z), row, `z ${row.z}`)),
    );
    const mirrored = normal.map(({ z, upper }) => [normalTails(-z).lower.value, upper, `z ${-z}`] as const);
    expectWithin(2e-15, mirrored);
    for (const { p, point } of normal) {
      const z = Number(point);
      expect(Math.abs(normalUpperQuantile(p) - z), `p ${p}`).toBeLessThan(4e-16 * Math.max(1, z));
    }
    expect(normalUpperQuantile(0.75)).toBe(-normalUpperQuantile(0.25));
    expect(normalTails(Infinity)).toEqual({
      upper: { value: 0, log: -Infinity },
      lower: { value: 1, log: -0 },
    });
  });

  it("logarithms of tails where the tails underflow", () => {
    // log of the density over z, less 1/z² (DLMF 7.12.1): the next term is 3/z⁴ = 3e-12.
    const z = 1000;
    const leading = -0.5 * z * z - Math.log(Math.sqrt(2 * Math.PI) * z) - 1 / (z * z);
    expect(normalTails(z).upper.value).toBe(0);
    expect(Math.abs(normalTails(z).upper.log - leading)).toBeLessThan(2e-10);
    // Two degrees of freedom: exactly −x/2.
    expect(chiSquareTails(4000, 2).upper.value).toBe(0);
    expect(Math.abs(chiSquareTails(4000, 2).upper.log / -2000 - 1)).toBeLessThan(1e-14);
    // xᵃ for b = 1.
    expect(Math.abs(betaTails(0.5, 3000, 1).lower.log / (-3000 * Math.LN2) - 1)).toBeLessThan(1e-14);
  });

  it("binomial tails", () => {
    interface Row {
      readonly n: number;
      readonly k: number;
      readonly p: number;
      readonly atMost: string;
      readonly atLeast: string;
      readonly logAtMost: string;
      readonly logAtLeast: string;
    }
    const pairs = table<Row>("binomial").flatMap((row) => {
      const { atMost, atLeast } = binomialTails(row.k, row.n, row.p);
      const at = `${row.k} of ${row.n} at ${row.p}`;
      return [
        [atMost.log, row.logAtMost, at],
        [atLeast.log, row.logAtLeast, at],
        ...(Number(row.atMost) > 1e-300 ? [[atMost.value, row.atMost, at] as const] : []),
        ...(Number(row.atLeast) > 1e-300 ? [[atLeast.value, row.atLeast, at] as const] : []),
      ] as [number, string, string][];
    });
    expectWithin(TAILS, pairs);
  });

  it("the gamma function and its relatives", () => {
    interface Row {
      readonly x: number;
      readonly logGamma: string;
      readonly digamma: string;
      readonly trigamma: string;
      readonly stirlingError: string;
    }
    const rows = table<Row>("gammaFunction");
    expectWithin(
      4e-15,
      rows.map((row) => [logGamma(row.x), row.logGamma, `logGamma(${row.x})`] as const),
    );
    expectWithin(
      2e-15,
      rows.map((row) => [trigamma(row.x), row.trigamma, `trigamma(${row.x})`] as const),
    );
    for (const { x, digamma: digits, stirlingError: error } of rows) {
      const truth = Number(digits);
      expect(Math.abs(digamma(x) - truth), `digamma(${x})`).toBeLessThan(2e-15 * (1 + Math.abs(truth)));
      expect(Math.abs(stirlingError(x) - Number(error)), `stirlingError(${x})`).toBeLessThan(
        4e-15 * (1 + Math.abs(Number(error))),
      );
    }
  });
});

describe("bad input", () => {
  it.each([
    ["a shape below one degree of freedom", () => gammaTails(0.25, 1), "the shape a is 0.25"],
    ["NaN", () => gammaTails(1, NaN), "x of gammaTails is NaN"],
    ["no degrees of freedom", () => chiSquareQuantile(0.1, 0, "lower"), "dof is 0"],
    ["a probability of 0", () => chiSquareQuantile(0, 5, "lower"), "p of chiSquareQuantile is 0"],
    ["a probability of 1", () => normalUpperQuantile(1), "p of normalUpperQuantile is 1"],
    ["a subnormal probability", () => normalUpperQuantile(1e-310), "p of normalUpperQuantile is 1e-310"],
    ["a point beyond 1", () => betaTails(1.5, 1, 1), "x of betaTails is 1.5"],
    ["a shape of the beta law", () => betaTails(0.5, 1, 0.1), "a shape is 0.1"],
    [
      "more successes than trials",
      () => binomialTails(3, 2, 0.5),
      "k of binomialTails is 3; allowed are whole numbers from 0 to 2",
    ],
    ["half a trial", () => binomialTails(0, 0.5, 0.5), "n of binomialTails is 0.5"],
    ["a pole", () => logGamma(0), "x of logGamma is 0; allowed are positive finite numbers"],
    ["another pole", () => digamma(-1), "x of digamma is -1"],
  ])("is named: %s", (_, call, message) => {
    expect(call).toThrow(message);
    expect(call).toThrow(expect.objectContaining({ code: "outside-domain" }));
  });
});
