import { EPSILON_WORDS, rootWithEpsilon, type EpsilonPlacement } from "./epsilon.js";
import { decayRate, positive, type UpdateRule } from "./optimizer.js";
import type { RatePlacement } from "./descentRules.js";

/** The sum of all squares so far. */
export function adagradRule(options: { readonly epsilon?: EpsilonPlacement } = {}): UpdateRule {
  const { epsilon: placement = "outside root" } = options;
  return {
    algorithm: "adagrad",
    choices: { epsilon: placement },
    says: `s ← s + g², w ← w − learningRate·g/${EPSILON_WORDS[placement]("s")}; s is initialAccumulator at first`,
    source: "Duchi, Hazan and Singer 2011, sec. 5; PyTorch, Keras and TensorFlow.js for epsilon",
    hyper: { learningRate: positive(0.01), initialAccumulator: positive(0), epsilon: positive(1e-10) },
    slots: ["squares"],
    initial: (_slot, { initialAccumulator }) => initialAccumulator,
    coefficients: ({ value }) => [value("learningRate"), value("epsilon")],
    update(A, [rate, epsilon], [s], i, w, g) {
      s[i] = A.add(s[i], A.mul(g, g));
      return A.sub(w, A.div(A.mul(rate, g), rootWithEpsilon(A, placement, s[i], epsilon)));
    },
  };
}

/**
 * How the variance of the gradients about their running mean m is kept:
 * "recursive": d ← ρ·(d + (1 − ρ)·(g − m)²), which cannot be negative;
 * "difference": s − m², s the running mean of g², as it is printed: what is left of two equal numbers is rounding.
 * Over real numbers they are the same.
 */
export type VarianceForm = "recursive" | "difference";

export interface RmspropChoices {
  readonly epsilon?: EpsilonPlacement;
  readonly centered?: boolean;
  readonly variance?: VarianceForm;
  readonly rate?: RatePlacement;
}

/** The words of what is under the root. */
function rmspropWords({ epsilon = "inside root", centered = false, rate }: RmspropChoices): string {
  const divisor = EPSILON_WORDS[epsilon](centered ? "(s − m²)" : "s");
  const means = `s ← decay·s + (1 − decay)·g²${centered ? ", m ← decay·m + (1 − decay)·g" : ""}`;
  return rate === "outside velocity"
    ? `${means}, v ← momentum·v + g/${divisor}, w ← w − learningRate·v`
    : `${means}, v ← momentum·v + learningRate·g/${divisor}, w ← w − v`;
}

/** A running mean of the squares; centred, of the squares about the running mean. */
export function rmspropRule(choices: RmspropChoices = {}): UpdateRule {
  const {
    epsilon: placement = "inside root",
    centered = false,
    variance = "recursive",
    rate: ratePlacement = "inside velocity",
  } = choices;
  const recursive = centered && variance === "recursive";
  return {
    algorithm: centered ? "centeredRmsprop" : "rmsprop",
    choices: { epsilon: placement, rate: ratePlacement, ...(centered && { variance }) },
    says: rmspropWords({ ...choices, rate: ratePlacement }),
    source: "Tieleman and Hinton 2012, lecture 6.5; centred: Graves 2013, eqs. 38 to 45",
    hyper: {
      learningRate: positive(0.001),
      decay: decayRate(0.9),
      momentum: decayRate(0),
      epsilon: positive(1e-8),
    },
    slots: [recursive ? "variance" : "meanSquare", "velocity", ...(centered ? ["mean"] : [])],
    coefficients: ({ value, rest }) => [
      value("learningRate"),
      value("momentum"),
      value("epsilon"),
      value("decay"),
      rest("decay"),
    ],
    update(A, [rate, mu, epsilon, decay, rest], [s, v, m], i, w, g) {
      let spread;
      if (recursive) {
        const off = A.sub(g, m[i]);
        s[i] = A.mul(decay, A.add(s[i], A.mul(rest, A.mul(off, off))));
        spread = s[i];
      } else {
        s[i] = A.add(A.mul(decay, s[i]), A.mul(rest, A.mul(g, g)));
      }
      if (centered) m[i] = A.add(A.mul(decay, m[i]), A.mul(rest, g));
      spread ??= centered ? A.sub(s[i], A.mul(m[i], m[i])) : s[i];
      const divisor = rootWithEpsilon(A, placement, spread, epsilon);
      if (ratePlacement === "outside velocity") {
        v[i] = A.add(A.mul(mu, v[i]), A.div(g, divisor));
        return A.sub(w, A.mul(rate, v[i]));
      }
      v[i] = A.add(A.mul(mu, v[i]), A.div(A.mul(rate, g), divisor));
      return A.sub(w, v[i]);
    },
  };
}

/** Steps as large as earlier ones, where gradients are as large as earlier ones: no rate has to be chosen. */
export const ADADELTA: UpdateRule = {
  algorithm: "adadelta",
  choices: { epsilon: "inside root" },
  says: "s ← rho·s + (1 − rho)·g², d = g·√(q + epsilon)/√(s + epsilon), q ← rho·q + (1 − rho)·d², w ← w − learningRate·d",
  source: "Zeiler 2012, algorithm 1; the learning rate is 1 there",
  hyper: { learningRate: positive(1), rho: decayRate(0.95), epsilon: positive(1e-6) },
  slots: ["squares", "squaredSteps"],
  coefficients: ({ value, rest }) => [value("learningRate"), value("rho"), rest("rho"), value("epsilon")],
  update(A, [rate, rho, rest, epsilon], [s, q], i, w, g) {
    s[i] = A.add(A.mul(rho, s[i]), A.mul(rest, A.mul(g, g)));
    const ratio = A.div(A.sqrt(A.add(q[i], epsilon)), A.sqrt(A.add(s[i], epsilon)));
    const d = A.mul(ratio, g);
    q[i] = A.add(A.mul(rho, q[i]), A.mul(rest, A.mul(d, d)));
    return A.sub(w, A.mul(rate, d));
  },
};
