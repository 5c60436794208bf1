import { describe, expect, it } from "vitest";
import { INTRINSICS, type Algebra } from "./algebra.js";
import { duals } from "./dual.js";
import { DOUBLES } from "./numberAlgebra.js";
import { Tape, type Taped } from "./tape.js";

/** Inside the domain of every intrinsic but acosh. */
const INSIDE = 0.375;

/** The derivative of f at x along the tape. */
function slope(f: <T>(A: Algebra<T>, x: T) => T, at: number): number {
  const tape = new Tape(DOUBLES);
  const x = tape.input(at);
  return tape.gradient(f<Taped<number>>(tape.algebra, x), [x])[0];
}

const D = duals(DOUBLES);

describe("a tape", () => {
  it.each(INTRINSICS.map((name) => [name, name === "acosh" ? 1.5 : INSIDE] as const))(
    "differentiates %s as dual numbers do",
    (name, at) => {
      expect(slope((A, x) => A[name](x), at)).toBe(D[name]({ v: at, d: 1 }).d);
    },
  );

  it("adds up what reaches an input on several ways", () => {
    expect(slope((A, x) => A.mul(x, A.mul(x, x)), 3)).toBe(27);
    expect(slope((A, x) => A.sub(x, x), 3)).toBe(0);
    expect(slope((A, x) => A.sum([x, x, A.lift(7), x]), 3)).toBe(3);
  });

  it("gives both operands of a primitive their part", () => {
    const tape = new Tape(DOUBLES);
    const [a, b] = [tape.input(2), tape.input(5)];
    const A = tape.algebra;
    expect(tape.gradient(A.div(a, b), [a, b])).toEqual([1 / 5, -2 / 25]);
    expect(tape.gradient(A.pow(a, b), [a, b])).toEqual([80, 32 * Math.log(2)]);
    expect(tape.gradient(A.atan2(a, b), [a, b])).toEqual([5 / 29, -2 / 29].map((x) => expect.closeTo(x, 15)));
  });

  it("follows the branch that is taken, and no derivative of a choice", () => {
    const relu = <T>(A: Algebra<T>, x: T): T => {
      const zero = A.lift(0);
      return A.select(
        x,
        zero,
        () => A.mul(x, x),
        () => zero,
        () => zero,
      );
    };
    expect(slope(relu, 3)).toBe(6);
    expect(slope(relu, -3)).toBe(0);
    expect(slope((A, x) => A.floor(x), 2.5)).toBe(0);
    expect(slope((A, x) => A.mul(x, A.argmax([x, A.lift(1)])[0]), 3)).toBe(1);
  });

  it("knows no influence of what was never written", () => {
    const tape = new Tape(DOUBLES);
    const x = tape.input(2);
    expect(tape.gradient(tape.algebra.lift(4), [x])).toEqual([0]);
    expect(tape.gradient(x, [tape.algebra.lift(4), x])).toEqual([0, 1]);
  });
});
