import type { Algebra } from "../core/algebra.js";
import type { Shape } from "../core/shape.js";
import type { NdArray } from "../core/tensor.js";
import {
  activation,
  allTangents,
  besides,
  cellShape,
  checkWord,
  columns,
  overBatch,
  product,
  rowPerBatch,
  sumOf,
  times,
  zip,
  type GateActivation,
} from "./cellBlocks.js";
import { attribute, checkNumber } from "./elementwise.js";
import type { Rules } from "./linear.js";
import { bundleShape, type DrawContext } from "./op.js";

const ORDERS = ["ifgo", "igfo", "iofg"] as const;

export type LstmAttributes = {
  readonly gates: (typeof ORDERS)[number];
  readonly forgetBias: number;
  readonly recurrentActivation: GateActivation;
};

/** Next state and next memory. @throws InvalidProgramError for attributes that are none, and shapes that do not fit */
export function lstmParts(shapes: readonly Shape[], attributes: LstmAttributes): Shape[] {
  checkWord("gates", attributes.gates, ORDERS);
  checkNumber("forgetBias", attributes.forgetBias);
  checkWord("recurrentActivation", attributes.recurrentActivation, ["sigmoid", "hardSigmoid"]);
  const state = cellShape("lstmCell", shapes, { gates: 4, states: 2 });
  return [state, state];
}

export const lstmShape = (shapes: readonly Shape[], attributes: LstmAttributes): Shape =>
  bundleShape(lstmParts(shapes, attributes));

export const drawLstmAttributes = ({ classes, stream }: DrawContext): LstmAttributes => ({
  gates: ORDERS.find((order) => order === classes.gates) ?? "ifgo",
  forgetBias: classes.forgetBias === "0" ? 0 : stream.pick([1, 0.7]),
  recurrentActivation: classes.recurrentActivation === "hardSigmoid" ? "hardSigmoid" : "sigmoid",
});

type GateName = "i" | "f" | "g" | "o";

const input = product();
const state = product();

/** A bundle of two arrays of one shape. */
function pair<T>(A: Algebra<T>, first: NdArray<T>, second: NdArray<T>): NdArray<T> {
  const size = first.data.length;
  const data = A.array(2 * size);
  for (let i = 0; i < size; i++) {
    data[i] = first.data[i];
    data[size + i] = second.data[i];
  }
  return { shape: [2 * size], data };
}

/** One of the two. */
function partOfPair<T>(A: Algebra<T>, both: NdArray<T>, part: 0 | 1, shape: Shape): NdArray<T> {
  const size = both.data.length / 2;
  const data = A.array(size);
  for (let i = 0; i < size; i++) data[i] = both.data[part * size + i];
  return { shape, data };
}

const blockOf = <T>(A: Algebra<T>, x: NdArray<T>, name: GateName, { gates }: LstmAttributes): NdArray<T> =>
  columns(A, x, gates.indexOf(name), 4);

/** Blocks of columns in the order of the attribute. */
const inOrder = <T>(
  A: Algebra<T>,
  { gates }: LstmAttributes,
  blocks: Readonly<Record<GateName, NdArray<T>>>,
): NdArray<T> =>
  besides(
    A,
    Array.from(gates, (name) => blocks[name as GateName]),
  );

/** Everything that one step computes on its way: sums of the gates, what becomes of them, the next memory. */
function step<T>(A: Algebra<T>, xs: readonly NdArray<T>[], p: LstmAttributes, form: number) {
  const [x, h, c, kernel, recurrentKernel, bias] = xs;
  const all = sumOf(A, [
    input.meaning(A, x, kernel),
    state.meaning(A, h, recurrentKernel),
    rowPerBatch(A, bias, x.shape[0]),
  ]);
  const forgetBias = attribute(A, p.forgetBias);
  const sums = {
    i: blockOf(A, all, "i", p),
    f: zip(A, [blockOf(A, all, "f", p)], (sum) => A.add(sum, forgetBias)),
    g: blockOf(A, all, "g", p),
    o: blockOf(A, all, "o", p),
  };
  const gate = activation(p.recurrentActivation, form);
  const squash = activation("tanh", form);
  const [i, f, o] = [gate.meaning(A, sums.i), gate.meaning(A, sums.f), gate.meaning(A, sums.o)];
  const g = squash.meaning(A, sums.g);
  const memory = sumOf(A, [times(A, f, c), times(A, i, g)]);
  return { sums, gate, squash, i, f, g, o, memory, shown: squash.meaning(A, memory) };
}

/** Rules of a step, with the activations in one of their forms. */
export const lstmRules = (form: number): Rules<LstmAttributes> => ({
  meaning(A, xs, p) {
    lstmParts(
      xs.map((x) => x.shape),
      p,
    );
    const { o, shown, memory } = step(A, xs, p, form);
    return pair(A, times(A, o, shown), memory);
  },
  jvp(A, dxs, xs, _y, p) {
    const [x, h, c, kernel, recurrentKernel] = xs;
    const [dx, dh, dc, dKernel, dRecurrent, dBias] = allTangents(A, dxs, xs);
    const { sums, gate, squash, i, f, g, o, memory, shown } = step(A, xs, p, form);
    const moved = sumOf(A, [
      input.jvp(A, dx, dKernel, x, kernel),
      state.jvp(A, dh, dRecurrent, h, recurrentKernel),
      rowPerBatch(A, dBias, x.shape[0]),
    ]);
    const di = gate.jvp(A, blockOf(A, moved, "i", p), sums.i, i);
    const df = gate.jvp(A, blockOf(A, moved, "f", p), sums.f, f);
    const dOut = gate.jvp(A, blockOf(A, moved, "o", p), sums.o, o);
    const dg = squash.jvp(A, blockOf(A, moved, "g", p), sums.g, g);
    const dMemory = sumOf(A, [times(A, df, c), times(A, f, dc), times(A, di, g), times(A, i, dg)]);
    const dShown = squash.jvp(A, dMemory, memory, shown);
    return pair(A, sumOf(A, [times(A, dOut, shown), times(A, o, dShown)]), dMemory);
  },
  vjp(A, gy, xs, _y, p) {
    const [x, h, c, kernel, recurrentKernel] = xs;
    const { sums, gate, squash, i, f, g, o, memory, shown } = step(A, xs, p, form);
    const gh = partOfPair(A, gy, 0, h.shape);
    // The memory is an output itself, and shows in the state.
    const through = squash.vjp(A, times(A, gh, o), memory, shown);
    const gMemory = sumOf(A, [partOfPair(A, gy, 1, h.shape), through]);
    const gSums = inOrder(A, p, {
      i: gate.vjp(A, times(A, gMemory, g), sums.i, i),
      f: gate.vjp(A, times(A, gMemory, c), sums.f, f),
      g: squash.vjp(A, times(A, gMemory, i), sums.g, g),
      o: gate.vjp(A, times(A, gh, shown), sums.o, o),
    });
    const [gx, gKernel] = input.vjp(A, gSums, x, kernel);
    const [ghBefore, gRecurrent] = state.vjp(A, gSums, h, recurrentKernel);
    return [gx, ghBefore, times(A, gMemory, f), gKernel, gRecurrent, overBatch(A, gSums)];
  },
});
