import type { Settings } from "../record/scenario.js";
import { UnsupportedError } from "./adapter.js";
import type { Argument } from "./tfjsExpression.js";
import type { LayerOptions, TfjsLayerObject } from "./tfjsLayerObject.js";

/** Activations as the library calls them; the others have the same name. A name that is not here it does not know. */
const ACTIVATIONS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ["linear", "sigmoid", "hardSigmoid", "tanh", "relu", "relu6", "elu", "selu", "gelu", "mish"].map(
      (name) => [name, name],
    ),
  ),
  ...Object.fromEntries(["softplus", "softsign", "softmax", "logSoftmax"].map((name) => [name, name])),
  silu: "swish",
};

type Setting = Settings[string];

function activationName(name: Setting): string {
  if (typeof name === "string" && Object.hasOwn(ACTIVATIONS, name)) return ACTIVATIONS[name];
  throw new UnsupportedError("attributes", `tf.layers knows no activation "${String(name)}"`);
}

/** Settings of `networks/` that are options of other names or values. Those that are not here are options as they are. */
const OPTIONS: Readonly<Record<string, (value: Setting) => LayerOptions>> = {
  activation: (name) => ({ activation: activationName(name) }),
  recurrentActivation: (name) => ({ recurrentActivation: activationName(name) }),
  bias: (useBias) => ({ useBias }),
  dilation: (dilationRate) => ({ dilationRate }),
  multiplier: (depthMultiplier) => ({ depthMultiplier }),
  affine: (learnt) => ({ center: learnt, scale: learnt }),
  channels: (which) => ({ dataFormat: which === "second" ? "channelsFirst" : "channelsLast" }),
  backwards: (goBackwards) => ({ goBackwards }),
  returns: (which) => ({ returnSequences: which === "all" }),
  // Said when the layer is applied, or by its inputs, or of the program alone.
  training: () => ({}),
  start: () => ({}),
  written: () => ({}),
  count: () => ({}),
  lengths: () => ({}),
  other: () => ({}),
};

/** What weights start from does not matter, and the default (orthogonal) takes long for large kernels. */
const RECURRENT: LayerOptions = { recurrentInitializer: "zeros" };
export const isRecurrent = ({ promise }: TfjsLayerObject): boolean =>
  ["rnn", "lstm", "gru"].includes(promise.kind);

/** The options of a layer with these settings: nothing is said that is not said by them. @throws UnsupportedError */
export function layerOptions(found: TfjsLayerObject, config: Settings): LayerOptions | undefined {
  const { promise, fixed, lacks, path } = found;
  const options: Record<string, Argument> = isRecurrent(found) ? { ...RECURRENT } : {};
  for (const [name, value] of Object.entries(config)) {
    if (lacks.includes(name)) throw new UnsupportedError("attributes", `tf.${path} has no option ${name}`);
    const translate = found.options[name] ?? OPTIONS[name];
    if (!fixed.includes(name)) Object.assign(options, translate?.(value) ?? { [name]: value });
    else if (value !== promise.config[name]) {
      const always = String(promise.config[name]);
      throw new UnsupportedError(
        "attributes",
        `${name} of tf.${path} is ${always} always, and not ${String(value)}`,
      );
    }
  }
  return path === "constraints.nonNeg" ? undefined : options;
}
