import { describe, expect, it } from "vitest";
import { INTRINSICS, type Intrinsic } from "../core/algebra.js";
import { nextDown64, nextUp64, ulp } from "../core/float.js";
import { Stream } from "../core/random.js";
import { exactDecimal, loadBigNumbers } from "./bigAlgebra.js";
import { bigFunctions } from "./bigFunctions.js";
import { certified, certifiedNumbers } from "./certified.js";
import * as directed from "./directed.js";
import { CONSTANTS, ENCLOSED } from "./enclosedFunctions.js";
import { contains, exactly, over, plus, times, type Enclosure } from "./enclosure.js";

const Big = await loadBigNumbers(40);
const Exact = await loadBigNumbers(2500);
const big = bigFunctions(Big);
const exact = (x: number) => new Exact(exactDecimal(x));

/** The 40 digits are right to some units of the last: erfc(−9.3) may come as a little more than 2. */
function isInside(y: ReturnType<typeof exact>, low: number, high: number): boolean {
  const slack = y.abs().times("1e-37");
  return (
    (low === -Infinity || y.plus(slack).gte(exact(low))) &&
    (high === Infinity || y.minus(slack).lte(exact(high)))
  );
}

/** Where a function is defined; the others are drawn up to 500. */
const DOMAINS: { readonly [name in Intrinsic]?: readonly [number, number] } = {
  asin: [-1, 1],
  acos: [-1, 1],
  atanh: [-1, 1],
  acosh: [1, 1e6],
  log: [0, 1e9],
  log1p: [-1, 1e9],
  tan: [-50, 50],
};

/** Widest enclosures of a double, in ulps of the value: measured, twice as much is allowed. */
const WIDEST: { readonly [name in Intrinsic]?: number } = { acos: 1500, erf: 300, erfc: 40_000 };

function* points(name: Intrinsic, count: number): Generator<number> {
  const stream = new Stream(61, name);
  const [low, high] = DOMAINS[name] ?? [-500, 500];
  for (let i = 0; i < count; i++) {
    const spread = (low < 0 ? stream.sign() : 1) * 10 ** stream.between(-12, Math.log10(high));
    const x = stream.chance(0.5) ? stream.between(low, high) : spread;
    if (low < x && x < high) yield x;
  }
}

describe("certified enclosures", () => {
  // 18 functions at 650 points each.
  it.each(INTRINSICS)("contain %s to 40 digits, and are tight", (name) => {
    for (const x of points(name, 650)) {
      const { low, high } = ENCLOSED[name](exactly(x));
      const y = big[name](new Big(exactDecimal(x)));
      const value = y.toNumber();
      expect(isInside(y, low, high), `${x}: ${low}, ${high}`).toBe(true);
      if (Math.abs(value) > 1e-290 && Math.abs(value) < 1e290) {
        expect((high - low) / ulp(value, "f64"), `${x}`).toBeLessThanOrEqual(WIDEST[name] ?? 40);
      }
    }
  });

  it.each(INTRINSICS)("of sets contain %s of their members", (name) => {
    const stream = new Stream(62, name);
    const xs = [...points(name, 200)].sort((a, b) => a - b);
    for (let i = 0; i < 40; i++) {
      const from = stream.int(0, xs.length - 1);
      const to = Math.min(xs.length - 1, from + stream.int(0, 12));
      const { low, high } = ENCLOSED[name]({ low: xs[from], high: xs[to] });
      for (const x of xs.slice(from, to + 1)) {
        const y = big[name](new Big(exactDecimal(x)));
        expect(isInside(y, low, high), `${x} in ${xs[from]}, ${xs[to]}`).toBe(true);
      }
    }
  });

  it("of infinite sets are limits", () => {
    const tail = { low: 800, high: Infinity };
    expect(ENCLOSED.exp({ low: -Infinity, high: -800 })).toEqual({ low: 0, high: Number.MIN_VALUE });
    expect(ENCLOSED.exp(tail).high).toBe(Infinity);
    expect(ENCLOSED.tanh(tail).high).toBe(1);
    expect(ENCLOSED.atan(tail).high).toBeLessThan(1.5708);
    expect(ENCLOSED.erfc(tail)).toEqual({ low: 0, high: Number.MIN_VALUE });
    expect(ENCLOSED.sin(tail)).toEqual({ low: -1, high: 1 });
    expect(ENCLOSED.log({ low: 0, high: 1 }).low).toBe(-Infinity);
    expect(ENCLOSED.tan({ low: 1, high: 2 })).toEqual({ low: -Infinity, high: Infinity });
  });

  it("stand on constants that they contain", () => {
    const ln2 = new Big(2).ln();
    const pi = new Big(-1).acos();
    const split = (high: Enclosure, low: Enclosure, of: typeof pi): boolean => {
      const rest = new Exact(of).minus(exact(high.low));
      return exact(low.low).lte(rest) && exact(low.high).gte(rest);
    };
    const inside = ({ low, high }: Enclosure, value: typeof pi): boolean =>
      exact(low).lte(value) && exact(high).gte(value);
    expect(split(CONSTANTS.LN2_HIGH, CONSTANTS.LN2_LOW, ln2)).toBe(true);
    expect(split(CONSTANTS.HALF_PI_HIGH, CONSTANTS.HALF_PI_LOW, pi.div(2))).toBe(true);
    expect(inside(CONSTANTS.LN2, ln2)).toBe(true);
    expect(inside(CONSTANTS.PI, pi)).toBe(true);
    expect(inside(CONSTANTS.TWO_OVER_ROOT_PI, new Big(2).div(pi.sqrt()))).toBe(true);
  });

  it("are needed: Math.exp to the nearest double is no enclosure, nor always the nearest", () => {
    const xs = [...points("exp", 200)].filter((x) => Math.abs(x) > 1e-3);
    expect(xs.filter((x) => isInside(big.exp(new Big(exactDecimal(x))), Math.exp(x), Math.exp(x)))).toEqual(
      [],
    );
  });
});

describe("directed rounding", () => {
  const stream = new Stream(63, "directed");
  const draw = (): number => {
    const kinds = [
      () => stream.sign() * stream.between(1, 2) * 2 ** stream.int(-1000, 1000),
      () => stream.sign() * stream.between(0, 2),
      () => stream.int(-20, 20),
      () => stream.sign() * 2 ** stream.int(-1074, 1023),
    ];
    return stream.pick(kinds)();
  };

  it.each([
    ["add", directed.addDown, directed.addUp, "plus"],
    ["mul", directed.mulDown, directed.mulUp, "times"],
    ["div", directed.divDown, directed.divUp, "div"],
  ] as const)("%s brackets the exact result as closely as doubles can", (_name, down, up, operation) => {
    for (let i = 0; i < 1500; i++) {
      const [a, b] = [draw(), draw()];
      if (operation === "div" && b === 0) continue;
      const truth = exact(a)[operation](exact(b));
      const [low, high] = [down(a, b), up(a, b)];
      expect(low === -Infinity || exact(low).lte(truth), `${a} ${b}`).toBe(true);
      expect(high === Infinity || exact(high).gte(truth), `${a} ${b}`).toBe(true);
      expect(high <= nextUp64(nextUp64(low)), `${a} ${b}: ${low} ${high}`).toBe(true);
      // Exact results of ordinary size stay as they are.
      const size = Math.abs(truth.toNumber());
      if (size > 1e-290 && size < 1e290 && exact(truth.toNumber()).eq(truth)) expect(high).toBe(low);
    }
  });

  it("√ brackets the root, and is exact for squares", () => {
    for (let i = 0; i < 2000; i++) {
      const x = Math.abs(draw());
      const [low, high] = [exact(directed.sqrtDown(x)), exact(directed.sqrtUp(x))];
      expect(low.times(low).lte(exact(x)) && high.times(high).gte(exact(x)), `${x}`).toBe(true);
      const whole = stream.int(0, 2 ** 26);
      expect([directed.sqrtDown(whole * whole), directed.sqrtUp(whole * whole)]).toEqual([whole, whole]);
    }
  });

  it("would be caught if it did not round: 0.1 + 0.2 is not the double that is printed", () => {
    expect(directed.addDown(0.1, 0.2)).toBeLessThan(directed.addUp(0.1, 0.2));
    expect(directed.addDown(0.5, 0.25)).toBe(directed.addUp(0.5, 0.25));
  });

  it("goes to the largest double, and no further, from below", () => {
    expect(directed.mulDown(1e200, 1e200)).toBe(Number.MAX_VALUE);
    expect(directed.mulUp(1e200, 1e200)).toBe(Infinity);
    expect([directed.mulDown(1e-200, 1e-200), directed.mulUp(1e-200, 1e-200)]).toEqual([0, Number.MIN_VALUE]);
    expect(directed.mulDown(0, Infinity)).toBe(0);
  });
});

describe("the arithmetic of sets", () => {
  it("divides by sets that end at 0, and claims nothing where 0 is inside", () => {
    expect(over(exactly(1), { low: 0, high: 2 })).toEqual({ low: 0.5, high: Infinity });
    expect(over(exactly(1), { low: -2, high: 0 })).toEqual({ low: -Infinity, high: -0.5 });
    for (const zero of [{ low: -1, high: 2 }, exactly(0)]) {
      expect(over(exactly(1), zero)).toEqual({ low: -Infinity, high: Infinity });
    }
  });

  it("knows that a square is not negative, and that a product need not be one", () => {
    const x = { low: -1, high: 2 };
    expect(times(x, x)).toEqual({ low: 0, high: 4 });
    expect(times(x, { ...x })).toEqual({ low: -2, high: 4 });
  });

  it("contains every sum and product of members", () => {
    const stream = new Stream(64, "members");
    for (let i = 0; i < 2000; i++) {
      const set = (): Enclosure => {
        const [a, b] = [stream.normal(), stream.normal()];
        return { low: Math.min(a, b), high: Math.max(a, b) };
      };
      const [a, b] = [set(), set()];
      const [x, y] = [stream.between(a.low, a.high), stream.between(b.low, b.high)];
      expect(contains(plus(a, b), x + y)).toBe(true);
      expect(contains(times(a, b), x * y)).toBe(true);
      if (!contains(b, 0)) expect(contains(over(a, b), x / y)).toBe(true);
    }
  });
});

describe("certified numbers", () => {
  const A = certifiedNumbers();
  const box = (low: number, high: number, open = false) => certified({ low, high }, (low + high) / 2, open);
  const relu = (x: ReturnType<typeof box>, B = A) =>
    B.select(
      x,
      B.lift(0),
      () => x,
      () => B.lift(0),
      () => B.lift(0),
    );

  it("hull the branches of a comparison that cannot be told, and count it", () => {
    const comparisons = { untold: 0 };
    const B = certifiedNumbers(comparisons);
    expect(relu(box(-1, 2), B)).toMatchObject({ low: -1, high: 2 });
    expect(comparisons.untold).toBe(1);
    expect(relu(box(1, 2), B)).toMatchObject({ low: 1, high: 2 });
    expect(comparisons.untold).toBe(1);
  });

  it("tell a set without its ends from what it ends at", () => {
    expect(relu(box(-1, 0, true))).toMatchObject({ low: 0, high: 0 });
    const shifted = A.div(A.add(box(-2.5, 0, true), A.lift(2.5)), A.lift(5));
    expect(shifted.open).toBe(true);
    expect(A.mul(box(-1, 0, true), A.lift(0)).open).toBeFalsy();
    expect(A.exp(box(-1, 0, true)).open).toBeFalsy();
  });

  it("read decimals exactly: 0.25 is a double, and a fifth lies below 0.2", () => {
    expect(A.constant("0.25")).toMatchObject({ low: 0.25, high: 0.25 });
    expect(A.constant("0.2")).toMatchObject({ low: nextDown64(0.2), high: 0.2 });
    expect(A.constant("0.044715")).toMatchObject({ at: 0.044715 });
    expect(A.constant("1e-3").low).toBeLessThanOrEqual(1e-3);
  });

  it("share a maximum only among those that may have it", () => {
    const weights = Array.from(A.argmax([box(0, 1), box(2, 3), box(2.5, 4)]), ({ low, high }) => [low, high]);
    expect(weights).toEqual([
      [0, 0],
      [0, 1],
      [0, 1],
    ]);
  });
});
