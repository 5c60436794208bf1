import type { Algebra } from "../core/algebra.js";
import { InvalidProgramError } from "../core/errors.js";
import { showShape, sizeOf, type Shape } from "../core/shape.js";
import type { NdArray } from "../core/tensor.js";
import { combine, share, type Average } from "./average.js";
import type { Attribute } from "./op.js";

/** What becomes of the losses of single elements or rows. */
export type LossAttributes = { readonly reduction: "none" | "mean" | "sum" };

const REDUCTIONS = ["none", "sum", "mean"] as const;

export const REDUCTION: Readonly<Record<string, Attribute>> = {
  reduction: { classes: REDUCTIONS, summary: "losses as they are, their sum, their mean" },
};

export const drawReduction = (classes: Readonly<Record<string, string>>): LossAttributes => ({
  reduction: REDUCTIONS.find((name) => name === classes.reduction) ?? "none",
});

export const simplerReduction = ({ reduction }: LossAttributes): LossAttributes[] =>
  REDUCTIONS.slice(0, REDUCTIONS.indexOf(reduction)).map((simpler) => ({ reduction: simpler }));

/** Shape of what is left of losses of this shape. @throws InvalidProgramError for a mean of nothing */
export function reducedLossShape(losses: Shape, { reduction }: LossAttributes): Shape {
  if (!REDUCTIONS.includes(reduction)) {
    throw new InvalidProgramError(
      `reduction ${JSON.stringify(reduction)}: must be one of ${REDUCTIONS.join(", ")}`,
    );
  }
  if (reduction === "mean" && sizeOf(losses) === 0) {
    throw new InvalidProgramError(
      `reduction mean over losses of shape ${showShape(losses)}: a mean of nothing`,
    );
  }
  return reduction === "none" ? losses : [];
}

export function reduceLosses<T>(
  A: Algebra<T>,
  losses: readonly T[],
  shape: Shape,
  attributes: LossAttributes,
  average: Average = "quotient",
): NdArray<T> {
  const reduced = reducedLossShape(shape, attributes);
  const data = A.array(sizeOf(reduced));
  if (attributes.reduction === "none") losses.forEach((loss, i) => (data[i] = loss));
  else {
    const mean = attributes.reduction === "mean" ? average : undefined;
    data[0] = combine(A, [...losses], losses.length, mean);
  }
  return { shape: reduced, data };
}

/** The cotangent of each of `count` losses. */
export function spreadCotangent<T>(
  A: Algebra<T>,
  gy: NdArray<T>,
  count: number,
  { reduction }: LossAttributes,
  average: Average = "quotient",
): T[] {
  if (reduction === "none") return Array.from(gy.data);
  const each = share(A, gy.data[0], count, reduction === "mean" ? average : undefined);
  return Array.from({ length: count }, () => each);
}
