import type { Algebra } from "../core/algebra.js";
import { elementwise } from "./elementwise.js";
import { domain } from "./op.js";

const family = "exponential and trigonometric";

/** Beyond ±89.4 the results leave float32's range. */
const moderate = domain({ low: -88, high: 88, specials: [0] });

const MINUS_LN_2 = "-0.69314718055994530941723212145817656807550013436026";

/** e^±x/2 as e^(±x + ln ½), which overflows no sooner than the result, and loses digits as |x| grows. */
const halfExp = <T>(A: Algebra<T>, x: T): T => A.exp(A.add(x, A.constant(MINUS_LN_2)));

/** cosh and sinh as XLA has them. */
const coshOfHalves = <T>(A: Algebra<T>, x: T): T => A.add(halfExp(A, x), halfExp(A, A.neg(x)));
function sinhOfHalves<T>(A: Algebra<T>, x: T): T {
  if (Math.abs(A.toNumber(x)) >= 1) return A.sub(halfExp(A, x), halfExp(A, A.neg(x)));
  const e = A.expm1(x);
  return A.mul(A.constant("0.5"), A.add(e, A.div(e, A.add(e, A.lift(1)))));
}

export const sinh = elementwise({
  name: "sinh",
  family,
  summary: "hyperbolic sine",
  source: "DLMF 4.28; derivative 4.34",
  inputs: { x: moderate },
  curve: {
    monotone: "increasing",
    symmetry: "odd",
    limits: { value: [-Infinity, Infinity], derivative: [Infinity, Infinity] },
    identities: [{ of: "derivative", op: "cosh" }],
  },
  meaning: (A, [x]) => A.sinh(x),
  jvp: (A, [dx], [x]) => A.mul(dx, A.cosh(x)),
  vjp: (A, gy, [x]) => [A.mul(gy, A.cosh(x))],
  textbook: [
    { meaning: (A, [x]) => sinhOfHalves(A, x), vjp: (A, gy, [x]) => [A.mul(gy, coshOfHalves(A, x))] },
  ],
  f64: Math.sinh,
});

export const cosh = elementwise({
  name: "cosh",
  family,
  summary: "hyperbolic cosine",
  source: "DLMF 4.28; derivative 4.34",
  inputs: { x: moderate },
  bounds: { value: [1, Infinity] },
  curve: {
    symmetry: "even",
    limits: { value: [Infinity, Infinity], derivative: [-Infinity, Infinity] },
    identities: [{ of: "derivative", op: "sinh" }],
  },
  meaning: (A, [x]) => A.cosh(x),
  jvp: (A, [dx], [x]) => A.mul(dx, A.sinh(x)),
  vjp: (A, gy, [x]) => [A.mul(gy, A.sinh(x))],
  textbook: [
    { meaning: (A, [x]) => coshOfHalves(A, x), vjp: (A, gy, [x]) => [A.mul(gy, sinhOfHalves(A, x))] },
  ],
  f64: Math.cosh,
});

export const tanh = elementwise({
  name: "tanh",
  family,
  summary: "hyperbolic tangent",
  source: "DLMF 4.28; derivative 4.34",
  // In float32, tanh is ±1 from 9.02 on, cosh overflows at 89.4, and the derivative is 0 from 52.4 on.
  inputs: { x: domain({ specials: [0, 9, -9, 89, -89] }) },
  bounds: { value: [-1, 1], derivative: [0, 1] },
  curve: {
    monotone: "increasing",
    bell: true,
    symmetry: "odd",
    limits: { value: [-1, 1], derivative: [0, 0] },
    saturates: { f32: [-9.0109133, 9.0109133], f64: [-19.061547, 19.061547] },
    tails: { rate: 2, value: 2, derivative: [1, 4] },
  },
  meaning: (A, [x]) => A.tanh(x),
  // 1/cosh² keeps every digit; 1 − y² loses them all as |x| grows. cosh overflows long after the result underflows.
  jvp: (A, [dx], [x]) => {
    const c = A.cosh(x);
    return A.div(A.div(dx, c), c);
  },
  vjp: (A, gy, [x]) => {
    const c = A.cosh(x);
    return [A.div(A.div(gy, c), c)];
  },
  textbook: [{ vjp: (A, gy, _xs, y) => [A.mul(gy, A.sub(A.lift(1), A.mul(y, y)))] }],
  f64: Math.tanh,
  f64Slope(x) {
    const c = Math.cosh(x);
    return 1 / c / c;
  },
});

/** √(1 + x²). The larger of 1 and |x| is taken out first, so that x² cannot overflow. */
function hypotenuse<T>(A: Algebra<T>, x: T): T {
  const scale = A.lift(Math.max(1, Math.abs(A.toNumber(x))));
  const a = A.div(A.lift(1), scale);
  const b = A.div(x, scale);
  return A.mul(scale, A.sqrt(A.add(A.mul(a, a), A.mul(b, b))));
}

export const asinh = elementwise({
  name: "asinh",
  family,
  summary: "inverse hyperbolic sine",
  source: "DLMF 4.37; derivative 4.38(ii)",
  inputs: { x: domain({ specials: [0] }) },
  bounds: { derivative: [0, 1] },
  curve: {
    monotone: "increasing",
    bell: true,
    symmetry: "odd",
    limits: { value: [-Infinity, Infinity], derivative: [0, 0] },
  },
  meaning: (A, [x]) => A.asinh(x),
  jvp: (A, [dx], [x]) => A.div(dx, hypotenuse(A, x)),
  vjp: (A, gy, [x]) => [A.div(gy, hypotenuse(A, x))],
  textbook: [
    { vjp: (A, gy, [x]) => [A.div(gy, A.sqrt(A.add(A.lift(1), A.mul(x, x))))] },
    { vjp: (A, gy, _xs, y) => [A.div(gy, A.cosh(y))] },
  ],
  f64: Math.asinh,
});

export const acosh = elementwise({
  name: "acosh",
  family,
  summary: "inverse hyperbolic cosine, not negative",
  source: "DLMF 4.37; derivative 4.38(ii)",
  // The derivative is infinite at 1.
  inputs: { x: domain({ low: 1, open: true, specials: [1, 2] }) },
  bounds: { value: [0, Infinity], derivative: [0, Infinity] },
  curve: { monotone: "increasing", limits: { value: [null, Infinity], derivative: [null, 0] } },
  meaning: (A, [x]) => A.acosh(x),
  jvp: (A, [dx], [x]) => A.div(A.div(dx, A.sqrt(A.sub(x, A.lift(1)))), A.sqrt(A.add(x, A.lift(1)))),
  vjp: (A, gy, [x]) => [A.div(gy, A.mul(A.sqrt(A.sub(x, A.lift(1))), A.sqrt(A.add(x, A.lift(1)))))],
  // x² − 1 cancels near 1 and overflows far from it.
  textbook: [
    // The value as XLA has it: near 1 the logarithm keeps no more digits than x + √(x² − 1) has beyond 1.
    {
      meaning: (A, [x]) => A.log(A.add(x, A.mul(A.sqrt(A.sub(x, A.lift(1))), A.sqrt(A.add(x, A.lift(1)))))),
      vjp: (A, gy, [x]) => [A.div(gy, A.sqrt(A.sub(A.mul(x, x), A.lift(1))))],
    },
    { vjp: (A, gy, _xs, y) => [A.div(gy, A.sinh(y))] },
  ],
  f64: Math.acosh,
});

export const atanh = elementwise({
  name: "atanh",
  family,
  summary: "inverse hyperbolic tangent",
  source: "DLMF 4.37; derivative 4.38(ii)",
  // The value is infinite at ±1.
  inputs: { x: domain({ low: -1, high: 1, open: true, specials: [0, -1, 1] }) },
  bounds: { derivative: [1, Infinity] },
  curve: { monotone: "increasing", symmetry: "odd" },
  meaning: (A, [x]) => A.atanh(x),
  jvp: (A, [dx], [x]) => A.div(A.div(dx, A.sub(A.lift(1), x)), A.add(A.lift(1), x)),
  vjp: (A, gy, [x]) => [A.div(gy, A.mul(A.sub(A.lift(1), x), A.add(A.lift(1), x)))],
  textbook: [{ vjp: (A, gy, [x]) => [A.div(gy, A.sub(A.lift(1), A.mul(x, x)))] }],
  f64: Math.atanh,
});
