import { broadcastIndex, type Shape } from "../core/shape.js";
import type { NdArray } from "../core/tensor.js";
import { attribute } from "../ops/elementwise.js";
import type { AnyOp, Attributes } from "../ops/op.js";
import { RUNNING_ERROR, type Approximate } from "../oracles/runningError.js";
import type { CheckedProgram } from "../program/program.js";

/** A node that normalises groups of elements by their own second moments, and epsilon. */
export interface Normalized {
  readonly node: number;
  readonly op: AnyOp;
  readonly attributes: Attributes;
  /** Numbers of the values that it reads. */
  readonly x: number;
  readonly scale: number | undefined;
  readonly offset: number | undefined;
  readonly shape: Shape;
  /** Positions in x. */
  readonly groups: readonly (readonly number[])[];
  /** Which entry of scale and offset belongs to each element. */
  readonly channel: Int32Array;
  /** Whether the mean is subtracted. */
  readonly centres: boolean;
  readonly epsilon: number;
}

/** Every such node; those to which moments are given are none. */
export function normalizedIn({ nodes, ops, shapes }: CheckedProgram): Normalized[] {
  return nodes.flatMap(({ inputs, attributes }, node): Normalized[] => {
    const op = ops[node];
    const { normalization } = op;
    if (!normalization?.divides) return [];
    const { channels, parameters } = normalization.divides;
    const shape = shapes[inputs[0]];
    const groups = normalization.groups(shape, attributes);
    if (groups.length === 0) return [];
    const { scale, offset } = parameters(attributes);
    const read = (k: number | undefined): number | undefined => (k === undefined ? undefined : inputs[k]);
    return [
      {
        node,
        op,
        attributes,
        x: inputs[0],
        scale: read(scale),
        offset: read(offset),
        shape,
        groups,
        channel: broadcastIndex(channels(shape, attributes), shape),
        centres: normalization.centres,
        epsilon: attributes.epsilon as number,
      },
    ];
  });
}

/** By what each element is multiplied afterwards, and what is added to it: 1 and 0 where there are no such inputs. */
export function affineAt(
  { scale, offset, channel }: Normalized,
  values: readonly Pick<NdArray<number>, "data">[],
): { scale(i: number): number; offset(i: number): number } {
  return {
    scale: (i) => (scale === undefined ? 1 : values[scale].data[channel[i]]),
    offset: (i) => (offset === undefined ? 0 : values[offset].data[channel[i]]),
  };
}

/** What a group comes to, with bounds of our own rounding. */
export interface Moments {
  /** 0 where none is subtracted. */
  readonly mean: Approximate;
  /** Of what is left when the mean is subtracted: the biased variance, or the mean square. */
  readonly second: Approximate;
  /** √(second + epsilon) */
  readonly deviation: Approximate;
  /** epsilon / (second + epsilon) */
  readonly share: Approximate;
  readonly normalized: readonly Approximate[];
}

const A = RUNNING_ERROR;

export const sumOf = (terms: readonly Approximate[]): Approximate => A.sum([...terms]);
export const product = (a: readonly Approximate[], b: readonly Approximate[]): Approximate =>
  sumOf(a.map((x, i) => A.mul(x, b[i])));

export function momentsOf(
  { data }: Pick<NdArray<number>, "data">,
  group: readonly number[],
  { centres, epsilon }: Pick<Normalized, "centres" | "epsilon">,
): Moments {
  const n = A.lift(group.length);
  const x = group.map((i) => A.lift(data[i]));
  const mean = centres ? A.div(sumOf(x), n) : A.lift(0);
  const left = centres ? x.map((value) => A.sub(value, mean)) : x;
  const second = A.div(product(left, left), n);
  const small = attribute(A, epsilon);
  const stabilized = A.add(second, small);
  const deviation = A.sqrt(stabilized);
  return {
    mean,
    second,
    deviation,
    share: A.div(small, stabilized),
    normalized: left.map((value) => A.div(value, deviation)),
  };
}
