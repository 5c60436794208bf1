import type { Algebra } from "../core/algebra.js";
import { elementwise } from "./elementwise.js";
import { domain, real } from "./op.js";

const family = "arithmetic";

/** ln 10^38: results of this size still fit into a float32. */
const LOG_RANGE = 87.5;

export const add = elementwise({
  name: "add",
  family,
  summary: "a + b",
  source: "sum rule",
  inputs: { a: real, b: real },
  curve: { homogeneous: { degree: 1, in: ["a", "b"] } },
  meaning: (A, [a, b]) => A.add(a, b),
  jvp: (A, [da, db]) => A.add(da, db),
  vjp: (_A, gy) => [gy, gy],
  f64: (a, b) => a + b,
});

export const subtract = elementwise({
  name: "subtract",
  family,
  summary: "a − b",
  source: "sum rule",
  inputs: { a: real, b: real },
  curve: { homogeneous: { degree: 1, in: ["a", "b"] } },
  meaning: (A, [a, b]) => A.sub(a, b),
  jvp: (A, [da, db]) => A.sub(da, db),
  vjp: (A, gy) => [gy, A.neg(gy)],
  f64: (a, b) => a - b,
});

export const multiply = elementwise({
  name: "multiply",
  family,
  summary: "a · b",
  source: "product rule",
  inputs: { a: real, b: real },
  curve: { homogeneous: { degree: 2, in: ["a", "b"] } },
  meaning: (A, [a, b]) => A.mul(a, b),
  jvp: (A, [da, db], [a, b]) => A.add(A.mul(da, b), A.mul(a, db)),
  vjp: (A, gy, [a, b]) => [A.mul(gy, b), A.mul(gy, a)],
  f64: (a, b) => a * b,
});

export const divide = elementwise({
  name: "divide",
  family,
  summary: "a / b",
  source: "quotient rule",
  inputs: { a: real, b: real },
  relation: (_a, b) => b !== 0,
  curve: { homogeneous: { degree: 0, in: ["a", "b"] } },
  meaning: (A, [a, b]) => A.div(a, b),
  jvp: (A, [da, db], [, b], y) => A.div(A.sub(da, A.mul(y, db)), b),
  vjp: (A, gy, [, b], y) => [A.div(gy, b), A.neg(A.mul(gy, A.div(y, b)))],
  // b² over- and underflows where (a/b)/b does not.
  textbook: [
    { vjp: (A, gy, [a, b]) => [A.div(gy, b), A.neg(A.div(A.mul(gy, a), A.mul(b, b)))] },
    { vjp: (A, gy, [a, b]) => [A.div(gy, b), A.neg(A.mul(gy, A.div(a, A.mul(b, b))))] },
  ],
  f64: (a, b) => a / b,
});

export const negative = elementwise({
  name: "negative",
  family,
  summary: "−x",
  source: "sum rule",
  inputs: { x: real },
  curve: {
    monotone: "decreasing",
    symmetry: "odd",
    homogeneous: { degree: 1, in: ["x"] },
    limits: { value: [Infinity, -Infinity], derivative: [-1, -1] },
    straight: { between: [], slopes: [-1] },
  },
  meaning: (A, [x]) => A.neg(x),
  jvp: (A, [dx]) => A.neg(dx),
  vjp: (A, gy) => [A.neg(gy)],
  f64: (x) => -x,
});

/**
 * Whether y = a^b may have lost digits by underflow that a^(b − 1) still has. Elsewhere b·y/a is the better rule: the
 * rounding of b − 1 does not enter it, which costs a^(b − 1) up to |ln a| roundings.
 */
const nearUnderflow = <T>(A: Algebra<T>, y: T): boolean => Math.abs(A.toNumber(y)) < 2 ** -100;

const isZeroToTheZero = <T>(A: Algebra<T>, a: T, b: T): boolean => A.toNumber(a) === 0 && A.toNumber(b) === 0;

export const pow = elementwise({
  name: "pow",
  family,
  summary: "a to the power b",
  source: "DLMF 4.7(ii); Python Array API 2023.12, pow",
  // No negative bases: a^b has no derivative with respect to b there, and libraries rightly say NaN.
  inputs: { a: domain({ low: 0, specials: [0, 1, 2] }), b: domain({ specials: [-2, -1, 0, 0.5, 1, 2, 3] }) },
  relation: (a, b) =>
    a === 0 ? b > 0 && Number.isInteger(b) : a > 0 && Math.abs(b * Math.log(a)) < LOG_RANGE,
  kinks: [
    { at: "a < 0 (b an integer): no derivative with respect to b", convention: "0" },
    { at: "a = 0 (b > 0), with respect to b", convention: "0, the limit of y·ln a" },
    { at: "a = b = 0, with respect to a", convention: "0" },
  ],
  meaning: (A, [a, b]) => A.pow(a, b),
  jvp(A, [da, db], [a, b], y) {
    const zero = A.lift(0);
    const fromBase = isZeroToTheZero(A, a, b)
      ? zero
      : nearUnderflow(A, y)
        ? A.mul(A.mul(da, b), A.pow(a, A.sub(b, A.lift(1))))
        : A.mul(da, A.div(A.mul(b, y), a));
    const fromExponent = A.toNumber(a) > 0 ? A.mul(db, A.mul(A.log(a), y)) : zero;
    return A.add(fromBase, fromExponent);
  },
  vjp(A, gy, [a, b], y) {
    const zero = A.lift(0);
    const slope = nearUnderflow(A, y) ? A.mul(b, A.pow(a, A.sub(b, A.lift(1)))) : A.mul(b, A.div(y, a));
    return [
      isZeroToTheZero(A, a, b) ? zero : A.mul(gy, slope),
      A.toNumber(a) > 0 ? A.mul(gy, A.mul(y, A.log(a))) : zero,
    ];
  },
  textbook: [
    {
      vjp: (A, gy, [a, b], y) => [
        A.mul(gy, A.mul(b, A.pow(a, A.sub(b, A.lift(1))))),
        A.toNumber(a) > 0 ? A.mul(gy, A.mul(y, A.log(a))) : A.lift(0),
      ],
    },
  ],
  f64: Math.pow,
});

export const square = elementwise({
  name: "square",
  family,
  summary: "x · x",
  source: "product rule",
  inputs: { x: real },
  bounds: { value: [0, Infinity] },
  curve: {
    symmetry: "even",
    homogeneous: { degree: 2, in: ["x"] },
    limits: { value: [Infinity, Infinity], derivative: [-Infinity, Infinity] },
  },
  meaning: (A, [x]) => A.mul(x, x),
  jvp: (A, [dx], [x]) => A.mul(A.lift(2), A.mul(dx, x)),
  vjp: (A, gy, [x]) => [A.mul(gy, A.mul(A.lift(2), x))],
  f64: (x) => x * x,
});

export const squaredDifference = elementwise({
  name: "squaredDifference",
  family,
  summary: "(a − b)²",
  source: "product rule",
  inputs: { a: real, b: real },
  curve: { homogeneous: { degree: 2, in: ["a", "b"] } },
  meaning(A, [a, b]) {
    const d = A.sub(a, b);
    return A.mul(d, d);
  },
  jvp: (A, [da, db], [a, b]) => A.mul(A.lift(2), A.mul(A.sub(a, b), A.sub(da, db))),
  vjp(A, gy, [a, b]) {
    const ga = A.mul(gy, A.mul(A.lift(2), A.sub(a, b)));
    return [ga, A.neg(ga)];
  },
});

export const sqrt = elementwise({
  name: "sqrt",
  family,
  summary: "square root",
  source: "DLMF 4.7(ii)",
  // The derivative is infinite at 0.
  inputs: { x: domain({ low: 0, open: true, specials: [1] }) },
  bounds: { value: [0, Infinity], derivative: [0, Infinity] },
  curve: {
    monotone: "increasing",
    homogeneous: { degree: 0.5, in: ["x"] },
    limits: { value: [null, Infinity], derivative: [null, 0] },
  },
  meaning: (A, [x]) => A.sqrt(x),
  jvp: (A, [dx], _xs, y) => A.div(A.mul(A.lift(0.5), dx), y),
  vjp: (A, gy, _xs, y) => [A.div(gy, A.mul(A.lift(2), y))],
  textbook: [{ vjp: (A, gy, [x]) => [A.mul(gy, A.mul(A.lift(0.5), A.pow(x, A.lift(-0.5))))] }],
  f64: Math.sqrt,
});

export const rsqrt = elementwise({
  name: "rsqrt",
  family,
  summary: "1/√x",
  source: "DLMF 4.7(ii)",
  inputs: { x: domain({ low: 0, open: true, specials: [1] }) },
  curve: {
    monotone: "decreasing",
    homogeneous: { degree: -0.5, in: ["x"] },
    limits: { value: [null, 0], derivative: [null, 0] },
  },
  meaning: (A, [x]) => A.div(A.lift(1), A.sqrt(x)),
  jvp: (A, [dx], [x]) => A.mul(A.lift(-0.5), A.div(A.div(dx, A.sqrt(x)), x)),
  vjp: (A, gy, [x], y) => [A.mul(gy, A.mul(A.lift(-0.5), A.div(y, x)))],
  // x^1.5 overflows where y/x does not.
  textbook: [
    { vjp: (A, gy, _xs, y) => [A.mul(gy, A.mul(A.lift(-0.5), A.mul(y, A.mul(y, y))))] },
    { vjp: (A, gy, [x]) => [A.neg(A.div(gy, A.mul(A.pow(x, A.lift(1.5)), A.lift(2))))] },
  ],
});

export const reciprocal = elementwise({
  name: "reciprocal",
  family,
  summary: "1/x",
  source: "quotient rule",
  inputs: { x: domain({ specials: [1, -1] }) },
  relation: (x) => x !== 0,
  curve: {
    symmetry: "odd",
    homogeneous: { degree: -1, in: ["x"] },
    limits: { value: [0, 0], derivative: [0, 0] },
  },
  meaning: (A, [x]) => A.div(A.lift(1), x),
  jvp: (A, [dx], [x], y) => A.neg(A.div(A.mul(dx, y), x)),
  vjp: (A, gy, [x], y) => [A.neg(A.mul(gy, A.div(y, x)))],
  // x² over- and underflows where y/x does not.
  textbook: [
    { vjp: (A, gy, _xs, y) => [A.neg(A.mul(gy, A.mul(y, y)))] },
    { vjp: (A, gy, [x]) => [A.neg(A.div(gy, A.mul(x, x)))] },
  ],
  f64: (x) => 1 / x,
});
