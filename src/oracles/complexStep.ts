import { sumInOrder, type Algebra } from "../core/algebra.js";
import { erf, erfc } from "../core/erf.js";
import { largest, shares } from "../core/numberAlgebra.js";
import { sizeOf } from "../core/shape.js";
import type { NdArray, Tensor } from "../core/tensor.js";
import { evaluate } from "../program/evaluate.js";
import type { CheckedProgram } from "../program/program.js";
import { alignTangents } from "./directional.js";

/** x + i·y */
export interface Complex {
  readonly x: number;
  readonly y: number;
}

/**
 * The imaginary step, a power of two so that dividing by it is exact. Its square is 0 next to any double above 1e-150,
 * and derivatives down to 1e-110 keep every digit.
 */
const STEP = 2 ** -600;

const TWO_OVER_ROOT_PI = 1.1283791670955126;

const real = (x: number): Complex => ({ x, y: 0 });
/** f(x + i·y) = f(x) + i·y·f′(x), which is exact to y². @domain |y| far below |x| and 1 */
const taylor =
  (f: (x: number) => number, slope: (x: number) => number) =>
  ({ x, y }: Complex): Complex => ({ x: f(x), y: y * slope(x) });

const plus = (a: Complex, b: Complex): Complex => ({ x: a.x + b.x, y: a.y + b.y });
const minus = (a: Complex, b: Complex): Complex => ({ x: a.x - b.x, y: a.y - b.y });
const times = (a: Complex, b: Complex): Complex => ({
  x: a.x * b.x - a.y * b.y,
  y: a.x * b.y + a.y * b.x,
});

/** Smith 1962: divides by the larger part first, so that no square over- or underflows. */
function over(a: Complex, b: Complex): Complex {
  if (Math.abs(b.x) >= Math.abs(b.y)) {
    const r = b.y / b.x;
    const d = b.x + b.y * r;
    return { x: (a.x + a.y * r) / d, y: (a.y - a.x * r) / d };
  }
  const r = b.x / b.y;
  const d = b.x * r + b.y;
  return { x: (a.x * r + a.y) / d, y: (a.y * r - a.x) / d };
}

/** The principal root. */
function root({ x, y }: Complex): Complex {
  if (y === 0 && x >= 0) return real(Math.sqrt(x));
  const size = Math.sqrt((Math.abs(x) + Math.hypot(x, y)) / 2);
  return x >= 0 ? { x: size, y: y / (2 * size) } : { x: Math.abs(y) / (2 * size), y: y < 0 ? -size : size };
}

const exp = ({ x, y }: Complex): Complex => ({ x: Math.exp(x) * Math.cos(y), y: Math.exp(x) * Math.sin(y) });
const log = ({ x, y }: Complex): Complex => ({ x: Math.log(Math.hypot(x, y)), y: Math.atan2(y, x) });
const sin = ({ x, y }: Complex): Complex => ({
  x: Math.sin(x) * Math.cosh(y),
  y: Math.cos(x) * Math.sinh(y),
});
const cos = ({ x, y }: Complex): Complex => ({
  x: Math.cos(x) * Math.cosh(y),
  y: -Math.sin(x) * Math.sinh(y),
});
const sinh = ({ x, y }: Complex): Complex => ({
  x: Math.sinh(x) * Math.cos(y),
  y: Math.cosh(x) * Math.sin(y),
});
const cosh = ({ x, y }: Complex): Complex => ({
  x: Math.cosh(x) * Math.cos(y),
  y: Math.sinh(x) * Math.sin(y),
});

/** √(1 + x²), without overflow. */
const hypotenuse = (x: number): number => Math.hypot(1, x);
const leg = (x: number): number => Math.sqrt((1 - x) * (1 + x));
const gaussian = (x: number): number => TWO_OVER_ROOT_PI * Math.exp(-x * x);

/** Of a base above 0, or any base with a whole exponent that does not move. */
function power(a: Complex, b: Complex): Complex {
  const x = Math.pow(a.x, b.x);
  const byBase = a.y === 0 ? 0 : a.y * b.x * Math.pow(a.x, b.x - 1);
  return { x, y: byBase + (b.y === 0 ? 0 : b.y * x * Math.log(a.x)) };
}

/**
 * Complex numbers whose imaginary part is a tiny step. Comparisons look at the real part.
 *
 * + − × ÷ √ exp log sin cos sinh cosh are the complex functions. The inverse and error functions are Taylor's in the step:
 * by complex logarithms, asin of x + i·1e-180 would add the step to 1 and lose it.
 *
 * @error of the imaginary part: some u, relative; none from the step
 */
export const COMPLEX: Algebra<Complex> = {
  constant: (decimal) => real(Number(decimal)),
  lift: real,
  array: (length) => Array.from<Complex>({ length }),
  toNumber: ({ x }) => x,
  add: plus,
  sub: minus,
  mul: times,
  div: over,
  neg: ({ x, y }) => ({ x: -x, y: -y }),
  sum: (terms) => sumInOrder(COMPLEX, terms),
  sqrt: root,
  exp,
  // e^x·cos y − 1, without the cancellation: cos y − 1 = −2·sin²(y/2).
  expm1: ({ x, y }) => ({
    x: Math.expm1(x) - 2 * Math.exp(x) * Math.sin(y / 2) ** 2,
    y: Math.exp(x) * Math.sin(y),
  }),
  log,
  log1p: taylor(Math.log1p, (x) => 1 / (1 + x)),
  sin,
  cos,
  tan: (z) => over(sin(z), cos(z)),
  asin: taylor(Math.asin, (x) => 1 / leg(x)),
  acos: taylor(Math.acos, (x) => -1 / leg(x)),
  atan: taylor(Math.atan, (x) => 1 / (1 + x * x)),
  atan2(a, b) {
    const size = Math.hypot(a.x, b.x);
    return { x: Math.atan2(a.x, b.x), y: ((b.x / size) * a.y - (a.x / size) * b.y) / size };
  },
  sinh,
  cosh,
  // sinh/cosh overflows together; the slope is 1/cosh².
  tanh: taylor(Math.tanh, (x) => 1 / Math.cosh(x) / Math.cosh(x)),
  asinh: taylor(Math.asinh, (x) => 1 / hypotenuse(x)),
  acosh: taylor(Math.acosh, (x) => 1 / Math.sqrt(x - 1) / Math.sqrt(x + 1)),
  atanh: taylor(Math.atanh, (x) => 1 / (1 - x) / (1 + x)),
  erf: taylor(erf, gaussian),
  erfc: taylor(erfc, (x) => -gaussian(x)),
  pow: power,
  select: (a, b, greater, less, tie) => (a.x > b.x ? greater() : a.x < b.x ? less() : tie()),
  argmax: (xs) => shares(COMPLEX, xs.length, largest(Array.from({ length: xs.length }, (_, i) => xs[i].x))),
  floor: ({ x }) => real(Math.floor(x)),
};

/**
 * J·v: the tangent of every output, as Im f(x + i·h·v)/h through the meaning of each op. No difference is taken, so
 * nothing cancels.
 *
 * Blind to code that is not analytic: what takes |z|, the conjugate or the real part of z forgets the step, and the
 * value looks as right as before.
 *
 * @shape tangents: one per differentiable input → one per output
 * @domain inputs 0 or above 1e-150 in magnitude; where a comparison ties, the branch of the record's convention
 */
export function complexDirectional(
  program: CheckedProgram,
  inputs: readonly Tensor[],
  tangents: readonly Tensor[],
): Tensor[] {
  const moving = alignTangents(program, tangents);
  const values = evaluate(
    COMPLEX,
    program,
    inputs.map(({ shape, data }, k): NdArray<Complex> => {
      const dx = moving[k];
      return { shape, data: Array.from(data, (x, i) => ({ x, y: dx ? STEP * dx.data[i] : 0 })) };
    }),
  );
  return program.outputs.map((value) => {
    const { shape, data } = values[value];
    const d = new Float64Array(sizeOf(shape));
    for (let i = 0; i < d.length; i++) d[i] = data[i].y / STEP;
    return { shape, data: d };
  });
}
