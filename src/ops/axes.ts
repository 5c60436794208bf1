import type { Algebra } from "../core/algebra.js";
import { InvalidProgramError } from "../core/errors.js";
import { broadcastIndex, normalizeAxis, sizeOf, type Shape } from "../core/shape.js";
import type { NdArray } from "../core/tensor.js";
import type { Attribute, Attributes, DrawContext } from "./op.js";

export type Axes = "all" | readonly number[];

/** Axes counted from the front, in ascending order. @throws InvalidProgramError when one is absent or named twice */
export function normalizeAxes(axes: Axes, rank: number): number[] {
  if (axes === "all") return Array.from({ length: rank }, (_, axis) => axis);
  if (!Array.isArray(axes)) {
    throw new InvalidProgramError(`axes ${JSON.stringify(axes)}: must be "all" or a list of axes`);
  }
  const normalized = axes.map((axis: number) => normalizeAxis(axis, rank)).sort((a, b) => a - b);
  if (new Set(normalized).size < normalized.length) {
    throw new InvalidProgramError(`axes [${axes.join(", ")}] name an axis twice (rank ${rank})`);
  }
  return normalized;
}

/** The same shape, with length 1 along the given axes. */
export const collapsed = (shape: Shape, axes: readonly number[]): number[] =>
  shape.map((length, axis) => (axes.includes(axis) ? 1 : length));

/** For each element, the number of the group that it belongs to when the axes are reduced. */
export const groupIndex = (shape: Shape, axes: readonly number[]): Int32Array =>
  broadcastIndex(collapsed(shape, axes), shape);

/** The elements that reducing the axes brings together, group by group. */
export function groupsOf(shape: Shape, axes: readonly number[]): number[][] {
  const groups: number[][] = Array.from({ length: sizeOf(collapsed(shape, axes)) }, () => []);
  groupIndex(shape, axes).forEach((group, i) => groups[group].push(i));
  return groups;
}

/** Sizes before, along and after an axis: element (a, p, b) stands at (a·length + p)·inner + b. */
export interface AxisSplit {
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
}

/** @throws InvalidProgramError when the axis is absent */
export function splitAt(shape: Shape, axis: number): AxisSplit {
  const at = normalizeAxis(axis, shape.length);
  return { outer: sizeOf(shape.slice(0, at)), length: shape[at], inner: sizeOf(shape.slice(at + 1)) };
}

/** Applies a rule about vectors to every lane along an axis of arrays of equal shape. */
export function mapLanes<T>(
  A: Algebra<T>,
  axis: number,
  xs: readonly NdArray<T>[],
  rule: (...lanes: T[][]) => readonly T[],
): NdArray<T> {
  const { shape } = xs[0];
  const { outer, length, inner } = splitAt(shape, axis);
  const data = A.array(sizeOf(shape));
  // Of an axis without elements no lane is left to ask about.
  const lanes = length === 0 ? 0 : outer;
  for (let a = 0; a < lanes; a++) {
    for (let b = 0; b < inner; b++) {
      const start = a * length * inner + b;
      const result = rule(...xs.map((x) => laneOf(x, start, length, inner)));
      for (let p = 0; p < length; p++) data[start + p * inner] = result[p];
    }
  }
  return { shape, data };
}

/** `length` elements from `start` on, `step` apart. */
export function laneOf<T>({ data }: NdArray<T>, start: number, length: number, step: number): T[] {
  const lane: T[] = [];
  for (let p = 0; p < length; p++) lane.push(data[start + p * step]);
  return lane;
}

/** Flat positions met by a row-major walk over `shape`, when a step along an axis moves by its stride. */
export function walk(shape: Shape, strides: readonly number[], start = 0): Int32Array {
  const positions = new Int32Array(sizeOf(shape));
  const counter = shape.map(() => 0);
  let position = start;
  for (let n = 0; n < positions.length; n++) {
    positions[n] = position;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      position += strides[axis];
      if (++counter[axis] < shape[axis]) break;
      position -= strides[axis] * shape[axis];
      counter[axis] = 0;
    }
  }
  return positions;
}

export const AXIS: Attribute = {
  classes: ["first", "last", "negative"],
  summary: "which axis; a negative one counts from the end",
};

/** An axis of the wanted class. @domain rank ≥ 1 */
export function drawAxis({ classes, stream }: DrawContext, rank: number): number {
  if (classes.axis === "first") return 0;
  return classes.axis === "last" ? rank - 1 : -stream.int(1, rank);
}

/** Attributes for another rank: an axis that is gone becomes the nearest that is left. */
export function adaptAxis<P extends Attributes & { readonly axis: number }>(
  rank: number,
  attributes: P,
): P | undefined {
  if (rank === 0) return undefined;
  return { ...attributes, axis: Math.max(-rank, Math.min(attributes.axis, rank - 1)) };
}
