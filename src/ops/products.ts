import { normalizeAxes } from "./axes.js";
import { drawFactors, isSafeProduct, multiplied } from "./factors.js";
import { register } from "./op.js";
import { overVectors, reduction, vjpOfVectors, type ReductionAttributes } from "./reduction.js";

const shared = reduction(true);

/** Without dividing by the one that is left out: right also where some are 0. */
const withoutOne = <T>(xs: readonly T[], i: number): T[] => xs.filter((_, j) => j !== i);

export const prod = register<ReductionAttributes>({
  ...shared,
  name: "prod",
  summary: "Π x over the axes; 1 over nothing",
  source: "Python Array API 2023.12, prod",
  attributes: {
    ...shared.attributes,
    zeros: {
      classes: ["none", "one", "several"],
      summary: "how many factors are 0: with one, only its own gradient is not; with more, none is",
    },
  },
  draw(context) {
    const { zeros, axes } = context.classes;
    const needed = zeros === "none" ? 0 : zeros === "one" ? 1 : 2;
    const drawn = shared.draw({
      ...context,
      // A product of rank 0 has one factor.
      rank: (low, high) => context.rank(needed === 2 && axes === "all" ? 1 : low, high),
    });
    const shape = [...drawn.shapes[0]];
    const reduced = normalizeAxes(drawn.attributes.axes, shape.length);
    for (const [i, axis] of reduced.entries())
      shape[axis] = Math.max(shape[axis], i === 0 ? needed : Math.min(needed, 1));
    return { ...drawn, shapes: [shape], values: [drawFactors(context, shape, reduced)] };
  },
  accepts: ([x], { axes }) => isSafeProduct(x, normalizeAxes(axes, x.shape.length)),
  ...overVectors<ReductionAttributes>(shared.shape, {
    meaning: multiplied,
    jvp: (A, dxs, xs) => A.sum(dxs.map((dx, i) => multiplied(A, [dx, ...withoutOne(xs, i)]))),
    vjp: (A, gy, xs) => xs.map((_, i) => A.mul(gy, multiplied(A, withoutOne(xs, i)))),
  }),
  textbook: [
    // PyTorch divides where no factor is 0.
    {
      vjp: vjpOfVectors((A, gy, xs, y) =>
        xs.every((x) => A.toNumber(x) !== 0)
          ? xs.map((x) => A.div(A.mul(gy, y), x))
          : xs.map((_, i) => A.mul(gy, multiplied(A, withoutOne(xs, i)))),
      ),
    },
    // TensorFlow: what stands before times what stands after.
    {
      vjp: vjpOfVectors((A, gy, xs) =>
        xs.map((_, i) => A.mul(gy, A.mul(multiplied(A, xs.slice(0, i)), multiplied(A, xs.slice(i + 1))))),
      ),
    },
  ],
});
