import type { Algebra } from "../core/algebra.js";
import { InvalidProgramError } from "../core/errors.js";
import { sameShape, showShape, sizeOf, type Shape } from "../core/shape.js";
import type { NdArray } from "../core/tensor.js";
import { mapLanes } from "./axes.js";
import { tanh } from "./hyperbolic.js";
import { sigmoid } from "./activations.js";
import { matmul } from "./linearAlgebra.js";
import { zeros } from "./linear.js";
import type { AnyOp, Attribute, DrawContext } from "./op.js";
import { hardSigmoid, relu } from "./rectifiers.js";

/**
 * What the cells are made of. Each block has a meaning, a rule for tangents and a rule for cotangents; a cell writes
 * out its own meaning, jvp and vjp with them.
 */

/** Element by element over arrays of one shape. */
export function zip<T>(A: Algebra<T>, xs: readonly NdArray<T>[], rule: (...elements: T[]) => T): NdArray<T> {
  const [{ shape }] = xs;
  const data = A.array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = rule(...xs.map((x) => x.data[i]));
  return { shape, data };
}

export const times = <T>(A: Algebra<T>, a: NdArray<T>, b: NdArray<T>): NdArray<T> =>
  zip(A, [a, b], (x, y) => A.mul(x, y));

export const sumOf = <T>(A: Algebra<T>, xs: readonly NdArray<T>[]): NdArray<T> =>
  zip(A, xs, (...terms) => A.sum(terms));

/** One of `count` equal blocks of columns. */
export function columns<T>(A: Algebra<T>, x: NdArray<T>, block: number, count: number): NdArray<T> {
  const width = x.shape[x.shape.length - 1];
  const part = width / count;
  const shape = [...x.shape.slice(0, -1), part];
  const data = A.array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) {
    data[i] = x.data[Math.floor(i / part) * width + block * part + (i % part)];
  }
  return { shape, data };
}

/** Blocks of columns, side by side. */
export function besides<T>(A: Algebra<T>, blocks: readonly NdArray<T>[]): NdArray<T> {
  const [{ shape }] = blocks;
  const part = shape[shape.length - 1];
  const width = part * blocks.length;
  const whole = [...shape.slice(0, -1), width];
  const data = A.array(sizeOf(whole));
  for (let i = 0; i < data.length; i++) {
    const column = i % width;
    data[i] = blocks[Math.floor(column / part)].data[Math.floor(i / width) * part + (column % part)];
  }
  return { shape: whole, data };
}

/** Sums over the batch: what a bias receives. */
export function overBatch<T>(A: Algebra<T>, x: NdArray<T>): NdArray<T> {
  const [batch, width] = x.shape;
  const data = A.array(width);
  for (let j = 0; j < width; j++) {
    data[j] = A.sum(Array.from({ length: batch }, (_, b) => x.data[b * width + j]));
  }
  return { shape: [width], data };
}

/** The same row for each element of the batch. */
export function rowPerBatch<T>(A: Algebra<T>, row: NdArray<T>, batch: number): NdArray<T> {
  const [width] = row.shape;
  return mapLanes(A, -1, [zeros(A, [batch, width])], () => Array.from(row.data));
}

/** matmul keeps which elements meet by its attributes object: one for each place where it is used. */
const placeOfMatmul = () => ({ transposeA: false, transposeB: false });

/** x·w, with a table of its own. */
export function product(place = placeOfMatmul()) {
  return {
    meaning: <T>(A: Algebra<T>, x: NdArray<T>, w: NdArray<T>): NdArray<T> => matmul.meaning(A, [x, w], place),
    jvp: <T>(A: Algebra<T>, dx: NdArray<T>, dw: NdArray<T>, x: NdArray<T>, w: NdArray<T>): NdArray<T> =>
      matmul.jvp(A, [dx, dw], [x, w], x, place),
    vjp<T>(A: Algebra<T>, g: NdArray<T>, x: NdArray<T>, w: NdArray<T>): [NdArray<T>, NdArray<T>] {
      const [gx, gw] = matmul.vjp(A, g, [x, w], g, place);
      return [gx!, gw!];
    },
  };
}

const ACTIVATIONS = { tanh, relu, sigmoid, hardSigmoid } as const;
export type Activation = keyof typeof ACTIVATIONS;

/** The rules of an activation: the careful ones (form 0), or those of a textbook form. */
export function activation(name: Activation, form: number) {
  const op: AnyOp = ACTIVATIONS[name];
  const textbook =
    form === 0 || op.textbook.length === 0 ? undefined : op.textbook[(form - 1) % op.textbook.length];
  return {
    meaning: <T>(A: Algebra<T>, x: NdArray<T>): NdArray<T> => (textbook?.meaning ?? op.meaning)(A, [x], {}),
    jvp: <T>(A: Algebra<T>, dx: NdArray<T>, x: NdArray<T>, y: NdArray<T>): NdArray<T> =>
      op.jvp(A, [dx], [x], y, {}),
    vjp: <T>(A: Algebra<T>, gy: NdArray<T>, x: NdArray<T>, y: NdArray<T>): NdArray<T> =>
      (textbook?.vjp ?? op.vjp)(A, gy, [x], y, {})[0]!,
  };
}

/** Tangents as arrays throughout: zeros where an input does not move. */
export const allTangents = <T>(
  A: Algebra<T>,
  dxs: readonly (NdArray<T> | null)[],
  xs: readonly NdArray<T>[],
): NdArray<T>[] => xs.map((x, k) => dxs[k] ?? zeros(A, x.shape));

export const RECURRENT_ACTIVATION: Attribute = {
  classes: ["sigmoid", "hardSigmoid"],
  summary: "what makes a gate of its sum",
};

export type GateActivation = "sigmoid" | "hardSigmoid";

/** @throws InvalidProgramError when the attribute is none of the allowed words */
export function checkWord(name: string, value: unknown, allowed: readonly string[]): void {
  if (!allowed.includes(value as string)) {
    const words = allowed.map((word) => JSON.stringify(word)).join(" or ");
    throw new InvalidProgramError(`${name} ${JSON.stringify(value)}: must be ${words}`);
  }
}

/**
 * Shape of the state of a cell.
 *
 * @param gates how many blocks of columns the weights have
 * @param states how many inputs hold a state
 * @param biases how many inputs hold a bias
 * @throws InvalidProgramError when a shape does not fit to x and the state
 */
export function cellShape(
  name: string,
  shapes: readonly Shape[],
  { gates, states = 1, biases = 1 }: { gates: number; states?: number; biases?: number },
): Shape {
  const [x, state] = shapes;
  const [batch, size] = x;
  const units = state?.[1];
  const wanted = [
    [batch, size],
    ...Array.from({ length: states }, () => [batch, units]),
    [size, gates * units],
    [units, gates * units],
    ...Array.from({ length: biases }, () => [gates * units]),
  ];
  const fits = shapes.length === wanted.length && shapes.every((shape, k) => sameShape(shape, wanted[k]));
  if (!fits) {
    throw new InvalidProgramError(
      `${name} of ${shapes.map(showShape).join(", ")}: takes x [batch, size], ${states} states [batch, units], ` +
        `kernels [size, ${gates}·units] and [units, ${gates}·units], ${biases} biases [${gates}·units]`,
    );
  }
  return state;
}

/** Shapes of the inputs of a cell, in the order of `cellShape`. */
export function drawCell(
  context: DrawContext,
  { gates, states = 1, biases = 1 }: { gates: number; states?: number; biases?: number },
): Shape[] {
  const { stream } = context;
  const batch = Math.min(context.length(), 3);
  const size = stream.int(1, 3);
  // Equal sizes hide a transposed kernel from the shapes, others show it.
  const units = stream.chance(0.3) ? size : stream.int(1, 3);
  const all = <S>(count: number, shape: S): S[] => Array.from({ length: count }, () => shape);
  return [
    [batch, size],
    ...all(states, [batch, units]),
    [size, gates * units],
    [units, gates * units],
    ...all(biases, [gates * units]),
  ];
}
