import { GradproofError } from "../core/errors.js";
import type { Attributes } from "../ops/op.js";
import type { NetworkBuilder, NetworkValue } from "./networkBuilder.js";

/** Attributes of the ops that are used as activations, each with those that it needs. */
const ACTIVATION_ATTRIBUTES: Readonly<Record<string, Attributes>> = {
  sigmoid: {},
  hardSigmoid: {},
  tanh: {},
  relu: {},
  relu6: {},
  leakyRelu: { alpha: 0.01 },
  elu: {},
  selu: {},
  gelu: { approximate: "none" },
  silu: {},
  mish: {},
  softplus: {},
  softsign: {},
  softmax: { axis: -1 },
  logSoftmax: { axis: -1 },
};

/** "linear", and every op that a layer may end with. */
export const ACTIVATIONS: readonly string[] = ["linear", ...Object.keys(ACTIVATION_ATTRIBUTES)];

export interface Activation {
  /** Default "linear". */
  readonly activation?: string;
  /** Attributes of the op that differ from the usual ones, such as alpha of leakyRelu. */
  readonly attributes?: Attributes;
}

/**
 * An activation by name.
 *
 * @throws GradproofError `unknown-activation`
 */
export function activate(b: NetworkBuilder, x: NetworkValue, options: Activation = {}): NetworkValue {
  const { activation = "linear", attributes } = options;
  if (activation === "linear") return x;
  if (!Object.hasOwn(ACTIVATION_ATTRIBUTES, activation)) {
    const known = ACTIVATIONS.join(", ");
    throw new GradproofError(
      "unknown-activation",
      `no activation "${activation}": it must be one of ${known}`,
    );
  }
  return b.apply(activation, [x], { ...ACTIVATION_ATTRIBUTES[activation], ...attributes });
}
