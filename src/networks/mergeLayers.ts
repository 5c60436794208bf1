import { GradproofError } from "../core/errors.js";
import { normalizeAxis, showShape, type Shape } from "../core/shape.js";
import type { NetworkBuilder, NetworkValue } from "./networkBuilder.js";

/** Layers that make one value of several: beside x they have inputs `other1`, `other2`, … */

const othersOf = (b: NetworkBuilder, shapes: readonly Shape[]): NetworkValue[] =>
  shapes.map((shape, k) => b.input(`other${k + 1}`, shape));

export interface MergeOptions {
  readonly name: string;
  /** How many inputs there are, x among them. Default 2. */
  readonly count?: number;
}

/** How many are merged, element by element, all of the shape of x. */
function mergeElements(
  b: NetworkBuilder,
  x: NetworkValue,
  { name, count = 2 }: MergeOptions,
  merge: (xs: readonly NetworkValue[]) => NetworkValue,
): NetworkValue {
  if (!(Number.isInteger(count) && count >= 2)) {
    throw new GradproofError("bad-layer", `layer "${name}" merges ${count} inputs: must be at least 2`);
  }
  return b.within(name, () => {
    const others = othersOf(
      b,
      Array.from({ length: count - 1 }, () => x.shape),
    );
    return b.mark("activation", merge([x, ...others]));
  });
}

/** x op other1 op other2 … from the left. @throws GradproofError `bad-layer` for less than two inputs */
export const mergeBy =
  (op: "add" | "multiply" | "maximum" | "minimum") =>
  (b: NetworkBuilder, x: NetworkValue, options: MergeOptions): NetworkValue =>
    mergeElements(b, x, options, (xs) => xs.reduce((y, next) => b.apply(op, [y, next])));

/** The mean of the inputs. @throws GradproofError `bad-layer` for less than two inputs */
export const average = (b: NetworkBuilder, x: NetworkValue, options: MergeOptions): NetworkValue =>
  mergeElements(b, x, options, (xs) =>
    b.apply("mean", [b.apply("stack", xs, { axis: 0 })], { axes: [0], keepdims: false }),
  );

/** The inputs one after another along an axis. */
export function concatenate(
  b: NetworkBuilder,
  x: NetworkValue,
  options: {
    readonly name: string;
    /** How long the others are along the axis. */
    readonly lengths: readonly number[];
    /** Default −1. */
    readonly axis?: number;
  },
): NetworkValue {
  const { name, lengths, axis = -1 } = options;
  const at = normalizeAxis(axis, x.shape.length);
  return b.within(name, () => {
    const others = othersOf(
      b,
      lengths.map((length) => x.shape.with(at, length)),
    );
    return b.mark("activation", b.apply("concat", [x, ...others], { axis }));
  });
}

const LETTERS = ["abcd", "aefg"] as const;

/**
 * Scalar products of each element of the batch along an axis of either input, of all pairs of their other axes.
 *
 * @shape x: [batch, …], other: [batch, …] → [batch, ...other axes of x, ...other axes of other], [batch, 1] where none is left
 * @throws GradproofError `bad-layer` for the axis of the batch, and other ranks than 2 and 3
 */
export function dot(
  b: NetworkBuilder,
  x: NetworkValue,
  options: {
    readonly name: string;
    /** Shape of the second input. */
    readonly other: Shape;
    /** Along which axes: of both inputs, or of each. */
    readonly axes: number | readonly number[];
    /** Whether both are divided by their lengths along the axes. Default false. */
    readonly normalize?: boolean;
  },
): NetworkValue {
  const { name, other, axes, normalize = false } = options;
  const shapes = [x.shape, other];
  const along = shapes.map((shape, k) =>
    normalizeAxis(typeof axes === "number" ? axes : axes[k], shape.length),
  );
  if (along.includes(0) || shapes.some(({ length }) => length < 2 || length > 3)) {
    throw new GradproofError(
      "bad-layer",
      `layer "${name}" of ${shapes.map(showShape).join(" and ")} along axes ${along.join(" and ")}: must be of rank 2 or 3, and not along the batch`,
    );
  }
  const letters = shapes.map((shape, k) =>
    Array.from(shape, (_, axis) => (axis === along[k] ? "z" : LETTERS[k][axis])),
  );
  const left = letters.flatMap((axis, k) => (k === 0 ? axis : axis.slice(1))).filter((l) => l !== "z");
  return b.within(name, () => {
    const both = [x, ...othersOf(b, [other])].map((input, k) =>
      normalize
        ? b.apply("divide", [input, b.apply("norm", [input], { axes: [along[k]], keepdims: true, ord: "2" })])
        : input,
    );
    const equation = `${letters.map((axis) => axis.join("")).join(",")}->${left.join("")}`;
    const product = b.apply("einsum", both, { equation });
    return b.mark("activation", left.length === 1 ? b.apply("expandDims", [product], { axis: 1 }) : product);
  });
}
