import { NOISY_KINDS } from "../networks/noiseLayers.js";
import { UnsupportedError, type AdapterRequest } from "./adapter.js";
import { Expression } from "./tfjsExpression.js";
import { isRecurrent, layerOptions } from "./tfjsLayerOptions.js";
import type { TfjsLayerObject } from "./tfjsLayerObject.js";
import { TFJS_LAYERS } from "./tfjsLayers.js";
import type { TfjsOp } from "./tfjsOp.js";
import { inputName, translate, type Step, type TfjsProgram, type WeightedLayer } from "./tfjsProgram.js";

type Layer = NonNullable<AdapterRequest["layer"]>;

const LAYER = "layer";
const outputName = (k: number): string => `y${k}`;

/** @throws UnsupportedError for a name that is not in the table */
function findLayer({ name }: Layer): TfjsLayerObject {
  if (Object.hasOwn(TFJS_LAYERS, name)) return TFJS_LAYERS[name];
  throw new UnsupportedError("object", `TensorFlow.js has no layer "${name}"`);
}

interface Inputs {
  /** In the order in which the layer keeps them. */
  readonly weights: readonly number[];
  /** With which a recurrent layer begins. */
  readonly states: readonly number[];
  /** To which it is applied together with x. */
  readonly merged: readonly number[];
}

/**
 * What the program's inputs behind x are. Zeros that nobody differentiates are no states: they are how a layer begins by
 * itself. A batch norm's program has mean and variance before scale and offset, and the layer behind them.
 */
function splitInputs({ program, inputs, wrt }: AdapterRequest, found: TfjsLayerObject, layer: Layer): Inputs {
  const behind = program.inputs.flatMap((_, k) => (k === 0 ? [] : [k]));
  const { config } = layer;
  const none = { weights: [], states: [], merged: [] };
  if (found.merges) return { ...none, merged: behind };
  if (!found.weighted) {
    // What nobody differentiates is a constant of what it means.
    if (!behind.some((k) => wrt.includes(k))) return none;
    throw new UnsupportedError("program", `tf.${found.path} is applied to one tensor and has no weights`);
  }
  if (found.promise.kind === "batchNorm" && config.training !== true) {
    return { ...none, weights: [...behind.slice(2), ...behind.slice(0, 2)] };
  }
  // A number by itself is a constant of the program (how much of the old averages is kept): a layer has no such weight.
  if (!isRecurrent(found)) {
    return { ...none, weights: behind.filter((k) => program.inputs[k].shape.length > 0) };
  }
  const count = config.bias === false ? 2 : 3;
  const states = behind.slice(count);
  const given = states.some((k) => wrt.includes(k) || inputs[k].data.some((x) => x !== 0));
  return { ...none, weights: behind.slice(0, count), states: given ? states : [] };
}

/** What a step needs of an op: whether it returns a list, and where in it the outputs stand. */
const returning = (places?: readonly number[]): TfjsOp => ({
  call: ([x]) => x,
  ...(places && { list: true, places: () => places }),
});

const isRandom = ({ promise }: TfjsLayerObject): boolean => NOISY_KINDS.includes(promise.kind);

function applied(object: Expression, { states, merged }: Inputs, { config }: Layer): Expression {
  const options = {
    ...(config.training !== undefined && { training: config.training }),
    ...(states.length > 0 && { initialState: states.map((k) => Expression.value(inputName(k))) }),
  };
  const isEmpty = Object.keys(options).length === 0;
  const xs = [0, ...merged].map((k) => Expression.value(inputName(k)));
  return object.applyTo(merged.length === 0 ? xs[0] : xs, isEmpty ? undefined : options);
}

/**
 * A program that is what a layer means, asked of the layer itself. Its inputs are x, what the layer learns, and the first
 * states of a recurrent one. Its outputs are those of the layer, or of a random one those of one call after another;
 * those of a batch norm in training may be followed by the new moving averages, and its inputs by the old ones.
 *
 * @throws UnsupportedError for a layer that is not in the table, or settings that it cannot have
 */
function translateLayer(request: AdapterRequest, layer: Layer): TfjsProgram {
  const { program, mode } = request;
  const found = findLayer(layer);
  const inputs = splitInputs(request, found, layer);
  const options = layerOptions(found, layer.config);
  const create = found.wraps?.(options ?? {}) ?? Expression.call(found.path, options);
  const running = found.promise.kind === "batchNorm" && program.outputs.length === 3;
  if (running && mode !== "value") {
    throw new UnsupportedError("mode", "moving averages are assigned, and have no gradient");
  }
  const outputs = program.outputs.map((_, k) => outputName(k));
  const named = found.weighted || (isRandom(found) && outputs.length > 1);
  const expression = applied(named ? Expression.value(LAYER) : create, inputs, layer);
  const rest = { attributes: {}, inputs: [inputName(0)] };
  const results = isRandom(found) ? outputs.map((y) => [y]) : [running ? outputs.slice(0, 1) : outputs];
  const steps = results.map((names): Step => {
    const op = returning(names.length > 1 ? names.map((_, k) => k) : undefined);
    return { names, expression, op, ...rest };
  });
  if (running) {
    // The last two weights of the layer.
    const { length } = inputs.weights;
    const moving = Expression.value(LAYER).getWeights();
    const op = returning([length - 2, length - 1]);
    steps.push({ names: outputs.slice(1), expression: moving, op, ...rest });
  }
  const made: WeightedLayer = {
    name: LAYER,
    create,
    shape: program.inputs[0].shape,
    weights: inputs.weights,
    ...(isRecurrent(found) && { madeBy: "apply" }),
  };
  return { layers: named ? [made] : [], steps, outputs };
}

/** Op by op, or by the layer that is named. @throws UnsupportedError for what the library lacks */
export const translateRequest = (request: AdapterRequest): TfjsProgram =>
  request.layer ? translateLayer(request, request.layer) : translate(request.program);
