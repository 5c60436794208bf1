import { elementwise } from "./elementwise.js";
import { gaussian, TWO_OVER_SQRT_PI } from "./gaussian.js";
import { domain } from "./op.js";

const family = "exponential and trigonometric";

/** Beyond 88.7 the result leaves float32's range; from −104 on it is 0 there, below −87.3 it is subnormal. */
const exponents = domain({ high: 88, specials: [0, -88, -104] });

export const exp = elementwise({
  name: "exp",
  family,
  summary: "e to the power x",
  source: "DLMF 4.2(iii); derivative 4.7(ii)",
  inputs: { x: exponents },
  bounds: { value: [0, Infinity], derivative: [0, Infinity] },
  curve: {
    monotone: "increasing",
    limits: { value: [0, Infinity], derivative: [0, Infinity] },
    saturates: { f32: [-103.97208, null], f64: [-745.13322, null] },
  },
  meaning: (A, [x]) => A.exp(x),
  jvp: (A, [dx], [x]) => A.mul(dx, A.exp(x)),
  vjp: (A, gy, _xs, y) => [A.mul(gy, y)],
  f64: Math.exp,
});

export const expm1 = elementwise({
  name: "expm1",
  family,
  summary: "e^x − 1, with every digit also near 0",
  source: "Python Array API 2023.12, expm1; derivative DLMF 4.7(ii)",
  inputs: { x: exponents },
  bounds: { value: [-1, Infinity], derivative: [0, Infinity] },
  curve: {
    monotone: "increasing",
    limits: { value: [-1, Infinity], derivative: [0, Infinity] },
    saturates: { f32: [-17.32868, null], f64: [-37.429948, null] },
    identities: [{ of: "value", op: "exp", plus: -1 }],
  },
  meaning: (A, [x]) => A.expm1(x),
  jvp: (A, [dx], [x]) => A.mul(dx, A.exp(x)),
  vjp: (A, gy, [x]) => [A.mul(gy, A.exp(x))],
  // y + 1 cancels as x falls.
  textbook: [{ vjp: (A, gy, _xs, y) => [A.mul(gy, A.add(y, A.lift(1)))] }],
  f64: Math.expm1,
});

export const log = elementwise({
  name: "log",
  family,
  summary: "natural logarithm",
  source: "DLMF 4.2(i); derivative 4.7(i)",
  inputs: { x: domain({ low: 0, open: true, specials: [1] }) },
  curve: { monotone: "increasing", limits: { value: [null, Infinity], derivative: [null, 0] } },
  meaning: (A, [x]) => A.log(x),
  jvp: (A, [dx], [x]) => A.div(dx, x),
  vjp: (A, gy, [x]) => [A.div(gy, x)],
  textbook: [{ vjp: (A, gy, [x]) => [A.mul(gy, A.div(A.lift(1), x))] }],
  f64: Math.log,
});

export const log1p = elementwise({
  name: "log1p",
  family,
  summary: "ln(1 + x), with every digit also near 0",
  source: "Python Array API 2023.12, log1p; derivative DLMF 4.7(i)",
  inputs: { x: domain({ low: -1, open: true, specials: [0, -1] }) },
  curve: { monotone: "increasing", limits: { value: [null, Infinity], derivative: [null, 0] } },
  meaning: (A, [x]) => A.log1p(x),
  jvp: (A, [dx], [x]) => A.div(dx, A.add(A.lift(1), x)),
  vjp: (A, gy, [x]) => [A.div(gy, A.add(x, A.lift(1)))],
  f64: Math.log1p,
});

export const erf = elementwise({
  name: "erf",
  family,
  summary: "error function, (2/√π)·∫₀ˣ e^(−t²) dt",
  source: "DLMF 7.2.1",
  // In float32, erf is ±1 from 3.92 on, and its derivative 0 from 10.2 on.
  inputs: { x: domain({ specials: [0, 4, -4, 10, -10] }) },
  bounds: { value: [-1, 1], derivative: [0, 1.128379167095513] },
  curve: {
    monotone: "increasing",
    bell: true,
    symmetry: "odd",
    limits: { value: [-1, 1], derivative: [0, 0] },
    saturates: { f32: [-3.9192058, 3.9192058], f64: [-5.9215872, 5.9215872] },
  },
  meaning: (A, [x]) => A.erf(x),
  jvp: (A, [dx], [x]) => A.mul(A.mul(dx, A.constant(TWO_OVER_SQRT_PI)), gaussian(A, x, 1)),
  vjp: (A, gy, [x]) => [A.mul(gy, A.mul(A.constant(TWO_OVER_SQRT_PI), gaussian(A, x, 1)))],
  textbook: [
    {
      vjp: (A, gy, [x]) => [A.mul(gy, A.mul(A.constant(TWO_OVER_SQRT_PI), A.exp(A.neg(A.mul(x, x)))))],
    },
  ],
});
