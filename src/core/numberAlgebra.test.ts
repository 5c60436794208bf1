import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { INTRINSICS, sumInOrder, type Algebra } from "./algebra.js";
import { F32, F64 } from "./float.js";
import {
  DOUBLES,
  doubles,
  INTRINSIC_FUNCTIONS,
  largest,
  rounded,
  roundToNearest,
  shares,
  type Gates,
} from "./numberAlgebra.js";

const SEED = { seed: 24, numRuns: 300 };
const real = fc.double({ noNaN: true, noDefaultInfinity: true });
const nearest32 = rounded(roundToNearest(F32));

const chosen = (A: Algebra<number>, a: number, b: number): number =>
  A.select(
    a,
    b,
    () => 1,
    () => -1,
    () => 0,
  );

const refuse = (): number => {
  throw new Error("not this branch");
};

/** Gates that answer every comparison with its first two alternatives. */
const both = (hull: boolean): Gates => ({
  decide: () => ({ members: [0, 1], hull }),
  floor: Math.floor,
});

describe("doubles", () => {
  it("are the arithmetic of the language", () => {
    fc.assert(
      fc.property(real, real, (a, b) => {
        expect(DOUBLES.add(a, b)).toBe(a + b);
        expect(DOUBLES.sub(a, b)).toBe(a - b);
        expect(DOUBLES.mul(a, b)).toBe(a * b);
        expect(DOUBLES.div(a, b)).toBe(a / b);
        expect(DOUBLES.pow(a, b)).toBe(a ** b);
        expect(DOUBLES.atan2(a, b)).toBe(Math.atan2(a, b));
        expect(DOUBLES.neg(a)).toBe(-a);
        for (const name of INTRINSICS) expect(DOUBLES[name](a)).toBe(INTRINSIC_FUNCTIONS[name](a));
      }),
      SEED,
    );
  });

  it("read constants and make empty arrays", () => {
    expect(DOUBLES.constant("0.044715")).toBe(0.044715);
    expect(Array.from(DOUBLES.array(2))).toEqual([0, 0]);
    expect(DOUBLES.sum([])).toBe(0);
  });
});

describe("rounded to float32", () => {
  it("round each primitive once", () => {
    const single = fc.float({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(single, single, (a, b) => {
        expect(nearest32.add(a, b)).toBe(Math.fround(a + b));
        expect(nearest32.mul(a, b)).toBe(Math.fround(a * b));
        expect(nearest32.div(a, b)).toBe(Math.fround(a / b));
        expect(nearest32.sqrt(Math.abs(a))).toBe(Math.fround(Math.sqrt(Math.abs(a))));
        for (const name of INTRINSICS)
          expect(nearest32[name](a)).toBe(Math.fround(INTRINSIC_FUNCTIONS[name](a)));
      }),
      SEED,
    );
  });

  it("add term by term, in order", () => {
    // Four units of 2⁻²⁴ are lost one by one next to 1, and kept when they come first.
    const small = [1, 1, 1, 1].map((x) => x * 2 ** -24);
    expect(nearest32.sum([1, ...small])).toBe(1);
    expect(nearest32.sum([...small, 1])).toBe(1 + 2 ** -22);
    expect(nearest32.sum([])).toBe(0);
  });

  it("round constants, and leave inputs alone", () => {
    expect(nearest32.constant("0.1")).toBe(Math.fround(0.1));
    expect(nearest32.lift(0.1)).toBe(0.1);
  });

  it("flush what is below the smallest normal to a zero of its sign, when told to", () => {
    const flushing = roundToNearest(F32, { flush: true }).round;
    expect(flushing(F32.smallestNormal)).toBe(F32.smallestNormal);
    expect(flushing(F32.smallestNormal / 2)).toBe(0);
    expect(flushing(-F32.smallestNormal / 2)).toBe(-0);
    expect(flushing(NaN)).toBeNaN();
    expect(roundToNearest(F32).round(F32.smallestNormal / 2)).toBe(F32.smallestNormal / 2);
    expect(roundToNearest(F64).round(0.1)).toBe(0.1);
  });
});

describe("comparisons", () => {
  it.each([DOUBLES, nearest32])("take the branch that the values say, and no other", (A) => {
    expect([chosen(A, 2, 1), chosen(A, 1, 2), chosen(A, 1, 1), chosen(A, 0, -0)]).toEqual([1, -1, 0, 0]);
    expect(A.select(2, 1, () => 5, refuse, refuse)).toBe(5);
  });

  it("share a maximum equally", () => {
    expect(largest([1, 3, 2, 3])).toEqual([1, 3]);
    expect(largest([5])).toEqual([0]);
    expect(largest([-0, 0])).toEqual([0, 1]);
    expect(Array.from(DOUBLES.argmax([1, 3, 2, 3]))).toEqual([0, 0.5, 0, 0.5]);
    expect(Array.from(DOUBLES.argmax([7]))).toEqual([1]);
    expect(Array.from(shares(DOUBLES, 3, [0, 1, 2]))).toEqual([1 / 3, 1 / 3, 1 / 3]);
  });

  it("answer as gates tell them, one site at a time, in order", () => {
    const asked: string[] = [];
    const gates: Gates = {
      decide(values, jump) {
        asked.push(`${Array.from(values).join()}${jump ? " jump" : ""}`);
        return { members: [values.length - 1], hull: false };
      },
      floor(x) {
        asked.push(`floor ${x}`);
        return 7;
      },
    };
    const A = doubles(gates);
    expect(chosen(A, 2, 1)).toBe(-1);
    expect(A.floor(1.5)).toBe(7);
    expect(Array.from(A.argmax([3, 2, 1]))).toEqual([0, 0, 1]);
    A.select(
      0,
      0,
      () => 1,
      () => 1,
      () => 1,
      true,
    );
    expect(asked).toEqual(["2,1", "floor 1.5", "3,2,1", "0,0 jump"]);
  });

  it.each([DOUBLES, nearest32, doubles(both(false))])("decide nothing about what is not a number", (A) => {
    for (const pair of [
      [NaN, 0],
      [0, NaN],
      [NaN, NaN],
    ])
      expect(chosen(A, pair[0], pair[1])).toBeNaN();
  });

  it("let gates declare a tie, but not leave a number open", () => {
    expect(chosen(doubles(both(false)), 2, 1)).toBe(0);
    expect(() => chosen(doubles(both(true)), 2, 1)).toThrow("a hull needs an arithmetic of sets");
  });
});

it("sumInOrder adds from first to last", () => {
  const small = [1, 1, 1, 1].map((x) => x * 2 ** -54);
  expect(sumInOrder(DOUBLES, [1, ...small])).toBe(1);
  expect(sumInOrder(DOUBLES, [...small, 1])).toBe(1 + 2 ** -52);
  expect(sumInOrder(DOUBLES, [])).toBe(0);
});
