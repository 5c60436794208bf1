import type { Algebra } from "../core/algebra.js";
import { elementwise } from "./elementwise.js";
import { absolute, decay, isPositive, logistic, logisticTextbook } from "./logistic.js";
import { domain } from "./op.js";

const family = "activations";

/** Points where float32 rounds 1 + e^−|x| to 1 (17), e^|x| overflows (89) and e^−|x| vanishes (104). */
const saturating = domain({ specials: [0, 17, -17, 89, -89, 104, -104] });

/** ln(1 + e^x). @error about 3 u, relative */
function logOnePlusExp<T>(A: Algebra<T>, x: T): T {
  const rest = A.log1p(decay(A, x));
  return isPositive(A, x) ? A.add(x, rest) : rest;
}

/** The same without log1p: once e^−|x| < u, nothing is left of it. */
function logOnePlusExpTextbook<T>(A: Algebra<T>, x: T): T {
  const rest = A.log(A.add(A.lift(1), decay(A, x)));
  return isPositive(A, x) ? A.add(x, rest) : rest;
}

/** The sigmoid as ½·tanh(x/2) + ½, of which nothing is left far below 0. */
function halfTanh<T>(A: Algebra<T>, x: T): T {
  const half = A.constant("0.5");
  return A.add(A.mul(half, A.tanh(A.mul(half, x))), half);
}

export const sigmoid = elementwise({
  name: "sigmoid",
  family,
  summary: "1/(1 + e^−x)",
  source: "ONNX Sigmoid-13",
  inputs: { x: saturating },
  bounds: { value: [0, 1], derivative: [0, 0.25] },
  curve: {
    monotone: "increasing",
    bell: true,
    symmetry: { about: 0.5 },
    limits: { value: [0, 1], derivative: [0, 0] },
    saturates: { f32: [-103.97208, 17.32868], f64: [-745.13322, 37.429948] },
    tails: { rate: 1, value: 1, derivative: [0.25, 1] },
    identities: [{ of: "value", op: "tanh", plus: 0.5, times: 0.5, scale: 0.5 }],
  },
  meaning: (A, [x]) => logistic(A, x),
  // y·(1 − y), with 1 − y as the sigmoid of −x, which does not cancel.
  jvp: (A, [dx], [x]) => A.mul(A.mul(dx, logistic(A, x)), logistic(A, A.neg(x))),
  vjp(A, gy, [x]) {
    const e = decay(A, x);
    const d = A.add(A.lift(1), e);
    return [A.mul(gy, A.div(A.div(e, d), d))];
  },
  textbook: [
    {
      meaning: (A, [x]) => logisticTextbook(A, x),
      vjp: (A, gy, _xs, y) => [A.mul(gy, A.mul(y, A.sub(A.lift(1), y)))],
    },
    {
      meaning: (A, [x]) => halfTanh(A, x),
      vjp: (A, gy, _xs, y) => [A.mul(gy, A.mul(y, A.sub(A.lift(1), y)))],
    },
  ],
  f64(x) {
    const e = Math.exp(-Math.abs(x));
    return (x > 0 ? 1 : e) / (1 + e);
  },
  f64Slope(x) {
    const e = Math.exp(-Math.abs(x));
    return e / (1 + e) / (1 + e);
  },
});

export const logSigmoid = elementwise({
  name: "logSigmoid",
  family,
  summary: "ln(1/(1 + e^−x))",
  source: "PyTorch LogSigmoid",
  inputs: { x: saturating },
  bounds: { value: [-Infinity, 0], derivative: [0, 1] },
  curve: {
    monotone: "increasing",
    symmetry: { line: 1 },
    limits: { value: [-Infinity, 0], derivative: [1, 0] },
    saturates: { f32: [null, 103.97208], f64: [null, 745.13322] },
    identities: [
      { of: "value", op: "softplus", times: -1, scale: -1 },
      { of: "derivative", op: "sigmoid", scale: -1 },
    ],
  },
  meaning: (A, [x]) => A.neg(logOnePlusExp(A, A.neg(x))),
  jvp: (A, [dx], [x]) => A.mul(dx, logistic(A, A.neg(x))),
  vjp: (A, gy, [x]) => [A.mul(gy, logistic(A, A.neg(x)))],
  textbook: [
    {
      meaning: (A, [x]) => A.neg(logOnePlusExpTextbook(A, A.neg(x))),
      vjp: (A, gy, [x]) => [A.mul(gy, logisticTextbook(A, A.neg(x)))],
    },
    // The sigmoid of −x is that of x, times e^−x.
    { vjp: (A, gy, [x], y) => [A.mul(gy, A.exp(A.sub(y, x)))] },
    { vjp: (A, gy, [x]) => [A.mul(gy, halfTanh(A, A.neg(x)))] },
  ],
});

export const softplus = elementwise({
  name: "softplus",
  family,
  summary: "ln(1 + e^x)",
  source: "Dugas et al. 2001; ONNX Softplus-1",
  inputs: { x: saturating },
  bounds: { value: [0, Infinity], derivative: [0, 1] },
  curve: {
    monotone: "increasing",
    symmetry: { line: 1 },
    limits: { value: [0, Infinity], derivative: [0, 1] },
    saturates: { f32: [-103.97208, null], f64: [-745.13322, null] },
    identities: [{ of: "derivative", op: "sigmoid" }],
  },
  meaning: (A, [x]) => logOnePlusExp(A, x),
  jvp: (A, [dx], [x]) => A.mul(dx, logistic(A, x)),
  vjp: (A, gy, [x]) => [A.mul(gy, logistic(A, x))],
  textbook: [
    {
      meaning: (A, [x]) => logOnePlusExpTextbook(A, x),
      vjp: (A, gy, [x]) => [A.mul(gy, logisticTextbook(A, x))],
    },
    // e^y is 1 + e^x.
    { vjp: (A, gy, [x], y) => [A.mul(gy, A.exp(A.sub(x, y)))] },
    { vjp: (A, gy, [x]) => [A.mul(gy, halfTanh(A, x))] },
  ],
});

export const softsign = elementwise({
  name: "softsign",
  family,
  summary: "x/(1 + |x|)",
  source: "Bergstra et al. 2009; ONNX Softsign-1",
  // Both sides have the slope 1 at 0: no choice of gradient, no site.
  inputs: { x: domain({ specials: [0] }) },
  // That |x|/(1 + |x|) stays below 1 no interval sees; its curve says so.
  bounds: { derivative: [0, 1] },
  curve: {
    monotone: "increasing",
    bell: true,
    symmetry: "odd",
    limits: { value: [-1, 1], derivative: [0, 0] },
    saturates: { f32: [-33554431, 33554431], f64: [-1.8014399e16, 1.8014399e16] },
  },
  meaning: (A, [x]) => A.div(x, A.add(A.lift(1), absolute(A, x))),
  jvp(A, [dx], [x]) {
    const d = A.add(A.lift(1), absolute(A, x));
    return A.div(A.div(dx, d), d);
  },
  vjp(A, gy, [x]) {
    const d = A.add(absolute(A, x), A.lift(1));
    return [A.div(A.div(gy, d), d)];
  },
  textbook: [
    {
      vjp(A, gy, [x]) {
        const d = A.add(A.lift(1), absolute(A, x));
        return [A.div(gy, A.mul(d, d))];
      },
    },
    {
      // The quotient rule as it stands, which cancels as |x| grows.
      vjp(A, gy, [x]) {
        const size = absolute(A, x);
        const d = A.add(A.lift(1), size);
        return [A.sub(A.div(gy, d), A.div(A.mul(gy, size), A.mul(d, d)))];
      },
    },
  ],
});

export const silu = elementwise({
  name: "silu",
  family,
  summary: "x/(1 + e^−x)",
  source: "Elfwing, Uchibe and Doya 2018; ONNX Swish-24",
  inputs: { x: saturating },
  bounds: { value: [-0.2785, Infinity], derivative: [-0.1, 1.1] },
  curve: {
    symmetry: { line: 1 },
    limits: { value: [0, Infinity], derivative: [0, 1] },
    saturates: { f32: [-108.6603, null], f64: [-751.75563, null] },
  },
  meaning: (A, [x]) => A.mul(x, logistic(A, x)),
  // s·(1 + x·(1 − s)), where 1 + x·(1 − s) is (1 + x + e^x)/(1 + e^x): its first sum is exact near −1.28, where the
  // derivative changes its sign.
  jvp(A, [dx], [x]) {
    const e = decay(A, x);
    const one = A.lift(1);
    const onePlusX = A.add(one, x);
    const numerator = isPositive(A, x) ? A.add(A.mul(onePlusX, e), one) : A.add(onePlusX, e);
    return A.mul(A.mul(dx, logistic(A, x)), A.div(numerator, A.add(one, e)));
  },
  vjp(A, gy, [x]) {
    const e = decay(A, x);
    const d = A.add(A.lift(1), e);
    const onePlusX = A.add(A.lift(1), x);
    const numerator = isPositive(A, x) ? A.add(A.lift(1), A.mul(e, onePlusX)) : A.mul(e, A.add(onePlusX, e));
    return [A.mul(gy, A.div(A.div(numerator, d), d))];
  },
  textbook: [
    {
      meaning: (A, [x]) => A.mul(x, logisticTextbook(A, x)),
      vjp(A, gy, [x]) {
        const s = logisticTextbook(A, x);
        return [A.mul(gy, A.mul(s, A.add(A.lift(1), A.mul(x, A.sub(A.lift(1), s)))))];
      },
    },
    {
      vjp(A, gy, [x]) {
        const s = logisticTextbook(A, x);
        return [A.add(A.mul(gy, s), A.mul(A.mul(gy, x), A.mul(s, A.sub(A.lift(1), s))))];
      },
    },
    {
      vjp(A, gy, [x], y) {
        const s = logisticTextbook(A, x);
        return [A.mul(gy, A.add(y, A.mul(s, A.sub(A.lift(1), y))))];
      },
    },
    {
      meaning: (A, [x]) => A.mul(x, halfTanh(A, x)),
      vjp(A, gy, [x]) {
        const s = halfTanh(A, x);
        return [A.mul(gy, A.mul(s, A.add(A.lift(1), A.mul(x, A.sub(A.lift(1), s)))))];
      },
    },
  ],
});

/** Σ cᵢ·xⁱ, by Horner's rule. */
function polynomial<T>(A: Algebra<T>, x: T, coefficients: readonly T[]): T {
  return coefficients.reduceRight((total, c) => A.add(c, A.mul(x, total)));
}

/** (1 + e^x)² + 1, divided by e^2x where x > 0; from e = e^−|x|. */
const mishDenominator = <T>(A: Algebra<T>, x: T, e: T): T =>
  polynomial(
    A,
    e,
    (isPositive(A, x) ? [1, 2, 2] : [2, 2, 1]).map((c) => A.lift(c)),
  );

/** tanh(ln(1 + e^x)) = ((1 + e^x)² − 1)/((1 + e^x)² + 1): all terms are positive, and none overflows. */
function tanhSoftplus<T>(A: Algebra<T>, x: T): T {
  const e = decay(A, x);
  const two = A.lift(2);
  const numerator = isPositive(A, x) ? A.add(A.lift(1), A.mul(two, e)) : A.mul(e, A.add(two, e));
  return A.div(numerator, mishDenominator(A, x, e));
}

/**
 * The derivative of mish times the square of its denominator: e^x·(4(1 + x) + (6 + 4x)·e^x + 4·e^2x + e^3x), divided
 * by e^4x where x > 0. These terms cancel least near −1.19, where it changes its sign.
 */
function mishNumerator<T>(A: Algebra<T>, x: T, e: T): T {
  const four = A.lift(4);
  const first = A.mul(four, A.add(A.lift(1), x));
  const second = A.add(A.lift(6), A.mul(four, x));
  return isPositive(A, x)
    ? polynomial(A, e, [A.lift(1), four, second, first])
    : A.mul(e, polynomial(A, e, [first, second, four, A.lift(1)]));
}

export const mish = elementwise({
  name: "mish",
  family,
  summary: "x·tanh(ln(1 + e^x))",
  source: "Misra 2020; ONNX Mish-18",
  inputs: { x: saturating },
  bounds: { value: [-0.3089, Infinity], derivative: [-0.113, 1.0885] },
  curve: {
    limits: { value: [0, Infinity], derivative: [0, 1] },
    saturates: { f32: [-108.6603, null], f64: [-751.75563, null] },
  },
  meaning: (A, [x]) => A.mul(x, tanhSoftplus(A, x)),
  jvp(A, [dx], [x]) {
    const e = decay(A, x);
    const denominator = mishDenominator(A, x, e);
    return A.div(A.mul(dx, A.div(mishNumerator(A, x, e), denominator)), denominator);
  },
  vjp(A, gy, [x]) {
    const e = decay(A, x);
    const denominator = mishDenominator(A, x, e);
    return [A.mul(gy, A.div(A.div(mishNumerator(A, x, e), denominator), denominator))];
  },
  textbook: [
    {
      meaning: (A, [x]) => A.mul(x, A.tanh(logOnePlusExpTextbook(A, x))),
      vjp(A, gy, [x]) {
        const t = A.tanh(logOnePlusExpTextbook(A, x));
        const slope = A.mul(logisticTextbook(A, x), A.sub(A.lift(1), A.mul(t, t)));
        return [A.mul(gy, A.add(t, A.mul(x, slope)))];
      },
    },
  ],
});
