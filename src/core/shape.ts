import { InvalidProgramError } from "./errors.js";

/** Lengths of the axes, outermost first; row-major order throughout. `[]` is a scalar. */
export type Shape = readonly number[];

/** Number of elements. @example sizeOf([2, 3]) // 6 */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const length of shape) size *= length;
  return size;
}

/** Row-major strides, in elements. @example stridesOf([2, 3, 4]) // [12, 4, 1] */
export function stridesOf(shape: Shape): number[] {
  const strides = Array.from<number>({ length: shape.length });
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((length, axis) => length === b[axis]);

export const showShape = (shape: Shape): string => `[${shape.join(", ")}]`;

/**
 * Shape of an elementwise result: axes are aligned at the right, and lengths agree or one of them is 1.
 *
 * @example broadcastShapes([[2, 1], [3]]) // [2, 3]
 * @throws InvalidProgramError when two lengths differ and neither is 1
 */
export function broadcastShapes(shapes: readonly Shape[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = Array.from({ length: rank }, () => 1);
  for (const shape of shapes) {
    const offset = rank - shape.length;
    shape.forEach((length, axis) => {
      const current = result[offset + axis];
      if (current === 1) result[offset + axis] = length;
      else if (length !== 1 && length !== current) {
        throw new InvalidProgramError(`shapes ${shapes.map(showShape).join(" and ")} do not broadcast`);
      }
    });
  }
  return result;
}

/** For each element of a broadcast result, the flat position of the element of `from` that it reads. */
export function broadcastIndex(from: Shape, to: Shape): Int32Array {
  const size = sizeOf(to);
  const index = new Int32Array(size);
  if (size === 0) return index;
  const offset = to.length - from.length;
  const strides = stridesOf(from).map((stride, axis) => (from[axis] === 1 ? 0 : stride));
  const counter = to.map(() => 0);
  let position = 0;
  for (let i = 0; i < size; i++) {
    index[i] = position;
    for (let axis = to.length - 1; axis >= 0; axis--) {
      const stride = axis >= offset ? strides[axis - offset] : 0;
      if (++counter[axis] < to[axis]) {
        position += stride;
        break;
      }
      counter[axis] = 0;
      position -= stride * (to[axis] - 1);
    }
  }
  return index;
}

/**
 * An axis counted from the front.
 *
 * @domain −rank ≤ axis < rank
 * @throws InvalidProgramError outside
 */
export function normalizeAxis(axis: number, rank: number): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw new InvalidProgramError(`axis ${axis} is not one of ${-rank}..${rank - 1} (rank ${rank})`);
  }
  return axis < 0 ? axis + rank : axis;
}
