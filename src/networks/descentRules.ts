import { decayRate, positive, type HyperParameter, type Scalars, type UpdateRule } from "./optimizer.js";

/**
 * What is remembered of the gradients:
 * "outside velocity": v ← μ·v + g, w ← w − rate·v (PyTorch, TensorFlow);
 * "inside velocity": v ← μ·v − rate·g, w ← w + v (Sutskever et al. 2013; Keras).
 * They differ as soon as the rate changes.
 */
export type RatePlacement = "outside velocity" | "inside velocity";

const RATE: Readonly<Record<"learningRate", HyperParameter>> = { learningRate: positive(0.01) };

/** w ← w − rate·g */
export const SGD: UpdateRule = {
  algorithm: "sgd",
  choices: {},
  says: "w ← w − learningRate·g",
  source: "Robbins and Monro 1951",
  hyper: RATE,
  slots: [],
  coefficients: ({ value }) => [value("learningRate")],
  update: (A, [rate], _slots, _i, w, g) => A.sub(w, A.mul(rate, g)),
};

const momentumHyper = { ...RATE, momentum: decayRate(0.9) };

const rateAndMomentum = <S>({ value }: Scalars<S>): readonly S[] => [
  value("learningRate"),
  value("momentum"),
];

/** Polyak's heavy ball. */
export function momentumRule(options: { readonly rate?: RatePlacement } = {}): UpdateRule {
  const { rate: placement = "outside velocity" } = options;
  const outside = placement === "outside velocity";
  return {
    algorithm: "momentum",
    choices: { rate: placement },
    says: outside
      ? "v ← momentum·v + g, w ← w − learningRate·v"
      : "v ← momentum·v − learningRate·g, w ← w + v",
    source: "Polyak 1964; Sutskever et al. 2013, eqs. 1 and 2",
    hyper: momentumHyper,
    slots: ["velocity"],
    coefficients: rateAndMomentum,
    update: outside
      ? (A, [rate, mu], [v], i, w, g) => {
          v[i] = A.add(A.mul(mu, v[i]), g);
          return A.sub(w, A.mul(rate, v[i]));
        }
      : (A, [rate, mu], [v], i, w, g) => {
          v[i] = A.sub(A.mul(mu, v[i]), A.mul(rate, g));
          return A.add(w, v[i]);
        },
  };
}

/** Nesterov's momentum with the gradient at the weights themselves, as all libraries have it. */
export function nesterovRule(options: { readonly rate?: RatePlacement } = {}): UpdateRule {
  const { rate: placement = "outside velocity" } = options;
  const outside = placement === "outside velocity";
  return {
    algorithm: "nesterov",
    choices: { rate: placement },
    says: outside
      ? "v ← momentum·v + g, w ← w − learningRate·(g + momentum·v)"
      : "v ← momentum·v − learningRate·g, w ← w + momentum·v − learningRate·g",
    source: "Nesterov 1983; Sutskever et al. 2013; Bengio, Boulanger-Lewandowski and Pascanu 2013, eq. 7",
    hyper: momentumHyper,
    slots: ["velocity"],
    coefficients: rateAndMomentum,
    update: outside
      ? (A, [rate, mu], [v], i, w, g) => {
          v[i] = A.add(A.mul(mu, v[i]), g);
          return A.sub(w, A.mul(rate, A.add(g, A.mul(mu, v[i]))));
        }
      : (A, [rate, mu], [v], i, w, g) => {
          const step = A.mul(rate, g);
          v[i] = A.sub(A.mul(mu, v[i]), step);
          return A.add(w, A.sub(A.mul(mu, v[i]), step));
        },
  };
}
