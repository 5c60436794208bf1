import type { Algebra } from "../core/algebra.js";
import { InvalidProgramError } from "../core/errors.js";
import { elementwise } from "./elementwise.js";
import { gaussian } from "./gaussian.js";
import { logistic } from "./logistic.js";
import { domain } from "./op.js";

type GeluAttributes = { readonly approximate: "none" | "tanh" };

const SQRT_HALF = "0.70710678118654752440084436210484903928483593768847";
const ONE_OVER_SQRT_TWO_PI = "0.39894228040143267793994605993438186847585863116493";
const SQRT_TWO_OVER_PI = "0.79788456080286535587989211986876373695171726232987";
const TWO_SQRT_TWO_OVER_PI = "1.5957691216057307117597842397375274739034345246597";

/**
 * Distribution function of the standard normal, erfc(−x/√2)/2.
 *
 * @error some x² roundings, relative, where x < 0: the condition of erfc
 */
const normalCdf = <T>(A: Algebra<T>, x: T): T =>
  A.mul(A.lift(0.5), A.erfc(A.neg(A.mul(x, A.constant(SQRT_HALF)))));

/** The same as (1 + erf(x/√2))/2, which cancels as x falls: no digit is left at −8 in doubles, at −5 in float32. */
const normalCdfTextbook = <T>(A: Algebra<T>, x: T): T =>
  A.mul(A.lift(0.5), A.add(A.lift(1), A.erf(A.mul(x, A.constant(SQRT_HALF)))));

/** Density of the standard normal, e^(−x²/2)/√(2π). */
const normalDensity = <T>(A: Algebra<T>, x: T): T =>
  A.mul(A.constant(ONE_OVER_SQRT_TWO_PI), gaussian(A, x, 0.5));

const normalDensityTextbook = <T>(A: Algebra<T>, x: T): T =>
  A.mul(A.constant(ONE_OVER_SQRT_TWO_PI), A.exp(A.mul(A.lift(-0.5), A.mul(x, x))));

/**
 * z with ½·(1 + tanh(z/2)) = 1/(1 + e^−z), which does not cancel for x < 0 as 1 + tanh does, and dz/dx.
 *
 * z = 2·√(2/π)·(x + 0.044715·x³)
 */
function tanhForm<T>(A: Algebra<T>, x: T): { readonly z: T; readonly slope: T } {
  const one = A.lift(1);
  const scale = A.constant(TWO_SQRT_TWO_OVER_PI);
  const square = A.mul(x, x);
  return {
    z: A.mul(A.mul(scale, x), A.add(one, A.mul(A.constant("0.044715"), square))),
    slope: A.mul(scale, A.add(one, A.mul(A.constant("0.134145"), square))),
  };
}

/** ½·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))) and its derivative, as they are usually written. */
function tanhFormTextbook<T>(A: Algebra<T>, x: T): { readonly y: T; readonly slope: T } {
  const one = A.lift(1);
  const half = A.mul(A.lift(0.5), x);
  const scale = A.constant(SQRT_TWO_OVER_PI);
  const square = A.mul(x, x);
  const cubic = A.add(x, A.mul(A.constant("0.044715"), A.mul(square, x)));
  const t = A.tanh(A.mul(scale, cubic));
  const inner = A.mul(scale, A.add(one, A.mul(A.constant("0.134145"), square)));
  return {
    y: A.mul(half, A.add(one, t)),
    slope: A.add(A.mul(A.lift(0.5), A.add(one, t)), A.mul(A.mul(half, A.sub(one, A.mul(t, t))), inner)),
  };
}

export const gelu = elementwise<GeluAttributes>({
  name: "gelu",
  family: "activations",
  summary: "x·Φ(x), Φ the normal distribution function: by erf, or approximately by tanh",
  source: "Hendrycks and Gimpel 2016, sec. 2; ONNX Gelu-20",
  // x³ leaves float32's range at 7·10¹². In float32, Φ(x) is 1 from 5.4 on, and x·Φ(x) is 0 below −14.2.
  inputs: { x: domain({ low: -1e12, high: 1e12, specials: [0, 6, -6, 10, -10] }) },
  attributes: {
    approximate: { classes: ["none", "tanh"], summary: "none: by erf; tanh: by a cubic inside tanh" },
  },
  drawAttributes: ({ classes }) => ({ approximate: classes.approximate === "tanh" ? "tanh" : "none" }),
  checkAttributes({ approximate }) {
    if (approximate !== "none" && approximate !== "tanh") {
      throw new InvalidProgramError(`approximate must be "none" or "tanh", got ${String(approximate)}`);
    }
  },
  bounds: ({ approximate }) =>
    approximate === "none"
      ? { value: [-0.16998, Infinity], derivative: [-0.12891, 1.12891] }
      : { value: [-0.17005, Infinity], derivative: [-0.129, 1.129] },
  curve: ({ approximate }) => ({
    symmetry: { line: 1 },
    limits: { value: [0, Infinity], derivative: [0, 1] },
    saturates:
      approximate === "none"
        ? { f32: [-14.356068, null], f64: [-38.58014, null] }
        : { f32: [-10.770868, null], f64: [-21.547075, null] },
  }),
  meaning: (A, [x], { approximate }) =>
    A.mul(x, approximate === "none" ? normalCdf(A, x) : logistic(A, tanhForm(A, x).z)),
  jvp(A, [dx], [x], _y, { approximate }) {
    if (approximate === "none") {
      return A.add(A.mul(dx, normalCdf(A, x)), A.mul(A.mul(dx, x), normalDensity(A, x)));
    }
    const { z, slope } = tanhForm(A, x);
    const [s, t] = [logistic(A, z), logistic(A, A.neg(z))];
    return A.mul(A.mul(dx, s), A.add(A.lift(1), A.mul(A.mul(x, t), slope)));
  },
  vjp(A, gy, [x], _y, { approximate }) {
    if (approximate === "none") {
      return [A.mul(gy, A.add(normalCdf(A, x), A.mul(x, normalDensity(A, x))))];
    }
    const { z, slope } = tanhForm(A, x);
    const rest = A.mul(A.mul(logistic(A, A.neg(z)), x), slope);
    return [A.mul(gy, A.mul(logistic(A, z), A.add(rest, A.lift(1))))];
  },
  textbook: [
    {
      meaning: (A, [x], { approximate }) =>
        approximate === "none" ? A.mul(normalCdfTextbook(A, x), x) : tanhFormTextbook(A, x).y,
      vjp: (A, gy, [x], _y, { approximate }) => [
        A.mul(
          gy,
          approximate === "none"
            ? A.add(normalCdfTextbook(A, x), A.mul(x, normalDensityTextbook(A, x)))
            : tanhFormTextbook(A, x).slope,
        ),
      ],
    },
  ],
});
