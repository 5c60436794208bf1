import type { Algebra } from "../core/algebra.js";
import { groupIndex, normalizeAxes } from "./axes.js";
import { linear } from "./linear.js";
import { logTotal, shift, softmaxOf } from "./logSumExp.js";
import { maximumOver, minimumOver, type MaximumTaps } from "./maximumOver.js";
import { register } from "./op.js";
import {
  meaningOfVectors,
  overVectors,
  reducedShape,
  reduction,
  reductionTaps,
  vjpOfVectors,
  type ReductionAttributes,
} from "./reduction.js";

export const sum = register<ReductionAttributes>({
  ...reduction(true),
  name: "sum",
  summary: "Σ x over the axes; 0 over nothing",
  source: "Python Array API 2023.12, sum",
  ...linear(reductionTaps(true)),
});

export const mean = register<ReductionAttributes>({
  ...reduction(false),
  name: "mean",
  summary: "Σ x / n over the axes",
  source: "Python Array API 2023.12, mean",
  ...linear({ ...reductionTaps(false), average: "quotient" }),
  // Caffe and many by hand multiply by 1/n; TensorFlow.js divides every term first.
  textbook: [
    linear({ ...reductionTaps(false), average: "reciprocal" }),
    linear({ ...reductionTaps(false), average: "termwise" }),
  ],
});

const competitors: MaximumTaps<ReductionAttributes> = {
  shape: reducedShape(false),
  taps: ([x], { axes }, visit) => groupIndex(x, normalizeAxes(axes, x.length)).forEach((o, i) => visit(o, i)),
};

export const max = register<ReductionAttributes>({
  ...reduction(false),
  name: "max",
  summary: "largest x over the axes",
  source: "Python Array API 2023.12, max",
  kinks: [{ at: "tied largest values", convention: "equal shares" }],
  ...maximumOver(competitors),
});

export const min = register<ReductionAttributes>({
  ...reduction(false),
  name: "min",
  summary: "smallest x over the axes",
  source: "Python Array API 2023.12, min",
  kinks: [{ at: "tied smallest values", convention: "equal shares" }],
  ...minimumOver(competitors),
});

/** m + log Σ e^(x − m), which adds 1 and what is small beside it. */
function plainLogSumExp<T>(A: Algebra<T>, xs: readonly T[]): T {
  const { m, e } = shift(A, xs);
  return A.add(m, A.log(A.sum(e)));
}

export const logsumexp = register<ReductionAttributes>({
  ...reduction(false),
  name: "logsumexp",
  summary: "log Σ eˣ over the axes",
  source: "Blanchard, Higham and Higham 2021; its gradient is softmax",
  ...overVectors<ReductionAttributes>(reducedShape(false), {
    meaning(A, xs) {
      const parts = shift(A, xs);
      return A.add(parts.m, logTotal(A, parts));
    },
    jvp(A, dxs, xs) {
      const { e } = shift(A, xs);
      return A.div(A.sum(e.map((w, i) => A.mul(w, dxs[i]))), A.sum(e));
    },
    vjp: (A, gy, xs) => softmaxOf(A, xs).map((p) => A.mul(gy, p)),
  }),
  textbook: [
    {
      // TensorFlow.js composes it, so the cotangent also flows through the maximum: what is left there is 0 but for
      // rounding.
      meaning: meaningOfVectors(reducedShape(false), plainLogSumExp),
      vjp: vjpOfVectors((A, gy, xs) => {
        const { e, shifted } = shift(A, xs);
        const share = A.div(gy, A.sum(e));
        const gx = e.map((w) => A.mul(share, w));
        const left = A.sub(gy, A.sum(gx));
        return gx.map((g, i) => (A.toNumber(shifted[i]) === 0 ? A.add(g, left) : g));
      }),
    },
    // PyTorch: e^(x − y) has the rounding error of y, magnified where y is large.
    {
      meaning: meaningOfVectors(reducedShape(false), plainLogSumExp),
      vjp: vjpOfVectors((A, gy, xs, y) => xs.map((x) => A.mul(gy, A.exp(A.sub(x, y))))),
    },
  ],
});
