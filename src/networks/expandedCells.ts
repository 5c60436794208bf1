import { filled } from "../core/tensor.js";
import type { Cell, CellWeights, GruCell, LstmCell, RnnCell, StepOf } from "./cells.js";
import type { NetworkBuilder, NetworkValue } from "./networkBuilder.js";

/**
 * The cells written out in products, sums and activations, so that every gate of every step is a value with a name
 * (`f1`, `z2`). They share no code with the ops of the cells.
 */

const plain = { transposeA: false, transposeB: false };

/** Short words for what is needed again and again. */
function wordsOf(b: NetworkBuilder) {
  return {
    product: (x: NetworkValue, w: NetworkValue) => b.apply("matmul", [x, w], plain),
    sum: (...terms: NetworkValue[]) => terms.reduce((total, term) => b.apply("add", [total, term])),
    times: (x: NetworkValue, y: NetworkValue) => b.apply("multiply", [x, y]),
    /** Blocks of columns, by the letters of `order`. */
    blocks(x: NetworkValue, order: string): Readonly<Record<string, NetworkValue>> {
      const width = x.shape[x.shape.length - 1] / order.length;
      const sizes = Array.from(order, () => width);
      const parts = b.applyAll("split", [x], { axis: -1, sizes });
      return Object.fromEntries(Array.from(order, (letter, k) => [letter, parts[k]]));
    },
  };
}

function rnnStep(b: NetworkBuilder, { activation = "tanh" }: RnnCell, weights: CellWeights): StepOf {
  const { product, sum } = wordsOf(b);
  return (x, [h], step) => {
    const total = sum(product(x, weights.kernel), product(h, weights.recurrentKernel), weights.bias);
    return [b.apply(activation, [b.mark(`sum${step}`, total)])];
  };
}

function lstmStep(b: NetworkBuilder, cell: LstmCell, weights: CellWeights): StepOf {
  const { gates = "ifgo", forgetBias = 0, recurrentActivation = "sigmoid" } = cell;
  const { product, sum, times, blocks } = wordsOf(b);
  const extra = forgetBias === 0 ? undefined : b.constant("forgetBias", filled([], forgetBias));
  return (x, [h, c], step) => {
    const total = sum(product(x, weights.kernel), product(h, weights.recurrentKernel), weights.bias);
    const sums = blocks(total, gates);
    const gate = (letter: string, of: NetworkValue): NetworkValue =>
      b.mark(`${letter}${step}`, b.apply(recurrentActivation, [of]));
    const i = gate("i", sums.i);
    const f = gate("f", extra ? sum(sums.f, extra) : sums.f);
    const o = gate("o", sums.o);
    const g = b.mark(`g${step}`, b.apply("tanh", [sums.g]));
    const memory = sum(times(f, c), times(i, g));
    return [times(o, b.apply("tanh", [memory])), memory];
  };
}

function gruStep(b: NetworkBuilder, cell: GruCell, weights: CellWeights): StepOf {
  const { gates = "zrn", keeps = "z", resetAfter = false, recurrentActivation = "sigmoid" } = cell;
  const { product, sum, times, blocks } = wordsOf(b);
  const kernels = blocks(weights.kernel, gates);
  const recurrentKernels = blocks(weights.recurrentKernel, gates);
  const biases = blocks(weights.bias, gates);
  const recurrentBiases = weights.recurrentBias && blocks(weights.recurrentBias, gates);
  const one = b.constant("one", filled([], 1));
  const fromState = (letter: string, h: NetworkValue): NetworkValue => {
    const made = product(h, recurrentKernels[letter]);
    return recurrentBiases ? sum(made, recurrentBiases[letter]) : made;
  };
  const fromInput = (letter: string, x: NetworkValue): NetworkValue =>
    sum(product(x, kernels[letter]), biases[letter]);
  return (x, [h], step) => {
    const gate = (letter: string): NetworkValue => {
      const total = sum(fromInput(letter, x), fromState(letter, h));
      return b.mark(`${letter}${step}`, b.apply(recurrentActivation, [total]));
    };
    const [z, r] = [gate("z"), gate("r")];
    const past = resetAfter ? times(r, fromState("n", h)) : fromState("n", times(r, h));
    const n = b.mark(`n${step}`, b.apply("tanh", [sum(fromInput("n", x), past)]));
    const rest = b.apply("subtract", [one, z]);
    const [ofState, ofCandidate] = keeps === "z" ? [z, rest] : [rest, z];
    return [sum(times(ofState, h), times(ofCandidate, n))];
  };
}

/** A step of products, sums and activations. */
export function expandedStep(b: NetworkBuilder, cell: Cell, weights: CellWeights): StepOf {
  if (cell.cell === "rnn") return rnnStep(b, cell, weights);
  return cell.cell === "lstm" ? lstmStep(b, cell, weights) : gruStep(b, cell, weights);
}
