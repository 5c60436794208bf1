import { describe, expect, it } from "vitest";
import { Stream } from "../core/random.js";
import { estimateNoise, noisyDifference, tableNoise } from "./noise.js";

const round = Math.fround;

interface Known {
  readonly name: string;
  readonly format: "f32" | "f64";
  readonly f: (x: number) => number;
  readonly slope: (x: number) => number;
  /** Decades of |x|. */
  readonly low: number;
  readonly high: number;
  readonly positive?: true;
}

/** Every operation rounded to float32, as TensorFlow.js does. */
const KNOWN: readonly Known[] = [
  { name: "exp", format: "f32", f: (x) => round(Math.exp(x)), slope: Math.exp, low: -4, high: 1.5 },
  {
    name: "tanh",
    format: "f32",
    f: (x) => round(Math.tanh(x)),
    slope: (x) => 1 / Math.cosh(x) ** 2,
    low: -4,
    high: 1.5,
  },
  { name: "sin", format: "f32", f: (x) => round(Math.sin(x)), slope: Math.cos, low: -4, high: 1.5 },
  {
    name: "log",
    format: "f32",
    f: (x) => round(Math.log(x)),
    slope: (x) => 1 / x,
    low: -4,
    high: 1.5,
    positive: true,
  },
  {
    name: "x³",
    format: "f32",
    f: (x) => round(round(x * x) * x),
    slope: (x) => 3 * x * x,
    low: -4,
    high: 1.5,
  },
  { name: "3x", format: "f32", f: (x) => round(3 * x), slope: () => 3, low: -4, high: 1.5 },
  {
    name: "sigmoid",
    format: "f32",
    f: (x) => round(1 / round(1 + round(Math.exp(-x)))),
    slope: (x) => Math.exp(-x) / (1 + Math.exp(-x)) ** 2,
    low: -4,
    high: 1.5,
  },
  { name: "exp in doubles", format: "f64", f: Math.exp, slope: Math.exp, low: -4, high: 1.5 },
  {
    name: "doubles in, float32 inside",
    format: "f64",
    f: (x) => round(Math.exp(round(x))),
    slope: Math.exp,
    low: -4,
    high: 1.5,
  },
];

const numbers = ({ name, low, high, positive }: Known, count: number): number[] => {
  const stream = new Stream(51, name);
  return Array.from({ length: count }, () =>
    round((positive ? 1 : stream.sign()) * 10 ** stream.between(low, high)),
  );
};

const at = (f: (x: number) => number, x: number, format: "f32" | "f64" = "f32", w = Math.abs(x) || 1) =>
  noisyDifference(([t]) => f(t), Float64Array.of(x), Float64Array.of(w), { format });
const noiseAt = (f: (x: number) => number, x: number, format: "f32" | "f64" = "f32") =>
  estimateNoise(([t]) => f(t), Float64Array.of(x), Float64Array.of(Math.abs(x) || 1), format);

describe("the bound of a noisy difference", () => {
  it.each(KNOWN)("contains the derivative of $name", ({ format, f, slope, ...known }) => {
    for (const x of numbers({ format, f, slope, ...known }, 500)) {
      const { value, bound, direction, status } = at(f, x, format, 0.7 * Math.abs(x));
      expect(["ok", "unresolved"], `${x}`).toContain(status);
      expect(Math.abs(value - slope(x) * direction[0]), `${x}`).toBeLessThanOrEqual(bound);
    }
  });

  it("is close enough to refute a derivative that is wrong by a thousandth", () => {
    const bounds = numbers(KNOWN[2], 500)
      .map((x) => at(KNOWN[2].f, x))
      .sort((a, b) => a.bound / Math.abs(a.value) - b.bound / Math.abs(b.value));
    const { bound, value } = bounds[bounds.length >> 1];
    expect(bound / Math.abs(value)).toBeLessThan(1e-4);
  });

  it("costs what it says", () => {
    const cost = (known: Known): number => {
      const all = numbers(known, 200).map((x) => at(known.f, x, known.format).evaluations);
      return all.sort((a, b) => a - b)[100];
    };
    expect(cost(KNOWN[0])).toBeLessThanOrEqual(40);
    expect(cost(KNOWN[7])).toBeLessThanOrEqual(110);
  });

  it("moves along a direction whose steps are exact in float32", () => {
    const points: number[] = [];
    const record = ([t]: Float64Array): number => {
      points.push(t);
      return t * t;
    };
    noisyDifference(record, Float64Array.of(0.1), Float64Array.of(0.0731), { format: "f32" });
    expect(points.filter((t) => round(t) !== t)).toEqual([]);
  });
});

describe("what cannot be resolved", () => {
  it("is said at kinks", () => {
    const kinks: [(x: number) => number, number][] = [
      [(x) => Math.max(x, 0), 0],
      [Math.abs, 0],
      [(x) => round(Math.abs(x - 3) + round(x * x)), 3],
      [(x) => Math.min(x, 1), 1],
    ];
    for (const [f, x] of kinks) {
      const { status, reason } = at(f, x);
      expect(status).toBe("kink");
      expect(reason).toMatch(/slopes.*cannot resolve below/);
    }
  });

  it("is said of jumps, poles and the ends of domains", () => {
    expect(at(Math.sign, 0)).toMatchObject({ status: "unresolved" });
    expect(at(Math.sign, 0).bound).toBeGreaterThan(1);
    expect(at((x) => round(Math.sqrt(x)), 0)).toMatchObject({ status: "domain" });
    expect(at(() => NaN, 1)).toMatchObject({ status: "domain", bound: Infinity });
    expect(at(Math.exp, 1, "f32", 2 ** -40)).toMatchObject({ status: "domain", bound: Infinity });
  });

  it("is said of functions whose derivative lies below their noise", () => {
    const { status, reason, bound } = at((x) => round(1000 + Math.sin(x)), 1.57);
    expect(status).toBe("unresolved");
    expect(reason).toMatch(/noise hides the derivative: cannot resolve below \S+/);
    expect(bound).toBeGreaterThan(1e-4);
  });

  it("is everything where f is flat: 1 − cos x is 0 around 1e-4 in float32, and its derivative 1e-4", () => {
    const { status, bound, reason } = at((x) => round(1 - round(Math.cos(x))), round(1e-4));
    expect({ status, bound }).toEqual({ status: "unresolved", bound: Infinity });
    expect(reason).toMatch(/flat/);
  });

  it("is nothing along no direction", () => {
    expect(at(Math.exp, 1, "f32", 0)).toMatchObject({ status: "ok", value: 0, bound: 0 });
  });

  it("includes what a function loses inside: 1 − cos x at 0.01 is one of a few stairs", () => {
    let outside = 0;
    for (const x of numbers({ ...KNOWN[0], name: "stairs", low: -4, high: -1 }, 1000)) {
      const { value, bound, direction } = at((t) => round(1 - round(Math.cos(t))), x);
      if (!(Math.abs(value - Math.sin(x) * direction[0]) <= bound)) outside++;
    }
    // Measured: 4 of 1,000. A step that stays on one stair sees nothing of the next.
    expect(outside).toBeLessThanOrEqual(8);
  });
});

describe("the estimate of noise", () => {
  const rough =
    (sigma: number, name: string) =>
    (x: number): number =>
      Math.exp(x) + sigma * new Stream(0, `${name}/${x}`).normal();

  it("finds independent errors of any size within a factor of four", () => {
    for (const sigma of [1e-12, 1e-8, 1e-4, 1e-2]) {
      for (let i = 0; i < 20; i++) {
        const { noise } = noiseAt(rough(sigma, `${i}`), 1 + i / 64, "f64");
        expect(noise / sigma).toBeGreaterThan(0.5);
        expect(noise / sigma).toBeLessThan(4);
      }
    }
  });

  it("is not misled by curvature, nor by exact arithmetic", () => {
    expect(noiseAt((x) => round(Math.exp(x)), 1).noise).toBeLessThan(4 * 2 ** -24 * Math.E);
    expect(noiseAt((x) => x * x, 1, "f64").noise).toBeLessThan(2 ** -52);
    expect(noiseAt((x) => 3 * x + 5, 8, "f64").noise).toBeLessThan(2 ** -47);
  });

  it("does not take a kink for noise, which a plain difference table does", () => {
    const bent = [3, 2, 1, 0, 1, 2, 3];
    // Its third and fourth differences, 2 −2 and 2 −4 2, alternate and agree in size as those of noise do.
    expect(tableNoise(bent)).toBe(0);
    expect(noiseAt(Math.abs, 0).noise).toBeLessThan(1e-8);
  });

  it("sees a stair, a jump, and alternating errors", () => {
    expect(tableNoise([0, 0, 0, 1, 1, 1, 1])).toBe(1);
    expect(tableNoise([-1, -1, -1, 0, 1, 1, 1])).toBeGreaterThan(0.2);
    expect(tableNoise([1, -1, 1, -1, 1, -1, 1])).toBeGreaterThan(1);
    expect(tableNoise([0, 0, 0, 1, 2, 3, 4])).toBe(0);
  });
});
