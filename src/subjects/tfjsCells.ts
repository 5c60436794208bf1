import type { Attributes } from "../record/program.js";
import { Expression } from "./tfjsExpression.js";
import type { Shapes, TfjsLayer, TfjsOp } from "./tfjsOp.js";

const { call } = Expression;

type CellName = "layers.simpleRNNCell" | "layers.gruCell" | "layers.lstmCell";

/** A cell of the layers package: applied to x and its states, of which the first tells how many units it has. */
function cellLayer(
  name: CellName,
  states: number,
  options: (attributes: Attributes) => Readonly<Record<string, Attributes[string]>>,
): (attributes: Attributes, shapes: Shapes) => TfjsLayer {
  const inputs = Array.from({ length: states + 1 }, (_, k) => k);
  return (attributes, shapes) => ({
    // What the weights start from does not matter, and the default (orthogonal) calls methods of tensors that only
    // the union package adds to them.
    create: call(name, { units: shapes[1][1], recurrentInitializer: "zeros", ...options(attributes) }),
    appliedTo: inputs,
    weights: [states + 1, states + 2, states + 3],
  });
}

const simpleRnn = cellLayer("layers.simpleRNNCell", 1, ({ activation }) => ({ activation }));
const gru = cellLayer("layers.gruCell", 1, ({ recurrentActivation }) => ({ recurrentActivation }));
const lstm = cellLayer("layers.lstmCell", 2, ({ recurrentActivation }) => ({ recurrentActivation }));

/** The call of a layer that is applied, weights and all. */
const appliedLayer =
  (layer: (attributes: Attributes, shapes: Shapes) => TfjsLayer): TfjsOp["call"] =>
  (xs, attributes, shapes) => {
    const { create, appliedTo } = layer(attributes, shapes);
    return create.applyTo(appliedTo.map((k) => xs[k]));
  };

const isKerasGru = ({ gates, keeps, resetAfter }: Attributes): boolean =>
  gates === "zrn" && keeps === "z" && resetAfter === false;
const isKerasLstm = ({ gates, forgetBias }: Attributes): boolean => gates === "ifgo" && forgetBias === 0;
const isBasicLstm = ({ gates, recurrentActivation }: Attributes): boolean =>
  gates === "igfo" && recurrentActivation === "sigmoid";

/** Cells return their states behind an output: a list. */
export const TFJS_CELLS: Readonly<Record<string, TfjsOp>> = {
  rnnCell: { list: true, places: () => [0], call: appliedLayer(simpleRnn), layer: simpleRnn },
  gruCell: {
    list: true,
    places: () => [0],
    call: appliedLayer(gru),
    layer: (attributes, shapes) => (isKerasGru(attributes) ? gru(attributes, shapes) : undefined),
    refuses(attributes) {
      if (attributes.resetAfter === true) {
        return "GRUCell does not support reset_after parameter set to true.";
      }
      return isKerasGru(attributes) ? undefined : "the gates of GRUCell are z, r, h, and z keeps the state";
    },
  },
  lstmCell: {
    list: true,
    // [h, h, c] of the layer, [c, h] of the op.
    places: (attributes) => (isKerasLstm(attributes) ? [0, 2] : [1, 0]),
    call: ([x, h, c, kernel, recurrentKernel, bias], { forgetBias }) =>
      call("basicLSTMCell", forgetBias, call("concat", [kernel, recurrentKernel], 0), bias, x, c, h),
    layer: (attributes, shapes) => (isKerasLstm(attributes) ? lstm(attributes, shapes) : undefined),
    refuses: (attributes) =>
      isKerasLstm(attributes) || isBasicLstm(attributes)
        ? undefined
        : "the gates are i, f, c, o without a forget bias (LSTMCell), or i, j, f, o and sigmoid (basicLSTMCell)",
  },
};
