import type { Algebra } from "../core/algebra.js";
import type { FloatFormat } from "../core/float.js";
import { rounded, roundToNearest } from "../core/numberAlgebra.js";
import type { Tensor } from "../core/tensor.js";
import { compute, type Point, type Quantity } from "./quantity.js";
import type { Precision } from "./tolerance.js";

/** Laws scale cotangents by small powers of two. */
const MARGIN = 2 ** 8;

const QUANTITIES: readonly Quantity[] = ["value", "gradient", "tangent"];

/**
 * Whether some accepted way of writing the rules leaves the range of the format at a point: an intermediate result
 * overflows, or underflows although its operands are not zero.
 *
 * Asked only where some number lies beyond the square root of the range, so that its square leaves it. There careful
 * people's formulas differ in what survives (x² + y² against a scaled hypotenuse), and a deviation convicts nobody.
 * Inside, what saturates (e^−104) does so in every formula, and the attainable error knows it.
 */
export function leavesRange(p: Point, precision: Precision): boolean {
  const { format } = precision;
  if (![...p.inputs, ...p.cotangents, ...p.tangents].some((x) => isExtreme(x, format))) return false;
  const forms = 1 + Math.max(0, ...p.program.ops.map((op) => op.textbook.length));
  for (let form = 0; form < forms; form++) {
    for (const quantity of QUANTITIES) {
      const { A, left } = watched(precision);
      compute(A, quantity, p, { form });
      if (left()) return true;
    }
  }
  return false;
}

const isExtreme = ({ data }: Tensor, { largest, smallestNormal }: FloatFormat): boolean =>
  data.some((x) => Math.abs(x) > Math.sqrt(largest) || (x !== 0 && Math.abs(x) < Math.sqrt(smallestNormal)));

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
