import type { Algebra } from "../core/algebra.js";

/** 2/√π. */
export const TWO_OVER_SQRT_PI = "1.128379167095512573896158903121545171688101258658";

/**
 * e^(−scale·x²). The rounding of x² alone would cost scale·x² roundings of the result, hundreds where it is small;
 * so x is split into h, a multiple of 1/16 whose square is exact, and a rest: x² = h² + (x − h)·(x + h).
 *
 * @domain scale a power of two, so that it costs nothing
 * @error about 5 u, relative, while the result is not subnormal
 */
export function gaussian<T>(A: Algebra<T>, x: T, scale: 1 | 0.5): T {
  // Beyond 1024 the result is 0 in every format, and the split need not follow.
  const h = Math.min(Math.max(Math.round(16 * A.toNumber(x)) / 16, -1024), 1024);
  const near = A.lift(h);
  const rest = A.mul(A.sub(x, near), A.add(x, near));
  return A.mul(A.exp(A.lift(-scale * h * h)), A.exp(A.mul(A.lift(-scale), rest)));
}
