import { filled } from "../core/tensor.js";
import type { NetworkBuilder, NetworkValue } from "./networkBuilder.js";

export type GateActivation = "sigmoid" | "hardSigmoid";

export interface RnnCell {
  readonly cell: "rnn";
  /** Default "tanh". */
  readonly activation?: "tanh" | "relu";
}

export interface LstmCell {
  readonly cell: "lstm";
  /** The order of the gates in the columns of the weights. Default "ifgo". */
  readonly gates?: "ifgo" | "igfo" | "iofg";
  /** What is added to the sum of the forget gate. Default 0. */
  readonly forgetBias?: number;
  /** Default "sigmoid". */
  readonly recurrentActivation?: GateActivation;
}

export interface GruCell {
  readonly cell: "gru";
  /** The order of the gates in the columns of the weights. Default "zrn". */
  readonly gates?: "zrn" | "rzn";
  /** What the state is weighed by: z (Cho et al. 2014, PyTorch, Keras) or 1 − z (Chung et al. 2014). Default "z". */
  readonly keeps?: "z" | "1 - z";
  /** Whether the state is reset after the product with its weights, which then has a bias of its own. Default false. */
  readonly resetAfter?: boolean;
  /** Default "sigmoid". */
  readonly recurrentActivation?: GateActivation;
}

export type Cell = RnnCell | LstmCell | GruCell;

/** The state that goes from step to step, the one that is shown first: [h], or [h, c] of an LSTM. */
export type State = readonly NetworkValue[];

/** One step: the next state from the input of the step. Inner values are marked with the number of the step. */
export type StepOf = (x: NetworkValue, state: State, step: number) => State;

/** How many blocks of columns the weights of a cell have. */
const BLOCKS: Readonly<Record<Cell["cell"], number>> = { rnn: 1, lstm: 4, gru: 3 };

/** What a cell learns, as inputs of the network. */
export interface CellWeights {
  readonly kernel: NetworkValue;
  readonly recurrentKernel: NetworkValue;
  readonly bias: NetworkValue;
  /** Of a GRU that resets after the product. */
  readonly recurrentBias?: NetworkValue;
}

export function declareWeights(b: NetworkBuilder, cell: Cell, size: number, units: number): CellWeights {
  const width = BLOCKS[cell.cell] * units;
  const second = cell.cell === "gru" && cell.resetAfter === true;
  return {
    kernel: b.parameter("kernel", [size, width]),
    recurrentKernel: b.parameter("recurrentKernel", [units, width]),
    bias: b.parameter("bias", [width]),
    ...(second && { recurrentBias: b.parameter("recurrentBias", [width]) }),
  };
}

/** The states before the first step: inputs h0 and c0, or zeros. */
export function firstState(
  b: NetworkBuilder,
  cell: Cell,
  shape: readonly number[],
  from: "input" | "zeros",
): State {
  const names = cell.cell === "lstm" ? ["h0", "c0"] : ["h0"];
  return names.map((name) => (from === "input" ? b.input(name, shape) : b.constant(name, filled(shape, 0))));
}

/** A step by the op that is the whole cell. */
export function fusedStep(b: NetworkBuilder, cell: Cell, weights: CellWeights): StepOf {
  const { kernel, recurrentKernel, bias, recurrentBias } = weights;
  const learnt = [kernel, recurrentKernel, bias, ...(recurrentBias ? [recurrentBias] : [])];
  if (cell.cell === "rnn") {
    const { activation = "tanh" } = cell;
    return (x, [h]) => [b.apply("rnnCell", [x, h, ...learnt], { activation })];
  }
  if (cell.cell === "lstm") {
    const { gates = "ifgo", forgetBias = 0, recurrentActivation = "sigmoid" } = cell;
    const attributes = { gates, forgetBias, recurrentActivation };
    return (x, state) => b.applyAll("lstmCell", [x, ...state, ...learnt], attributes);
  }
  const { gates = "zrn", keeps = "z", resetAfter = false, recurrentActivation = "sigmoid" } = cell;
  const attributes = { gates, keeps, resetAfter, recurrentActivation };
  return (x, [h]) => [b.apply("gruCell", [x, h, ...learnt], attributes)];
}
