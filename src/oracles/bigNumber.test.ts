import { describe, expect, it } from "vitest";
import { tensor, type Tensor } from "../core/tensor.js";
import { ProgramBuilder, type Value } from "../program/builder.js";
import type { CheckedProgram } from "../program/program.js";
import { loadBigNumbers } from "./bigAlgebra.js";
import { bigDirectional, bigGradientElement, bigValue, toEstimate, type BigEstimate } from "./bigNumber.js";

/** A program of one input. */
function program(shape: readonly number[], make: (b: ProgramBuilder, x: Value) => Value): CheckedProgram {
  const b = new ProgramBuilder();
  return b.build(make(b, b.input(shape)));
}

const vector = (...values: number[]): Tensor => tensor([values.length], values);
const tanh = program([1], (b, x) => b.apply("tanh", [x]));
const tanhOfSquare = program([2], (b, x) => b.apply("tanh", [b.apply("multiply", [x, x])]));
const relu = program([2], (b, x) => b.apply("relu", [x]));

/** The estimate contains the truth, and is good to so many digits. */
async function expectDigits(estimate: BigEstimate, truth: string, digits: number): Promise<void> {
  const Big = await loadBigNumbers(200);
  const value = new Big(estimate.value);
  expect(value.minus(truth).abs().lte(estimate.bound), `${estimate.value} ± ${estimate.bound}`).toBe(true);
  expect(new Big(estimate.bound).lte(value.abs().times(`1e-${digits}`)), estimate.bound).toBe(true);
}

describe("bigDirectional", () => {
  it("agrees with mpmath to 40 digits", async () => {
    const truth = "6.76696443183041252944524484393126062010731414573";
    const estimate = await bigDirectional(
      tanhOfSquare,
      [vector(0.1, -0.7)],
      [vector(0.5, 3)],
      [vector(1, -2)],
    );
    await expectDigits(estimate, truth, 40);
    expect(estimate).toMatchObject({ digits: 96, kink: false });
  });

  it("is 0 for a zero cotangent, and as good as 0 along a zero tangent", async () => {
    const at = [vector(0.1, -0.7)];
    const none = [vector(0, 0)];
    const some = [vector(1, 1)];
    expect(await bigDirectional(tanhOfSquare, at, some, none)).toMatchObject({ value: "0", bound: "0" });
    const { value, bound } = await bigDirectional(tanhOfSquare, at, none, some);
    expect(Math.abs(Number(value))).toBeLessThanOrEqual(Number(bound));
    // The ladder ends where two rungs agree, which for a true zero is up to the coins: at 144 digits or later.
    expect(Number(bound)).toBeLessThan(1e-90);
  });

  it("does not depend on the seed of its coins beyond its bound", async () => {
    const truth = "0.915136961826629209056869556343171238841441210655";
    for (const seed of [0, 1, 2]) {
      const estimate = await bigDirectional(tanh, [vector(0.3)], [vector(1)], [vector(1)], { seed });
      await expectDigits(estimate, truth, 40);
    }
  });
});

describe("bigGradientElement", () => {
  it("raises the digits until a saturated derivative is seen, instead of a zero that all digits agree on", async () => {
    const estimate = await bigGradientElement(tanh, [vector(100)], [vector(1)], 0, 0);
    await expectDigits(
      estimate,
      "5.535586106946950122594725827916338741612190329357908837575701412449744e-87",
      30,
    );
    expect(estimate.digits).toBeGreaterThan(96);
  });

  it("says how little it knows when the digits run out", async () => {
    const { value, bound } = await bigGradientElement(tanh, [vector(100)], [vector(1)], 0, 0, {
      mostDigits: 100,
    });
    expect(Math.abs(Number(value) - 5.53558610694695e-87)).toBeLessThanOrEqual(Number(bound));
    expect(Number(bound)).toBeGreaterThan(5e-87);
  });

  it("sees a small number next to a large one that goes away again", async () => {
    // d/dx of (10³⁸ + x) − 10³⁸ at x = 10⁻³⁰: 68 digits apart, and the step another 21.
    const b = new ProgramBuilder();
    const [x, large] = [b.input([]), b.input([])];
    const p = b.build(b.apply("subtract", [b.apply("add", [large, x]), large]));
    const inputs = [tensor([], [1e-30]), tensor([], [1e38])];
    await expectDigits(await bigGradientElement(p, inputs, [tensor([], [1])], 0, 0), "1", 30);
  });

  it("knows a dead unit for certain", async () => {
    expect(await bigGradientElement(relu, [vector(-1, 2)], [vector(1, 1)], 0, 0)).toEqual({
      value: "0",
      bound: "0",
      digits: 96,
      kink: false,
    });
  });

  it("takes inputs as the doubles they are", async () => {
    // d/dx x² = 2x, for the double 0.1 and not for the decimal.
    const square = program([1], (b, x) => b.apply("multiply", [x, x]));
    const estimate = await bigGradientElement(square, [vector(0.1)], [vector(1)], 0, 0);
    await expectDigits(estimate, "0.200000000000000011102230246251565404236316680908203125", 40);
  });

  it("says so at a kink, and only there", async () => {
    const at = (x: number, i: number) => bigGradientElement(relu, [vector(x, 1)], [vector(1, 1)], 0, i);
    expect(await at(0, 0)).toMatchObject({ value: "0.5", kink: true });
    expect(await at(5e-324, 0)).toMatchObject({ value: "1", kink: false });
    // The comparison that ties does not move.
    expect(await at(0, 1)).toMatchObject({ value: "1", kink: false });
    const b = new ProgramBuilder();
    const x = b.input([2]);
    const most = b.build(b.apply("max", [x], { axes: "all", keepdims: false }));
    const tied = await bigGradientElement(most, [vector(3, 3)], [tensor([], [1])], 0, 0);
    expect(tied).toMatchObject({ value: "0.5", kink: true });
  });

  it("says so at a jump", async () => {
    const b = new ProgramBuilder();
    const [x, y] = [b.input([]), b.input([])];
    const floored = b.build(b.apply("floorDivide", [x, y]));
    const at = (value: number) =>
      bigGradientElement(floored, [tensor([], [value]), tensor([], [1])], [tensor([], [1])], 0, 0);
    expect(await at(3)).toMatchObject({ kink: true });
    expect(await at(2.5)).toMatchObject({ value: "0", bound: "0", kink: false });
  });

  it("knows nothing outside the domain", async () => {
    const log = program([1], (b, x) => b.apply("log", [x]));
    const answer = await bigGradientElement(log, [vector(0)], [vector(1)], 0, 0);
    expect(answer).toMatchObject({ value: "NaN", bound: "Infinity" });
    expect(toEstimate(answer)).toEqual({ value: NaN, bound: Infinity });
  });
});

describe("bigValue", () => {
  it("is one element of one output", async () => {
    const estimate = await bigValue(tanhOfSquare, [vector(0.1, -0.7)], 0, 1);
    await expectDigits(
      estimate,
      "0.4542164326822590158129963274285367730934325104090594997317269357330123",
      45,
    );
  });

  it("is exact where nothing rounds", async () => {
    expect(await bigValue(relu, [vector(-1, 0.1)], 0, 1)).toMatchObject({
      value: "0.1000000000000000055511151231257827021181583404541",
      kink: false,
    });
  });
});

describe("toEstimate", () => {
  it("pays for the rounding to a double", () => {
    const { value, bound } = toEstimate({ value: "0.1", bound: "1e-40", digits: 96, kink: false });
    expect(value).toBe(0.1);
    expect(bound).toBeGreaterThan(1e-40);
    expect(bound).toBeLessThan(2 ** -55);
  });

  it("knows nothing at a kink", () => {
    expect(toEstimate({ value: "0.5", bound: "0", digits: 96, kink: true }).bound).toBe(Infinity);
  });
});
