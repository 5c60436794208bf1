import type { Algebra } from "../core/algebra.js";
import type { FloatFormat } from "../core/float.js";
import { DOUBLES, rounded, roundToNearest } from "../core/numberAlgebra.js";
import type { Tensor } from "../core/tensor.js";
import { evaluate, liftAll } from "../program/evaluate.js";
import { compute, flatten, lastSums, type Point, type Quantity } from "./quantity.js";
import { RHO, type Precision } from "./tolerance.js";

/** Laws scale cotangents by small powers of two. */
const MARGIN = 2 ** 8;

const QUANTITIES: readonly Quantity[] = ["value", "gradient", "tangent"];

/**
 * Beyond the square root of the range, squares over- and underflow: there the formulas of careful people differ in what
 * survives (x² + y² against a scaled hypotenuse). Inside, what saturates (e^−104) does so in every formula, and the
 * attainable error knows it.
 */
const isExtreme = (p: Point, { largest, smallestNormal }: FloatFormat): boolean =>
  [...p.inputs, ...p.cotangents, ...p.tangents].some(({ data }: Tensor) =>
    data.some(
      (x) => Math.abs(x) > Math.sqrt(largest) || (x !== 0 && Math.abs(x) < Math.sqrt(smallestNormal)),
    ),
  );

const formsOf = (p: Point): number[] =>
  Array.from(
    { length: 1 + Math.max(0, ...p.program.ops.map((op) => op.textbook.length)) },
    (_, form) => form,
  );

/**
 * Whether some accepted formula, each operation rounded to nearest, loses a result at an extreme point: no digit of it
 * is left, or it is not finite. Then losing it convicts nobody.
 */
export function formsLose(p: Point, precision: Precision): boolean {
  const { format, flush } = precision;
  if (!isExtreme(p, format)) return false;
  const A = rounded(roundToNearest(format, { flush }));
  const values = evaluate(DOUBLES, p.program, liftAll(DOUBLES, p.inputs));
  return QUANTITIES.some((quantity) => {
    const exact = flatten(compute(DOUBLES, quantity, p));
    const terms = lastSums(quantity, p, values);
    const lost = (x: number, i: number): boolean =>
      !(Math.abs(x - exact[i]) <= RHO * Math.max(Math.abs(exact[i]), terms[i]) + format.smallestNormal);
    return formsOf(p).some((form) => flatten(compute(A, quantity, p, { form })).some(lost));
  });
}

/**
 * Whether an intermediate result of some accepted formula comes near the limits of the format at an extreme point, or
 * underflows although its operands are not zero: there a factor of two is not exact.
 */
export function leavesRange(p: Point, precision: Precision): boolean {
  if (!isExtreme(p, precision.format)) return false;
  return formsOf(p).some((form) =>
    QUANTITIES.some((quantity) => {
      const { A, left } = watched(precision);
      compute(A, quantity, p, { form });
      return left();
    }),
  );
}

/** Rounding to nearest that notices results outside the normal range. */
function watched({ format, flush }: Precision): {
  readonly A: Algebra<number>;
  readonly left: () => boolean;
} {
  const A = rounded(roundToNearest(format, { flush }));
  let left = false;
  const notice = (y: number, fromZero: boolean): number => {
    const size = Math.abs(y);
    if (!(size < format.largest / MARGIN) || (size < format.smallestNormal * MARGIN && !fromZero))
      left = true;
    return y;
  };
  return {
    left: () => left,
    A: {
      ...A,
      // Sums and differences may cancel to anything, and are exact where they are tiny.
      add: (a, b) => notice(A.add(a, b), true),
      sub: (a, b) => notice(A.sub(a, b), true),
      sum: (terms) => notice(A.sum(terms), true),
      mul: (a, b) => notice(A.mul(a, b), a === 0 || b === 0),
      div: (a, b) => notice(A.div(a, b), a === 0),
      exp: (x) => notice(A.exp(x), false),
      pow: (a, b) => notice(A.pow(a, b), a === 0),
    },
  };
}
