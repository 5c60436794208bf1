import { describe, expect, it } from "vitest";
import { INTRINSICS, type Algebra, type Intrinsic } from "../core/algebra.js";
import { ulpDistance } from "../core/float.js";
import { duals } from "../core/dual.js";
import { DOUBLES } from "../core/numberAlgebra.js";
import { Stream } from "../core/random.js";
import { OPS } from "../ops/index.js";
import { check, singleOp } from "../program/program.js";
import { COMPLEX, complexDirectional, type Complex } from "./complexStep.js";
import { bigNumbers, exactDecimal, loadBigNumbers } from "./bigAlgebra.js";
import { directional } from "./directional.js";

const STEP = 2 ** -600;
const D = duals(DOUBLES);
const Big = await loadBigNumbers(60);

const RANGES: { readonly [name in Intrinsic]?: readonly [number, number] } = {
  asin: [-1, 1],
  acos: [-1, 1],
  atanh: [-1, 1],
  acosh: [1, 30],
  log: [0, 30],
  log1p: [-1, 30],
};

/** [f(x + 10⁻²⁰) − f(x − 10⁻²⁰)]/(2·10⁻²⁰) in 60 digits: 38 of them are right, and no derivative is known. */
function slopeOf(name: Intrinsic, x: number): number {
  const A = bigNumbers(Big, () => true);
  const at = (step: string) => A[name](new Big(exactDecimal(x)).plus(step));
  return at("1e-20").minus(at("-1e-20")).div("2e-20").toNumber();
}

describe("the complex step", () => {
  it.each(INTRINSICS)("differentiates %s to full precision", (name) => {
    const stream = new Stream(71, name);
    const [low, high] = RANGES[name] ?? [-5, 5];
    for (let i = 0; i < 60; i++) {
      const x = stream.between(low, high);
      const y = COMPLEX[name]({ x, y: STEP });
      // tan is sin/cos here, which is rounded once more.
      expect(ulpDistance(y.x, DOUBLES[name](x), "f64"), `value at ${x}`).toBeLessThanOrEqual(1);
      const slope = slopeOf(name, x);
      // e^(−x²) magnifies the rounding of x² by x², 1 − x² and tan lose what is near their ends.
      const slack = 2 ** -52 * 40 * Math.abs(slope) + 1e-30;
      expect(Math.abs(y.y / STEP - slope), `${x}`).toBeLessThanOrEqual(slack);
    }
  });

  it("agrees with dual numbers on every elementwise op, at random points of its domain", () => {
    for (const op of OPS.filter(
      ({ elementwise, attributes }) => elementwise && Object.keys(attributes).length === 0,
    )) {
      const stream = new Stream(72, op.name);
      const inputs = op.inputs(op.arity.low, {});
      const program = check(
        singleOp(
          op,
          inputs.map(() => []),
          {},
        ),
      );
      for (let i = 0; i < 20;) {
        const point = inputs.map(({ domain }) =>
          domain.type === "bool"
            ? stream.int(0, 1)
            : stream.between(Math.max(domain.low, -3), Math.min(domain.high, 3)),
        );
        if (!(op.relation?.(...point) ?? true)) continue;
        i++;
        const xs = point.map((x) => ({ shape: [], data: Float64Array.of(x) }));
        const moving = inputs.filter(({ domain }) => domain.type === "float");
        const dxs = moving.map(() => ({ shape: [], data: Float64Array.of(stream.normal()) }));
        const [ours] = complexDirectional(program, xs, dxs);
        const [theirs] = directional(program, xs, dxs);
        const size = dxs.reduce((total, { data }) => total + Math.abs(data[0]), 0);
        const slack = 2 ** -46 * (size + Math.abs(theirs.data[0]));
        expect(Math.abs(ours.data[0] - theirs.data[0]), `${op.name} at ${point.join()}`).toBeLessThanOrEqual(
          slack,
        );
      }
    }
  });

  it("loses nothing under a large constant, where differences lose all", () => {
    const f = <T>(A: Algebra<T>, x: T): T => A.add(A.mul(x, A.mul(x, x)), A.lift(1e6));
    const x = 1e-5;
    expect(f(COMPLEX, { x, y: STEP }).y / STEP).toBeCloseTo(3e-10, 24);
    expect((f(DOUBLES, x + 1e-8) - f(DOUBLES, x - 1e-8)) / 2e-8).toBe(0);
    expect(f(D, { v: x, d: 1 }).d).toBeCloseTo(3e-10, 24);
  });

  it("would lose erf and asin by complex logarithms: the step vanishes beside 1", () => {
    const viaLogarithm = ({ x, y }: Complex): number => {
      const w = COMPLEX.add(
        { x: -y, y: x },
        COMPLEX.sqrt(COMPLEX.sub({ x: 1, y: 0 }, COMPLEX.mul({ x, y }, { x, y }))),
      );
      return -COMPLEX.log(w).x;
    };
    expect(Math.abs(viaLogarithm({ x: 0.5, y: STEP }))).not.toBeCloseTo(STEP / Math.sqrt(0.75), 190);
    expect(COMPLEX.asin({ x: 0.5, y: STEP }).y / STEP).toBeCloseTo(1 / Math.sqrt(0.75), 14);
  });
});

describe("what a complex step cannot see", () => {
  const z: Complex = { x: -3, y: STEP };
  const conjugate = ({ x, y }: Complex): Complex => ({ x, y: -y });

  it("is a modulus: |z| has no imaginary part, and its derivative comes as 0 instead of −1", () => {
    expect(Math.hypot(z.x, z.y)).toBe(3);
    expect({ x: Math.hypot(z.x, z.y), y: 0 }.y / STEP).toBe(0);
    // By a comparison of real parts, as records write it, it is right.
    const op = OPS.find(({ name }) => name === "abs")!;
    expect(op.meaning(COMPLEX, [{ shape: [], data: [z] }], {}).data[0].y / STEP).toBe(-1);
  });

  it("is a conjugate: z·z̄ is real for every z, although x² has the slope 2x", () => {
    expect(COMPLEX.mul(z, conjugate(z)).y).toBe(0);
    expect(COMPLEX.mul(z, z).y / STEP).toBe(-6);
  });

  it("is a detour through a plain number, and the value does not tell", () => {
    const detour = <T>(A: Algebra<T>, x: T): T => A.mul(x, A.lift(A.toNumber(x)));
    expect(detour(COMPLEX, z)).toEqual({ x: 9, y: -3 * STEP });
    expect(COMPLEX.mul(z, z)).toEqual({ x: 9, y: -6 * STEP });
  });

  it("is a choice at a tie: the branch of the convention is all it knows", () => {
    const at0 = (x: Complex): Complex =>
      COMPLEX.select(
        x,
        COMPLEX.lift(0),
        () => x,
        () => COMPLEX.lift(0),
        () => COMPLEX.lift(0),
      );
    expect(at0({ x: 0, y: STEP }).y).toBe(0);
  });
});

describe("complex arithmetic", () => {
  const stream = new Stream(73, "complex");
  const draw = (): Complex => ({ x: stream.normal(), y: stream.normal() });
  const near = (a: Complex, b: Complex): void => {
    expect(a.x).toBeCloseTo(b.x, 11);
    expect(a.y).toBeCloseTo(b.y, 11);
  };

  it("is right away from the real line too", () => {
    for (let i = 0; i < 200; i++) {
      const [a, b] = [draw(), draw()];
      near(COMPLEX.mul(COMPLEX.div(a, b), b), a);
      near(COMPLEX.mul(COMPLEX.sqrt(a), COMPLEX.sqrt(a)), a);
      near(COMPLEX.exp(COMPLEX.log(a)), a);
      near(COMPLEX.add(COMPLEX.expm1(a), COMPLEX.lift(1)), COMPLEX.exp(a));
      const [s, c] = [COMPLEX.sin(a), COMPLEX.cos(a)];
      near(COMPLEX.add(COMPLEX.mul(s, s), COMPLEX.mul(c, c)), COMPLEX.lift(1));
      const [sh, ch] = [COMPLEX.sinh(a), COMPLEX.cosh(a)];
      near(COMPLEX.sub(COMPLEX.mul(ch, ch), COMPLEX.mul(sh, sh)), COMPLEX.lift(1));
    }
  });

  it("divides without overflow, on both sides of the diagonal", () => {
    expect(COMPLEX.div({ x: 1e300, y: 0 }, { x: 1e300, y: STEP }).x).toBe(1);
    near(COMPLEX.div({ x: 1, y: 0 }, { x: 0, y: 2 }), { x: 0, y: -0.5 });
    near(COMPLEX.sqrt({ x: -4, y: 0 }), { x: 0, y: 2 });
  });
});
