import { filled, type Tensor } from "../core/tensor.js";
import type { Point, Quantity } from "../oracles/quantity.js";
import { differentiable } from "../program/program.js";

/** What a number in dispute is: one element of a result, or the sum of several gradients. */
export interface Dispute {
  readonly quantity: Quantity;
  readonly point: Point;
  /** Positions in the flattened results. */
  readonly positions: readonly number[];
  readonly got: number;
  /** Half the width of what was accepted. */
  readonly tolerance: number;
}

/** An oracle's number for a dispute, and how far it may be off. */
export interface Word {
  readonly value: number;
  readonly bound: number;
  readonly note?: string;
}

/** The disputed number out of flattened results. */
export const total = (flat: ArrayLike<number>, positions: readonly number[]): number =>
  positions.reduce((sum, i) => sum + flat[i], 0);

/** One on the disputed coordinates, zero elsewhere. */
export function unitTangents(point: Point, positions: readonly number[]): Tensor[] {
  let position = 0;
  return differentiable(point.program).map((k) => {
    const tangent = filled(point.program.inputs[k].shape, 0);
    for (let i = 0; i < tangent.data.length; i++) if (positions.includes(position++)) tangent.data[i] = 1;
    return tangent;
  });
}
