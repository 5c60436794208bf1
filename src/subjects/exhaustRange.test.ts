import { describe, expect, it } from "vitest";
import {
  around,
  bits32,
  faultySubject,
  fromBits32,
  onlyAt,
  planOf,
  tableOf,
} from "../../fixtures/builders/exhaustOf.js";
import { nextUp32 } from "../core/float.js";
import { findOp } from "../ops/index.js";
import { exactElementwise } from "./exactElementwise.js";
import { referenceAdapter } from "./reference.js";
import { tfjsAdapter } from "./tfjs.js";

const sigmoid = planOf("sigmoid");
const tanh = planOf("tanh");
const honest = faultySubject({});

describe("a table", () => {
  it("has every input in one class of errors, as counted one by one", async () => {
    const range = around(8, 700, 900);
    const { value, derivative, inputs } = await tableOf(referenceAdapter({ precision: "f32" }), tanh, range);
    expect(inputs).toBe(3200);
    const xs: number[] = [];
    for (let m = range.from; m < range.to; m++) xs.push(fromBits32(m), -fromBits32(m));
    const exact = exactElementwise(findOp("tanh"), {}, Float64Array.from(xs));
    // 1 − y² in float32, as the textbook has it.
    const got = xs.map((x) => Math.fround(1 - Math.fround(Math.fround(Math.tanh(x)) ** 2)));
    const errors = got.map((g, i) => Math.abs(g - exact.derivative[i]) / 2 ** -45);
    const worst = Math.max(...errors);
    expect(Number(derivative.worst?.ulps)).toBe(worst);
    expect(derivative.worst?.bits).toBe(bits32(xs[errors.indexOf(worst)]));
    const classOf = (e: number): number => (e <= 0.5 ? 0 : Math.max(1, Math.ceil(Math.log2(e)) + 1));
    const counted = Array.from({ length: 27 }, () => 0);
    for (const e of errors) counted[classOf(e)]++;
    expect(derivative.histogram).toEqual(counted);
    expect(value.histogram[0]).toBe(3200);
    expect(value.worst).toBeNull();
    expect(derivative.beyondCareful).toBe(3200);
    expect(derivative.beyondTextbook).toBe(0);
  });

  it("says from where on a result is its limit", async () => {
    // Rounded once: the reference in float32 rounds 1 + e^−x first, and has its limit earlier.
    const rounded = faultySubject({ value: (x) => Math.fround(1 / (1 + Math.exp(-x))) });
    const { value } = await tableOf(rounded, sigmoid, around(17.33, 2000, 2000));
    const [right] = value.saturation;
    const first = right.first!;
    expect(Math.fround(1 / (1 + Math.exp(-fromBits32(first))))).toBe(1);
    expect(Math.fround(1 / (1 + Math.exp(-fromBits32(first - 1))))).toBeLessThan(1);
    expect(right).toEqual({
      first,
      lastWithout: first - 1,
      exactFirst: first,
      exactLastWithout: first - 1,
    });
    const end = around(103.972, 3000, 3000);
    const zero = await tableOf(honest, sigmoid, end);
    const exact = (m: number): number => Math.fround(Math.exp(-fromBits32(m)));
    let expected = end.from;
    while (exact(expected) !== 0) expected++;
    expect(zero.value.saturation[1].exactFirst).toBe(expected);
    expect(zero.derivative.saturation[0].exactFirst).toBe(expected);
    expect(zero.derivative.subnormalResults).toBe(2 * (expected - end.from));
  });

  it("ends where the numbers end: infinities have their limits, NaN stays NaN", async () => {
    const { value, derivative } = await tableOf(honest, sigmoid, { from: 0x7f7fff00, to: 0x7f800100 });
    for (const quantity of [value, derivative]) {
      expect(quantity.kinds.flat().every((n) => n === 0)).toBe(true);
      expect(quantity.histogram[0]).toBe(2 * 0x101);
      expect(quantity.monotonicity.count).toBe(0);
    }
    const last = await tableOf(honest, sigmoid, { from: 0x7fffff00, to: 0x80000000 });
    expect(last.value.histogram.every((n) => n === 0)).toBe(true);
    expect(last.value.runs).toEqual([[], []]);
  });

  it("is the same for every partition of its range", async () => {
    const range = around(0.5, 9000, 9000);
    const faulty = faultySubject({
      careful: false,
      value: (x, y) =>
        bits32(x) % 1000 < 3 ? NaN : bits32(x) % 77 === 0 ? nextUp32(nextUp32(y)) : undefined,
    });
    const whole = await tableOf(faulty, sigmoid, range);
    expect(whole.value.runs[0].length).toBeGreaterThan(10);
    expect(whole.value.monotonicity.count).toBeGreaterThan(10);
    for (const cuts of [
      [range.from + 1],
      [range.from + 8192, range.from + 8193, range.to - 1],
      [bits32(0.5)],
      [range.from + 500, range.from + 501, range.from + 502, range.from + 12_345],
    ]) {
      expect(await tableOf(faulty, sigmoid, range, cuts)).toEqual(whole);
    }
  });
});

describe("planted faults", () => {
  const at = bits32(0.3);
  const range = around(0.3, 3000, 3000);

  it("one wrong bit pattern among thousands", async () => {
    const off = onlyAt(at, (y) => y * 1.0001);
    const { value } = await tableOf(faultySubject({ value: off }), tanh, range);
    expect(value.beyondTextbook).toBe(1);
    expect(value.suspects.map(({ bits }) => bits)).toEqual([at]);
    expect(value.worst?.bits).toBe(at);
    expect(value.symmetry).toMatchObject({ count: 1, first: at });
    const { derivative } = await tableOf(faultySubject({ derivative: off }), tanh, range);
    expect(derivative.suspects.map(({ bits }) => bits)).toEqual([at]);
    const none = await tableOf(honest, tanh, range);
    expect(none.value.beyondTextbook + none.derivative.beyondTextbook).toBe(0);
  });

  it("a dent where the function rises, on either side of zero", async () => {
    for (const bits of [at, (at | 0x80000000) >>> 0]) {
      // Two ulps are within the tolerance: only the order of neighbours shows them.
      const dent = onlyAt(bits, (y) => fromBits32(bits32(y) - 2));
      const { value } = await tableOf(faultySubject({ value: dent }), tanh, range);
      expect(value.beyondCareful).toBe(0);
      expect(value.monotonicity.count).toBe(1);
      const neighbour = Math.abs((value.monotonicity.first! & 0x7fffffff) - at);
      expect(neighbour).toBeLessThanOrEqual(1);
    }
    expect((await tableOf(honest, tanh, range)).value.monotonicity.count).toBe(0);
  });

  it("a step where the exact result stays the same in doubles", async () => {
    const bits = bits32(50);
    const dent = onlyAt(bits, () => 1 - 2 ** -24);
    const { value } = await tableOf(faultySubject({ value: dent }), sigmoid, around(50, 100, 100));
    expect(value.monotonicity).toMatchObject({ count: 1, first: bits });
    expect(value.saturation[0].lastWithout).toBe(bits);
  });

  it("NaN for numbers, numbers for NaN", async () => {
    const nan: (x: number) => number | undefined = (x) => (x >= 0.3 && x < 0.3001 ? NaN : undefined);
    const { value } = await tableOf(faultySubject({ value: nan }), tanh, range);
    const [run] = value.runs[0];
    expect(value.runs[1]).toEqual([]);
    expect(run).toMatchObject({ first: bits32(0.3), expected: 0, got: 1 });
    expect(value.kinds[0][1]).toBe(run.last - run.first + 1);
    const zero = faultySubject({ value: (x) => (Number.isNaN(x) ? 0 : undefined) });
    const last = await tableOf(zero, tanh, { from: 0x7f800000, to: 0x7f800010 });
    expect(last.value.kinds[1][0]).toBe(30);
    expect(last.value.runs[0]).toEqual([{ first: 0x7f800001, last: 0x7f80000f, expected: 1, got: 0 }]);
    expect(last.derivative.kinds.flat().every((n) => n === 0)).toBe(true);
  });

  it("subnormal numbers flushed, as inputs and as results", async () => {
    const subnormals = { from: 0, to: 3000 };
    const clean = await tableOf(honest, tanh, subnormals);
    expect(clean.value).toMatchObject({ telltaleInputs: 5998, flushedInputs: 0, flushedResults: 0 });
    const flushing = faultySubject({ value: (_x, y) => (Math.abs(y) < 2 ** -126 ? 0 : undefined) });
    const { value } = await tableOf(flushing, tanh, subnormals);
    expect(value).toMatchObject({
      flushedInputs: 5998,
      subnormalResults: 5998,
      flushedResults: 5998,
      beyondCareful: 0,
    });
    expect(value.worstSubnormal?.ulps).toBe(2999);
  });
});

describe("kinks", () => {
  it("are found, and their derivatives listed instead of judged", async () => {
    const relu = planOf("relu");
    expect(relu.kinks).toEqual([0, 0x80000000]);
    const one = faultySubject({ derivative: (x, g) => (x === 0 ? 1 : g) });
    const { kinks, derivative } = await tableOf(one, relu, { from: 0, to: 100 });
    expect(kinks).toEqual([
      { bits: 0, got: 1, exact: 0 },
      { bits: 0x80000000, got: 1, exact: 0 },
    ]);
    expect(derivative.histogram[0]).toBe(198);
    expect(planOf("tanh").kinks).toEqual([]);
  });
});

describe("the exact results", () => {
  const at = (op: string, x: number) => exactElementwise(findOp(op), {}, Float64Array.of(x));

  it("at infinity are limits, where there are any", () => {
    expect(at("silu", -Infinity)).toEqual({ value: Float64Array.of(-0), derivative: Float64Array.of(-0) });
    expect(at("tanh", Infinity)).toEqual({ value: Float64Array.of(1), derivative: Float64Array.of(0) });
    expect(at("sin", Infinity)).toEqual({ value: Float64Array.of(NaN), derivative: Float64Array.of(NaN) });
  });

  it("are none outside the domain, and for what is no number", () => {
    expect(at("log", -1).derivative[0]).toBeNaN();
    expect(at("relu", NaN)).toEqual({ value: Float64Array.of(NaN), derivative: Float64Array.of(NaN) });
  });
});

describe("TensorFlow.js", () => {
  it("gives the same bits whether asked in bulk or as a loss", async () => {
    const tfjs = await tfjsAdapter({ log: () => undefined });
    const x = Float32Array.from({ length: 512 }, (_, i) => fromBits32(Math.imul(i, 0x00800fff)));
    const request = (op: string) => ({
      program: {
        inputs: [{ shape: [512], type: "float" as const }],
        nodes: [{ op: `${op}@1`, attributes: {}, inputs: [0] }],
        outputs: [1],
      },
      mode: "vjp" as const,
      inputs: [{ shape: [512], data: x }],
      wrt: [0],
      seeds: [{ shape: [512], data: new Float32Array(512).fill(1) }],
      want: ["value", "grads"] as const,
    });
    for (const op of ["sigmoid", "tanh", "silu", "softplus", "sqrt", "abs"]) {
      const bulk = await tfjs.evaluate({ ...request(op), bulk: true });
      expect(bulk, op).toEqual(await tfjs.evaluate(request(op)));
    }
  });
});
