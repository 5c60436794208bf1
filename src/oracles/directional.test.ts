import { beforeAll, describe, expect, it } from "vitest";
import { drawCase } from "../arbitraries/drawCase.js";
import { INTRINSICS, type Algebra, type Intrinsic } from "../core/algebra.js";
import { DOUBLES, doubles } from "../core/numberAlgebra.js";
import { Stream } from "../core/random.js";
import { tensor } from "../core/tensor.js";
import { OPS } from "../ops/index.js";
import { evaluate, liftAll } from "../program/evaluate.js";
import { forward } from "../program/forward.js";
import { check, type CheckedProgram } from "../program/program.js";
import { ProgramBuilder } from "../program/builder.js";
import { exactDecimal, loadBigNumbers, type BigNumbers } from "./bigAlgebra.js";
import { bigFunctions } from "./bigFunctions.js";
import { duals, type Dual } from "../core/dual.js";
import { alignTangents, directional } from "./directional.js";
import { lastSums, tangentsOfInputs } from "./quantity.js";

const D = duals(DOUBLES);
const moving = (v: number): Dual<number> => ({ v, d: 1 });
const still = (v: number): Dual<number> => ({ v, d: 0 });

const branch = (): Dual<number> => still(1);
const refuse = (): Dual<number> => {
  throw new Error("not this branch");
};

/** f″, by duals of duals. */
const second = (f: (x: Dual<Dual<number>>) => Dual<Dual<number>>, x: number): number =>
  f({ v: { v: x, d: 1 }, d: { v: 1, d: 0 } }).d.d;

/** Points inside each domain; |x| both small and large. */
const POINTS: { readonly [name in Intrinsic]: readonly number[] } = {
  exp: [-20, 0.5, 3],
  expm1: [-20, 1e-9, 3],
  log: [1e-9, 0.5, 1e6],
  log1p: [-0.75, 1e-9, 1e6],
  sin: [-2, 1e-9, 100],
  cos: [-2, 0.5, 100],
  tan: [-1.25, 1e-9, 100],
  asin: [-0.9375, 1e-9, 0.5],
  acos: [-0.9375, 1e-9, 0.5],
  atan: [-1e6, 1e-9, 2],
  sinh: [-20, 1e-9, 2],
  cosh: [-20, 0.5, 2],
  tanh: [-20, 1e-9, 2],
  asinh: [-1e6, 1e-9, 2],
  acosh: [1.0009765625, 2, 1e6],
  atanh: [-0.9375, 1e-9, 0.5],
  erf: [-5, 1e-9, 2],
  erfc: [-5, 1e-9, 2],
};

let Big: BigNumbers;
beforeAll(async () => {
  Big = await loadBigNumbers(90);
});

/** f′ by a central difference of 90 digits, good to some 55. */
function slope(f: (x: InstanceType<BigNumbers>) => InstanceType<BigNumbers>, x: number): number {
  const h = new Big("1e-30");
  const at = new Big(exactDecimal(x));
  return f(at.plus(h))
    .minus(f(at.minus(h)))
    .div(h.times(2))
    .toNumber();
}

/** Two functions and two or three roundings: some ten units of roundoff, relative. */
const TEN_ROUNDINGS = 10 * 2 ** -53;

function expectNear(got: number, expected: number): void {
  expect(Math.abs(got - expected), `${got} against ${expected}`).toBeLessThanOrEqual(
    TEN_ROUNDINGS * Math.abs(expected),
  );
}

describe("the tangents of duals", () => {
  it.each(INTRINSICS)("are the derivative of %s", (name) => {
    const f = bigFunctions(Big)[name];
    for (const x of POINTS[name]) {
      const { v, d } = D[name](moving(x));
      expect(v).toBe(DOUBLES[name](x));
      expectNear(d, slope(f, x));
    }
  });

  it("are the derivatives of arithmetic", () => {
    const [a, b] = [3, 5];
    expect(D.add(moving(a), still(b))).toEqual({ v: 8, d: 1 });
    expect(D.sub(still(a), moving(b))).toEqual({ v: -2, d: -1 });
    expect(D.mul(moving(a), moving(b))).toEqual({ v: 15, d: 8 });
    expect(D.div(moving(a), still(4))).toEqual({ v: 0.75, d: 0.25 });
    expect(D.div(still(a), moving(4))).toEqual({ v: 0.75, d: -0.1875 });
    expect(D.neg(moving(a))).toEqual({ v: -3, d: -1 });
    expect(D.sqrt(moving(4))).toEqual({ v: 2, d: 0.25 });
    expect(D.sum([moving(1), still(2), moving(3)])).toEqual({ v: 6, d: 2 });
    expect(D.sum([])).toEqual({ v: 0, d: 0 });
    expect([D.lift(2), D.constant("0.5")]).toEqual([still(2), still(0.5)]);
  });

  it.each([
    [2, 3],
    [0.5, -2.5],
    [1, 0.5],
  ])("are the derivatives of %s to the power %s", (a, b) => {
    expectNear(
      D.pow(moving(a), still(b)).d,
      slope((x) => x.pow(b), a),
    );
    expectNear(
      D.pow(still(a), moving(b)).d,
      slope((x) => new Big(a).pow(x), b),
    );
  });

  it("of powers of 0 and of negative numbers are what the polynomials say", () => {
    expect(D.pow(moving(-2), still(3))).toEqual({ v: -8, d: 12 });
    expect(D.pow(moving(0), still(2))).toEqual({ v: 0, d: 0 });
    expect(D.pow(moving(0), still(1))).toEqual({ v: 0, d: 1 });
    expect(D.pow(moving(0), still(0))).toEqual({ v: 1, d: 0 });
    expect(D.pow(still(0), moving(2))).toEqual({ v: 0, d: 0 });
    expect(D.pow(still(-2), moving(3)).d).toBeNaN();
  });

  it.each([
    [1, 2],
    [-3, 0.5],
    [1e-300, -1e-300],
    [-1e300, -1e300],
  ])("are the derivatives of atan2(%s, %s)", (y, x) => {
    // Scaled, so that the expected squares are in range.
    const s = Math.abs(y);
    const r = (x / s) ** 2 + 1;
    expectNear(D.atan2(moving(y), still(x)).d, x / s / r / s);
    expectNear(D.atan2(still(y), moving(x)).d, -(y / s) / r / s);
  });

  it("stay in range where squares do not", () => {
    expectNear(D.asinh(moving(1e200)).d, 1e-200);
    expectNear(D.acosh(moving(1e200)).d, 1e-200);
    expect(D.tanh(moving(400)).d).toBe(0);
  });

  it("of tangents are second derivatives", () => {
    const DD = duals(D);
    expect(second((x) => DD.mul(x, DD.mul(x, x)), 2)).toBe(12);
    expectNear(
      second((x) => DD.exp(DD.mul(x, x)), 0.5),
      3 * Math.exp(0.25),
    );
    expectNear(second(DD.tanh, 0.5), (-2 * Math.tanh(0.5)) / Math.cosh(0.5) ** 2);
    expectNear(second(DD.log, 0.5), -4);
  });
});

describe("comparison sites", () => {
  it("ask the arithmetic below once each, in order, and report what is compared", () => {
    const asked: string[] = [];
    const base = doubles({
      decide(values) {
        asked.push(Array.from(values).join());
        return { members: [values.length - 1], hull: false };
      },
      floor(x) {
        asked.push(`floor ${x}`);
        return 7;
      },
    });
    const seen: unknown[] = [];
    const A = duals(base, (values, tangents, jump) => seen.push({ values, tangents, jump }));
    const picked = A.select(
      moving(2),
      still(1),
      () => still(10),
      () => ({ v: 20, d: 3 }),
      () => still(30),
      true,
    );
    expect(picked).toEqual({ v: 20, d: 3 });
    expect(Array.from(A.argmax([still(5), moving(6)]))).toEqual([still(0), still(1)]);
    expect(A.floor(moving(1.5))).toEqual(still(7));
    expect(asked).toEqual(["2,1", "5,6", "floor 1.5"]);
    expect(seen).toEqual([
      { values: [2, 1], tangents: [1, 0], jump: true },
      { values: [5, 6], tangents: [0, 1], jump: false },
      { values: [1.5, 7], tangents: [1, 0], jump: true },
    ]);
  });

  it("evaluate only the branch that is taken", () => {
    expect(D.select(still(1), still(2), refuse, () => moving(4), refuse)).toEqual(moving(4));
  });

  it("refuse an arithmetic that takes several branches", () => {
    const greedy: Algebra<number> = {
      ...DOUBLES,
      select: (_a, _b, greater, less) => Math.max(greater(), less()),
    };
    const A = duals(greedy);
    expect(() => A.select(still(1), still(2), branch, branch, branch)).toThrow("follows one branch, not 2");
  });
});

describe("directional", () => {
  it.each(OPS.map((op) => op.name))("agrees with the forward rule of %s", (name) => {
    const op = OPS.find((candidate) => candidate.name === name)!;
    for (let i = 0; i < 10; i++) {
      const c = drawCase(new Stream(5, `dual ${name} ${i}`), op, { dtype: "f64", region: "normal" });
      const program = check(c.program);
      const point = { ...c, program };
      const values = evaluate(DOUBLES, program, liftAll(DOUBLES, c.inputs));
      const byRule = forward(DOUBLES, program, values, tangentsOfInputs(DOUBLES, point));
      // Both lose some roundings on the terms that the op adds up last; 256 is generous for sizes below 20.
      const size = lastSums("tangent", point, values);
      let position = 0;
      directional(program, c.inputs, c.tangents).forEach((dy, o) => {
        for (const [j, d] of dy.data.entries()) {
          const allowed = 256 * 2 ** -53 * size[position++] + Number.MIN_VALUE;
          expect(Math.abs(d - byRule[o].data[j]), `${name} ${i}[${j}]`).toBeLessThanOrEqual(allowed);
        }
      });
    }
  });

  it("gives zeros for outputs that no tangent reaches, and adds up along shared values", () => {
    const b = new ProgramBuilder();
    const [x, unused] = [b.input([2]), b.input([2])];
    const square = b.apply("multiply", [x, x]);
    const program = b.build(square, b.apply("tanh", [unused]), x);
    const dx = tensor([2], [1, 10]);
    const outputs = directional(
      program,
      [tensor([2], [3, 4]), tensor([2], [5, 6])],
      [dx, tensor([2], [0, 0])],
    );
    expect(outputs.map(({ data }) => Array.from(data))).toEqual([
      [6, 80],
      [0, 0],
      [1, 10],
    ]);
  });

  it("wants a tangent for each differentiable input", () => {
    const program = {
      inputs: [
        { shape: [1], type: "float" },
        { shape: [1], type: "index" },
      ],
    };
    const dx = tensor([1], [1]);
    expect(alignTangents(program as unknown as CheckedProgram, [dx])).toEqual([dx, null]);
    expect(() => alignTangents(program as unknown as CheckedProgram, [dx, dx])).toThrow(
      "1 inputs are differentiable, got 2 tangents",
    );
  });
});
