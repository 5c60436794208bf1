import type { Algebra } from "../core/algebra.js";
import { InvalidProgramError } from "../core/errors.js";
import { showShape, type Shape } from "../core/shape.js";
import type { NdArray } from "../core/tensor.js";
import { mapLanes } from "./axes.js";
import { drawShape } from "./drawShape.js";
import { attribute, checkNumber } from "./elementwise.js";
import { real, register } from "./op.js";

type LocalResponseAttributes = {
  readonly depthRadius: number;
  readonly bias: number;
  readonly alpha: number;
  readonly beta: number;
};

const SIMPLEST: LocalResponseAttributes = { depthRadius: 1, bias: 1, alpha: 1, beta: 1 };

/** @throws InvalidProgramError where the sum that is raised to a power might not be positive */
function localResponseShape([x]: readonly Shape[], attributes: LocalResponseAttributes): Shape {
  const { depthRadius, bias, alpha, beta } = attributes;
  if (x.length === 0) {
    throw new InvalidProgramError(`localResponseNormalization of ${showShape(x)}: there are no channels`);
  }
  if (!Number.isInteger(depthRadius) || depthRadius < 0) {
    throw new InvalidProgramError(`depthRadius ${depthRadius}: must be a whole number, not negative`);
  }
  checkNumber("beta", beta);
  checkNumber("bias", bias);
  checkNumber("alpha", alpha);
  if (!(bias > 0 && alpha >= 0)) {
    throw new InvalidProgramError(
      `bias ${bias} and alpha ${alpha}: bias must be positive, alpha not negative`,
    );
  }
  return x;
}

/** The channels within the radius of one, itself included. */
function near(length: number, channel: number, radius: number): number[] {
  const first = Math.max(0, channel - radius);
  const last = Math.min(length - 1, channel + radius);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** The attributes in an arithmetic, and for each channel bias + alpha·Σ x². */
function scales<T>(A: Algebra<T>, x: T[], attributes: LocalResponseAttributes) {
  const bias = attribute(A, attributes.bias);
  const alpha = attribute(A, attributes.alpha);
  const beta = attribute(A, attributes.beta);
  const squares = x.map((value) => A.mul(value, value));
  const sums = x.map((_, c) => {
    const window = near(x.length, c, attributes.depthRadius).map((j) => squares[j]);
    return A.add(bias, A.mul(alpha, A.sum(window)));
  });
  return { bias, alpha, beta, squares, sums };
}

/** The factor 2·alpha·beta of every mixed derivative. */
const coupling = <T>(A: Algebra<T>, alpha: T, beta: T): T => A.mul(A.mul(A.lift(2), alpha), beta);

/**
 * dyᵢ/dxᵢ = sᵢ^(−beta−1)·(sᵢ − 2·alpha·beta·xᵢ²), where the difference is bias + alpha·(Σ others² + (1 − 2·beta)·xᵢ²):
 * for beta up to ½ all terms are positive, while sᵢ − 2·alpha·beta·xᵢ² cancels where xᵢ outweighs the rest.
 */
function own<T>(
  A: Algebra<T>,
  { bias, alpha, beta, squares, sums }: ReturnType<typeof scales<T>>,
  c: number,
  radius: number,
): T {
  const others = near(squares.length, c, radius).map((j) =>
    j === c ? A.mul(A.sub(A.lift(1), A.mul(A.lift(2), beta)), squares[j]) : squares[j],
  );
  const numerator = A.add(bias, A.mul(alpha, A.sum(others)));
  return A.mul(A.div(numerator, sums[c]), A.pow(sums[c], A.neg(beta)));
}

/** A rule for the cotangents of the channels of one position. */
type LaneVjp = <T>(A: Algebra<T>, g: T[], x: T[], attributes: LocalResponseAttributes) => T[];

const vjpOf =
  (rule: LaneVjp) =>
  <T>(
    A: Algebra<T>,
    gy: NdArray<T>,
    [x]: readonly NdArray<T>[],
    _y: NdArray<T>,
    attributes: LocalResponseAttributes,
  ): NdArray<T>[] => [mapLanes(A, -1, [gy, x], (g, x) => rule(A, g, x, attributes))];

export const localResponseNormalization = register<LocalResponseAttributes>({
  name: "localResponseNormalization",
  version: 1,
  family: "normalisation",
  summary: "x / (bias + alpha·Σ x²)^beta along the last axis, the sum over the channels within depthRadius",
  source: "Krizhevsky, Sutskever and Hinton 2012, sec. 3.3; TensorFlow local_response_normalization",
  attributes: {
    depthRadius: {
      classes: ["0", "some", "all"],
      summary: "how many channels on either side count: none, some of them, all there are",
    },
    beta: { classes: ["up to 1/2", "above 1/2"], summary: "the exponent; 0.5 or 0.25, 0.75 or 1" },
    scale: {
      classes: ["unit", "small"],
      summary: "bias and alpha: 1 and 1, or 2 and 1e-4 as first published",
    },
  },
  arity: { low: 1, high: 1 },
  inputs: () => [{ name: "x", domain: real }],
  kinks: [],
  shape: localResponseShape,
  draw(context) {
    const { stream, classes } = context;
    const rank = context.rank(1, 5);
    const x = drawShape(context, rank, classes.depthRadius === "some" ? [rank - 1] : []);
    if (classes.depthRadius === "some" && x[rank - 1] < 3) x[rank - 1] = stream.int(3, 5);
    const reach = Math.max(0, x[rank - 1] - 1);
    const depthRadius =
      classes.depthRadius === "0" ? 0 : classes.depthRadius === "all" ? reach + 1 : stream.int(1, reach - 1);
    const [bias, alpha] = classes.scale === "unit" ? [1, 1] : [2, 1e-4];
    const beta = stream.pick(classes.beta === "up to 1/2" ? [0.5, 0.25] : [0.75, 1]);
    return { shapes: [x], attributes: { depthRadius, bias, alpha, beta } };
  },
  simpler: (attributes) =>
    (["depthRadius", "bias", "alpha", "beta"] as const).flatMap((name) =>
      attributes[name] === SIMPLEST[name] ? [] : [{ ...attributes, [name]: SIMPLEST[name] }],
    ),
  meaning(A, [x], attributes) {
    localResponseShape([x.shape], attributes);
    return mapLanes(A, -1, [x], (x) => {
      const { beta, sums } = scales(A, x, attributes);
      return x.map((value, c) => A.div(value, A.pow(sums[c], beta)));
    });
  },
  jvp: (A, [dx], [x], _y, attributes) =>
    mapLanes(A, -1, dx ? [x, dx] : [x], (x, dx) => {
      if (!dx) return x.map(() => A.lift(0));
      const parts = scales(A, x, attributes);
      const { alpha, beta, sums } = parts;
      return x.map((value, c) => {
        const others = near(x.length, c, attributes.depthRadius).filter((j) => j !== c);
        const moved = A.sum(others.map((j) => A.mul(x[j], dx[j])));
        const factor = A.mul(A.div(value, sums[c]), A.pow(sums[c], A.neg(beta)));
        const byOthers = A.mul(A.mul(coupling(A, alpha, beta), factor), moved);
        return A.sub(A.mul(own(A, parts, c, attributes.depthRadius), dx[c]), byOthers);
      });
    }),
  vjp: vjpOf((A, g, x, attributes) => {
    const parts = scales(A, x, attributes);
    const { alpha, beta, sums } = parts;
    const factors = g.map((gc, c) => A.mul(A.mul(gc, A.div(x[c], sums[c])), A.pow(sums[c], A.neg(beta))));
    return x.map((value, j) => {
      // Whoever is within the radius of j has j within its own.
      const others = near(x.length, j, attributes.depthRadius).filter((c) => c !== j);
      const total = A.sum(others.map((c) => factors[c]));
      const fromOthers = A.mul(A.mul(coupling(A, alpha, beta), value), total);
      return A.sub(A.mul(g[j], own(A, parts, j, attributes.depthRadius)), fromOthers);
    });
  }),
  textbook: [
    {
      // TensorFlow and TensorFlow.js: all terms of 2·alpha·beta·x·y/s, the own one too, beside s^−beta.
      meaning: (A, [x], attributes) =>
        mapLanes(A, -1, [x], (x) => {
          const { beta, sums } = scales(A, x, attributes);
          return x.map((value, c) => A.mul(value, A.pow(sums[c], A.neg(beta))));
        }),
      vjp: vjpOf((A, g, x, attributes) => {
        const { alpha, beta, sums } = scales(A, x, attributes);
        const powers = sums.map((s) => A.pow(s, A.neg(beta)));
        return x.map((value, j) =>
          A.sum(
            near(x.length, j, attributes.depthRadius).map((c) => {
              const y = A.mul(x[c], powers[c]);
              const mixed = A.neg(A.mul(A.mul(coupling(A, alpha, beta), value), A.div(y, sums[c])));
              return A.mul(c === j ? A.add(mixed, powers[c]) : mixed, g[c]);
            }),
          ),
        );
      }),
    },
    {
      // PyTorch: the quotient x / s^beta, its cotangent through the power and the squares one by one.
      vjp: vjpOf((A, g, x, attributes) => {
        const { alpha, beta, sums } = scales(A, x, attributes);
        const powers = sums.map((s) => A.pow(s, beta));
        const gSums = sums.map((s, c) => {
          const gPower = A.neg(A.mul(g[c], A.div(A.div(x[c], powers[c]), powers[c])));
          return A.mul(gPower, A.mul(beta, A.pow(s, A.sub(beta, A.lift(1)))));
        });
        return x.map((value, j) => {
          const total = A.sum(near(x.length, j, attributes.depthRadius).map((c) => gSums[c]));
          const throughSquare = A.mul(A.mul(alpha, total), A.mul(A.lift(2), value));
          return A.add(A.div(g[j], powers[j]), throughSquare);
        });
      }),
    },
  ],
});
