import type { Algebra } from "../core/algebra.js";
import { InvalidProgramError } from "../core/errors.js";
import { showShape, sizeOf, type Shape } from "../core/shape.js";
import { normalizeAxes } from "./axes.js";
import { largestMagnitude, slopeOfCone, unguarded, valueOfCone } from "./apex.js";
import { register, type DrawContext } from "./op.js";
import {
  meaningOfVectors,
  overVectors,
  reduction,
  vjpOfVectors,
  type ReductionAttributes,
  type VectorRules,
} from "./reduction.js";

type MomentAttributes = ReductionAttributes & { readonly correction: number };

const plain = reduction(false);

/** @throws InvalidProgramError unless each variance has more than `correction` elements */
function momentShape(shapes: readonly Shape[], attributes: MomentAttributes): Shape {
  const { axes, correction } = attributes;
  if (correction !== 0 && correction !== 1) {
    throw new InvalidProgramError(`correction ${JSON.stringify(correction)}: must be 0 or 1`);
  }
  const [x] = shapes;
  const count = sizeOf(normalizeAxes(axes, x.length).map((axis) => x[axis]));
  if (count <= correction && count > 0) {
    throw new InvalidProgramError(
      `axes ${JSON.stringify(axes)} of ${showShape(x)} hold ${count} elements, too few with correction ${correction}`,
    );
  }
  return plain.shape(shapes, attributes);
}

const shared = {
  ...plain,
  attributes: {
    ...plain.attributes,
    correction: { classes: ["0", "1"], summary: "what is taken off the number of elements (Bessel: 1)" },
  },
  shape: momentShape,
  draw(context: DrawContext) {
    const correction = Number(context.classes.correction);
    const drawn = plain.draw({
      ...context,
      // Of rank 0 there is one element.
      rank: (low, high) => context.rank(Math.max(low, correction), high),
    });
    const shape = [...drawn.shapes[0]];
    const reduced = normalizeAxes(drawn.attributes.axes, shape.length);
    if (sizeOf(reduced.map((axis) => shape[axis])) <= correction) shape[reduced[0]] = 2;
    return { shapes: [shape], attributes: { ...drawn.attributes, correction } };
  },
  adapt: (shapes: readonly Shape[], attributes: MomentAttributes): MomentAttributes => ({
    ...attributes,
    ...plain.adapt(shapes, attributes),
  }),
  simpler: (attributes: MomentAttributes): MomentAttributes[] => [
    ...(attributes.correction === 0 ? [] : [{ ...attributes, correction: 0 }]),
    ...plain.simpler(attributes).map((simpler) => ({ ...attributes, ...simpler })),
  ],
};

type Rule = VectorRules<MomentAttributes>;

function deviations<T>(A: Algebra<T>, xs: readonly T[]): T[] {
  const mean = A.div(A.sum([...xs]), A.lift(xs.length));
  return xs.map((x) => A.sub(x, mean));
}

const squares = <T>(A: Algebra<T>, xs: readonly T[]): T[] => xs.map((x) => A.mul(x, x));

const freedom = <T>(A: Algebra<T>, xs: readonly T[], correction: number): T => A.lift(xs.length - correction);

const varianceOf: Rule["meaning"] = (A, xs, { correction }) =>
  A.div(A.sum(squares(A, deviations(A, xs))), freedom(A, xs, correction));

/** The cotangent also goes back through the mean: what arrives there is 0 but for rounding. */
function throughTheMean<T>(A: Algebra<T>, gs: readonly T[]): T[] {
  const left = A.div(A.sum([...gs]), A.lift(gs.length));
  return gs.map((g) => A.sub(g, left));
}

export const variance = register<MomentAttributes>({
  ...shared,
  name: "variance",
  summary: "Σ (x − mean x)² / (n − correction) over the axes",
  source: "Python Array API 2023.12, var",
  ...overVectors<MomentAttributes>(momentShape, {
    meaning: varianceOf,
    jvp(A, dxs, xs, _y, { correction }) {
      const terms = deviations(A, xs).map((d, i) => A.mul(d, dxs[i]));
      return A.div(A.mul(A.lift(2), A.sum(terms)), freedom(A, xs, correction));
    },
    vjp(A, gy, xs, _y, { correction }) {
      const share = A.div(A.mul(A.lift(2), gy), freedom(A, xs, correction));
      return deviations(A, xs).map((d) => A.mul(share, d));
    },
  }),
  textbook: [
    // TensorFlow.js, JAX: composed of means.
    {
      meaning: meaningOfVectors<MomentAttributes>(momentShape, (A, xs, { correction }) => {
        const n = freedom(A, xs, correction);
        return A.sum(squares(A, deviations(A, xs)).map((s) => A.div(s, n)));
      }),
      vjp: vjpOfVectors<MomentAttributes>((A, gy, xs, _y, { correction }) => {
        const share = A.div(gy, freedom(A, xs, correction));
        return throughTheMean(
          A,
          deviations(A, xs).map((d) => A.mul(share, A.mul(A.lift(2), d))),
        );
      }),
    },
    // One pass: Σ x² − (Σ x)²/n cancels where the mean is large (Chan, Golub and LeVeque 1983, eq. 1.2).
    {
      meaning: meaningOfVectors<MomentAttributes>(momentShape, (A, xs, { correction }) => {
        const sum = A.sum([...xs]);
        const mean = A.div(A.mul(sum, sum), A.lift(xs.length));
        return A.div(A.sub(A.sum(squares(A, xs)), mean), freedom(A, xs, correction));
      }),
      vjp: vjpOfVectors<MomentAttributes>((A, gy, xs, _y, { correction }) => {
        const twice = A.div(A.mul(A.lift(2), gy), freedom(A, xs, correction));
        const mean = A.div(A.sum([...xs]), A.lift(xs.length));
        return xs.map((x) => A.sub(A.mul(twice, x), A.mul(twice, mean)));
      }),
    },
  ],
});

/**
 * The variance by updating the mean with each element. It cancels nothing, but what the mean is off by counts once,
 * and not squared (Welford 1962; Chan, Golub and LeVeque 1983, eq. 1.3).
 */
function updated<T>(A: Algebra<T>, xs: readonly T[], correction: number): T {
  let mean = A.lift(0);
  let total = A.lift(0);
  xs.forEach((x, i) => {
    const before = A.sub(x, mean);
    mean = i === 0 ? x : A.add(mean, A.div(before, A.lift(i + 1)));
    total = A.add(total, A.mul(before, A.sub(x, mean)));
  });
  return A.div(total, freedom(A, xs, correction));
}

/** Whether the elements differ is read from their distances to the first: those of equal ones are exactly 0. */
const spreadOf = <T>(A: Algebra<T>, xs: readonly T[]): T =>
  largestMagnitude(
    A,
    xs.map((x) => A.sub(x, xs[0])),
  );

const deviationOf: Rule["meaning"] = (A, xs, attributes) => A.sqrt(varianceOf(A, xs, attributes));

/** ∂σ/∂xᵢ = (xᵢ − mean)/((n − correction)·σ) */
function slopes<T>(A: Algebra<T>, xs: readonly T[], attributes: MomentAttributes): T[] {
  const spread = spreadOf(A, xs);
  const steepness = A.mul(freedom(A, xs, attributes.correction), deviationOf(A, xs, attributes));
  return deviations(A, xs).map((d) => slopeOfCone(A, spread, () => A.div(d, steepness)));
}

export const standardDeviation = register<MomentAttributes>({
  ...shared,
  name: "standardDeviation",
  summary: "the root of the variance over the axes",
  source: "Python Array API 2023.12, std",
  kinks: [{ at: "all elements equal", convention: "0" }],
  ...overVectors<MomentAttributes>(momentShape, {
    meaning: (A, xs, attributes) => valueOfCone(A, spreadOf(A, xs), () => deviationOf(A, xs, attributes)),
    jvp: (A, dxs, xs, _y, attributes) =>
      A.sum(slopes(A, xs, attributes).map((slope, i) => A.mul(slope, dxs[i]))),
    vjp: (A, gy, xs, _y, attributes) => slopes(A, xs, attributes).map((slope) => A.mul(gy, slope)),
  }),
  textbook: [
    // TensorFlow, JAX: the root of a composed variance. Where all elements are equal it leaves 0/0, or the rounding
    // of their mean.
    {
      meaning: meaningOfVectors<MomentAttributes>(momentShape, (A, xs, attributes) =>
        unguarded(A, spreadOf(A, xs), () => deviationOf(A, xs, attributes)),
      ),
      vjp: vjpOfVectors<MomentAttributes>((A, gy, xs, y, { correction }) => {
        const spread = spreadOf(A, xs);
        const share = A.div(A.div(gy, A.mul(A.lift(2), y)), freedom(A, xs, correction));
        const gx = deviations(A, xs).map((d) => A.mul(share, A.mul(A.lift(2), d)));
        return throughTheMean(A, gx).map((g) => unguarded(A, spread, () => g));
      }),
    },
    // PyTorch: the root of an updated variance; the gradient is 0 where the result is.
    {
      meaning: meaningOfVectors<MomentAttributes>(momentShape, (A, xs, { correction }) =>
        valueOfCone(A, spreadOf(A, xs), () => A.sqrt(updated(A, xs, correction))),
      ),
      vjp: vjpOfVectors<MomentAttributes>((A, gy, xs, y, { correction }) => {
        const spread = spreadOf(A, xs);
        const share = A.div(A.lift(2), freedom(A, xs, correction));
        const half = A.div(gy, A.mul(y, A.lift(2)));
        return deviations(A, xs).map((d) => valueOfCone(A, spread, () => A.mul(A.mul(share, half), d)));
      }),
    },
  ],
});
