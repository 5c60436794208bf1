import { describe, expect, it } from "vitest";
import { gradcheck } from "./gradcheck.js";

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
    expect(result.reason).toBe("the second derivative is wrong");
    // ∂²f/∂x₀∂x₁ = 2·x₀: the numbers are those of the inputs, and of no direction.
    expect(result.entry).toMatchObject({ input: 0, index: [1], output: 0, got: -1.4 });
    expect(Math.abs(result.entry!.expected - 1.4)).toBeLessThanOrEqual(result.entry!.bound);
  });

  it("a gradient that is right at the point and no gradient around it is not symmetric", () => {
    const turning = (y: Float64Array): Float64Array => {
      const [a, b] = gradient(y);
      return Float64Array.of(a + (y[1] - x[1]), b - (y[0] - x[0]));
    };
    const result = gradcheck(f, [x], { gradient: turning, order: 2 });
    expect(result).toMatchObject({ verdict: "fail", kind: "symmetry" });
  });

  it("that is not symmetric is shown on two elements, in units of theirs", () => {
    const [one, other] = [3, 5].map((k) => (y: Float64Array) => k * (y[1] - x[1]));
    const turning = (y: Float64Array): Float64Array => {
      const [a, b] = gradient(y);
      return Float64Array.of(a + one(y), b - other(Float64Array.of(0, y[0] - x[0] + x[1])));
    };
    // ∂²f/∂x₀∂x₁ = 2·0.7 either way, and 3 more here, 5 less there.
    expect(gradcheck(f, [x], { gradient: turning, order: 2 }).reason).toMatch(
      /: the gradient of input 0 \[0\] changes by 4\.(4|39999)\d* per unit of input 0 \[1\], that of input 0 \[1\] by -3\.(6|5999|6000)\d* per/,
    );
  });

  it("hvp belongs to functions of one number: nobody knows the cotangent of others", () => {
    const options = { vjp: (v: number[]) => v, hvp: (d: number[]) => d, order: 2 } as const;
    expect(() => gradcheck((y: number[]) => y, [[1, 2]], options)).toThrow(
      "`hvp` belongs to functions of one",
    );
  });
});

describe("of a single number, which is symmetric whatever it is", () => {
  const options = { gradient: Math.cos, order: 2 } as const;

  it("its second derivative is held against differences of differences, and the report says what was looked at", () => {
    const result = gradcheck(Math.sin, [3], options);
    expect(result.report).toMatch(/^pass \(second order\)/);
    expect(result.checked).toEqual([
      "its derivative against second differences of f: holds",
      "its derivative against its own transpose: says nothing of a single number",
      "no hvp is declared to hold against differences of the gradient",
    ]);
    expect(result.report).toContain("  checked   its derivative against second differences of f: holds");
  });

  it("a gradient that is right at the point alone fails", () => {
    const frozen = gradcheck(Math.sin, [3], { ...options, gradient: () => Math.cos(3) });
    expect(frozen).toMatchObject({ verdict: "fail", kind: "curvature" });
    expect(frozen.reason).toMatch(
      /^the derivative of the gradient is 0 ± .*, the second derivative of f -0\.14112\d* ± /,
    );
    const slow = gradcheck(Math.sin, [3], {
      ...options,
      gradient: (y: number) => Math.cos(3) - 1.01 * Math.sin(3) * (y - 3),
    });
    expect(slow).toMatchObject({ verdict: "fail", kind: "curvature" });
  });

  it("a wrong second derivative is shown in units of the input", () => {
    const hvp = (d: number, y: number): number => d * Math.sin(y);
    const { entry, report } = gradcheck(Math.sin, [3], { ...options, hvp });
    expect(entry).toMatchObject({ input: 0, index: [], output: 0, got: Math.sin(3) });
    expect(report).toContain("the sign is wrong");
    expect(report).toContain("The second derivative contradicts the gradient itself");
  });

  it("where nothing can be seen, nothing passes", () => {
    const kink = gradcheck(Math.abs, [0], { gradient: () => 0, order: 2 });
    expect(kink).toMatchObject({ verdict: "inconclusive", ok: false });
  });

  it("a gradient that throws beside the point is told as one", () => {
    const gradient = (y: number): number => {
      if (y !== 3) throw new Error("only here");
      return Math.cos(3);
    };
    const result = gradcheck(Math.sin, [3], { ...options, gradient });
    expect(result).toMatchObject({ verdict: "fail", kind: "throws" });
    expect(result.reason).toBe("beside the point the gradient throws: only here");
  });
});
