import type { Algebra } from "../core/algebra.js";
import { InvalidProgramError } from "../core/errors.js";
import type { Shape } from "../core/shape.js";
import { largestMagnitude, slopeOfCone, unguarded, valueOfCone } from "./apex.js";
import { choose } from "./choose.js";
import { indexOfLargest } from "./maximumOver.js";
import { register } from "./op.js";
import {
  meaningOfVectors,
  overVectors,
  reduction,
  vjpOfVectors,
  type ReductionAttributes,
  type VectorRules,
} from "./reduction.js";

/** A name and no number: JSON has no infinity. */
type NormAttributes = ReductionAttributes & { readonly ord: string };

const plain = reduction(false);

const ORDERS = ["1", "2", "inf"] as const;

function normShape(shapes: readonly Shape[], attributes: NormAttributes): Shape {
  if (!ORDERS.some((ord) => ord === attributes.ord)) {
    throw new InvalidProgramError(
      `ord ${JSON.stringify(attributes.ord)}: must be one of "${ORDERS.join('", "')}"`,
    );
  }
  return plain.shape(shapes, attributes);
}

/** A power of two near the largest |xᵢ|: dividing by it is exact, and squares neither over- nor underflow. */
function scaleOf<T>(A: Algebra<T>, size: T): T {
  const largest = A.toNumber(size);
  return A.lift(largest > 0 && Number.isFinite(largest) ? 2 ** Math.floor(Math.log2(largest)) : 1);
}

/** √Σ x², and each x divided by it. */
function euclidean<T>(A: Algebra<T>, xs: readonly T[], size: T): { length: T; directions: () => T[] } {
  const scale = scaleOf(A, size);
  const scaled = xs.map((x) => A.div(x, scale));
  const root = A.sqrt(A.sum(scaled.map((x) => A.mul(x, x))));
  return { length: A.mul(scale, root), directions: () => scaled.map((x) => A.div(x, root)) };
}

const magnitudes = <T>(A: Algebra<T>, xs: readonly T[]): T[] =>
  xs.map((x) => choose(A, x, A.lift(0), { greater: x, less: A.neg(x), tie: A.lift(0) }));

/** dx where x is positive, −dx where it is negative. */
const withSign = <T>(A: Algebra<T>, x: T, dx: T): T =>
  choose(A, x, A.lift(0), { greater: dx, less: A.neg(dx), tie: A.lift(0) });

const BY_ORDER: Readonly<Record<string, VectorRules<NormAttributes>>> = {
  "1": {
    meaning: (A, xs) => A.sum(magnitudes(A, xs)),
    jvp: (A, dxs, xs) => A.sum(xs.map((x, i) => withSign(A, x, dxs[i]))),
    vjp: (A, gy, xs) => xs.map((x) => withSign(A, x, gy)),
  },
  "2": {
    meaning(A, xs) {
      const size = largestMagnitude(A, xs);
      return valueOfCone(A, size, () => euclidean(A, xs, size).length);
    },
    jvp(A, dxs, xs) {
      const size = largestMagnitude(A, xs);
      const directions = euclidean(A, xs, size).directions();
      return A.sum(
        directions.map((direction, i) =>
          A.mul(
            slopeOfCone(A, size, () => direction),
            dxs[i],
          ),
        ),
      );
    },
    vjp(A, gy, xs) {
      const size = largestMagnitude(A, xs);
      const directions = euclidean(A, xs, size).directions();
      return directions.map((direction) =>
        A.mul(
          gy,
          slopeOfCone(A, size, () => direction),
        ),
      );
    },
  },
  inf: {
    meaning(A, xs) {
      const members = magnitudes(A, xs);
      const weights = A.argmax(members);
      // Counted from the largest, so that the maximum of tied elements is exact.
      const top = members[indexOfLargest(A, members)];
      return A.add(top, A.sum(members.map((member, i) => A.mul(weights[i], A.sub(member, top)))));
    },
    jvp(A, dxs, xs) {
      const weights = A.argmax(magnitudes(A, xs));
      return A.sum(xs.map((x, i) => withSign(A, x, A.mul(weights[i], dxs[i]))));
    },
    vjp(A, gy, xs) {
      const weights = A.argmax(magnitudes(A, xs));
      return xs.map((x, i) => withSign(A, x, A.mul(gy, weights[i])));
    },
  },
};

/** Of order 2 the squares are added up as they are; the other orders have no second way. */
const unscaled: Pick<VectorRules<NormAttributes>, "meaning" | "vjp"> = {
  meaning(A, xs, attributes) {
    if (attributes.ord !== "2") return BY_ORDER[attributes.ord].meaning(A, xs, attributes);
    const size = largestMagnitude(A, xs);
    return unguarded(A, size, () => A.sqrt(A.sum(xs.map((x) => A.mul(x, x)))));
  },
  vjp(A, gy, xs, y, attributes) {
    if (attributes.ord !== "2") return BY_ORDER[attributes.ord].vjp(A, gy, xs, y, attributes);
    const size = largestMagnitude(A, xs);
    const share = A.div(gy, y);
    return xs.map((x) => unguarded(A, size, () => A.mul(share, x)));
  },
};

export const norm = register<NormAttributes>({
  ...plain,
  name: "norm",
  summary: "Σ |x|, √Σ x² (of several axes: Frobenius) or the largest |x| over the axes",
  source: "Python Array API 2023.12, linalg.vector_norm",
  attributes: {
    ...plain.attributes,
    ord: { classes: ORDERS, summary: "the exponent; inf takes the largest" },
  },
  kinks: [
    { at: "ord 1, x = 0", convention: "0" },
    { at: "ord 2, all elements 0", convention: "0" },
    { at: "ord inf, tied largest magnitudes", convention: "equal shares; 0 where they are 0" },
  ],
  shape: normShape,
  draw: (context) => {
    const drawn = plain.draw(context);
    return { ...drawn, attributes: { ...drawn.attributes, ord: context.classes.ord } };
  },
  adapt: (shapes, attributes) => ({ ...attributes, ...plain.adapt(shapes, attributes) }),
  simpler: (attributes) => plain.simpler(attributes).map((simpler) => ({ ...attributes, ...simpler })),
  ...overVectors<NormAttributes>(normShape, {
    meaning: (A, xs, attributes) => BY_ORDER[attributes.ord].meaning(A, xs, attributes),
    jvp: (A, dxs, xs, y, attributes) => BY_ORDER[attributes.ord].jvp(A, dxs, xs, y, attributes),
    vjp: (A, gy, xs, y, attributes) => BY_ORDER[attributes.ord].vjp(A, gy, xs, y, attributes),
  }),
  textbook: [
    {
      meaning: meaningOfVectors<NormAttributes>(normShape, unscaled.meaning),
      vjp: vjpOfVectors<NormAttributes>(unscaled.vjp),
    },
  ],
});
