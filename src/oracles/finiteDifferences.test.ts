import { ulp } from "../core/float.js";
import { describe, expect, it } from "vitest";
import { Stream } from "../core/random.js";
import { differencePoints, differences, exactDirection, MOST_EVALUATIONS } from "./finiteDifferences.js";

interface Known {
  readonly name: string;
  readonly f: (x: number) => number;
  readonly slope: (x: number) => number;
  /** Decades of |x|. */
  readonly low: number;
  readonly high: number;
  readonly positive?: true;
}

const KNOWN: readonly Known[] = [
  { name: "exp", f: Math.exp, slope: Math.exp, low: -7, high: 3 },
  { name: "log", f: Math.log, slope: (x) => 1 / x, low: -7, high: 3, positive: true },
  { name: "sin", f: Math.sin, slope: Math.cos, low: -5, high: 5 },
  { name: "tanh", f: Math.tanh, slope: (x) => 1 / Math.cosh(x) ** 2, low: -7, high: 3 },
  { name: "x³ + 1e6", f: (x) => x ** 3 + 1e6, slope: (x) => 3 * x * x, low: -5, high: 5 },
  { name: "1/x", f: (x) => 1 / x, slope: (x) => -1 / (x * x), low: -5, high: 5 },
  { name: "√x", f: Math.sqrt, slope: (x) => 0.5 / Math.sqrt(x), low: -5, high: 5, positive: true },
  {
    name: "(x + 1)(x + 2)(x + 3)",
    f: (x) => (x + 1) * (x + 2) * (x + 3),
    slope: (x) => (x + 2) * (x + 3) + (x + 1) * (x + 3) + (x + 1) * (x + 2),
    low: -5,
    high: 5,
  },
  // Its sine is a millionth of the slope at 1e6, and a step of 2⁻⁹·x goes through 300 of its periods.
  { name: "x² + sin x", f: (x) => x * x + Math.sin(x), slope: (x) => 2 * x + Math.cos(x), low: -4, high: 6 },
];

const scalar = (f: (x: number) => number) => (x: Float64Array) => x.map(f);
const at = (f: (x: number) => number, x: number, w = Math.abs(x) || 1, options = {}) =>
  differences(scalar(f), Float64Array.of(x), Float64Array.of(w), Float64Array.of(1), options);

/** `count` numbers whose magnitude is uniform over the decades. */
function* numbers({ name, low, high, positive }: Known, count: number): Generator<number> {
  const stream = new Stream(40, name);
  for (let i = 0; i < count; i++) yield (positive ? 1 : stream.sign()) * 10 ** stream.between(low, high);
}

/** As if computed in float32, with an error that no two points share. */
const rough = (t: number): number => Math.exp(t) * (1 + 2 ** -24 * Math.sin(1e18 * t));
const twoKinks = ([x]: Float64Array): Float64Array => Float64Array.of(Math.abs(x), Math.abs(x) + x / 8);
const unitNoise = (): number => 2 ** -53;
const bentAtOne = (x: number): number => Math.max(x - 1, 0) + x;

const median = (xs: readonly number[]): number => [...xs].sort((a, b) => a - b)[xs.length >> 1];

describe("the bound", () => {
  it.each(KNOWN)("contains the derivative of $name over ten decades", (known) => {
    let outside = 0;
    for (const x of numbers(known, 2000)) {
      const { value, bound, direction } = at(known.f, x);
      const truth = known.slope(x) * direction[0];
      // The expected slopes are doubles too: four roundings.
      if (!(Math.abs(value - truth) <= bound + 4 * 2 ** -53 * Math.abs(truth)) && bound < Infinity) outside++;
    }
    // Measured: 9 of 180,000, all of them where x² hides the sine.
    expect(outside).toBeLessThanOrEqual(2);
  });

  it("costs nine evaluations in the middle, and never more than its most", () => {
    const costs = KNOWN.flatMap((known) =>
      Array.from(numbers(known, 300), (x) => at(known.f, x).evaluations),
    );
    expect(median(costs)).toBe(9);
    expect(Math.max(...costs)).toBeLessThanOrEqual(MOST_EVALUATIONS);
  });

  it("is close where the values carry the derivative", () => {
    const errors = [0.3, 2, 50].map((x) => {
      const { value, direction } = at(Math.log, x);
      return Math.abs((value * x) / direction[0] - 1);
    });
    expect(Math.max(...errors)).toBeLessThan(1e-11);
  });

  it("admits that a saturated function shows nothing", () => {
    const { value, bound } = at(Math.tanh, 30);
    expect(value).toBe(0);
    expect(bound).toBeGreaterThan(1e-14);
  });

  it("grows with the noise that is stated", () => {
    // 1 − cos x cancels near 0: its error is u of 1, not of itself.
    for (const x of [1e-5, 1e-4, 1e-3, 1e-2, 0.1]) {
      const { value, bound, direction } = at((t) => 1 - Math.cos(t), x, x, { noise: unitNoise });
      expect(Math.abs(value - Math.sin(x) * direction[0])).toBeLessThanOrEqual(bound);
    }
  });

  it("is measured where f is rougher than stated", () => {
    const stream = new Stream(41, "rough");
    let inside = 0;
    for (let i = 0; i < 100; i++) {
      const x = stream.between(1, 2);
      const { value, bound, status, direction } = at(rough, x);
      expect(status).toBe("noisy");
      if (Math.abs(value - Math.exp(x) * direction[0]) <= bound && bound < 0.05) inside++;
    }
    expect(inside).toBeGreaterThanOrEqual(97);
  });
});

describe("kinks", () => {
  it.each([
    ["relu at 0", (x: number) => Math.max(x, 0), 0, 0, 1],
    ["|x| at 0", Math.abs, 0, -1, 1],
    ["|x − 3| + x² at 3", (x: number) => Math.abs(x - 3) + x * x, 3, 5 * 3, 7 * 3],
    ["min(x, 1) at 1", (x: number) => Math.min(x, 1), 1, 0, 1],
  ])("of %s have two slopes", (_name, f, x, low, high) => {
    const { status, left, right, value, bound } = at(f, x);
    expect(status).toBe("kink");
    expect(Math.abs(left!.value - low)).toBeLessThanOrEqual(left!.bound);
    expect(Math.abs(right!.value - high)).toBeLessThanOrEqual(right!.bound);
    expect(right!.bound).toBeLessThan(1e-5);
    expect(value - bound).toBeLessThanOrEqual(low);
    expect(value + bound).toBeGreaterThanOrEqual(high);
  });

  it("show although cotangents of both signs hide them in the sum", () => {
    // Two outputs with the same kink and opposite cotangents: each may choose its side for itself.
    const both = differences(twoKinks, Float64Array.of(0), Float64Array.of(1), Float64Array.of(2, -1));
    expect([both.left?.value, both.right?.value]).toEqual([-3.125, 2.875]);
  });

  it.each([2 ** -12, 2 ** -20, 2 ** -30])("at a distance of %s are stepped inside of", (distance) => {
    const { status, value, bound, direction } = at(bentAtOne, 1 + distance);
    expect(status).toBe("ok");
    expect(Math.abs(value - 2 * direction[0])).toBeLessThanOrEqual(bound);
    expect(bound).toBeLessThan(1e-3);
  });

  it("are not seen in smooth functions", () => {
    for (const known of KNOWN.slice(0, 8)) {
      for (const x of numbers(known, 300))
        expect(at(known.f, x).status, `${known.name} at ${x}`).not.toBe("kink");
    }
  });
});

describe("what cannot be differentiated", () => {
  it("is out of the domain when no step is finite on both sides", () => {
    expect(at(Math.log, 0)).toMatchObject({ status: "domain", bound: Infinity });
    expect(at(Math.sqrt, 0)).toMatchObject({ status: "domain", bound: Infinity });
    expect(at(() => NaN, 1)).toMatchObject({ status: "domain" });
  });

  it("skips levels that leave the domain", () => {
    const x = 1 + 2 ** -14;
    const { status, value, bound, direction } = at(Math.acosh, x);
    expect(status).toBe("ok");
    expect(Math.abs(value - direction[0] / Math.sqrt(x * x - 1))).toBeLessThanOrEqual(bound);
  });

  it("has no finite bound at a jump or a pole", () => {
    expect(at(Math.sign, 0)).toMatchObject({ status: "noisy" });
    expect(at(Math.sign, 0).bound).toBeGreaterThan(1);
    expect(at(Math.tan, 1.5707963267948966)).toMatchObject({ status: "noisy", bound: Infinity });
  });

  it("costs nothing along no direction", () => {
    expect(at(Math.exp, 1, 0)).toMatchObject({ status: "ok", value: 0, bound: 0, evaluations: 0 });
  });
});

describe("somebody's derivative", () => {
  it("ends the search at three levels when it agrees, and not when it does not", () => {
    const { direction } = at(Math.exp, 1);
    const right = Math.E * direction[0];
    expect(at(Math.exp, 1, 1, { expected: right }).evaluations).toBe(6);
    expect(at(Math.exp, 1, 1, { expected: right * (1 + 1e-9) }).evaluations).toBeGreaterThan(6);
  });

  it("saves the evaluation at the center when its value is given", () => {
    const calls: number[] = [];
    const f = (x: Float64Array): Float64Array => {
      calls.push(x[0]);
      return x;
    };
    differences(f, Float64Array.of(3), Float64Array.of(1), Float64Array.of(1), {
      center: Float64Array.of(3),
    });
    expect(calls).not.toContain(3);
  });
});

describe("exactDirection", () => {
  it("makes every step exact, on both sides, within a binade", () => {
    const stream = new Stream(42, "steps");
    for (let i = 0; i < 200; i++) {
      const x = Float64Array.from({ length: 3 }, () => stream.sign() * 10 ** stream.between(-20, 20));
      const w = x.map((value) => stream.sign() * stream.between(0.5, 1) * Math.abs(value));
      const { direction, levels } = exactDirection(x, w);
      expect(levels).toBe(34);
      for (let level = 0; level < levels; level++) {
        const h = 2 ** (-9 - level);
        direction.forEach((step, j) => {
          for (const moved of [x[j] + h * step, x[j] - h * step]) {
            // Where a step leaves the binade of x upwards, the last bit of x itself is lost.
            const crosses = ulp(moved, "f64") > ulp(x[j], "f64");
            expect(Math.abs(Math.abs(moved - x[j]) - Math.abs(h * step))).toBeLessThanOrEqual(
              crosses ? ulp(moved, "f64") / 2 : 0,
            );
          }
        });
      }
      direction.forEach((step, j) => expect(Math.abs(step / w[j] - 1)).toBeLessThan(2 ** -7));
    }
  });

  it("does not change a direction that is exact already", () => {
    const x = Float64Array.of(0.1, -3e10, 0);
    const { direction } = exactDirection(x, Float64Array.of(0.07, 2e10, 1));
    expect(exactDirection(x, direction).direction).toEqual(direction);
  });

  it("leaves fewer levels for a direction that is small next to x", () => {
    expect(exactDirection(Float64Array.of(1), Float64Array.of(2 ** -20)).levels).toBe(16);
    expect(exactDirection(Float64Array.of(1), Float64Array.of(2 ** -60)).levels).toBe(0);
    expect(at(Math.exp, 1, 2 ** -60)).toMatchObject({ status: "domain", bound: Infinity });
  });
});

it("differencePoints are the points that are evaluated", () => {
  const x = Float64Array.of(1, 2);
  const w = Float64Array.of(0.5, -1);
  const foreseen = new Set(differencePoints(x, w, 12).map((point) => point.join()));
  const f = (point: Float64Array): Float64Array => {
    expect(foreseen.has(point.join())).toBe(true);
    return Float64Array.of(Math.sin(1e6 * point[0]) + Math.abs(point[1] - 2));
  };
  differences(f, x, w, Float64Array.of(1), { levels: 12 });
  expect(foreseen.size).toBe(25);
});
