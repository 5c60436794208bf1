import type { Algebra, Vector } from "./algebra.js";
import { InvalidProgramError } from "./errors.js";
import { showShape, sizeOf, type Shape } from "./shape.js";

/** An n-dimensional array over any arithmetic; row-major and contiguous. */
export interface NdArray<T> {
  readonly shape: Shape;
  readonly data: Vector<T>;
}

/** An n-dimensional array of doubles. */
export interface Tensor {
  readonly shape: Shape;
  readonly data: Float64Array;
}

/**
 * A tensor from its values.
 *
 * @shape values: [sizeOf(shape)] → shape
 * @throws InvalidProgramError when the count differs
 * @example tensor([2], [1, 2]).data.length // 2
 */
export function tensor(shape: Shape, values: ArrayLike<number>): Tensor {
  if (values.length !== sizeOf(shape)) {
    throw new InvalidProgramError(
      `shape ${showShape(shape)} holds ${sizeOf(shape)} values, got ${values.length}`,
    );
  }
  return { shape: [...shape], data: Float64Array.from(values) };
}

export const filled = (shape: Shape, value: number): Tensor => ({
  shape: [...shape],
  data: new Float64Array(sizeOf(shape)).fill(value),
});

/** The same doubles in another arithmetic. */
export function liftTensor<T>(A: Algebra<T>, x: Tensor): NdArray<T> {
  const data = A.array(x.data.length);
  for (let i = 0; i < data.length; i++) data[i] = A.lift(x.data[i]);
  return { shape: x.shape, data };
}

/** Back to doubles, each the nearest. */
export function toTensor<T>(A: Algebra<T>, x: NdArray<T>): Tensor {
  const data = new Float64Array(x.data.length);
  for (let i = 0; i < data.length; i++) data[i] = A.toNumber(x.data[i]);
  return { shape: x.shape, data };
}

export function mapTensor(x: Tensor, f: (value: number, i: number) => number): Tensor {
  return { shape: x.shape, data: x.data.map(f) };
}

/** Inner product over all elements, pairwise. @shape a, b: equal */
export { dot } from "./sum.js";
