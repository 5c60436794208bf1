import { afterAll, describe, expect, it } from "vitest";
import { Stream } from "../core/random.js";
import { gradcheck } from "./gradcheck.js";
import type { GradcheckOptions } from "./options.js";
import type { Gradcheck } from "./result.js";

/**
 * Findings that others miss, and correct gradients that others refuse: the single cases measured on
 * torch.autograd.gradcheck 2.13 and jax.test_util.check_grads 0.10, with what they say of them.
 */

type Array64 = Float64Array;
type Vjp = (v: Array64, x: Array64) => Array64;

const uniform = (n: number): Array64 => {
  const stream = new Stream(80, `n=${n}`);
  return Float64Array.from({ length: n }, () => stream.between(-1, 1));
};
const sech2: Vjp = (v, x) => x.map((value, i) => v[i] / Math.cosh(value) ** 2);
const tanh = (x: Array64): Array64 => x.map(Math.tanh);
const slope =
  (d: (x: number) => number): Vjp =>
  (v, x) =>
    x.map((value, i) => d(value) * v[i]);

const costs: string[] = [];
function look(name: string, f: (x: never) => unknown, x: unknown, options: GradcheckOptions): Gradcheck {
  const result = gradcheck(f, [x], { mostShrinking: 0, ...options });
  costs.push(`${name}: ${result.evaluations} evaluations, ${result.gradientCalls} gradients`);
  // Nothing may cost more than what the options allow.
  expect(result.evaluations).toBeLessThanOrEqual(250 + 2250);
  return result;
}
afterAll(() => console.info(costs.join("\n")));

describe("wrong gradients that pass elsewhere", () => {
  it.each<[string, (x: Array64) => Array64, Vjp, Array64]>([
    [
      "a relative error of 1e-3 (torch passes)",
      tanh,
      (v, x) => sech2(v, x).map((g) => g * 1.001),
      uniform(10),
    ],
    [
      "tanh′ = 0 at 6.5 (torch passes)",
      tanh,
      slope((x) => (x > 6 ? 0 : 1 / Math.cosh(x) ** 2)),
      Float64Array.of(6.5),
    ],
    ["an all-zero derivative of 499 (jax passes in float32)", tanh, (_v, x) => x.map(() => 0), uniform(499)],
    [
      "a zeroed entry at n = 1000 (torch's fast mode passes)",
      tanh,
      (v, x) => sech2(v, x).map((g, i) => (i === 321 ? 0 : g)),
      uniform(1000),
    ],
    [
      "a flipped sign at n = 1000 (torch's fast mode passes)",
      tanh,
      (v, x) => sech2(v, x).map((g, i) => (i === 321 ? -g : g)),
      uniform(1000),
    ],
    [
      "two swapped entries at n = 1000 (torch's fast mode passes)",
      (x) => x.slice(),
      (v) => v.map((u, i) => (i === 5 ? v[700] : i === 700 ? v[5] : u)),
      uniform(1000),
    ],
  ])("%s", (name, f, vjp, x) => {
    expect(look(name, f, x, { vjp })).toMatchObject({ verdict: "fail", kind: "value" });
  });

  it("the entry is named, also among 1000", () => {
    const vjp: Vjp = (v, x) => sech2(v, x).map((g, i) => (i === 321 ? 1.01 * g : g));
    const result = look("1 % at n = 1000, traced", tanh, uniform(1000), { vjp });
    expect(result.entry).toMatchObject({ input: 0, index: [321], output: 321 });
  });

  it("a wrong backward on a tensor without elements (torch passes)", () => {
    const empty = { shape: [0, 3], data: new Float64Array(0) };
    const total = (x: typeof empty): number => x.data.reduce((a, b) => a + b, 0);
    const transposed = (): unknown => ({ shape: [3, 0], data: new Float64Array(0) });
    expect(look("no elements", total, empty, { gradient: transposed })).toMatchObject({
      verdict: "fail",
      reason: "gradient 0 has shape [3, 0] instead of [0, 3]",
    });
    const right = (): unknown => ({ shape: [0, 3], data: new Float64Array(0) });
    expect(look("no elements, right", total, empty, { gradient: right }).verdict).toBe("pass");
  });

  it("a backward that overwrites its cotangent (torch passes)", () => {
    const vjp: Vjp = (v, x) => {
      const g = sech2(v, x);
      v.set(g);
      return g;
    };
    expect(look("mutation", tanh, uniform(10), { vjp })).toMatchObject({ verdict: "fail", kind: "mutates" });
  });
});

describe("right gradients that are refused elsewhere", () => {
  it.each<[string, (x: number) => number, (x: number) => number, number[], string]>([
    ["x·x at 1e9 (torch fails it)", (x) => x * x, (x) => 2 * x, [1e9, 3e10], "pass"],
    ["log at 1e-5 (torch fails it)", Math.log, (x) => 1 / x, [1e-5, 3e-7], "pass"],
    ["log at 0.01 (jax fails it)", Math.log, (x) => 1 / x, [0.01], "pass"],
    [
      "relu within 1e-6 of 0 (torch fails it)",
      (x) => Math.max(x, 0),
      (x) => (x > 0 ? 1 : 0),
      [1e-7, -3e-8],
      "pass",
    ],
    ["relu at 0 (torch fails it)", (x) => Math.max(x, 0), (x) => (x > 0 ? 1 : 0), [0, 1], "convention"],
  ])("%s", (name, f, d, xs, verdict) => {
    const result = look(name, (x: Array64) => x.map(f), Float64Array.from(xs), { vjp: slope(d) });
    expect(result.verdict).toBe(verdict);
  });

  it("a maximum at a tie of three, shared equally (torch fails it)", () => {
    const top = (x: Array64): number => Math.max(...x);
    const shared = (x: Array64): Array64 => x.map((value) => (value === 2 ? 1 / 3 : 0));
    const x = Float64Array.of(2, 1, 2, 2);
    expect(look("tie, equal shares", top, x, { gradient: shared }).verdict).toBe("convention");
    const everything = (y: Array64): Array64 => y.map((value) => (value === 2 ? 1 : 0));
    expect(look("tie, everything to each", top, x, { gradient: everything }).verdict).toBe("fail");
  });

  it("sin in float32 (ChainRulesTestUtils fails it)", () => {
    const sin = (x: Float32Array): Float32Array => x.map(Math.sin);
    const cos = (v: Float32Array, x: Float32Array): Float32Array =>
      x.map((value, i) => Math.cos(value) * v[i]);
    const x = Float32Array.from([0.1, 0.9, -2.5, 3, 40]);
    expect(look("sin in float32", sin, x, { vjp: cos }).verdict).toBe("pass");
    const off = (v: Float32Array, y: Float32Array): Float32Array => cos(v, y).map((g) => 1.05 * g);
    expect(look("sin in float32, 5 % off", sin, x, { vjp: off }).verdict).toBe("fail");
  });
});
