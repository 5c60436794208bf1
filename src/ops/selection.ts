import { InvalidProgramError } from "../core/errors.js";
import { nextDown64, nextUp64 } from "../core/float.js";
import { choose, clamp, passBetween } from "./choose.js";
import { attribute, checkNumber, elementwise } from "./elementwise.js";
import { bool, domain, real } from "./op.js";

const family = "arithmetic";

export const abs = elementwise({
  name: "abs",
  family,
  summary: "|x|",
  source: "Python Array API 2023.12, abs",
  inputs: { x: domain({ specials: [0] }) },
  kinks: [{ at: "x = 0", convention: "0" }],
  bounds: { value: [0, Infinity], derivative: [-1, 1] },
  curve: {
    symmetry: "even",
    homogeneous: { degree: 1, in: ["x"] },
    limits: { value: [Infinity, Infinity], derivative: [-1, 1] },
    idempotent: true,
    straight: { between: [0], slopes: [-1, 1] },
  },
  meaning: (A, [x]) => choose(A, x, A.lift(0), { greater: x, less: A.neg(x), tie: A.lift(0) }),
  jvp: (A, [dx], [x]) => choose(A, x, A.lift(0), { greater: dx, less: A.neg(dx), tie: A.lift(0) }),
  vjp: (A, gy, [x]) => [choose(A, x, A.lift(0), { greater: gy, less: A.neg(gy), tie: A.lift(0) })],
  f64: Math.abs,
});

export const sign = elementwise({
  name: "sign",
  family,
  summary: "1, −1 or 0, as x is above, below or at 0",
  source: "Python Array API 2023.12, sign",
  inputs: { x: domain({ specials: [0] }) },
  kinks: [{ at: "x = 0, a jump", convention: "0" }],
  curve: {
    monotone: "increasing",
    symmetry: "odd",
    homogeneous: { degree: 0, in: ["x"] },
    limits: { value: [-1, 1], derivative: [0, 0] },
    idempotent: true,
    straight: { between: [0], slopes: [0, 0] },
  },
  meaning: (A, [x]) =>
    A.select(
      x,
      A.lift(0),
      () => A.lift(1),
      () => A.lift(-1),
      () => A.lift(0),
      true,
    ),
  jvp: (A) => A.lift(0),
  vjp: (A) => [A.lift(0)],
  f64: Math.sign,
});

// The gradient of both goes through `argmax`, one site for both inputs, so that their shares always add up to 1.
// Where a = b, the value a + (b − a)/2 is a, exactly, and its derivative is the mean of both.

export const maximum = elementwise({
  name: "maximum",
  family,
  summary: "the larger of a and b",
  source: "Python Array API 2023.12, maximum",
  inputs: { a: domain({ specials: [0, 1] }), b: domain({ specials: [0, 1] }) },
  kinks: [{ at: "a = b", convention: "equal shares" }],
  curve: { homogeneous: { degree: 1, in: ["a", "b"] } },
  meaning: (A, [a, b]) =>
    choose(A, a, b, { greater: a, less: b, tie: A.add(a, A.div(A.sub(b, a), A.lift(2))) }),
  jvp(A, [da, db], [a, b]) {
    const share = A.argmax([a, b]);
    return A.add(A.mul(share[0], da), A.mul(share[1], db));
  },
  vjp(A, gy, [a, b]) {
    const share = A.argmax([a, b]);
    return [A.mul(gy, share[0]), A.mul(gy, share[1])];
  },
  f64: Math.max,
});

export const minimum = elementwise({
  name: "minimum",
  family,
  summary: "the smaller of a and b",
  source: "Python Array API 2023.12, minimum",
  inputs: { a: domain({ specials: [0, 1] }), b: domain({ specials: [0, 1] }) },
  kinks: [{ at: "a = b", convention: "equal shares" }],
  curve: { homogeneous: { degree: 1, in: ["a", "b"] } },
  meaning: (A, [a, b]) =>
    choose(A, a, b, { greater: b, less: a, tie: A.add(a, A.div(A.sub(b, a), A.lift(2))) }),
  jvp(A, [da, db], [a, b]) {
    const share = A.argmax([A.neg(a), A.neg(b)]);
    return A.add(A.mul(share[0], da), A.mul(share[1], db));
  },
  vjp(A, gy, [a, b]) {
    const share = A.argmax([A.neg(a), A.neg(b)]);
    return [A.mul(gy, share[0]), A.mul(gy, share[1])];
  },
  f64: Math.min,
});

/** Quotients of at most three digits leave a float32 enough of them after the point to know the integer below. */
const divisible = (a: number, b: number): boolean => Math.abs(a / b) < 1000;

export const floorDivide = elementwise({
  name: "floorDivide",
  family,
  summary: "the largest integer not above a/b",
  source: "Python Array API 2023.12, floor_divide",
  inputs: { a: domain({ specials: [0, 1, -1, 6] }), b: domain({ specials: [1, -1, 2, -3] }) },
  relation: divisible,
  kinks: [{ at: "a/b an integer, a jump", convention: "0" }],
  curve: { homogeneous: { degree: 0, in: ["a", "b"] } },
  meaning: (A, [a, b]) => A.floor(A.div(a, b)),
  jvp: (A) => A.lift(0),
  vjp: (A) => [A.lift(0), A.lift(0)],
});

export const mod = elementwise({
  name: "mod",
  family,
  summary: "a − b·⌊a/b⌋, which has the sign of b",
  source: "Python Array API 2023.12, remainder",
  inputs: { a: domain({ specials: [0, 1, -1, 6] }), b: domain({ specials: [1, -1, 2, -3] }) },
  relation: divisible,
  kinks: [{ at: "a/b an integer, a jump", convention: "the derivative on the side where ⌊a/b⌋ is a/b" }],
  curve: { homogeneous: { degree: 1, in: ["a", "b"] } },
  meaning: (A, [a, b]) => A.sub(a, A.mul(b, A.floor(A.div(a, b)))),
  jvp: (A, [da, db], [a, b]) => A.sub(da, A.mul(A.floor(A.div(a, b)), db)),
  vjp: (A, gy, [a, b]) => [gy, A.mul(gy, A.neg(A.floor(A.div(a, b))))],
});

export const where = elementwise({
  name: "where",
  family,
  summary: "a where the condition is true, b elsewhere",
  source: "Python Array API 2023.12, where",
  inputs: { condition: bool, a: real, b: real },
  meaning: (A, [condition, a, b]) => (A.toNumber(condition) !== 0 ? a : b),
  jvp: (A, [, da, db], [condition]) => (A.toNumber(condition) !== 0 ? da : db),
  vjp(A, gy, [condition]) {
    const zero = A.lift(0);
    return A.toNumber(condition) !== 0 ? [zero, gy, zero] : [zero, zero, gy];
  },
});

// A type and not an interface: only types may stand for a record of any attributes.
type ClipAttributes = { readonly low: number; readonly high: number };

const SIMPLE_BOUNDS: readonly ClipAttributes[] = [
  { low: 0, high: 1 },
  { low: -1, high: 1 },
  { low: 0.25, high: 0.75 },
];

export const clip = elementwise<ClipAttributes>({
  name: "clip",
  family,
  summary: "x, but at least low and at most high",
  source: "Python Array API 2023.12, clip",
  inputs: { x: real },
  attributes: { bounds: { classes: ["around 0", "above 0"], summary: "where the interval lies" } },
  drawAttributes: ({ classes, stream }) =>
    classes.bounds === "above 0"
      ? stream.pick([
          { low: 0.25, high: 0.75 },
          { low: 0, high: 6 },
          { low: 0.1, high: 2.5 },
        ])
      : stream.pick([
          { low: -1, high: 1 },
          { low: -0.5, high: 6 },
          { low: -0.2, high: 0.7 },
        ]),
  checkAttributes({ low, high }) {
    checkNumber("low", low);
    checkNumber("high", high);
    if (!(low < high)) throw new InvalidProgramError(`low must be below high, got ${low} and ${high}`);
  },
  simpler: ({ low, high }) => {
    const current = SIMPLE_BOUNDS.findIndex((bounds) => bounds.low === low && bounds.high === high);
    return SIMPLE_BOUNDS.slice(0, current === -1 ? undefined : current);
  },
  specials: ({ low, high }) => [low, high],
  kinks: [
    { at: "x = low", convention: "1" },
    { at: "x = high", convention: "1" },
  ],
  bounds: ({ low, high }) => ({ value: [nextDown64(low), nextUp64(high)], derivative: [0, 1] }),
  curve: ({ low, high }) => ({
    monotone: "increasing",
    ...(low === -high && { symmetry: "odd" }),
    limits: { value: [low, high], derivative: [0, 0] },
    saturates: { f32: [low, high], f64: [low, high] },
    idempotent: true,
    straight: { between: [low, high], slopes: [0, 1, 0] },
  }),
  meaning: (A, [x], { low, high }) => clamp(A, x, attribute(A, low), attribute(A, high)),
  jvp: (A, [dx], [x], _y, { low, high }) => passBetween(A, x, attribute(A, low), attribute(A, high), dx, dx),
  vjp(A, gy, [x], _y, { low, high }) {
    const above = choose(A, x, attribute(A, low), { greater: gy, less: A.lift(0), tie: gy });
    return [choose(A, x, attribute(A, high), { greater: A.lift(0), less: above, tie: above })];
  },
});
