import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  F32,
  F64,
  fromOrdinal32,
  gamma,
  hexFloat,
  nextDown,
  nextDown32,
  nextDown64,
  nextUp,
  nextUp32,
  nextUp64,
  ordinal32,
  ordinal64,
  sameBits,
  shortest,
  ulp,
  ulpDistance,
  type FloatType,
} from "./float.js";

const SEED = { seed: 20, numRuns: 1000 };
const finite64 = fc.double({ noNaN: true, noDefaultInfinity: true });
const finite32 = fc.float({ noNaN: true, noDefaultInfinity: true });
const TYPES: readonly FloatType[] = ["f32", "f64"];
const finite = (type: FloatType) => (type === "f32" ? finite32 : finite64);

/** Reads C99 hexadecimal back, exactly: digits as an integer, then a power of two. */
function parseHex(text: string): number {
  const [, sign, whole, fraction = "", exponent] = /^(-?)0x([01])(?:\.([0-9a-f]+))?p([+-]\d+)$/.exec(text)!;
  const digits = Number.parseInt(whole + fraction, 16);
  const power = Number(exponent) - 4 * fraction.length;
  // In two steps, so that neither factor underflows before the product does.
  const value = digits * 2 ** Math.max(power, -1000) * 2 ** Math.min(power + 1000, 0);
  return sign ? -value : value;
}

describe("the ordered line of floats", () => {
  it("numbers doubles as they are ordered", () => {
    fc.assert(
      fc.property(finite64, finite64, (a, b) => {
        expect(Math.sign(Number(ordinal64(a) - ordinal64(b)))).toBe(Math.sign(a - b) + 0);
      }),
      SEED,
    );
  });

  it("numbers float32s as they are ordered, and back", () => {
    fc.assert(
      fc.property(finite32, finite32, (a, b) => {
        expect(Math.sign(ordinal32(a) - ordinal32(b))).toBe(Math.sign(a - b) + 0);
        expect(fromOrdinal32(ordinal32(a))).toBe(a + 0);
      }),
      SEED,
    );
  });

  it("gives both zeros the place 0", () => {
    expect([ordinal64(0), ordinal64(-0)]).toEqual([0n, 0n]);
    expect([ordinal32(0), ordinal32(-0)]).toEqual([0, 0]);
    expect(ordinal64(Number.MIN_VALUE) - ordinal64(-Number.MIN_VALUE)).toBe(2n);
  });

  it.each(TYPES)("finds the neighbours of %s numbers", (type) => {
    fc.assert(
      fc.property(finite(type), (x) => {
        const up = nextUp(x, type);
        expect(up).toBeGreaterThan(x);
        expect(ulpDistance(x, up, type)).toBe(1);
        if (Number.isFinite(up)) expect(nextDown(up, type)).toBe(x + 0);
      }),
      SEED,
    );
  });

  it("stops at the ends, and knows the edges of the formats", () => {
    expect(nextUp64(Infinity)).toBe(Infinity);
    expect(nextUp64(NaN)).toBeNaN();
    expect(nextDown64(Infinity)).toBe(F64.largest);
    expect(nextDown32(Infinity)).toBe(F32.largest);
    expect(nextUp64(F64.largest)).toBe(Infinity);
    expect(nextUp32(F32.largest)).toBe(Infinity);
    expect(nextUp64(0)).toBe(F64.eta);
    expect(nextUp32(-0)).toBe(F32.eta);
    expect(nextDown32(F32.smallestNormal)).toBe(F32.smallestNormal - F32.eta);
    expect(sameBits(nextUp64(-Number.MIN_VALUE), -0)).toBe(true);
  });
});

describe("ulpDistance", () => {
  it.each(TYPES)("is a distance in %s", (type) => {
    fc.assert(
      fc.property(finite(type), finite(type), (a, b) => {
        expect(ulpDistance(a, b, type)).toBe(ulpDistance(b, a, type));
        expect(ulpDistance(a, b, type) === 0).toBe(a === b);
      }),
      SEED,
    );
  });

  it("counts the whole line, and keeps NaN apart", () => {
    expect(ulpDistance(-F32.largest, F32.largest, "f32")).toBe(2 * (2 ** 31 - 2 ** 23 - 1));
    expect(ulpDistance(NaN, NaN, "f64")).toBe(0);
    expect(ulpDistance(NaN, 1, "f64")).toBe(Infinity);
  });
});

describe("ulp", () => {
  it.each(TYPES)("is the spacing of %s, a power of two", (type) => {
    fc.assert(
      fc.property(finite(type), (x) => {
        const spacing = ulp(x, type);
        expect(Number.isInteger(Math.log2(spacing))).toBe(true);
        const { largest } = type === "f32" ? F32 : F64;
        if (Math.abs(x) < largest) expect(nextUp(Math.abs(x), type) - Math.abs(x)).toBe(spacing);
      }),
      SEED,
    );
  });

  it("holds at the edges", () => {
    expect(ulp(0, "f64")).toBe(F64.eta);
    expect(ulp(0, "f32")).toBe(F32.eta);
    expect(ulp(F32.largest, "f32")).toBe(2 ** 104);
    expect(ulp(F64.largest, "f64")).toBe(2 ** 971);
    expect(ulp(Infinity, "f64")).toBeNaN();
    expect(F32.u).toBe(ulp(1, "f32") / 2);
    expect(F64.u).toBe(ulp(1, "f64") / 2);
  });
});

describe("hexFloat", () => {
  it("shows every bit", () => {
    fc.assert(
      fc.property(finite64, (x) => {
        expect(sameBits(parseHex(hexFloat(x)), x)).toBe(true);
      }),
      SEED,
    );
  });

  it("spells the usual examples as C does", () => {
    expect([0.1, -0, 5e-324, -2, 2 ** -1022].map(hexFloat)).toEqual([
      "0x1.999999999999ap-4",
      "-0x0p+0",
      "0x0.0000000000001p-1022",
      "-0x1p+1",
      "0x1p-1022",
    ]);
    expect([NaN, Infinity, -Infinity].map(hexFloat)).toEqual(["NaN", "Infinity", "-Infinity"]);
  });
});

describe("shortest", () => {
  it.each(TYPES)("reads back as the same %s", (type) => {
    fc.assert(
      fc.property(finite(type), (x) => {
        const back = Number(shortest(x, type));
        expect(sameBits(type === "f32" ? Math.fround(back) : back, x)).toBe(true);
      }),
      SEED,
    );
  });
});

it("gamma(n) is n·u/(1 − n·u), a little more than n·u", () => {
  expect(gamma(0, F64.u)).toBe(0);
  expect(gamma(1, 0.25)).toBe(1 / 3);
  expect(gamma(100, F64.u)).toBeGreaterThan(100 * F64.u);
});
