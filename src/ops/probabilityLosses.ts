import type { Algebra } from "../core/algebra.js";
import { InvalidProgramError } from "../core/errors.js";
import { attribute, checkPositive } from "./elementwise.js";
import { elementLoss } from "./elementLoss.js";
import { farthestFrom } from "./farthestFrom.js";
import { decay, isPositive, logistic, logisticTextbook } from "./logistic.js";
import { domain } from "./op.js";

/** Truth values, and everything between. */
const truth = domain({ low: 0, high: 1, specials: [0, 1, 0.5] });
/** Libraries keep probabilities away from 0 and 1, each in its own way: by 1e-7 (Keras), by ln p ≥ −100 (PyTorch). */
const certain = 2 ** -20;
const probability = domain({ low: certain, high: 1 - certain, specials: [0.5, certain, 1 - certain] });
/** Points where float32 rounds 1 + e^−|x| to 1, e^|x| overflows, and e^−|x| vanishes. */
const logit = domain({ specials: [0, 17, -17, 89, -89, 104, -104] });

/** log(a/b), with every digit also where they are near each other. @param difference a − b */
function logRatio<T>(A: Algebra<T>, a: T, b: T, difference: T): T {
  const ratio = A.toNumber(a) / A.toNumber(b);
  return ratio > 0.5 && ratio < 2 ? A.log1p(A.div(difference, b)) : A.log(A.div(a, b));
}

const complement = <T>(A: Algebra<T>, x: T): T => A.sub(A.lift(1), x);

type LogLossAttributes = { readonly epsilon: number };

/** log(p + epsilon). Near 1, p − 1 is exact and 1 + epsilon is not. */
const logShifted = <T>(A: Algebra<T>, p: T, epsilon: T): T =>
  A.toNumber(p) > 0.5 ? A.log1p(A.add(A.sub(p, A.lift(1)), epsilon)) : A.log(A.add(p, epsilon));

/** log(1 − p + epsilon), likewise. */
const logShiftedComplement = <T>(A: Algebra<T>, p: T, epsilon: T): T =>
  A.toNumber(p) < 0.5 ? A.log1p(A.sub(epsilon, p)) : A.log(A.add(complement(A, p), epsilon));

/** The same as it stands: rounded twice, and 1 + 1e-7 is another number in float32. */
const logOfSums = <T>(A: Algebra<T>, p: T, epsilon: T): T =>
  farthestFrom(A, logShiftedComplement(A, p, epsilon), () => A.log(A.add(complement(A, p), epsilon)));

export const logLoss = elementLoss<LogLossAttributes>({
  name: "logLoss",
  summary: "−target·log(prediction + epsilon) − (1 − target)·log(1 − prediction + epsilon)",
  source: "TensorFlow compat.v1.losses.log_loss; TensorFlow.js losses.logLoss",
  domains: () => ({ prediction: truth, target: truth }),
  attributes: { epsilon: { classes: ["small", "large"], summary: "1e-7; 1e-3 or 0.125" } },
  drawAttributes: ({ classes, stream }) => ({
    epsilon: classes.epsilon === "small" ? 1e-7 : stream.pick([1e-3, 0.125]),
  }),
  checkAttributes({ epsilon }) {
    checkPositive("epsilon", epsilon);
  },
  simpler: ({ epsilon }) => (epsilon === 1 ? [] : [{ epsilon: 1 }]),
  loss(A, p, t, attributes) {
    const epsilon = attribute(A, attributes.epsilon);
    const whenTrue = A.mul(t, logShifted(A, p, epsilon));
    return A.neg(A.add(whenTrue, A.mul(complement(A, t), logShiftedComplement(A, p, epsilon))));
  },
  jvp(A, d, at, attributes) {
    const { prediction: p, target: t } = at;
    const epsilon = attribute(A, attributes.epsilon);
    const whenFalse = A.div(complement(A, t), A.add(complement(A, p), epsilon));
    const slope = A.sub(whenFalse, A.div(t, A.add(p, epsilon)));
    const byTarget = A.sub(logShiftedComplement(A, p, epsilon), logShifted(A, p, epsilon));
    return A.add(A.mul(slope, d.prediction), A.mul(byTarget, d.target));
  },
  vjp(A, g, p, t, attributes) {
    const epsilon = attribute(A, attributes.epsilon);
    const a = A.add(p, epsilon);
    const b = A.add(complement(A, p), epsilon);
    const whenTrue = A.div(A.mul(g, t), a);
    const whenFalse = A.div(A.mul(g, complement(A, t)), b);
    const difference = A.sub(A.lift(1), A.mul(A.lift(2), p));
    return [A.sub(whenFalse, whenTrue), A.mul(g, logRatio(A, b, a, difference))];
  },
  textbook: [
    {
      // TensorFlow: the sums as they stand.
      loss(A, p, t, attributes) {
        const epsilon = attribute(A, attributes.epsilon);
        const whenTrue = A.neg(A.mul(t, A.log(A.add(p, epsilon))));
        const whenFalse = A.mul(complement(A, t), logOfSums(A, p, epsilon));
        return A.sub(whenTrue, whenFalse);
      },
      vjp(A, g, p, t, attributes) {
        const epsilon = attribute(A, attributes.epsilon);
        const a = A.add(p, epsilon);
        const b = A.add(complement(A, p), epsilon);
        const whenTrue = A.neg(A.div(A.mul(g, t), a));
        const whenFalse = A.div(A.mul(g, complement(A, t)), b);
        const byTarget = A.sub(A.mul(g, logOfSums(A, p, epsilon)), A.mul(g, A.log(a)));
        return [A.add(whenTrue, whenFalse), byTarget];
      },
    },
  ],
});

type CrossEntropyAttributes = { readonly from: "probabilities" | "logits" };

/** ln(1 + e^x) */
function softplusOf<T>(A: Algebra<T>, x: T): T {
  const rest = A.log1p(decay(A, x));
  return isPositive(A, x) ? A.add(x, rest) : rest;
}

/** max(x, 0) − x·t + log(1 + e^−|x|), as TensorFlow writes the loss of a logit. */
function stableLogitLoss<T>(A: Algebra<T>, x: T, t: T): T {
  const positive = isPositive(A, x) ? x : A.lift(0);
  return A.add(A.sub(positive, A.mul(x, t)), A.log1p(decay(A, x)));
}

const logOdds = <T>(A: Algebra<T>, p: T): T => A.log(A.div(p, complement(A, p)));

export const binaryCrossEntropy = elementLoss<CrossEntropyAttributes>({
  name: "binaryCrossEntropy",
  summary:
    "−target·log p − (1 − target)·log(1 − p), where the prediction is the probability p or its logit, p = sigmoid(prediction)",
  source: "PyTorch BCELoss and BCEWithLogitsLoss; TensorFlow.js losses.sigmoidCrossEntropy",
  domains: ({ from }) => ({ prediction: from === "logits" ? logit : probability, target: truth }),
  attributes: {
    from: { classes: ["probabilities", "logits"], summary: "what the prediction is" },
  },
  drawAttributes: ({ classes }) => ({ from: classes.from === "logits" ? "logits" : "probabilities" }),
  checkAttributes({ from }) {
    if (from !== "probabilities" && from !== "logits") {
      throw new InvalidProgramError(`from ${JSON.stringify(from)}: must be "probabilities" or "logits"`);
    }
  },
  loss(A, p, t, { from }) {
    // Both terms are positive.
    if (from === "logits") {
      const whenTrue = A.mul(t, softplusOf(A, A.neg(p)));
      return A.add(whenTrue, A.mul(complement(A, t), softplusOf(A, p)));
    }
    const whenTrue = A.mul(t, A.log(p));
    return A.neg(A.add(whenTrue, A.mul(complement(A, t), A.log1p(A.neg(p)))));
  },
  jvp(A, d, at, { from }) {
    const { prediction: p, target: t } = at;
    if (from === "logits") {
      const rising = A.mul(complement(A, t), logistic(A, p));
      const slope = A.sub(rising, A.mul(t, logistic(A, A.neg(p))));
      return A.sub(A.mul(slope, d.prediction), A.mul(p, d.target));
    }
    const slope = A.div(A.div(A.sub(p, t), p), complement(A, p));
    const byTarget = A.sub(A.log1p(A.neg(p)), A.log(p));
    return A.add(A.mul(slope, d.prediction), A.mul(byTarget, d.target));
  },
  vjp(A, g, p, t, { from }) {
    // (1 − t)·σ(x) − t·σ(−x) is σ(x) − t, without the cancellation where x is large and t is 1.
    if (from === "logits") {
      const e = decay(A, p);
      const total = A.add(A.lift(1), e);
      const [rise, fall] = isPositive(A, p) ? [A.lift(1), e] : [e, A.lift(1)];
      const difference = A.sub(A.mul(complement(A, t), rise), A.mul(t, fall));
      return [A.mul(g, A.div(difference, total)), A.neg(A.mul(g, p))];
    }
    const q = complement(A, p);
    const difference = A.sub(A.lift(1), A.mul(A.lift(2), p));
    return [A.div(A.mul(g, A.sub(p, t)), A.mul(p, q)), A.mul(g, logRatio(A, q, p, difference))];
  },
  textbook: [
    {
      // TensorFlow, of logits; of probabilities as they stand.
      loss(A, p, t, { from }) {
        if (from === "logits") return stableLogitLoss(A, p, t);
        const whenTrue = A.mul(t, A.log(p));
        return A.neg(A.add(whenTrue, A.mul(complement(A, t), A.log(complement(A, p)))));
      },
      vjp(A, g, p, t, { from }) {
        if (from === "logits") {
          const slope = A.div(decay(A, p), A.add(A.lift(1), decay(A, p)));
          const positive = isPositive(A, p);
          const moved = positive ? A.sub(g, A.mul(g, t)) : A.neg(A.mul(g, t));
          const rest = A.mul(g, slope);
          return [positive ? A.sub(moved, rest) : A.add(moved, rest), A.neg(A.mul(g, p))];
        }
        const whenTrue = A.neg(A.div(A.mul(g, t), p));
        const whenFalse = A.div(A.mul(g, complement(A, t)), complement(A, p));
        const byTarget = A.add(A.neg(A.mul(g, A.log(p))), A.mul(g, A.log(complement(A, p))));
        return [A.add(whenTrue, whenFalse), byTarget];
      },
    },
    {
      // PyTorch, of logits: (1 − t)·x − log sigmoid(x). Keras, of probabilities: the loss of their log odds.
      loss(A, p, t, { from }) {
        if (from === "logits") {
          return A.add(A.mul(complement(A, t), p), softplusOf(A, A.neg(p)));
        }
        return stableLogitLoss(A, logOdds(A, p), t);
      },
      vjp(A, g, p, t, { from }) {
        if (from === "logits") {
          return [A.mul(g, A.sub(logisticTextbook(A, p), t)), A.neg(A.mul(g, p))];
        }
        const x = logOdds(A, p);
        const q = complement(A, p);
        const gx = A.mul(g, A.sub(logistic(A, x), t));
        const byQuotient = A.div(gx, A.div(p, q));
        const through = A.add(A.div(byQuotient, q), A.div(A.mul(byQuotient, p), A.mul(q, q)));
        return [through, A.neg(A.mul(g, x))];
      },
    },
  ],
});

export const klDivergence = elementLoss({
  name: "klDivergence",
  summary: "target·log(target / prediction)",
  source: "Kullback and Leibler 1951; PyTorch KLDivLoss, of probabilities; SciPy rel_entr",
  domains: () => ({ prediction: probability, target: probability }),
  loss: (A, p, t) => A.mul(t, logRatio(A, t, p, A.sub(t, p))),
  jvp(A, d, at) {
    const { prediction: p, target: t } = at;
    const byTarget = A.add(logRatio(A, t, p, A.sub(t, p)), A.lift(1));
    return A.sub(A.mul(byTarget, d.target), A.mul(A.div(t, p), d.prediction));
  },
  vjp(A, g, p, t) {
    const ratio = logRatio(A, t, p, A.sub(t, p));
    return [A.neg(A.div(A.mul(g, t), p)), A.mul(g, A.add(ratio, A.lift(1)))];
  },
  textbook: [
    {
      // PyTorch: t·(log t − log p), the logarithms apart.
      loss: (A, p, t) => A.mul(t, A.sub(A.log(t), A.log(p))),
      vjp: (A, g, p, t) => [
        A.neg(A.div(A.mul(g, t), p)),
        A.mul(g, A.add(A.sub(A.log(t), A.log(p)), A.lift(1))),
      ],
    },
    {
      // Keras: t·log(t/p), whose cotangent goes through the quotient.
      loss: (A, p, t) => A.mul(t, A.log(A.div(t, p))),
      vjp(A, g, p, t) {
        const ratio = A.div(t, p);
        const throughRatio = A.div(A.mul(g, t), ratio);
        const toPrediction = A.neg(A.div(A.mul(throughRatio, ratio), p));
        return [toPrediction, A.add(A.mul(g, A.log(ratio)), A.div(throughRatio, p))];
      },
    },
  ],
});
