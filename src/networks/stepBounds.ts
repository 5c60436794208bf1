import { GradproofError } from "../core/errors.js";

/** Hyper-parameters of two running means, each with its rate of decay. */
export interface Betas {
  readonly beta1: number;
  readonly beta2: number;
}

function checkBetas(betas: Betas): void {
  for (const [name, beta] of Object.entries(betas)) {
    if (!(beta >= 0 && beta < 1)) {
      throw new GradproofError("bad-hyper-parameter", `${name} is ${beta}: must be in [0, 1)`);
    }
  }
}

/** 1 − xⁿ for 0 ≤ x < 1 without cancellation. */
const oneMinusPower = (x: number, n: number): number => -Math.expm1(n * Math.log(x));

/**
 * The largest |step| / learningRate that any gradients can make Adam take, in any step: by Cauchy and Schwarz, with
 * r = beta1²/beta2,
 *
 *     |m/√v| ≤ (1 − beta1)/√(1 − beta2) · 1/√(1 − r)
 *
 * 7.2703 for the usual rates, and attained in the limit by `worstAdamGradients`; the 3.162 of the paper holds for a
 * single gradient after zeros only. Epsilon makes steps shorter. Bias correction does not make them longer: with
 * x = beta1ᵗ and y = beta2ᵗ, (1 − x²/y)·(1 − y) ≤ (1 − x)², since y + x²/y ≥ 2x.
 *
 * @domain beta1² < beta2; Infinity otherwise
 * @throws GradproofError `bad-hyper-parameter`
 * @example adamStepBound({ beta1: 0.9, beta2: 0.999 }).toFixed(4) // "7.2703"
 */
export function adamStepBound(betas: Betas): number {
  checkBetas(betas);
  const { beta1, beta2 } = betas;
  const rest = beta2 - beta1 * beta1;
  if (!(rest > 0)) return beta1 === 0 ? 1 : Infinity;
  return ((1 - beta1) / Math.sqrt(1 - beta2)) * Math.sqrt(beta2 / rest);
}

/**
 * The same for step number `step` with bias correction, where nothing is in the limit:
 * (1 − beta1)·√((1 − rᵗ)/(1 − r)/(1 − beta2))·√(1 − beta2ᵗ)/(1 − beta1ᵗ). It is 1 for the first step.
 *
 * @domain step ≥ 1, an integer
 * @throws GradproofError `bad-hyper-parameter`
 */
export function adamStepBoundAt(betas: Betas, step: number): number {
  checkBetas(betas);
  if (!(Number.isInteger(step) && step >= 1)) {
    throw new GradproofError("bad-hyper-parameter", `step ${step}: must be an integer from 1 on`);
  }
  const { beta1, beta2 } = betas;
  // Σ rᵏ for k < step; added up, since r may be 1, or more.
  const r = beta1 === 0 ? 0 : (beta1 * beta1) / beta2;
  let powers = 0;
  for (let k = 0, power = 1; k < step; k++, power *= r) powers += power;
  const uncorrected = ((1 - beta1) * Math.sqrt(powers)) / Math.sqrt(1 - beta2);
  return (uncorrected * Math.sqrt(oneMinusPower(beta2, step))) / oneMinusPower(beta1, step);
}

/**
 * Gradients that make the last of T steps as long as the bound allows: (beta1/beta2)^(T − t), the largest one last.
 * After many zero gradients bias correction has no part in it.
 *
 * @throws GradproofError `bad-hyper-parameter`
 */
export function worstAdamGradients(betas: Betas, steps: number): Float64Array {
  checkBetas(betas);
  const ratio = betas.beta1 === 0 ? 0 : betas.beta1 / betas.beta2;
  return Float64Array.from({ length: steps }, (_, t) => ratio ** (steps - 1 - t));
}

/**
 * The largest |step| / learningRate of RMSprop without momentum: g/√s, where s holds (1 − decay)·g² at least.
 *
 * @throws GradproofError `bad-hyper-parameter`
 * @example rmspropStepBound(0.75) // 2
 */
export function rmspropStepBound(decay: number): number {
  checkBetas({ beta1: 0, beta2: decay });
  return 1 / Math.sqrt(1 - decay);
}
