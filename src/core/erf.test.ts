import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { erf, erfc } from "./erf.js";
import { ulpDistance } from "./float.js";

/** mpmath 1.x at 40 digits, of the doubles as they are. */
const TABLE: readonly (readonly [number, string])[] = [
  [5e-324, "5.574933819448522712675509e-324"],
  [1e-300, "1.128379167095512602172316e-300"],
  [1e-20, "1.128379167095512512008253e-20"],
  [1e-8, "1.128379167095512559892102e-8"],
  [0.0625, "0.07043197772238707805059006"],
  [0.1, "0.1124629160182848984047123"],
  [0.25, "0.2763263901682369329850683"],
  [0.5, "0.5204998778130465376827467"],
  [0.75, "0.7111556336535151315989378"],
  [1, "0.8427007929497148693412206"],
  [1.25, "0.9229001282564582301365235"],
  [1.5, "0.9661051464753107270669763"],
  [2, "0.9953222650189527341620693"],
  [2.25, "0.9985372834133188483020892"],
  [2.4999999999999996, "0.9995930479825550400930833"],
  [2.5, "0.9995930479825550410604358"],
  [3, "0.9999779095030014145586272"],
  [3.5, "0.9999992569016276585872545"],
  [4, "0.9999999845827420997199811"],
  [5, "0.999999999998462540205572"],
  [5.863584748755168, "0.9999999999999998889776975"],
  [6, "0.9999999999999999784802633"],
  [27, "1"],
];

describe("erfc", () => {
  it("is 0 or 2 far out, and never NaN", () => {
    for (const x of [28, 1e3, 2 ** 26, 8388609, 1e20, Number.MAX_VALUE, Infinity]) {
      expect(erfc(x), `erfc(${x})`).toBe(0);
      expect(erfc(-x), `erfc(${-x})`).toBe(2);
    }
    expect(erfc(27)).toBeGreaterThan(0);
  });
});

describe("erf", () => {
  it.each(TABLE)("erf(%s) is within 2 ulp of %s", (x, digits) => {
    expect(ulpDistance(erf(x), Number(digits), "f64")).toBeLessThanOrEqual(2);
  });

  it("is odd, bounded and increasing up to rounding", () => {
    const real = fc.double({ noNaN: true });
    fc.assert(
      fc.property(real, real, (a, b) => {
        expect(erf(-a)).toBe(-erf(a));
        expect(Math.abs(erf(a))).toBeLessThanOrEqual(1);
        if (a < b) expect(erf(a)).toBeLessThanOrEqual(erf(b) + 4 * 2 ** -53);
      }),
      { seed: 23, numRuns: 1000 },
    );
  });

  it("keeps the sign of zero, NaN and the ends", () => {
    expect(erf(-0)).toBe(-0);
    expect(erf(NaN)).toBeNaN();
    expect([erf(Infinity), erf(-Infinity)]).toEqual([1, -1]);
  });
});
