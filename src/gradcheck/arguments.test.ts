import { describe, expect, it } from "vitest";
import { gradcheck } from "./gradcheck.js";

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
    const x = Float64Array.of(0.25, -0.5, 0.875);
    const late = await gradcheck(f, [x], { vjp });
    const now = gradcheck(tanh, [x], { vjp: sech2 });
    expect(late.facts).toEqual(now.facts);
    const half = await gradcheck(f, [x], { vjp: (v: never, y: never) => sech2(v, y).map((g) => 2 * g) });
    expect(half.verdict).toBe("fail");
    await expect(gradcheck(() => Promise.reject(new Error("offline")), [1])).rejects.toThrow("offline");
  });

  it.each<[string, unknown, unknown]>([
    ["inputs must be the list of f's arguments, as in [x]; got 3", 3, {}],
    ["input 0 is a ragged array", [[[1, 2], [3]]], {}],
    ["input 1 is undefined", [1, undefined], {}],
    ['input 0 is an array that holds "a"', [["a"]], {}],
    ["f gives 2 numbers; `gradient` belongs to functions of one", [[1, 2]], { gradient: () => [1, 1] }],
    [
      "cotangent has 3 numbers, the result of f 2",
      [[1, 2]],
      { vjp: (v: unknown) => v, cotangent: [1, 2, 3] },
    ],
    [
      'none of the inputs is a number, so there is nothing to differentiate by: they are "abc", true',
      ["abc", true],
      {},
    ],
    ["nothing to differentiate by: the list is empty", [], {}],
    ["input 0 is a function; allowed are a number", [Math.sin], {}],
    ["input 0 is an object with a, b; allowed are a number", [{ a: 1, b: 2 }], {}],
    ["input 0 is a Map; allowed are a number", [new Map()], {}],
    ['there is no option "grad"; allowed are vjp, gradient, hvp, tf, order, seed,', [1], { grad: () => 1 }],
    ["vjp and gradient are both given", [1], { vjp: () => 1, gradient: () => 1 }],
    ["hvp is only looked at with order: 2", [1], { gradient: () => 1, hvp: () => 1 }],
    ["order is 3, and must be 1 or 2", [1], { order: 3 }],
    ["gradient is 2, and must be a function", [1], { gradient: 2 }],
    ["probes is 0, and must be a whole number above 0", [1], { probes: 0 }],
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
