import { describe, expect, it } from "vitest";
import { Stream } from "../core/random.js";
import { assertGradient, gradcheck } from "./gradcheck.js";
import { GradcheckError } from "./result.js";

const uniform = (n: number, name: string): Float64Array => {
  const stream = new Stream(60, name);
  return Float64Array.from({ length: n }, () => stream.between(-1, 1));
};
const tanh = (x: Float64Array): Float64Array => x.map(Math.tanh);
const sech2 = (v: Float64Array, x: Float64Array): Float64Array =>
  x.map((value, i) => v[i] / Math.cosh(value) ** 2);

describe("what is found", () => {
  it("one wrong entry: which input, where, which output, got and expected, and the smallest case", () => {
    const vjp = (v: Float64Array, x: Float64Array): Float64Array =>
      sech2(v, x).map((g, i) => (i === 3 ? 1.5 * g : g));
    const x = uniform(7, "entry");
    const result = gradcheck(tanh, [x], { vjp });
    expect(result).toMatchObject({ verdict: "fail", kind: "value", ok: false });
    expect(result.entry).toMatchObject({ input: 0, index: [3], output: 3 });
    const truth = 1 / Math.cosh(x[3]) ** 2;
    expect(Math.abs(result.entry!.expected - truth)).toBeLessThanOrEqual(result.entry!.bound);
    expect(result.entry!.got).toBeCloseTo(1.5 * truth, 12);
    // The fault needs a fourth element, and nothing else.
    expect(result.smallest?.inputs).toEqual([{ shape: [4], data: Float64Array.of(1, 1, 1, 1) }]);
    expect(String(result)).toBe(result.report);
    expect(result.report).toContain("smallest case with the same fault");
    expect(result.report).toContain("{ seed: 0 }");
  });

  it("the same for the same seed", () => {
    const options = { vjp: (v: Float64Array) => v, seed: 5 };
    expect(gradcheck(tanh, [uniform(5, "seed")], options).facts).toEqual(
      gradcheck(tanh, [uniform(5, "seed")], options).facts,
    );
  });

  it.each<[string, (v: Float64Array, x: Float64Array) => unknown, string]>([
    [
      "throws",
      () => {
        throw new Error("oops");
      },
      "the gradient throws: oops",
    ],
    ["shape", (v) => v.slice(1), "gradient 0 has shape [2] instead of [3]"],
    [
      "mutates",
      (v, x) => {
        const g = sech2(v, x);
        v.fill(0);
        return g;
      },
      "the gradient overwrites the cotangent it is given",
    ],
    [
      "mutates",
      (v, x) => {
        const g = sech2(v, x);
        x[1] = 9;
        return g;
      },
      "the gradient overwrites input 0",
    ],
  ])("a gradient of the kind %s", (kind, vjp, reason) => {
    expect(gradcheck(tanh, [uniform(3, "kinds")], { vjp })).toMatchObject({ verdict: "fail", kind, reason });
  });

  it("a gradient that is another one the next time", () => {
    let calls = 0;
    const vjp = (v: Float64Array, x: Float64Array): Float64Array =>
      sech2(v, x).map((g) => (calls++ > 2 ? g / 2 : g));
    expect(gradcheck(tanh, [uniform(3, "again")], { vjp, probes: 1 })).toMatchObject({
      verdict: "fail",
      kind: "repeat",
    });
  });

  it("rounding is no failure: 1 − y² in float32 beside values in doubles", () => {
    const rounded = (v: Float64Array, x: Float64Array): Float64Array =>
      x.map((value, i) => v[i] * Math.fround(1 - Math.fround(Math.fround(Math.tanh(value)) ** 2)));
    const result = gradcheck(tanh, [uniform(6, "rounding").map((x) => 2 * x)], { vjp: rounded });
    expect(result.verdict).toBe("inaccurate");
    expect(result.ok).toBe(true);
    const systematic = (v: Float64Array, x: Float64Array): Float64Array =>
      sech2(v, x).map((g) => g * (1 + 1e-7));
    expect(gradcheck(tanh, [uniform(6, "rounding")], { vjp: systematic }).verdict).toBe("fail");
  });

  it("a function that is none: other values for the same inputs", () => {
    let calls = 0;
    const dropout = (x: Float64Array): Float64Array => x.map((value) => value * (1 + (calls++ % 2)));
    expect(gradcheck(dropout, [Float64Array.of(1)], { vjp: (v: Float64Array) => v })).toMatchObject({
      verdict: "inconclusive",
      reason: "f gives other values when it is asked again at the same point",
    });
  });

  it("a function that cancels inside is not taken at its format's word", () => {
    const centered = (x: Float64Array): Float64Array => {
      const mean = x.reduce((t, value) => t + value, 0) / x.length;
      return x.map((value) => value - mean);
    };
    const vjp = (v: Float64Array): Float64Array => centered(v);
    expect(gradcheck(centered, [uniform(20, "c").map((x) => 1000 + 1e-3 * x)], { vjp }).verdict).not.toBe(
      "fail",
    );
  });
});

describe("what is not accepted", () => {
  it.each([NaN, Infinity, -Infinity, 5])("%s at a kink", (claimed) => {
    expect(gradcheck(Math.abs, [0], { gradient: () => claimed }).verdict).toBe("fail");
  });

  it("no slope at all under a constant that hides any, with the reason", () => {
    const hidden = gradcheck((x: number) => 1e20 + x, [1], { gradient: () => 0 });
    expect(hidden.verdict).toBe("inconclusive");
    expect(hidden.reason).toMatch(
      /^input 0: no slope is claimed, and the values of f hide slopes below \S+e\+8$/,
    );
    // Where the differences can resolve it, it is wrong; where there is none to hide, it is right.
    const seen = gradcheck((x: number) => 1e6 + x, [1], { gradient: () => 0 });
    expect(seen.verdict).toBe("fail");
    for (const flat of [Math.sign, Math.floor, (x: number) => Math.max(x, 7.5)]) {
      expect(gradcheck(flat, [3.25], { gradient: () => 0 }).verdict).toBe("pass");
    }
  });

  it.each([-6, 12, 6.6])("%s for the slope 6 under a constant that hides it, as a pass", (claimed) => {
    for (const constant of [1e12, 1e14]) {
      const { verdict } = gradcheck((x: number) => constant + x * x, [3], { gradient: () => claimed });
      expect(verdict).not.toBe("pass");
    }
  });
});

describe("the report's numbers", () => {
  const look = (f: (x: number[]) => unknown, x: number[], gradient: (x: number[]) => number[]) =>
    gradcheck(f, [x], { gradient, mostShrinking: 0 });

  it("at a kink are the slopes on its sides, and nothing is said of sign or factor", () => {
    const { report, entry } = look(
      ([x]) => Math.abs(x),
      [0],
      () => [-3],
    );
    expect(report).toContain("  expected  between -1 and 1, the slopes at the kink\n  got       -3\n");
    expect(entry).toMatchObject({ between: [-1, 1], got: -3 });
    const leaky = look(
      ([x]) => Math.max(2 * x, 4 * x),
      [0],
      () => [-3],
    ).report;
    expect(leaky).toContain("between 2 and 4, the slopes at the kink\n  got       -3\n");
  });

  it.each([
    [-6, "the sign is wrong"],
    [18, "off by a factor of 3"],
    [2, "off by a factor of 1/3"],
    [-12, "off by a factor of -2"],
    [0, "nothing arrives"],
    [NaN, "not a number"],
  ])("%s for 6: %s", (got, hint) => {
    expect(
      look(
        ([x]) => x ** 2,
        [3],
        () => [got],
      ).report,
    ).toContain(hint);
  });

  it("name no factor where another would fit as well", () => {
    expect(
      look(
        ([x]) => x ** 2,
        [3],
        () => [6.1],
      ).report,
    ).toMatch(/got {7}6\.1\n/);
    // Known to some tenths, 6 is as much a ninetieth as a hundredth of it.
    const rough = gradcheck(([x]: number[]) => x ** 2, [[3]], {
      gradient: () => [-600],
      noise: () => 1e-3,
      mostShrinking: 0,
    });
    expect(rough).toMatchObject({ verdict: "fail" });
    expect(rough.report).not.toContain("factor");
  });

  it("of tied elements are those of their sum, and of others come with how they are moved", () => {
    const everything = (x: number[]): number[] => x.map((value) => (value === 2 ? 1 : 0));
    const tied = look((x) => Math.max(...x), [2, 1, 2, 2], everything);
    expect(tied.entry).toMatchObject({ along: [1, 1, 1], got: 3, index: [[0], [2], [3]] });
    expect(tied.entry!.expected).toBeCloseTo(1, 10);
    expect(tied.report).toContain("input 0, the sum over elements [0] + [2] + [3]\n  expected  1 ±");
  });
});

describe("without a gradient", () => {
  it("the gradient is measured, with bounds, and nothing is claimed", () => {
    const result = gradcheck((x: number[]) => x[0] ** 2 * x[1], [[3, 2]]);
    expect(result.verdict).toBe("inconclusive");
    expect(result.reason).toBe("no gradient was given to check: the one of f was measured");
    const [{ data, bound }] = result.measured!;
    [12, 9].forEach((truth, i) => expect(Math.abs(data[i] - truth)).toBeLessThanOrEqual(bound[i]));
    expect(Math.max(...bound)).toBeLessThan(1e-8);
  });
});

describe("assertGradient", () => {
  it("throws with the report, for a test to show", () => {
    expect(() => assertGradient(Math.sin, [0.5], { gradient: Math.cos })).not.toThrow();
    expect(() => assertGradient(Math.sin, [0.5], { gradient: Math.sin })).toThrow(GradcheckError);
    expect(() => assertGradient(Math.sin, [0.5], { gradient: Math.sin })).toThrow(
      /^fail: the gradient is wrong\n {2}input 0/,
    );
    // A test that decides nothing must not look like one that passes.
    expect(() => assertGradient(Math.log, [0], { gradient: (x: number) => 1 / x })).toThrow(/^inconclusive/);
  });
});
