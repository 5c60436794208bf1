import type { Shape } from "../core/shape.js";
import {
  activation,
  allTangents,
  cellShape,
  checkWord,
  drawCell,
  overBatch,
  product,
  RECURRENT_ACTIVATION,
  rowPerBatch,
  sumOf,
} from "./cellBlocks.js";
import { drawGruAttributes, gruForms, gruInputs, gruRules, gruShape, type GruAttributes } from "./gru.js";
import type { Rules } from "./linear.js";
import { drawLstmAttributes, lstmParts, lstmRules, lstmShape, type LstmAttributes } from "./lstm.js";
import { real, register } from "./op.js";

const family = "sequence cells and attention";

type RnnAttributes = { readonly activation: "tanh" | "relu" };

/** @throws InvalidProgramError for another activation, and shapes that do not fit */
function rnnShape(shapes: readonly Shape[], { activation }: RnnAttributes): Shape {
  checkWord("activation", activation, ["tanh", "relu"]);
  return cellShape("rnnCell", shapes, { gates: 1 });
}

const fromInput = product();
const fromState = product();

/** x·kernel + h·recurrentKernel + bias */
const rnnRules = (form: number): Rules<RnnAttributes> => {
  const rules: Rules<RnnAttributes> & { sums: Rules<RnnAttributes>["meaning"] } = {
    sums: (A, [x, h, kernel, recurrentKernel, bias]) =>
      sumOf(A, [
        fromInput.meaning(A, x, kernel),
        fromState.meaning(A, h, recurrentKernel),
        rowPerBatch(A, bias, x.shape[0]),
      ]),
    meaning(A, xs, attributes) {
      rnnShape(
        xs.map((x) => x.shape),
        attributes,
      );
      return activation(attributes.activation, form).meaning(A, rules.sums(A, xs, attributes));
    },
    jvp(A, dxs, xs, y, attributes) {
      const [dx, dh, dKernel, dRecurrent, dBias] = allTangents(A, dxs, xs);
      const [x, h, kernel, recurrentKernel] = xs;
      const moved = sumOf(A, [
        fromInput.jvp(A, dx, dKernel, x, kernel),
        fromState.jvp(A, dh, dRecurrent, h, recurrentKernel),
        rowPerBatch(A, dBias, x.shape[0]),
      ]);
      return activation(attributes.activation, form).jvp(A, moved, rules.sums(A, xs, attributes), y);
    },
    vjp(A, gy, xs, y, attributes) {
      const [x, h, kernel, recurrentKernel] = xs;
      const g = activation(attributes.activation, form).vjp(A, gy, rules.sums(A, xs, attributes), y);
      const [gx, gKernel] = fromInput.vjp(A, g, x, kernel);
      const [gh, gRecurrent] = fromState.vjp(A, g, h, recurrentKernel);
      return [gx, gh, gKernel, gRecurrent, overBatch(A, g)];
    },
  };
  return rules;
};

const named = (...names: string[]) => names.map((name) => ({ name, domain: real }));

export const rnnCell = register<RnnAttributes>({
  name: "rnnCell",
  version: 1,
  family,
  summary: "activation(x·kernel + h·recurrentKernel + bias), the next state of a plain recurrent network",
  source: "Elman 1990; PyTorch RNNCell; Keras SimpleRNNCell",
  attributes: { activation: { classes: ["tanh", "relu"], summary: "what makes the state of the sum" } },
  arity: { low: 5, high: 5 },
  inputs: () => named("x", "h", "kernel", "recurrentKernel", "bias"),
  kinks: [{ at: "a sum that is 0, for relu", convention: "0" }],
  shape: rnnShape,
  draw: (context) => ({
    shapes: drawCell(context, { gates: 1 }),
    attributes: { activation: context.classes.activation === "relu" ? "relu" : "tanh" },
  }),
  ...rnnRules(0),
  textbook: [rnnRules(1)],
});

export const gruCell = register<GruAttributes>({
  name: "gruCell",
  version: 1,
  family,
  summary:
    "a blend of the state h and the candidate n = tanh(x·Kₙ + bₙ + reset h·Rₙ), weighed by the gate z; the gate r resets h",
  source: "Cho et al. 2014; PyTorch GRUCell; Keras GRUCell; ONNX GRU-14",
  attributes: {
    gates: { classes: ["zrn", "rzn"], summary: "the order of the gates in the columns of the weights" },
    keeps: { classes: ["z", "1 - z"], summary: "what the state is weighed by; the candidate by the rest" },
    resetAfter: {
      classes: ["false", "true"],
      summary: "whether h is reset after the product with its weights (and a bias of its own), or before",
    },
    recurrentActivation: RECURRENT_ACTIVATION,
  },
  arity: { low: 5, high: 6 },
  inputs: (_count, attributes) => named(...gruInputs(attributes)),
  kinks: [{ at: "a gate's sum that is −2.5 or 2.5, for hardSigmoid", convention: "0.2" }],
  shape: gruShape,
  draw(context) {
    const attributes = drawGruAttributes(context);
    return { shapes: drawCell(context, { gates: 3, biases: attributes.resetAfter ? 2 : 1 }), attributes };
  },
  ...gruRules(gruForms.careful),
  textbook: [gruRules(gruForms.keras), gruRules(gruForms.pytorch)],
});

export const lstmCell = register<LstmAttributes>({
  name: "lstmCell",
  version: 1,
  family,
  summary:
    "next state h′ = o·tanh(c′) and memory c′ = f·c + i·g of a long short-term memory, g a tanh of a sum like the gates'",
  source: "Hochreiter and Schmidhuber 1997; Gers et al. 2000; PyTorch LSTMCell; Keras LSTMCell; ONNX LSTM-14",
  attributes: {
    gates: {
      classes: ["ifgo", "igfo", "iofg"],
      summary: "the order of the gates in the columns of the weights",
    },
    forgetBias: { classes: ["0", "other"], summary: "what is added to the sum of the forget gate" },
    recurrentActivation: RECURRENT_ACTIVATION,
  },
  arity: { low: 6, high: 6 },
  inputs: () => named("x", "h", "c", "kernel", "recurrentKernel", "bias"),
  kinks: [{ at: "a gate's sum that is −2.5 or 2.5, for hardSigmoid", convention: "0.2" }],
  shape: lstmShape,
  parts: lstmParts,
  draw: (context) => ({
    shapes: drawCell(context, { gates: 4, states: 2 }),
    attributes: drawLstmAttributes(context),
  }),
  simpler: ({ forgetBias, ...rest }) => (forgetBias === 0 ? [] : [{ ...rest, forgetBias: 0 }]),
  ...lstmRules(0),
  textbook: [lstmRules(1)],
});
