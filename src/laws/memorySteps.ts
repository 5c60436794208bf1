import { gamma } from "../core/float.js";
import type { Tensor } from "../core/tensor.js";
import { cellNode, type CellNode } from "../networks/cellNodes.js";
import type { GateActivation } from "../networks/cells.js";
import type { Precision } from "../oracles/tolerance.js";
import { check, type CheckedProgram } from "../program/program.js";
import type { Case } from "../record/case.js";

/** By what a memory is multiplied in one step, element by element. */
export interface Kept {
  readonly value: number;
  /** How far a correct implementation may be off; 0 where every one gets the same number. */
  readonly error: number;
}

/** The way of a memory through a program, the last step first. */
export interface MemoryWay {
  /** Of the memory in the end. */
  readonly cotangent: Tensor;
  /** The input that the memory is at first. */
  readonly start: number;
  /** Inputs that only a product with zeros leads to: they receive nothing at all. */
  readonly closed: readonly number[];
  readonly steps: readonly (readonly Kept[])[];
}

/**
 * The way of the memory back from the only output with a cotangent: of LSTM cells by c, of GRU cells by h, where no state comes
 * back into the gates because the recurrent kernel is zero; or a chain c·keep + new of inputs. The derivative of the output
 * by the memory at first is then the product of what is kept, exactly.
 *
 * @returns undefined for any other program
 */
export function memoryWay(c: Case, precision: Precision): MemoryWay | undefined {
  // Outputs whose cotangent is zero send back nothing.
  const told = c.cotangents.flatMap((u, o) => (u.data.some((x) => x !== 0) ? [o] : []));
  if (told.length !== 1) return undefined;
  const [cotangent] = told.map((o) => c.cotangents[o]);
  const outputs = told.map((o) => c.program.outputs[o]);
  const program = { ...check(c.program), outputs };
  const steps: (readonly Kept[])[] = [];
  const closed: number[] = [];
  let [memory] = outputs;
  let passed = 0;
  while (memory >= program.inputs.length) {
    if (readers(program, memory) !== 1) return undefined;
    const step = cellStep(c, program, memory, precision) ?? plainStep(c, program, memory);
    if (!step) return undefined;
    steps.push(step.kept);
    closed.push(...(step.closed ?? []));
    memory = step.before;
    passed += step.nodes;
  }
  if (passed !== program.nodes.length || readers(program, memory) !== 1) return undefined;
  return { cotangent, start: memory, steps, closed: closed.filter((v) => readers(program, v) === 1) };
}

interface Step {
  readonly kept: readonly Kept[];
  /** The value that the memory was before. */
  readonly before: number;
  readonly nodes: number;
  readonly closed?: readonly number[];
}

const readers = ({ nodes, outputs }: CheckedProgram, v: number): number =>
  [...nodes.flatMap(({ inputs }) => inputs), ...outputs].filter((w) => w === v).length;

const maker = ({ made }: CheckedProgram, v: number): number => made.findIndex((values) => values.includes(v));

/** new + keep·memory, where both are inputs. */
function plainStep(c: Case, program: CheckedProgram, memory: number): Step | undefined {
  const { nodes, ops, inputs } = program;
  const isInput = (v: number): boolean => v < inputs.length;
  const sum = maker(program, memory);
  if (ops[sum].name !== "add") return undefined;
  const [kept, fresh] = nodes[sum].inputs;
  if (isInput(kept) || !isInput(fresh) || readers(program, kept) !== 1) return undefined;
  const product = maker(program, kept);
  if (ops[product].name !== "multiply") return undefined;
  const [keep, before] = nodes[product].inputs;
  const sameShapes = new Set([keep, before, fresh].map((v) => program.shapes[v].join())).size === 1;
  if (!isInput(keep) || !sameShapes) return undefined;
  return { kept: Array.from(c.inputs[keep].data, (value) => ({ value, error: 0 })), before, nodes: 2 };
}

function cellStep(c: Case, program: CheckedProgram, memory: number, precision: Precision): Step | undefined {
  const node = cellNode(program, maker(program, memory));
  if (!node || node.cell.cell === "rnn" || node.made.at(-1) !== memory) return undefined;
  const { x, states, kernel, recurrentKernel, biases } = node;
  const given = [x, kernel, recurrentKernel, ...biases];
  if (!given.every((v) => v < program.inputs.length)) return undefined;
  if (!c.inputs[recurrentKernel].data.every((w) => w === 0)) return undefined;
  const before = states[states.length - 1];
  const h = states[0];
  return {
    kept: keptBy(c, node, precision),
    before,
    nodes: 1,
    ...(h !== before && h < program.inputs.length && { closed: [h] }),
  };
}

/** What a cell keeps of each element of its memory, from its inputs alone. */
function keptBy(c: Case, { cell, x, kernel, biases }: CellNode, precision: Precision): Kept[] {
  if (cell.cell === "rnn") return [];
  const order = cell.gates ?? (cell.cell === "lstm" ? "ifgo" : "zrn");
  const block = order.indexOf(cell.cell === "lstm" ? "f" : "z");
  const [inputs, weights] = [c.inputs[x], c.inputs[kernel]];
  const [batch, size] = inputs.shape;
  const width = weights.shape[1];
  const units = width / order.length;
  const always = cell.cell === "lstm" ? (cell.forgetBias ?? 0) : 0;
  const activation = cell.recurrentActivation ?? "sigmoid";
  const complement = cell.cell === "gru" && cell.keeps === "1 - z";
  const at = (row: number, unit: number): Kept => {
    const column = block * units + unit;
    const terms = [always, ...biases.map((b) => c.inputs[b].data[column])];
    for (let i = 0; i < size; i++) {
      terms.push(inputs.data[row * size + i] * weights.data[i * width + column]);
    }
    const gate = gateOf(terms, units, activation, precision);
    return complement ? rest(gate, precision) : gate;
  };
  return Array.from({ length: batch * units }, (_, e) => at(Math.floor(e / units), e % units));
}

/** 1 − gate */
const rest = ({ value, error }: Kept, { format }: Precision): Kept => ({
  value: 1 - value,
  error: error === 0 ? 0 : error + format.u,
});

/** Beyond this a sigmoid is 0 or 1 in every format of ours: e^−800 is 0 in doubles, and e^−120 in float32. */
const SATURATED = { f32: 120, f64: 800 } as const;

/**
 * A gate; without error where it is saturated beyond doubt.
 *
 * @param terms of the gate's sum
 * @param zeros how many more terms it has that are zero
 */
function gateOf(
  terms: readonly number[],
  zeros: number,
  activation: GateActivation,
  { format, intrinsicUlps = {} }: Precision,
): Kept {
  const sum = terms.reduce((total, term) => total + term, 0);
  const size = terms.reduce((total, term) => total + Math.abs(term), 0);
  // In any order, and once more in doubles here.
  const off = 2 * gamma(terms.length + zeros, format.u) * size;
  const { u } = format;
  if (activation === "hardSigmoid") {
    const line = 0.2 * sum + 0.5;
    // The slope, the product and the sum are rounded.
    const error = size === 0 ? 0 : 0.2 * off + 4 * u * (Math.abs(0.2 * sum) + 0.5);
    if (line + error <= 0) return { value: 0, error: 0 };
    return line - error >= 1 ? { value: 1, error: 0 } : { value: Math.min(Math.max(line, 0), 1), error };
  }
  const limit = SATURATED[format.name];
  if (sum + off < -limit) return { value: 0, error: 0 };
  if (sum - off > limit) return { value: 1, error: 0 };
  const value = sum > 0 ? 1 / (1 + Math.exp(-sum)) : Math.exp(sum) / (1 + Math.exp(sum));
  const ulps = Math.max(1, ...Object.values(intrinsicUlps));
  // As a scaled tanh it is rounded at the size of 1, wherever it lies.
  return { value, error: value * (1 - value) * off * Math.exp(off) + 8 * ulps * u };
}
