import { describe, expect, it } from "vitest";
import { caseOf, caseOfProgram, precisionIn, row, scalar } from "../../fixtures/builders/caseOf.js";
import { tensor, type Tensor } from "../core/tensor.js";
import { pointOf } from "../laws/law.js";
import { ProgramBuilder } from "../program/builder.js";
import type { Case } from "../record/case.js";
import { assess, type Assessment } from "./assess.js";

const judge = (c: Case, grads: readonly Tensor[]): Assessment =>
  assess("gradient", pointOf(c), grads, precisionIn(c.dtype));

const f32 = { dtype: "f32" } as const;

describe("tied maxima", () => {
  const all = { attributes: { axes: "all", keepdims: false }, cotangents: [scalar(2)], ...f32 } as const;
  const tied = caseOf("max", [row(1, 3, 3, 3)], all);

  it("may share the gradient in any way", () => {
    const third = Math.fround(2 / 3);
    expect(judge(tied, [row(0, third, third, third)])).toMatchObject({ verdict: "pass", share: "0.333" });
    expect(judge(tied, [row(0, 2, 0, 0)])).toMatchObject({ verdict: "convention", share: "1" });
    expect(judge(tied, [row(0, 0, 0, 2)])).toMatchObject({ verdict: "convention", share: "0" });
    expect(judge(tied, [row(0, 1, 0.5, 0.5)])).toMatchObject({ verdict: "convention", share: "0.5" });
  });

  it("may not each get all of it, nor share less than there is", () => {
    expect(judge(tied, [row(0, 2, 2, 2)])).toMatchObject({
      verdict: "fail",
      kind: "tie",
      along: [1, 2, 3],
      got: 6,
      expected: { value: 2 },
    });
    expect(judge(tied, [row(0, 0, 0, 0)])).toMatchObject({ verdict: "fail", kind: "tie", got: 0 });
  });

  it("leave nothing to the others", () => {
    expect(judge(tied, [row(0.5, 0.5, 0.5, 0.5)])).toMatchObject({
      verdict: "fail",
      kind: "value",
      element: 0,
    });
  });

  it("of two operands may go to one side, or the other", () => {
    const c = caseOf("maximum", [row(1, 2), row(1, 0)], { cotangents: [row(-3, 1)], ...f32 });
    expect(judge(c, [row(-3, 1), row(0, 0)])).toMatchObject({ verdict: "convention", share: "1" });
    expect(judge(c, [row(0, 1), row(-3, 0)])).toMatchObject({ verdict: "convention", share: "0" });
    expect(judge(c, [row(-1.5, 1), row(-1.5, 0)])).toMatchObject({ verdict: "pass", share: "0.5" });
    expect(judge(c, [row(-3, 1), row(-3, 0)])).toMatchObject({ verdict: "fail", kind: "tie" });
  });
});

describe("a kink", () => {
  const c = caseOf("relu", [scalar(0)], { cotangents: [scalar(-4)], ...f32 });

  it("accepts what lies in the hull of the one-sided gradients, and says which share was taken", () => {
    expect(judge(c, [scalar(0)])).toMatchObject({ verdict: "pass", share: "0" });
    expect(judge(c, [scalar(-2)])).toMatchObject({ verdict: "convention", share: "0.5" });
    expect(judge(c, [scalar(-4)])).toMatchObject({ verdict: "convention", share: "1" });
  });

  it("accepts nothing outside it", () => {
    for (const outside of [-6, 0.001, 4]) {
      expect(judge(c, [scalar(outside)])).toMatchObject({ verdict: "fail", kind: "value", got: outside });
    }
  });

  it("one ulp away is none", () => {
    const beside = caseOf("relu", [scalar(2 ** -149)], { cotangents: [scalar(-4)], ...f32 });
    expect(judge(beside, [scalar(-4)])).toMatchObject({ verdict: "pass" });
    expect(judge(beside, [scalar(0)])).toMatchObject({ verdict: "fail" });
  });
});

describe("what an assessment tells", () => {
  const c = caseOf("multiply", [row(2, 3, 5), row(7, 11, 13)], {
    cotangents: [row(1, 1, 2)],
    ...f32,
  });

  it("names the worst element of the right result, with an interval that holds the truth", () => {
    const a = judge(c, [row(7, 11, 26), row(2, 3.001, 10.1)]);
    expect(a).toMatchObject({ verdict: "fail", result: 1, element: 2, expected: { value: 10 } });
    expect(a.got).toBe(10.1);
    expect(a.expected!.low).toBeLessThan(10);
    expect(a.expected!.high).toBeGreaterThan(10);
    expect(a.expected!.high - a.expected!.low).toBeLessThan(1e-4);
    // 0.1 against a tolerance of some roundings of 10.
    expect(a.errorOverAttainable).toBeGreaterThan(1e4);
  });

  it("is further off than anything where it is no number, whatever comes after", () => {
    const a = judge(c, [row(7, NaN, 26), row(2, 3.001, 10)]);
    expect(a).toMatchObject({ verdict: "fail", kind: "nan", element: 1, errorOverAttainable: Infinity });
  });

  it("has a resolution even when everything is right", () => {
    const a = judge(c, [row(7, 11, 26), row(2, 3, 10)]);
    expect(a).toMatchObject({ verdict: "pass", reason: "", errorOverAttainable: 0 });
    expect(a.resolution).toBeGreaterThan(0);
    expect(a.resolution).toBeLessThan(1e-6);
    expect(a.share).toBeUndefined();
  });

  it("passes tensors without elements", () => {
    const empty = tensor([0, 3], []);
    expect(judge(caseOf("multiply", [empty, empty], f32), [empty, empty])).toMatchObject({ verdict: "pass" });
  });

  it("prefers a failure to whatever else is there", () => {
    const tanh = caseOf("tanh", [row(8, 0.5)], { cotangents: [row(1, 1)], ...f32 });
    const y = Math.fround(Math.tanh(8));
    const textbook = Math.fround(1 - Math.fround(y * y));
    const right = Math.fround(1 / Math.cosh(0.5) ** 2);
    expect(judge(tanh, [row(textbook, right)])).toMatchObject({ verdict: "inaccurate", element: 0 });
    expect(judge(tanh, [row(textbook, 2 * right)])).toMatchObject({ verdict: "fail", element: 1 });
    expect(judge(tanh, [row(textbook, NaN)])).toMatchObject({ verdict: "fail", kind: "nan", element: 1 });
  });
});

describe("what cannot be told", () => {
  it("is inconclusive: a result made of rounding alone", () => {
    // One rounding of a·b = 10⁸ moves the sine's argument by more than 1.
    const builder = new ProgramBuilder();
    const [x, y] = [builder.input([]), builder.input([])];
    const program = builder.build(builder.apply("sin", [builder.apply("multiply", [x, y])]));
    const c = caseOfProgram(program, [scalar(10001.37), scalar(9998.71)], f32);
    expect(assess("value", pointOf(c), [scalar(0.5)], precisionIn("f32"))).toMatchObject({
      verdict: "inconclusive",
      reason: expect.stringMatching(/^ill-conditioned/),
    });
    expect(assess("value", pointOf(c), [scalar(9)], precisionIn("f32")).verdict).toBe("fail");
  });

  it("leaves subnormal results alone, whichever way they are rounded", () => {
    const c = caseOf("multiply", [scalar(1e-30), scalar(1e-10)], { cotangents: [scalar(1)], ...f32 });
    for (const value of [0, 1e-40, 1.00001e-40]) {
      expect(assess("value", pointOf(c), [scalar(value)], precisionIn("f32", true)).verdict).toBe("pass");
    }
    expect(assess("value", pointOf(c), [scalar(1e-30)], precisionIn("f32", true)).verdict).toBe("fail");
  });

  it("calls a textbook form that overflows inaccurate", () => {
    // b² becomes 0 in float32, where a/b/b stays finite.
    const c = caseOf("divide", [scalar(1e-30), scalar(1e-30)], { cotangents: [scalar(1)], ...f32 });
    const right = 1 / Math.fround(1e-30);
    expect(judge(c, [scalar(right), scalar(-right)])).toMatchObject({ verdict: "pass" });
    expect(judge(c, [scalar(right), scalar(-Infinity)])).toMatchObject({
      verdict: "inaccurate",
      kind: "overflow",
      result: 1,
    });
    expect(judge(c, [scalar(right), scalar(9 * right)])).toMatchObject({ verdict: "fail", kind: "value" });
  });
});

describe("float32 as libraries have it", () => {
  const f = Math.fround;
  const value = (c: Case, got: number): Assessment =>
    assess("value", pointOf(c), [scalar(got)], precisionIn("f32"));
  const all = { attributes: { axes: "all", keepdims: false, correction: 0 }, ...f32 } as const;

  it("may add up in another order, where one order overflows and another does not", () => {
    const c = caseOf("sum", [row(-2e38, 2e38, -2e38, 1e38)], all);
    expect(value(c, f(-1e38)).verdict).toBe("pass");
    // The even ones and the odd ones: −4e38 + 3e38.
    expect(value(c, -Infinity)).toMatchObject({
      verdict: "inconclusive",
      reason: expect.stringMatching(/^range/),
    });
    // So few orders of so many terms overflow that random ones miss them.
    const many = caseOf("sum", [row(-1.8e38, -1.8e38, ...Array<number>(30).fill(1e36))], all);
    expect(value(many, -Infinity).verdict).toBe("inconclusive");
    const inRange = caseOf("sum", [row(-1e38, 1e38, -1e38, 1e37)], all);
    expect(value(inRange, -Infinity)).toMatchObject({ verdict: "fail", kind: "infinite" });
  });

  it("may update the mean for a standard deviation, and not forget it", () => {
    const c = caseOf("standardDeviation", [row(16.3, 16.6)], all);
    expect(value(c, 0.1500001)).toMatchObject({ verdict: "inaccurate" });
    expect(value(c, f(0.15001)).verdict).toBe("fail");
  });

  it("may halve an exponential by a logarithm, as XLA does", () => {
    const ln2 = f(Math.LN2);
    const cosh = (x: number): number => f(f(Math.exp(f(x - ln2))) + f(Math.exp(f(-x - ln2))));
    for (const x of [0.5, 35, -60, 88]) {
      expect(["pass", "inaccurate"]).toContain(value(caseOf("cosh", [scalar(x)], f32), cosh(x)).verdict);
      expect(value(caseOf("cosh", [scalar(x)], f32), f(1.0001 * Math.cosh(x))).verdict).toBe("fail");
    }
    expect(value(caseOf("acosh", [scalar(1.0007)], f32), 0.037414286).verdict).toBe("inaccurate");
  });

  it("may make of a sigmoid that is a scaled tanh whatever is made of sigmoids", () => {
    expect(value(caseOf("sigmoid", [scalar(-21)], f32), 0).verdict).toBe("inaccurate");
    expect(value(caseOf("silu", [scalar(-21)], f32), 0).verdict).toBe("inaccurate");
    expect(value(caseOf("silu", [scalar(-1)], f32), 0).verdict).toBe("fail");
    const slope = (op: string, x: number): Assessment =>
      judge(caseOf(op, [scalar(x)], { cotangents: [scalar(1)], ...f32 }), [scalar(0)]);
    expect(slope("softplus", -35).verdict).toBe("inaccurate");
    expect(slope("logSigmoid", 35).verdict).toBe("inaccurate");
    expect(slope("softplus", -5).verdict).toBe("fail");
  });
});
