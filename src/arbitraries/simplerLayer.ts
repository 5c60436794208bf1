import { GradproofError } from "../core/errors.js";
import { sizeOf, stridesOf, type Shape } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import type { LayerConfig } from "../networks/layerNetwork.js";
import { openInputs, valueOf, type Network } from "../networks/network.js";
import { asSettings, givenConfig, promisedNetwork } from "../networks/promisedLayer.js";
import type { LayerPromise } from "../record/promises.js";
import type { Scenario, Settings } from "../record/scenario.js";

/** What a layer can be without; the others decide which weights it has. */
const OPTIONAL = [
  "activation",
  "strides",
  "dilation",
  "poolSize",
  "size",
  "interpolation",
  "normalize",
  "maskValue",
  "epsilon",
  "returns",
  "start",
  "backwards",
  "maxValue",
  "minValue",
  "rate",
  "theta",
  "offset",
  "l1",
  "l2",
];

/** The program of what may be no layer at all: of too small an image, for one. */
function networkOf(promise: LayerPromise, scenario: Scenario): Network | undefined {
  try {
    return promisedNetwork(promise, scenario);
  } catch (error) {
    if (error instanceof GradproofError) return undefined;
    throw error;
  }
}

/** The first elements of each axis; undefined where there are not as many. */
function cropped({ shape, data }: Tensor, to: Shape): Tensor | undefined {
  if (shape.length !== to.length || to.some((length, axis) => length > shape[axis])) return undefined;
  const [strides, places] = [stridesOf(shape), stridesOf(to)];
  const positionOf = (i: number): number =>
    to.reduce((sum, length, axis) => sum + (Math.floor(i / places[axis]) % length) * strides[axis], 0);
  return { shape: to, data: Float64Array.from({ length: sizeOf(to) }, (_, i) => data[positionOf(i)]) };
}

/** The same numbers, as far as the inputs of another program take them; undefined where they do not. */
function withSettings(promise: LayerPromise, scenario: Scenario, settings: Settings): Scenario | undefined {
  const bare = { ...scenario, settings };
  const network = networkOf(promise, bare);
  if (!network) return undefined;
  const before = Object.keys(openInputs(promisedNetwork(promise, scenario)));
  const { tensors } = scenario;
  const inputs = Object.entries(openInputs(network)).map(([name, shape]) => {
    const tensor = tensors[before.indexOf(name)];
    return tensor && cropped(tensor, shape);
  });
  if (inputs.includes(undefined)) return undefined;
  const shape = network.program.shapes[valueOf(network, "y")];
  // Of nothing there is nothing to see.
  if (sizeOf(shape) === 0) return undefined;
  const { data } = tensors[tensors.length - 1];
  const cotangent = Float64Array.from({ length: sizeOf(shape) }, (_, i) => data[i % data.length]);
  return { ...bare, tensors: [...(inputs as Tensor[]), { shape, data: cotangent }] };
}

/** With one setting less, if it is one that the layer can be without. */
function* fewerSettings({ kind }: LayerPromise, { settings }: Scenario, config: LayerConfig) {
  // An activation by itself is nothing without its activation.
  for (const name of OPTIONAL.filter((each) => each in config && kind !== "activation")) {
    const { [name]: _left, ...rest } = config;
    yield { ...(asSettings(rest) as Settings), shape: settings.shape };
  }
}

/** With a shorter axis of x. */
function* smallerShapes({ settings }: Scenario): Iterable<Settings> {
  const shape = settings.shape as number[];
  for (const [axis, length] of shape.entries()) {
    const shorter = [...new Set([1, length >> 1, length - 1])].filter((n) => n >= 1 && n < length);
    for (const n of shorter) yield { ...settings, shape: shape.with(axis, n) };
  }
}

/** Nearest multiples of a half, but no zeros that there were not: short to write, and every format has them. */
const blunt = ({ shape, data }: Tensor): Tensor => ({
  shape,
  data: data.map((x) => Math.round(2 * x) / 2 || Math.sign(x) / 2),
});

/** With fewer settings, which is what a layer does by default, with fewer numbers, and with shorter ones. */
export function* simplerLayer(promise: LayerPromise, scenario: Scenario): Iterable<Scenario> {
  const config = givenConfig(scenario);
  for (const settings of [...fewerSettings(promise, scenario, config), ...smallerShapes(scenario)]) {
    const simpler = withSettings(promise, scenario, settings);
    if (simpler) yield simpler;
  }
  const tensors = scenario.tensors.map(blunt);
  const isBlunt = tensors.every(({ data }, k) => data.every((x, i) => x === scenario.tensors[k].data[i]));
  if (!isBlunt) yield { ...scenario, tensors };
}
