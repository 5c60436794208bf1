import type { Algebra } from "../core/algebra.js";
import { EPSILON_WORDS, rootWithEpsilon, type EpsilonPlacement } from "./epsilon.js";
import { decayRate, positive, type Scalars, type UpdateRule } from "./optimizer.js";

/**
 * What makes up for moments that begin at 0:
 * "in moments": both moments are divided by 1 − βᵗ (algorithm 1 of the paper; PyTorch, TensorFlow.js);
 * "in step, epsilon hat": the rate becomes rate·√(1 − β₂ᵗ)/(1 − β₁ᵗ), and epsilon is added to the root of what is not
 * corrected (end of sec. 2 of the paper; TensorFlow, Keras): another step wherever epsilon counts;
 * "none": nothing, so that the first steps are too short or too long.
 */
export type BiasCorrection = "in moments" | "in step, epsilon hat" | "none";

/**
 * "none"; "in gradient": weightDecay·w is added to g, and goes through the moments (L2 regularisation);
 * "decoupled": w also loses learningRate·weightDecay·w (PyTorch, Keras); "decoupled, without rate": weightDecay·w
 * (algorithm 2 of Loshchilov and Hutter, where the rate is not a factor).
 */
export type WeightDecay = "none" | "in gradient" | "decoupled" | "decoupled, without rate";

export interface AdamChoices {
  readonly epsilon?: EpsilonPlacement;
  readonly biasCorrection?: BiasCorrection;
  readonly weightDecay?: WeightDecay;
}

function adamWords({ epsilon, biasCorrection, weightDecay }: Required<AdamChoices>): string {
  const decayed = weightDecay === "in gradient" ? "g ← g + weightDecay·w, " : "";
  const moments = "m ← beta1·m + (1 − beta1)·g, v ← beta2·v + (1 − beta2)·g²";
  const steps: Readonly<Record<BiasCorrection, string>> = {
    "in moments": `learningRate·m/(1 − beta1ᵗ)/${EPSILON_WORDS[epsilon]("(v/(1 − beta2ᵗ))")}`,
    "in step, epsilon hat": `learningRate·√(1 − beta2ᵗ)/(1 − beta1ᵗ)·m/${EPSILON_WORDS[epsilon]("v")}`,
    none: `learningRate·m/${EPSILON_WORDS[epsilon]("v")}`,
  };
  const lost: Readonly<Record<WeightDecay, string>> = {
    none: "",
    "in gradient": "",
    decoupled: " − learningRate·weightDecay·w",
    "decoupled, without rate": " − weightDecay·w",
  };
  return `${decayed}${moments}, w ← w − ${steps[biasCorrection]}${lost[weightDecay]}`;
}

/** Factor of the step, divisors of the moments: which of them correct is a choice. */
function corrections<S>(correction: BiasCorrection, { A, value, restOfPower }: Scalars<S>): [S, S, S] {
  const rate = value("learningRate");
  const one = A.lift(1);
  if (correction === "none") return [rate, one, one];
  const [first, second] = [restOfPower("beta1"), restOfPower("beta2")];
  if (correction === "in moments") return [rate, first, second];
  return [A.div(A.mul(rate, A.sqrt(second)), first), one, one];
}

/** The part of w that is lost apart from the gradient. */
function decoupledPart<S>(weightDecay: WeightDecay, { A, value }: Scalars<S>): S {
  if (weightDecay === "decoupled") return A.mul(value("learningRate"), value("weightDecay"));
  return weightDecay === "decoupled, without rate" ? value("weightDecay") : A.lift(0);
}

const meanOf = <T>(A: Algebra<T>, beta: T, rest: T, before: T, x: T): T =>
  A.add(A.mul(beta, before), A.mul(rest, x));

/** Adam in every placement that is in use; with decoupled weight decay it is AdamW. */
export function adamRule(choices: AdamChoices = {}): UpdateRule {
  const {
    epsilon: placement = "outside root",
    biasCorrection = "in moments",
    weightDecay = "none",
  } = choices;
  const isDecoupled = weightDecay.startsWith("decoupled");
  const divides = biasCorrection === "in moments";
  return {
    algorithm: isDecoupled ? "adamw" : "adam",
    choices: { epsilon: placement, biasCorrection, weightDecay },
    says: adamWords({ epsilon: placement, biasCorrection, weightDecay }),
    source:
      "Kingma and Ba 2015, algorithm 1 and sec. 2; weight decay: Loshchilov and Hutter 2019, algorithm 2",
    hyper: {
      learningRate: positive(0.001),
      beta1: decayRate(0.9),
      beta2: decayRate(0.999),
      epsilon: positive(1e-8),
      ...(weightDecay !== "none" && { weightDecay: positive(0.01) }),
    },
    slots: ["m", "v"],
    coefficients: (scalars) => [
      ...corrections(biasCorrection, scalars),
      scalars.value("beta1"),
      scalars.rest("beta1"),
      scalars.value("beta2"),
      scalars.rest("beta2"),
      scalars.value("epsilon"),
      weightDecay === "in gradient" ? scalars.value("weightDecay") : decoupledPart(weightDecay, scalars),
    ],
    update(A, [rate, first, second, beta1, rest1, beta2, rest2, epsilon, decay], [m, v], i, w, gradient) {
      const g = weightDecay === "in gradient" ? A.add(gradient, A.mul(decay, w)) : gradient;
      m[i] = meanOf(A, beta1, rest1, m[i], g);
      v[i] = meanOf(A, beta2, rest2, v[i], A.mul(g, g));
      const mean = divides ? A.div(m[i], first) : m[i];
      const square = divides ? A.div(v[i], second) : v[i];
      const kept = isDecoupled ? A.sub(w, A.mul(decay, w)) : w;
      return A.sub(kept, A.div(A.mul(rate, mean), rootWithEpsilon(A, placement, square, epsilon)));
    },
  };
}

/** "none" as in the paper; "outside maximum": u + ε (TensorFlow.js, Keras); "inside maximum": |g| + ε (PyTorch). */
export type AdamaxEpsilon = "none" | "outside maximum" | "inside maximum";

const ADAMAX_WORDS: Readonly<Record<AdamaxEpsilon, readonly [g: string, u: string]>> = {
  none: ["|g|", "u"],
  "outside maximum": ["|g|", "(u + epsilon)"],
  "inside maximum": ["|g| + epsilon", "u"],
};

/** Adam with the largest of the decaying gradients in the place of the root of their mean square. */
export function adamaxRule(options: { readonly epsilon?: AdamaxEpsilon } = {}): UpdateRule {
  const { epsilon: placement = "outside maximum" } = options;
  const [gradient, divisor] = ADAMAX_WORDS[placement];
  return {
    algorithm: "adamax",
    choices: { epsilon: placement },
    says:
      `m ← beta1·m + (1 − beta1)·g, u ← max(beta2·u, ${gradient}), ` +
      `w ← w − learningRate/(1 + rateDecay·(t − 1))/(1 − beta1ᵗ)·m/${divisor}`,
    source: "Kingma and Ba 2015, algorithm 2; rateDecay: Keras and TensorFlow.js",
    hyper: {
      learningRate: positive(0.002),
      beta1: decayRate(0.9),
      beta2: decayRate(0.999),
      rateDecay: positive(0),
      ...(placement !== "none" && { epsilon: positive(1e-8) }),
    },
    slots: ["m", "u"],
    coefficients({ A, value, rest, restOfPower, before }) {
      const slowed = A.add(A.lift(1), A.mul(value("rateDecay"), A.lift(before)));
      const rate = A.div(A.div(value("learningRate"), slowed), restOfPower("beta1"));
      const epsilon = placement === "none" ? A.lift(0) : value("epsilon");
      return [rate, value("beta1"), rest("beta1"), value("beta2"), epsilon];
    },
    update(A, [rate, beta1, rest1, beta2, epsilon], [m, u], i, w, g) {
      m[i] = meanOf(A, beta1, rest1, m[i], g);
      const zero = A.lift(0);
      const magnitude = A.select(
        g,
        zero,
        () => g,
        () => A.neg(g),
        () => zero,
      );
      const size = placement === "inside maximum" ? A.add(magnitude, epsilon) : magnitude;
      const faded = A.mul(beta2, u[i]);
      u[i] = A.select(
        faded,
        size,
        () => faded,
        () => size,
        () => size,
      );
      const divisor = placement === "outside maximum" ? A.add(u[i], epsilon) : u[i];
      return A.sub(w, A.mul(rate, A.div(m[i], divisor)));
    },
  };
}
