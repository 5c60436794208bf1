import { drawChain, drawFarFromNormal, drawOrthogonal } from "../src/arbitraries/drawChain.js";
import { drawExactGates, drawForgetBias, drawMemory } from "../src/arbitraries/drawMemory.js";
import { drawSaturated, drawSequence } from "../src/arbitraries/drawSequence.js";
import type { Property } from "../src/campaign/property.js";
import { wholeAgreement } from "../src/laws/agreement.js";
import { batchRows } from "../src/laws/batchRows.js";
import { boundedStates } from "../src/laws/boundedStates.js";
import { gainThroughTime } from "../src/laws/gainThroughTime.js";
import { matrixProduct } from "../src/laws/matrixProduct.js";
import { memoryPath } from "../src/laws/memoryPath.js";
import { sharedInputs } from "../src/laws/sharedInputs.js";
import { writtenOut } from "../src/laws/writtenOut.js";
import type { AnyOp } from "../src/ops/op.js";

/** What is promised of recurrent cells over time. */

const GATED: readonly string[] = ["lstmCell", "gruCell"];
const isPlain = ({ name }: AnyOp): boolean => name === "rnnCell";
const isGated = ({ name }: AnyOp): boolean => GATED.includes(name);
const isCell = (op: AnyOp): boolean => isPlain(op) || isGated(op);

const common = {
  needs: { capability: "graphs", because: "it takes programs of one op only, and so no second step" },
  perClass: false,
} as const satisfies Partial<Property>;

export const gradientThroughTime: Property = {
  ...common,
  name: "recurrent/gradient-through-time",
  statement:
    "Over several steps that share their weights, values and gradients by inputs, weights and first states are those of the whole.",
  source: "Werbos 1990: backpropagation through time",
  law: wholeAgreement,
  about: isCell,
  perClass: true,
  draw: (stream, op, spec) => drawSequence(stream, op!, spec, { steps: [2, 6], rows: [1, 3] }),
};

export const cellsWrittenOut: Property = {
  ...common,
  name: "recurrent/written-out",
  statement:
    "A cell has the values and gradients of the products, sums and activations that it stands for, over any number of steps.",
  source: "Hochreiter and Schmidhuber 1997; Cho et al. 2014; chain rule",
  law: writtenOut,
  about: isCell,
  draw: (stream, op, spec) => drawSequence(stream, op!, spec, { steps: [1, 4], rows: [1, 3] }),
};

export const sharedWeights: Property = {
  ...common,
  name: "recurrent/shared-weights",
  statement: "Weights that steps share have the sum of the gradients that copies for each step would have.",
  source: "Werbos 1990; Goodfellow, Bengio and Courville 2016, sec. 10.2.2",
  law: sharedInputs,
  about: isCell,
  draw: (stream, op, spec) => drawSequence(stream, op!, spec, { steps: [2, 5], rows: [1, 3] }),
};

export const rows: Property = {
  ...common,
  name: "recurrent/batch-rows",
  statement:
    "Rows of a batch do not touch each other over time, and weights have the sum of what they send back.",
  source: "definition of a batch",
  law: batchRows,
  about: isCell,
  draw: (stream, op, spec) => drawSequence(stream, op!, spec, { steps: [1, 3], rows: [4, 9] }),
};

export const normBound: Property = {
  ...common,
  name: "recurrent/norm-bound",
  statement:
    "Each step back multiplies the length of a gradient by at most sup φ′·‖W‖₂ (1 of tanh and relu, ¼ of a sigmoid), whatever the inputs are.",
  source: "Pascanu, Mikolov and Bengio 2013, sec. 2.1; Bengio, Simard and Frasconi 1994",
  law: gainThroughTime,
  about: isPlain,
  perClass: true,
  draw: (stream, op, spec) => drawChain(stream, op!, spec),
};

export const orthogonal: Property = {
  ...common,
  name: "recurrent/orthogonal",
  statement:
    "With an orthogonal matrix a linear cell keeps the length of a gradient over any number of steps, and tanh never makes it longer.",
  source: "Saxe, McClelland and Ganguli 2014; Arjovsky, Shah and Bengio 2016",
  law: gainThroughTime,
  about: isPlain,
  perClass: true,
  draw: (stream, op, spec) => drawOrthogonal(stream, op!, spec),
};

export const spectralRadius: Property = {
  ...common,
  name: "recurrent/spectral-radius",
  statement:
    "Gradients follow the powers of the matrix, which grow a hundredfold before they vanish although its spectral radius is ½: radius below 1 does not suffice.",
  source: "Horn and Johnson 2013, sec. 5.6; Trefethen and Embree 2005, ch. 14",
  law: matrixProduct,
  about: isPlain,
  draw: (stream, op, spec) =>
    drawFarFromNormal(stream, op!, { ...spec, classes: { ...spec.classes, activation: "relu" } }),
};

export const memory: Property = {
  ...common,
  name: "recurrent/memory-path",
  statement:
    "Where no state comes back, the derivative of a memory by an earlier one is the product of what the gates kept: it never grows.",
  source: "Hochreiter and Schmidhuber 1997; Gers, Schmidhuber and Cummins 2000; Cho et al. 2014",
  law: memoryPath,
  about: isGated,
  perClass: true,
  draw: (stream, op, spec) => drawMemory(stream, op!, spec),
};

export const exactGates: Property = {
  ...common,
  name: "recurrent/exact-gates",
  statement:
    "Gates that are exactly open, half open or shut leave exactly all of a gradient, powers of one half, or nothing.",
  source: "IEEE 754: products with powers of two are exact; Hochreiter and Schmidhuber 1997",
  law: memoryPath,
  about: isGated,
  draw: (stream, op, spec) => drawExactGates(stream, op!, spec),
};

export const forgetBias: Property = {
  ...common,
  name: "recurrent/forget-bias",
  statement:
    "A memory lives as long as its bias b says: gradients fall below 10⁻⁶ after 13.8 ÷ ln(1 + e⁻ᵇ) steps, 20 for b = 0, so that gates solve vanishing only with b of order ln T.",
  source: "Jozefowicz, Zaremba and Sutskever 2015; Tallec and Ollivier 2018",
  law: memoryPath,
  about: isGated,
  draw: (stream, op, spec) => drawForgetBias(stream, op!, spec),
};

export const states: Property = {
  ...common,
  name: "recurrent/bounded-states",
  statement:
    "For any weights and inputs, |cₜ| ≤ |c₀| + t and |hₜ| ≤ 1 in an LSTM, |hₜ| ≤ max(|h₀|, 1) in a GRU, and |hₜ| ≤ 1 with tanh.",
  source: "gates and candidates are at most 1; a GRU's state is a convex combination",
  law: boundedStates,
  about: isCell,
  draw: (stream, op, spec) =>
    drawSaturated(
      stream,
      op!,
      isPlain(op!) ? { ...spec, classes: { ...spec.classes, activation: "tanh" } } : spec,
    ),
};
