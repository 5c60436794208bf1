import type { Approximated } from "../core/algebra.js";
import { ulp } from "../core/float.js";
import { rounded, roundToNearest, type Rounding } from "../core/numberAlgebra.js";
import type { Form } from "../program/evaluate.js";
import { compute, flatten, type Point, type Quantity } from "./quantity.js";
import { F, type Precision } from "./tolerance.js";

/** Results of one accepted formula, where every function errs to the same side. */
export interface FormResult {
  /** 0 is the careful one. */
  readonly form: Form;
  readonly results: Float64Array;
}

const SIDES = [0, -1, 1] as const;

/**
 * What the accepted formulas come to in a library's arithmetic: IEEE operations rounded to nearest, and exp, tanh, …
 * exact, or wrong to either side by F times what they were measured to be. Where random rounding asks how far a result may
 * be off, this asks whether a certain number (a limit, a zero) may come out at all.
 */
export function formResults(quantity: Quantity, point: Point, precision: Precision): FormResult[] {
  const forms = 1 + Math.max(0, ...point.program.ops.map((op) => op.textbook.length));
  const flushes = precision.flush ? [false, true] : [false];
  return Array.from({ length: forms }, (_, form) =>
    flushes.flatMap((flush) =>
      SIDES.map((side) => {
        const A = rounded(oneSided(precision, side, flush));
        return { form, results: flatten(compute(A, quantity, point, { form })) };
      }),
    ),
  ).flat();
}

function oneSided({ format, intrinsicUlps = {} }: Precision, side: -1 | 0 | 1, flush: boolean): Rounding {
  const rounding = roundToNearest(format, { flush });
  return {
    ...rounding,
    roundIntrinsic(x, primitive: Approximated) {
      const error = side * F * (intrinsicUlps[primitive] ?? 1);
      // 0 and the infinities are exact.
      return x === 0 || !Number.isFinite(x) ? x : rounding.round(x + error * ulp(x, format.name));
    },
  };
}
