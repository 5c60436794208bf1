import type { Algebra } from "../core/algebra.js";
import { nextDown64, nextUp64 } from "../core/float.js";
import { choose, clamp, passBetween } from "./choose.js";
import { attribute, checkNumber, elementwise } from "./elementwise.js";
import { domain } from "./op.js";

const family = "activations";

/** Not differentiable at 0, or made of two functions that meet there. */
const bentAtZero = domain({ specials: [0] });

export const relu = elementwise({
  name: "relu",
  family,
  summary: "max(x, 0)",
  source: "Nair and Hinton 2010",
  inputs: { x: bentAtZero },
  kinks: [{ at: "x = 0", convention: "0" }],
  bounds: { value: [0, Infinity], derivative: [0, 1] },
  curve: {
    monotone: "increasing",
    symmetry: { line: 1 },
    homogeneous: { degree: 1, in: ["x"] },
    limits: { value: [0, Infinity], derivative: [0, 1] },
    saturates: { f32: [0, null], f64: [0, null] },
    idempotent: true,
    straight: { between: [0], slopes: [0, 1] },
  },
  meaning: (A, [x]) => choose(A, x, A.lift(0), { greater: x, less: A.lift(0), tie: A.lift(0) }),
  jvp: (A, [dx], [x]) => choose(A, x, A.lift(0), { greater: dx, less: A.lift(0), tie: A.lift(0) }),
  vjp: (A, gy, [x]) => [choose(A, x, A.lift(0), { greater: gy, less: A.lift(0), tie: A.lift(0) })],
});

export const relu6 = elementwise({
  name: "relu6",
  family,
  summary: "x, but at least 0 and at most 6",
  source: "Krizhevsky 2010; ReLU6 of TensorFlow",
  inputs: { x: domain({ specials: [0, 6] }) },
  kinks: [
    { at: "x = 0", convention: "0" },
    { at: "x = 6", convention: "0" },
  ],
  bounds: { value: [0, 6], derivative: [0, 1] },
  // At a bound the value is the bound, whose derivative is 0.
  curve: {
    monotone: "increasing",
    limits: { value: [0, 6], derivative: [0, 0] },
    saturates: { f32: [0, 6], f64: [0, 6] },
    idempotent: true,
    straight: { between: [0, 6], slopes: [0, 1, 0] },
  },
  meaning(A, [x]) {
    const [zero, six] = [A.lift(0), A.lift(6)];
    const raised = choose(A, x, zero, { greater: x, less: zero, tie: zero });
    return choose(A, raised, six, { greater: six, less: raised, tie: six });
  },
  jvp: (A, [dx], [x]) => passBetween(A, x, A.lift(0), A.lift(6), dx, A.lift(0)),
  vjp(A, gy, [x]) {
    const above = choose(A, x, A.lift(0), { greater: gy, less: A.lift(0), tie: A.lift(0) });
    return [choose(A, x, A.lift(6), { greater: A.lift(0), less: above, tie: A.lift(0) })];
  },
});

type LeakyReluAttributes = { readonly alpha: number };

const ALPHAS = {
  between: [0.25, 0.125, 0.2, 0.01],
  negative: [-0.5, -0.25, -1],
  above: [2, 1.5, 3],
} as const;

export const leakyRelu = elementwise<LeakyReluAttributes>({
  name: "leakyRelu",
  family,
  summary: "x where x > 0, alpha·x elsewhere",
  source: "Maas, Hannun and Ng 2013; ONNX LeakyRelu-16",
  inputs: { x: bentAtZero },
  attributes: {
    alpha: {
      classes: ["between", "negative", "above"],
      summary:
        "slope below 0: between 0 and 1, negative, or above 1 (where max(x, alpha·x) is another function)",
    },
  },
  drawAttributes: ({ classes, stream }) => ({
    alpha: stream.pick(
      classes.alpha === "negative"
        ? ALPHAS.negative
        : classes.alpha === "above"
          ? ALPHAS.above
          : ALPHAS.between,
    ),
  }),
  checkAttributes: ({ alpha }) => checkNumber("alpha", alpha),
  // The simplest of the same class.
  simpler({ alpha }) {
    const [simplest] = alpha < 0 ? ALPHAS.negative : alpha > 1 ? ALPHAS.above : ALPHAS.between;
    return alpha === simplest ? [] : [{ alpha: simplest }];
  },
  kinks: [{ at: "x = 0", convention: "alpha" }],
  // A spacing more, since the decimal that alpha stands for need not be a double.
  bounds: ({ alpha }) => ({
    ...(alpha <= 0 && { value: [0, Infinity] }),
    derivative: [nextDown64(Math.min(alpha, 1)), nextUp64(Math.max(alpha, 1))],
  }),
  curve: ({ alpha }) => ({
    ...(alpha >= 0 && { monotone: "increasing" }),
    ...(alpha <= 0 && { idempotent: true }),
    symmetry: { line: 1 + alpha },
    homogeneous: { degree: 1, in: ["x"] },
    limits: { value: [-Infinity * alpha, Infinity], derivative: [alpha, 1] },
  }),
  meaning(A, [x], { alpha }) {
    const below = A.mul(attribute(A, alpha), x);
    return choose(A, x, A.lift(0), { greater: x, less: below, tie: below });
  },
  jvp(A, [dx], [x], _y, { alpha }) {
    const below = A.mul(attribute(A, alpha), dx);
    return choose(A, x, A.lift(0), { greater: dx, less: below, tie: below });
  },
  vjp(A, gy, [x], _y, { alpha }) {
    const below = A.mul(gy, attribute(A, alpha));
    return [choose(A, x, A.lift(0), { greater: gy, less: below, tie: below })];
  },
});

export const prelu = elementwise({
  name: "prelu",
  family,
  summary: "x where x > 0, alpha·x elsewhere; alpha is learnt",
  source: "He et al. 2015, eq. 1; ONNX PRelu-16",
  inputs: { x: bentAtZero, alpha: domain({ specials: [0, 1] }) },
  kinks: [{ at: "x = 0", convention: "alpha; 0 with respect to alpha" }],
  curve: { homogeneous: { degree: 1, in: ["x"] } },
  meaning(A, [x, alpha]) {
    const below = A.mul(alpha, x);
    return choose(A, x, A.lift(0), { greater: x, less: below, tie: below });
  },
  jvp(A, [dx, dalpha], [x, alpha]) {
    const below = A.add(A.mul(alpha, dx), A.mul(dalpha, x));
    return choose(A, x, A.lift(0), { greater: dx, less: below, tie: below });
  },
  vjp(A, gy, [x, alpha]) {
    const zero = A.lift(0);
    const [toX, toAlpha] = [A.mul(gy, alpha), A.mul(gy, x)];
    return [
      choose(A, x, zero, { greater: gy, less: toX, tie: toX }),
      choose(A, x, zero, { greater: zero, less: toAlpha, tie: toAlpha }),
    ];
  },
});

// With alpha = 1 both sides of elu have the slope 1 at 0, so that there is no choice of gradient and no site.

export const elu = elementwise({
  name: "elu",
  family,
  summary: "x where x > 0, e^x − 1 elsewhere",
  source: "Clevert, Unterthiner and Hochreiter 2016, with alpha = 1",
  inputs: { x: domain({ specials: [0, -17, -88, -104] }) },
  bounds: { value: [-1, Infinity], derivative: [0, 1] },
  curve: {
    monotone: "increasing",
    limits: { value: [-1, Infinity], derivative: [0, 1] },
    saturates: { f32: [-17.32868, null], f64: [-37.429948, null] },
    joined: true,
  },
  meaning: (A, [x]) => (A.toNumber(x) > 0 ? x : A.expm1(x)),
  jvp: (A, [dx], [x]) => (A.toNumber(x) > 0 ? dx : A.mul(dx, A.exp(x))),
  vjp: (A, gy, [x]) => [A.toNumber(x) > 0 ? gy : A.mul(gy, A.exp(x))],
  // e^x − 1 cancels near 0, and y + 1 as x falls.
  textbook: [
    { vjp: (A, gy, [x], y) => [A.toNumber(x) > 0 ? gy : A.mul(gy, A.add(y, A.lift(1)))] },
    { meaning: (A, [x]) => (A.toNumber(x) > 0 ? x : A.sub(A.exp(x), A.lift(1))) },
    {
      meaning: (A, [x]) => (A.toNumber(x) > 0 ? x : A.sub(A.exp(x), A.lift(1))),
      vjp: (A, gy, [x], y) => [A.toNumber(x) > 0 ? gy : A.mul(gy, A.add(y, A.lift(1)))],
    },
  ],
});

/** Klambauer et al. 2017, from the closed form of the two constants, with mpmath. */
const SELU_SCALE = "1.0507009873554804934193349852946063519589812043764";
const SELU_SCALE_ALPHA = "1.758099340847376859940217520812279577323506837162";

const seluScale = <T>(A: Algebra<T>): T => A.constant(SELU_SCALE);
const seluScaleAlpha = <T>(A: Algebra<T>): T => A.constant(SELU_SCALE_ALPHA);

export const selu = elementwise({
  name: "selu",
  family,
  summary: "scale·x where x > 0, scale·alpha·(e^x − 1) elsewhere; scale 1.0507…, alpha 1.6732…",
  source: "Klambauer et al. 2017",
  inputs: { x: domain({ specials: [0, -17, -88, -104] }) },
  kinks: [{ at: "x = 0", convention: "scale·alpha" }],
  bounds: { value: [-1.758099340847377, Infinity], derivative: [0, 1.758099340847377] },
  curve: {
    monotone: "increasing",
    limits: { value: [-1.7580993408473768, Infinity], derivative: [0, 1.0507009873554805] },
    saturates: { f32: [-16.869848, null], f64: [-37.181046, null] },
  },
  meaning(A, [x]) {
    const below = (): typeof x => A.mul(seluScaleAlpha(A), A.expm1(x));
    return A.select(x, A.lift(0), () => A.mul(seluScale(A), x), below, below);
  },
  jvp(A, [dx], [x]) {
    const below = (): typeof dx => A.mul(dx, A.mul(seluScaleAlpha(A), A.exp(x)));
    return A.select(x, A.lift(0), () => A.mul(dx, seluScale(A)), below, below);
  },
  vjp(A, gy, [x]) {
    const below = (): typeof gy => A.mul(A.mul(gy, seluScaleAlpha(A)), A.exp(x));
    return [A.select(x, A.lift(0), () => A.mul(gy, seluScale(A)), below, below)];
  },
  textbook: [
    {
      meaning(A, [x]) {
        const below = (): typeof x => A.mul(seluScaleAlpha(A), A.sub(A.exp(x), A.lift(1)));
        return A.select(x, A.lift(0), () => A.mul(seluScale(A), x), below, below);
      },
    },
    {
      vjp(A, gy, [x], y) {
        const below = (): typeof gy => A.mul(gy, A.add(y, seluScaleAlpha(A)));
        return [A.select(x, A.lift(0), () => A.mul(gy, seluScale(A)), below, below)];
      },
    },
  ],
});

/** 0.2·x + 0.5, without cancellation near x = −2.5. */
const ramp = <T>(A: Algebra<T>, x: T): T => A.div(A.add(x, A.lift(2.5)), A.lift(5));

const rampTextbook = <T>(A: Algebra<T>, x: T): T => A.add(A.mul(A.constant("0.2"), x), A.lift(0.5));

export const hardSigmoid = elementwise({
  name: "hardSigmoid",
  family,
  summary: "0.2·x + 0.5, but at least 0 and at most 1",
  source: "Courbariaux, Bengio and David 2015; ONNX HardSigmoid-6",
  inputs: { x: domain({ specials: [-2.5, 2.5] }) },
  kinks: [
    { at: "x = −2.5", convention: "0.2" },
    { at: "x = 2.5", convention: "0.2" },
  ],
  bounds: { value: [0, 1], derivative: [0, 0.2] },
  // The ramp is compared with 0 and 1, and not x with ±2.5, as implementations do: its rounding moves the kinks.
  curve: {
    monotone: "increasing",
    symmetry: { about: 0.5 },
    limits: { value: [0, 1], derivative: [0, 0] },
    saturates: { f32: [-2.5, 2.5], f64: [-2.5, 2.5] },
  },
  meaning: (A, [x]) => clamp(A, ramp(A, x), A.lift(0), A.lift(1)),
  jvp(A, [dx], [x]) {
    const dz = A.div(dx, A.lift(5));
    return passBetween(A, ramp(A, x), A.lift(0), A.lift(1), dz, dz);
  },
  vjp(A, gy, [x]) {
    const z = ramp(A, x);
    const gz = A.div(gy, A.lift(5));
    const above = choose(A, z, A.lift(0), { greater: gz, less: A.lift(0), tie: gz });
    return [choose(A, z, A.lift(1), { greater: A.lift(0), less: above, tie: above })];
  },
  textbook: [
    {
      meaning: (A, [x]) => clamp(A, rampTextbook(A, x), A.lift(0), A.lift(1)),
      vjp(A, gy, [x]) {
        const gz = A.mul(gy, A.constant("0.2"));
        return [passBetween(A, rampTextbook(A, x), A.lift(0), A.lift(1), gz, gz)];
      },
    },
  ],
});
