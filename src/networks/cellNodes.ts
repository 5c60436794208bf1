import type { CheckedProgram } from "../program/program.js";
import type { Cell } from "./cells.js";

/** A node of a program that is one step of a cell: which cell, and the numbers of the values that it reads and makes. */
export interface CellNode {
  readonly cell: Cell;
  readonly x: number;
  /** [h], or [h, c] of an LSTM. */
  readonly states: readonly number[];
  readonly kernel: number;
  readonly recurrentKernel: number;
  /** One, or two of a GRU that resets after the product. */
  readonly biases: readonly number[];
  /** The next states, in the order of the states. */
  readonly made: readonly number[];
}

/** Undefined for a node that is no cell. */
export function cellNode({ nodes, ops, made }: CheckedProgram, n: number): CellNode | undefined {
  const kind = /^(rnn|lstm|gru)Cell$/.exec(ops[n].name)?.[1];
  if (kind === undefined) return undefined;
  const { inputs, attributes } = nodes[n];
  const states = kind === "lstm" ? 2 : 1;
  const [kernel, recurrentKernel, ...biases] = inputs.slice(1 + states);
  return {
    // The attributes of the ops are the settings of the cells.
    cell: { ...attributes, cell: kind } as Cell,
    x: inputs[0],
    states: inputs.slice(1, 1 + states),
    kernel,
    recurrentKernel,
    biases,
    made: made[n],
  };
}

/** The steps of a program that consists of cells and nothing else; undefined of any other. */
export function cellNodes(program: CheckedProgram): readonly CellNode[] | undefined {
  const cells = program.nodes.flatMap((_, n) => cellNode(program, n) ?? []);
  return cells.length === program.nodes.length && cells.length > 0 ? cells : undefined;
}
