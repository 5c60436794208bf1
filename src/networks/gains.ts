import { GradproofError } from "../core/errors.js";

interface Gain {
  /** By how much weights are made larger to make up for what the activation takes away. */
  gain(alpha: number): number;
  /** Exact: one layer keeps the mean square of its input, whatever its size. Otherwise it is a custom. */
  readonly exact: boolean;
  readonly source: string;
}

const custom = "torch.nn.init.calculate_gain, PyTorch 2";
const he = "He et al. 2015, sec. 2.2";

/**
 * The gain that goes with each activation. Those of tanh and selu are customs: tanh is critical with gain 1 at the
 * origin, 5/3 makes deep networks chaotic, and selu was made for gain 1.
 */
const GAINS: Readonly<Record<string, Gain>> = {
  linear: { gain: () => 1, exact: true, source: "the variance of a sum" },
  relu: { gain: () => Math.SQRT2, exact: true, source: he },
  leakyRelu: { gain: (alpha) => Math.sqrt(2 / (1 + alpha * alpha)), exact: true, source: he },
  sigmoid: { gain: () => 1, exact: false, source: custom },
  tanh: { gain: () => 5 / 3, exact: false, source: custom },
  selu: { gain: () => 3 / 4, exact: false, source: custom },
};

/** The activations that have a gain, and whether it is more than a custom. */
export const GAIN_ACTIVATIONS: readonly { readonly activation: string; readonly exact: boolean }[] =
  Object.entries(GAINS).map(([activation, { exact }]) => ({ activation, exact }));

/**
 * Factor of the standard deviation that goes with an activation; its square is a factor of the variance.
 *
 * @param options alpha: the slope of leakyRelu below 0, default 0.01
 * @throws GradproofError `no-gain` for an activation that has none, or a slope that is no number
 * @example gainOf("leakyRelu", { alpha: 1 }) // 1
 */
export function gainOf(activation: string, options: { readonly alpha?: number } = {}): number {
  const { alpha = 0.01 } = options;
  if (!Object.hasOwn(GAINS, activation)) {
    const known = Object.keys(GAINS).join(", ");
    throw new GradproofError("no-gain", `no gain is known for "${activation}": it must be one of ${known}`);
  }
  if (!Number.isFinite(alpha)) throw new GradproofError("no-gain", `alpha ${alpha}: must be a finite number`);
  return GAINS[activation].gain(alpha);
}
