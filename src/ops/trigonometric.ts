import type { Algebra } from "../core/algebra.js";
import { elementwise } from "./elementwise.js";
import { domain } from "./op.js";

const family = "exponential and trigonometric";

const angles = domain({ specials: [0, Math.PI / 2, Math.PI, -Math.PI] });

export const sin = elementwise({
  name: "sin",
  family,
  summary: "sine of x radians",
  source: "DLMF 4.14; derivative 4.20",
  inputs: { x: angles },
  bounds: { value: [-1, 1], derivative: [-1, 1] },
  curve: { symmetry: "odd", identities: [{ of: "derivative", op: "cos" }] },
  meaning: (A, [x]) => A.sin(x),
  jvp: (A, [dx], [x]) => A.mul(dx, A.cos(x)),
  vjp: (A, gy, [x]) => [A.mul(gy, A.cos(x))],
  f64: Math.sin,
});

export const cos = elementwise({
  name: "cos",
  family,
  summary: "cosine of x radians",
  source: "DLMF 4.14; derivative 4.20",
  inputs: { x: angles },
  bounds: { value: [-1, 1], derivative: [-1, 1] },
  curve: { symmetry: "even", identities: [{ of: "derivative", op: "sin", times: -1 }] },
  meaning: (A, [x]) => A.cos(x),
  jvp: (A, [dx], [x]) => A.neg(A.mul(dx, A.sin(x))),
  vjp: (A, gy, [x]) => [A.mul(gy, A.neg(A.sin(x)))],
  f64: Math.cos,
});

export const tan = elementwise({
  name: "tan",
  family,
  summary: "tangent of x radians",
  source: "DLMF 4.14; derivative 4.20",
  inputs: { x: angles },
  curve: { symmetry: "odd" },
  meaning: (A, [x]) => A.tan(x),
  jvp: (A, [dx], _xs, y) => A.mul(dx, A.add(A.lift(1), A.mul(y, y))),
  vjp(A, gy, [x]) {
    const c = A.cos(x);
    return [A.div(A.div(gy, c), c)];
  },
  textbook: [
    { vjp: (A, gy, _xs, y) => [A.mul(gy, A.add(A.lift(1), A.mul(y, y)))] },
    {
      vjp(A, gy, [x]) {
        const c = A.cos(x);
        return [A.div(gy, A.mul(c, c))];
      },
    },
  ],
  f64: Math.tan,
});

/** √(1 − x²), without the cancellation of 1 − x² near ±1. */
const legOfUnit = <T>(A: Algebra<T>, x: T): T => A.sqrt(A.mul(A.sub(A.lift(1), x), A.add(A.lift(1), x)));

/** The same, as it is usually written. */
const legOfUnitTextbook = <T>(A: Algebra<T>, x: T): T => A.sqrt(A.sub(A.lift(1), A.mul(x, x)));

// The derivatives are infinite at ±1.
const cosines = domain({ low: -1, high: 1, open: true, specials: [0, -1, 1] });

export const asin = elementwise({
  name: "asin",
  family,
  summary: "the angle in [−π/2, π/2] whose sine is x",
  source: "DLMF 4.23; derivative 4.24(ii)",
  inputs: { x: cosines },
  bounds: { derivative: [1, Infinity] },
  curve: { monotone: "increasing", symmetry: "odd" },
  meaning: (A, [x]) => A.asin(x),
  jvp: (A, [dx], [x]) => A.div(dx, legOfUnit(A, x)),
  vjp: (A, gy, [x]) => [A.div(gy, legOfUnit(A, x))],
  textbook: [{ vjp: (A, gy, [x]) => [A.div(gy, legOfUnitTextbook(A, x))] }],
  f64: Math.asin,
});

export const acos = elementwise({
  name: "acos",
  family,
  summary: "the angle in [0, π] whose cosine is x",
  source: "DLMF 4.23; derivative 4.24(ii)",
  inputs: { x: cosines },
  bounds: { derivative: [-Infinity, -1] },
  curve: {
    monotone: "decreasing",
    symmetry: { about: Math.PI / 2 },
    identities: [{ of: "value", op: "asin", plus: Math.PI / 2, times: -1 }],
  },
  meaning: (A, [x]) => A.acos(x),
  jvp: (A, [dx], [x]) => A.div(A.neg(dx), legOfUnit(A, x)),
  vjp: (A, gy, [x]) => [A.neg(A.div(gy, legOfUnit(A, x)))],
  textbook: [{ vjp: (A, gy, [x]) => [A.neg(A.div(gy, legOfUnitTextbook(A, x)))] }],
  f64: Math.acos,
});

export const atan = elementwise({
  name: "atan",
  family,
  summary: "the angle in (−π/2, π/2) whose tangent is x",
  source: "DLMF 4.23; derivative 4.24(ii)",
  inputs: { x: domain({ specials: [0, 1, -1] }) },
  bounds: { value: [-1.570796326794897, 1.570796326794897], derivative: [0, 1] },
  curve: {
    monotone: "increasing",
    bell: true,
    symmetry: "odd",
    limits: { value: [-Math.PI / 2, Math.PI / 2], derivative: [0, 0] },
    saturates: { f32: [-62919774, 62919774], f64: [-5.8053588e15, 5.8053588e15] },
  },
  meaning: (A, [x]) => A.atan(x),
  jvp: (A, [dx], [x]) => A.div(dx, A.add(A.lift(1), A.mul(x, x))),
  vjp: (A, gy, [x]) => [A.div(gy, A.add(A.mul(x, x), A.lift(1)))],
  f64: Math.atan,
});

/** Whether to divide y by x, or x by y, so that the quotient's square cannot overflow. */
const isFlat = <T>(A: Algebra<T>, y: T, x: T): boolean => Math.abs(A.toNumber(x)) >= Math.abs(A.toNumber(y));

export const atan2 = elementwise({
  name: "atan2",
  family,
  summary: "the angle in (−π, π] of the point (x, y)",
  source: "Python Array API 2023.12, atan2; derivative DLMF 4.24(ii)",
  inputs: { y: domain({ specials: [0, 1] }), x: domain({ specials: [0, 1, -1] }) },
  // Along the negative x axis the value jumps by 2π, and which side counts is a matter of the sign of zero.
  relation: (y, x) => y !== 0 || x > 0,
  meaning: (A, [y, x]) => A.atan2(y, x),
  // With t = y/x: x² + y² = x·(x·(1 + t²)), so that no square over- or underflows; and the same with x/y.
  jvp(A, [dy, dx], [y, x]) {
    if (isFlat(A, y, x)) {
      const t = A.div(y, x);
      return A.div(A.div(A.sub(dy, A.mul(t, dx)), x), A.add(A.lift(1), A.mul(t, t)));
    }
    const t = A.div(x, y);
    return A.div(A.div(A.sub(A.mul(t, dy), dx), y), A.add(A.lift(1), A.mul(t, t)));
  },
  vjp(A, g, [y, x]) {
    if (isFlat(A, y, x)) {
      const t = A.div(y, x);
      const gy = A.div(g, A.mul(x, A.add(A.lift(1), A.mul(t, t))));
      return [gy, A.neg(A.mul(gy, t))];
    }
    const t = A.div(x, y);
    const gx = A.neg(A.div(g, A.mul(y, A.add(A.lift(1), A.mul(t, t)))));
    return [A.neg(A.mul(gx, t)), gx];
  },
  textbook: [
    {
      vjp(A, g, [y, x]) {
        const square = A.add(A.mul(y, y), A.mul(x, x));
        return [A.mul(g, A.div(x, square)), A.neg(A.mul(g, A.div(y, square)))];
      },
    },
    {
      // PyTorch: the cotangent first, which overflows where the reciprocal has vanished.
      vjp(A, g, [y, x]) {
        const reciprocal = A.div(A.lift(1), A.add(A.mul(y, y), A.mul(x, x)));
        return [A.mul(A.mul(g, x), reciprocal), A.neg(A.mul(A.mul(g, y), reciprocal))];
      },
    },
  ],
  f64: Math.atan2,
});
