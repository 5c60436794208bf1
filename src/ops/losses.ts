import type { Algebra } from "../core/algebra.js";
import { InvalidProgramError } from "../core/errors.js";
import { choose } from "./choose.js";
import { attribute, checkPositive } from "./elementwise.js";
import { elementLoss } from "./elementLoss.js";
import { absolute } from "./logistic.js";
import { domain, real, type Domain } from "./op.js";

const bothReal = (): { prediction: Domain; target: Domain } => ({ prediction: real, target: real });

export const mse = elementLoss({
  name: "mse",
  summary: "(prediction − target)²",
  source: "PyTorch MSELoss; TensorFlow.js losses.meanSquaredError",
  domains: bothReal,
  loss(A, p, t) {
    const d = A.sub(p, t);
    return A.mul(d, d);
  },
  jvp: (A, d, at) => A.mul(A.mul(A.lift(2), A.sub(at.prediction, at.target)), A.sub(d.prediction, d.target)),
  vjp(A, g, p, t) {
    const toPrediction = A.mul(g, A.mul(A.lift(2), A.sub(p, t)));
    return [toPrediction, A.neg(toPrediction)];
  },
});

/** g with the sign of prediction − target: the kink of |prediction − target|, where it is 0. */
const signed = <T>(A: Algebra<T>, p: T, t: T, g: T): T =>
  choose(A, p, t, { greater: g, less: A.neg(g), tie: A.lift(0) });

export const mae = elementLoss({
  name: "mae",
  summary: "|prediction − target|",
  source: "PyTorch L1Loss; TensorFlow.js losses.absoluteDifference",
  domains: bothReal,
  kinks: [{ at: "prediction = target", convention: "0" }],
  loss: (A, p, t) => signed(A, p, t, A.sub(p, t)),
  jvp: (A, d, at) => signed(A, at.prediction, at.target, A.sub(d.prediction, d.target)),
  vjp(A, g, p, t) {
    const toPrediction = signed(A, p, t, g);
    return [toPrediction, A.neg(toPrediction)];
  },
});

type HuberAttributes = { readonly delta: number };

/** Whether the loss is linear there. Both sides have the same slope at delta: no choice of gradient, and no site. */
const isFar = <T>(A: Algebra<T>, d: T, delta: T): boolean => Math.abs(A.toNumber(d)) > A.toNumber(delta);

/** prediction − target, but at least −delta and at most delta: the slope of the loss. */
function huberSlope<T>(A: Algebra<T>, d: T, delta: T): T {
  if (!isFar(A, d, delta)) return d;
  return A.toNumber(d) > 0 ? delta : A.neg(delta);
}

const half = <T>(A: Algebra<T>, x: T): T => A.mul(A.constant("0.5"), x);

export const huber = elementLoss<HuberAttributes>({
  name: "huber",
  summary: "d²/2 where |d| ≤ delta, delta·(|d| − delta/2) elsewhere, d = prediction − target",
  source: "Huber 1964; PyTorch HuberLoss; TensorFlow.js losses.huberLoss",
  domains: bothReal,
  attributes: { delta: { classes: ["1", "other"], summary: "where the loss becomes linear; 1, or another" } },
  drawAttributes: ({ classes, stream }) => ({
    delta: classes.delta === "1" ? 1 : stream.pick([0.25, 0.7, 2]),
  }),
  checkAttributes({ delta }) {
    checkPositive("delta", delta);
  },
  simpler: ({ delta }) => (delta === 1 ? [] : [{ delta: 1 }]),
  loss(A, p, t, { delta }) {
    const d = A.sub(p, t);
    const bound = attribute(A, delta);
    return isFar(A, d, bound) ? A.mul(bound, A.sub(absolute(A, d), half(A, bound))) : half(A, A.mul(d, d));
  },
  jvp: (A, d, at, { delta }) =>
    A.mul(huberSlope(A, A.sub(at.prediction, at.target), attribute(A, delta)), A.sub(d.prediction, d.target)),
  vjp(A, g, p, t, { delta }) {
    const toPrediction = A.mul(g, huberSlope(A, A.sub(p, t), attribute(A, delta)));
    return [toPrediction, A.neg(toPrediction)];
  },
  textbook: [
    {
      // TensorFlow: |d| is split into its part up to delta and the rest.
      loss(A, p, t, { delta }) {
        const size = absolute(A, A.sub(p, t));
        const bound = attribute(A, delta);
        const quadratic = isFar(A, size, bound) ? bound : size;
        const linear = A.sub(size, quadratic);
        return A.add(half(A, A.mul(quadratic, quadratic)), A.mul(bound, linear));
      },
      // Near 0 the cotangents of both parts cancel: delta·g is added to the small one and subtracted again.
      vjp(A, g, p, t, { delta }) {
        const d = A.sub(p, t);
        const bound = attribute(A, delta);
        const toLinear = A.mul(bound, g);
        const toQuadratic = A.sub(A.mul(g, absolute(A, d)), toLinear);
        const toSize = isFar(A, d, bound) ? toLinear : A.add(toLinear, toQuadratic);
        const toPrediction = A.toNumber(d) > 0 ? toSize : A.neg(toSize);
        return [toPrediction, A.neg(toPrediction)];
      },
    },
    {
      // As it is written down: delta·|d| − delta²/2.
      loss(A, p, t, { delta }) {
        const d = A.sub(p, t);
        const bound = attribute(A, delta);
        return isFar(A, d, bound)
          ? A.sub(A.mul(bound, absolute(A, d)), half(A, A.mul(bound, bound)))
          : half(A, A.mul(d, d));
      },
    },
  ],
});

type HingeAttributes = { readonly labels: "0 and 1" | "-1 and 1" };

/** The label as a sign: 2·target − 1 where it is a truth value. */
const signOf = <T>(A: Algebra<T>, target: T, { labels }: HingeAttributes): T =>
  labels === "0 and 1" ? A.sub(A.mul(A.lift(2), target), A.lift(1)) : target;

/** How fast that sign moves with the target. */
const scaleOf = <T>(A: Algebra<T>, x: T, { labels }: HingeAttributes): T =>
  labels === "0 and 1" ? A.mul(A.lift(2), x) : x;

/** x where the margin is violated, 0 elsewhere. */
const whereViolated = <T>(A: Algebra<T>, margin: T, x: T): T =>
  choose(A, margin, A.lift(0), { greater: x, less: A.lift(0), tie: A.lift(0) });

const marginOf = <T>(A: Algebra<T>, p: T, t: T, attributes: HingeAttributes): T =>
  A.sub(A.lift(1), A.mul(signOf(A, t, attributes), p));

export const hinge = elementLoss<HingeAttributes>({
  name: "hinge",
  summary: "max(0, 1 − s·prediction), s the target as a sign",
  source: "Crammer and Singer 2001; Keras Hinge; TensorFlow.js losses.hingeLoss",
  domains: ({ labels }) => ({
    prediction: domain({ specials: [0, 1, -1] }),
    target: domain({
      low: labels === "0 and 1" ? 0 : -1,
      high: 1,
      specials: [labels === "0 and 1" ? 0 : -1, 1],
    }),
  }),
  attributes: {
    labels: { classes: ["0 and 1", "-1 and 1"], summary: "whether s is 2·target − 1 or the target itself" },
  },
  drawAttributes: ({ classes }) => ({ labels: classes.labels === "0 and 1" ? "0 and 1" : "-1 and 1" }),
  checkAttributes({ labels }) {
    if (labels !== "0 and 1" && labels !== "-1 and 1") {
      throw new InvalidProgramError(`labels ${JSON.stringify(labels)}: must be "0 and 1" or "-1 and 1"`);
    }
  },
  kinks: [{ at: "s·prediction = 1", convention: "0" }],
  loss(A, p, t, attributes) {
    const margin = marginOf(A, p, t, attributes);
    return whereViolated(A, margin, margin);
  },
  jvp(A, d, at, attributes) {
    const bySign = A.mul(scaleOf(A, d.target, attributes), at.prediction);
    const moved = A.add(A.mul(signOf(A, at.target, attributes), d.prediction), bySign);
    return whereViolated(A, marginOf(A, at.prediction, at.target, attributes), A.neg(moved));
  },
  vjp(A, g, p, t, attributes) {
    const active = A.neg(whereViolated(A, marginOf(A, p, t, attributes), g));
    return [A.mul(active, signOf(A, t, attributes)), scaleOf(A, A.mul(active, p), attributes)];
  },
});
