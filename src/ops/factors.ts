import type { Algebra } from "../core/algebra.js";
import type { Shape } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { groupsOf } from "./axes.js";
import type { DrawContext } from "./op.js";

/** The product in order; 1 of nothing. A single factor is not multiplied by anything. */
export function multiplied<T>(A: Algebra<T>, factors: readonly T[]): T {
  if (factors.length === 0) return A.lift(1);
  return factors.slice(1).reduce((product, factor) => A.mul(product, factor), factors[0]);
}

/**
 * Bits by which a product may grow or shrink on its way. Libraries multiply in any order: where the large factors
 * alone and the small ones alone stay inside float32's normal range (2^±126), every order does.
 */
const MOST_BITS = 100;

/** Whether no order of multiplication, and no product of some of the factors, leaves float32's normal range. */
export function isSafeProduct(x: Tensor, axes: readonly number[]): boolean {
  return groupsOf(x.shape, axes).every((places) => {
    let up = 0;
    let down = 0;
    for (const place of places) {
      const bits = x.data[place] === 0 ? 0 : Math.log2(Math.abs(x.data[place]));
      if (bits > 0) up += bits;
      else down -= bits;
    }
    return up <= MOST_BITS && down <= MOST_BITS;
  });
}

/** Factors of safe products with no zero, with one, or with two of them in some of the products. */
export function drawFactors(
  { stream, classes }: DrawContext,
  shape: Shape,
  axes: readonly number[],
): number[] {
  const values: number[] = [];
  groupsOf(shape, axes).forEach((places, o) => {
    const bits = Math.min(6, (MOST_BITS - 1) / places.length);
    for (const place of places) values[place] = stream.sign() * Math.fround(2 ** stream.between(-bits, bits));
    const zeros = classes.zeros === "none" ? 0 : classes.zeros === "one" ? 1 : 2;
    // Not in every product, so that those with zeros stand beside those without.
    const shown = o === 0 || stream.chance(0.5);
    for (const i of shown ? stream.permutation(places.length).slice(0, zeros) : []) values[places[i]] = 0;
  });
  return values;
}
