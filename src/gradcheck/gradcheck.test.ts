import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { Stream } from "../core/random.js";
import type { TensorLibrary } from "./argument.js";
import { assertGradient, gradcheck } from "./gradcheck.js";
import { GradcheckError } from "./result.js";

const library = tf as unknown as TensorLibrary;
const tfOptions = { tf: library } as const;
beforeAll(async () => {
  // The backend, and the package that registers the gradients of the core.
  await Promise.all([import("@tensorflow/tfjs-backend-cpu"), import("@tensorflow/tfjs-layers")]);
  await tf.setBackend("cpu");
});

const uniform = (n: number, name: string): Float64Array => {
  const stream = new Stream(60, name);
  return Float64Array.from({ length: n }, () => stream.between(-1, 1));
};
const tanh = (x: Float64Array): Float64Array => x.map(Math.tanh);
const sech2 = (v: Float64Array, x: Float64Array): Float64Array =>
  x.map((value, i) => v[i] / Math.cosh(value) ** 2);

describe("forms of numbers", () => {
  it("a number, and a gradient function", () => {
    expect(gradcheck(Math.sin, [0.5], { gradient: Math.cos }).verdict).toBe("pass");
    expect(gradcheck(Math.sin, [0.5], { gradient: Math.sin }).verdict).toBe("fail");
  });

  it("nested arrays in and out, one gradient per input", () => {
    const product = (a: number[][], b: number[]): number[] =>
      a.map((row) => row.reduce((t, x, i) => t + x * b[i], 0));
    const vjp = (v: number[], a: number[][], b: number[]): unknown => [
      a.map((_, i) => b.map((x) => v[i] * x)),
      b.map((_, j) => a.reduce((t, row, i) => t + v[i] * row[j], 0)),
    ];
    const inputs = [
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      [0.5, -1, 2],
    ];
    expect(gradcheck(product, inputs, { vjp }).verdict).toBe("pass");
    const swapped = gradcheck(product, inputs, {
      vjp: (v: number[], a: never, b: never) => (vjp(v, a, b) as []).reverse(),
    });
    expect(swapped).toMatchObject({ verdict: "fail", kind: "shape" });
    expect(swapped.reason).toBe("gradient 0 has shape [3] instead of [2, 3]");
  });

  it("tensors with a shape, several results, and arguments without a derivative", () => {
    type T = { shape: number[]; data: Float64Array };
    const scale = (x: T, k: Int32Array): T[] => [
      { shape: [2, 2], data: x.data.map((value) => value * k[0]) },
      { shape: [], data: Float64Array.of(x.data[3] ** 2) },
    ];
    const vjp = ([v, u]: T[], x: T, k: Int32Array): unknown => [
      {
        shape: [2, 2],
        data: v.data.map((value, i) => value * k[0] + (i === 3 ? 2 * x.data[3] * u.data[0] : 0)),
      },
      null,
    ];
    const x = { shape: [2, 2], data: Float64Array.of(1, -2, 3, 0.5) };
    expect(gradcheck(scale, [x, Int32Array.of(3)], { vjp }).report).toMatch(/^pass/);
  });

  it("promises: f, the gradient, or both", async () => {
    const f = async (x: Float64Array): Promise<Float64Array> => Promise.resolve(tanh(x));
    const vjp = async (v: Float64Array, x: Float64Array): Promise<Float64Array> =>
      Promise.resolve(sech2(v, x));
    const x = uniform(3, "late");
    const late = await gradcheck(f, [x], { vjp });
    const now = gradcheck(tanh, [x], { vjp: sech2 });
    expect(late.facts).toEqual(now.facts);
    const half = await gradcheck(f, [x], { vjp: (v: never, y: never) => sech2(v, y).map((g) => 2 * g) });
    expect(half.verdict).toBe("fail");
    await expect(gradcheck(() => Promise.reject(new Error("offline")), [1])).rejects.toThrow("offline");
  });

  it.each<[string, unknown, unknown]>([
    ["inputs must be the list of f's arguments, as in [x]; got number", 3, {}],
    ["input 0 is a ragged array", [[[1, 2], [3]]], {}],
    ["input 1 is undefined", [1, undefined], {}],
    ["input 0 is an array that holds string", [["a"]], {}],
    ["f gives 2 numbers; `gradient` belongs to functions of one", [[1, 2]], { gradient: () => [1, 1] }],
    [
      "cotangent has 3 numbers, the result of f 2",
      [[1, 2]],
      { vjp: (v: unknown) => v, cotangent: [1, 2, 3] },
    ],
  ])("%s", (message, inputs, options) => {
    expect(() => gradcheck((x: number[]) => x, inputs as [], options as object)).toThrow(message);
  });

  it("what f throws, with what threw", () => {
    const f = (): number => {
      throw new Error("not today");
    };
    expect(() => gradcheck(f, [1])).toThrow("f throws: not today");
  });
});

describe("TensorFlow.js", () => {
  it("the library's own gradient of a composed function passes, in float32", () => {
    const f = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.sum(tf.tanh(tf.matMul(a, b)));
    const a = tf.tensor2d([0.1, -0.4, 0.7, 1.1, -0.2, 0.3], [2, 3]);
    const b = tf.tensor2d([0.5, 0.2, -0.3, 0.9, 0.4, -0.6], [3, 2]);
    const before = tf.memory().numTensors;
    const result = gradcheck(f, [a, b], tfOptions);
    expect(result.report).toMatch(/^pass/);
    expect(tf.memory().numTensors).toBe(before);
  });

  it("a custom gradient that is wrong is shown on one number, with its entry and who is wrong", () => {
    const f = (x: tf.Tensor): tf.Tensor =>
      tf.customGrad((...xs) => {
        const [y] = xs as tf.Tensor[];
        return { value: tf.square(y), gradFunc: (dy: tf.Tensor) => [tf.mul(tf.mul(dy, y), 3)] };
      })(x);
    const result = gradcheck(f, [tf.tensor2d([0.3, 1.7, -0.8, 2.5, 0.11, -0.6], [2, 3])], tfOptions);
    expect(result.verdict).toBe("fail");
    expect(result.smallest).toMatchObject({ inputs: [{ shape: [], data: Float64Array.of(1) }] });
    expect(result.smallest?.entry).toMatchObject({ input: 0, index: [], output: 0, got: 3 });
    expect(Math.abs(result.smallest!.entry!.expected - 2)).toBeLessThan(1e-3);
    expect(result.because).toContain("The library's gradient contradicts f itself");
  });

  it("an input that nothing depends on has no gradient, and needs none; one that matters does", () => {
    const x = tf.tensor1d([0.5, 2]);
    const first = (a: tf.Tensor, _b: tf.Tensor): tf.Tensor => tf.exp(a);
    expect(gradcheck(first, [x, x], tfOptions).report).toMatch(/^pass/);
    const cut = (a: tf.Tensor): tf.Tensor => tf.tensor1d(tf.exp(a).dataSync());
    expect(gradcheck(cut, [x], tfOptions)).toMatchObject({ verdict: "fail", kind: "value" });
  });

  it("says that it needs the library", () => {
    expect(() => gradcheck((x: tf.Tensor) => x, [tf.scalar(1)])).toThrow("hand the library in");
  });

  it("differentiates twice, and finds that the library does not differentiate through outputs that it saved", () => {
    const x = tf.tensor1d([0.3, -1.2, 0.8]);
    const twice = { ...tfOptions, order: 2 } as const;
    const sine = gradcheck((y: tf.Tensor) => tf.sum(tf.mul(tf.sin(y), y)), [x], twice);
    expect(sine.report).toMatch(/^pass \(second order\)/);
    // TensorFlow.js 4.22: (x·tanh x)″ at −1.2 is 0.61 instead of −0.0002.
    const tanh2 = gradcheck((y: tf.Tensor) => tf.sum(tf.mul(tf.tanh(y), y)), [x], twice);
    expect(tanh2).toMatchObject({ verdict: "fail", kind: "value" });
    expect(tanh2.reason).toMatch(/^second derivative/);
  });
});

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

  it.each([-6, 12, 6.6])("%s for the slope 6 under a constant that hides it, as a pass", (claimed) => {
    for (const constant of [1e12, 1e14]) {
      const { verdict } = gradcheck((x: number) => constant + x * x, [3], { gradient: () => claimed });
      expect(verdict).not.toBe("pass");
    }
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

describe("second order", () => {
  const f = (x: Float64Array): number => x[0] ** 2 * x[1] + Math.sin(x[1]);
  const gradient = (x: Float64Array): Float64Array =>
    Float64Array.of(2 * x[0] * x[1], x[0] ** 2 + Math.cos(x[1]));
  const hvp = (d: Float64Array, x: Float64Array): Float64Array =>
    Float64Array.of(2 * x[1] * d[0] + 2 * x[0] * d[1], 2 * x[0] * d[0] - Math.sin(x[1]) * d[1]);
  const x = Float64Array.of(0.7, -1.3);

  it("passes, and fails on a wrong product", () => {
    expect(gradcheck(f, [x], { gradient, hvp, order: 2 }).report).toMatch(/^pass \(second order\)/);
    const wrong = (d: Float64Array, y: Float64Array): Float64Array =>
      hvp(d, y).map((h, i) => (i === 1 ? -h : h));
    const result = gradcheck(f, [x], { gradient, hvp: wrong, order: 2 });
    expect(result.verdict).toBe("fail");
    expect(result.reason).toMatch(/^second derivative: input 0, element 1/);
  });

  it("a gradient that is right at the point and no gradient around it is not symmetric", () => {
    const turning = (y: Float64Array): Float64Array => {
      const [a, b] = gradient(y);
      return Float64Array.of(a + (y[1] - x[1]), b - (y[0] - x[0]));
    };
    const result = gradcheck(f, [x], { gradient: turning, order: 2 });
    expect(result).toMatchObject({ verdict: "fail", kind: "symmetry" });
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
