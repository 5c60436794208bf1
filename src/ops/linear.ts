import type { Algebra, Vector } from "../core/algebra.js";
import { sizeOf, type Shape } from "../core/shape.js";
import type { NdArray } from "../core/tensor.js";
import { isDifferentiable, type Attributes, type Input, type Op } from "./op.js";

/** The rules of an op, as the combinators below make them. */
export type Rules<P extends Attributes> = Pick<Op<P>, "meaning" | "jvp" | "vjp">;

/** For each of `count` destinations, the terms that arrive there, in order of their visit. */
class Lists {
  private readonly lists: number[][];
  constructor(count: number) {
    this.lists = Array.from({ length: count }, () => []);
  }
  add(destination: number, ...term: number[]): void {
    this.lists[destination].push(...term);
  }
  at(destination: number): readonly number[] {
    return this.lists[destination];
  }
}

/**
 * Which elements meet. `visit(o, k, i)` says: element i of input k is a term of output element o.
 *
 * @param index the values of inputs that hold positions, as numbers
 */
export interface LinearTaps<P extends Attributes> {
  shape(shapes: readonly Shape[], attributes: P): Shape;
  taps(
    shapes: readonly Shape[],
    attributes: P,
    visit: (o: number, k: number, i: number) => void,
    index: (k: number) => readonly number[],
  ): void;
  /** Output element o is its sum of terms divided by this (means, average pooling). Default 1. */
  divisor?(shapes: readonly Shape[], attributes: P, o: number): number;
  /** What an output element without terms holds (padding). Default 0. */
  fill?(attributes: P): string;
  inputs(count: number, attributes: P): readonly Input[];
}

/**
 * Rules of an op whose output elements are sums (or means) of input elements: reductions, movement, indexing,
 * average pooling. The tangent is gathered along the same taps; cotangents are scattered along them, and added
 * where an element was read more than once.
 */
export function linear<P extends Attributes>(op: LinearTaps<P>): Rules<P> {
  const divide = <T>(A: Algebra<T>, x: T, divisor: number): T =>
    divisor === 1 ? x : A.div(x, A.lift(divisor));
  const gather = <T>(
    A: Algebra<T>,
    terms: readonly (NdArray<T> | null)[],
    xs: readonly NdArray<T>[],
    attributes: P,
    empty: T,
  ): NdArray<T> => {
    const shapes = xs.map((x) => x.shape);
    const shape = op.shape(shapes, attributes);
    const lists = new Lists(sizeOf(shape));
    op.taps(shapes, attributes, (o, k, i) => lists.add(o, k, i), readIndex(A, xs));
    const data = A.array(sizeOf(shape));
    for (let o = 0; o < data.length; o++) {
      const list = lists.at(o);
      const values: T[] = [];
      for (let t = 0; t < list.length; t += 2) {
        const from = terms[list[t]];
        if (from) values.push(from.data[list[t + 1]]);
      }
      const divisor = op.divisor?.(shapes, attributes, o) ?? 1;
      data[o] = list.length === 0 ? empty : divide(A, A.sum(values), divisor);
    }
    return { shape, data };
  };
  return {
    meaning: (A, xs, attributes) => gather(A, xs, xs, attributes, A.constant(op.fill?.(attributes) ?? "0")),
    jvp: (A, dxs, xs, _y, attributes) => gather(A, dxs, xs, attributes, A.lift(0)),
    vjp<T>(A: Algebra<T>, gy: NdArray<T>, xs: readonly NdArray<T>[], _y: NdArray<T>, attributes: P) {
      const shapes = xs.map((x) => x.shape);
      const lists = xs.map((x) => new Lists(x.data.length));
      op.taps(shapes, attributes, (o, k, i) => lists[k].add(i, o), readIndex(A, xs));
      const inputs = op.inputs(xs.length, attributes);
      return xs.map((x, k) => {
        if (!isDifferentiable(inputs[k])) return null;
        const data = A.array(x.data.length);
        for (let i = 0; i < data.length; i++) {
          const terms = lists[k]
            .at(i)
            .map((o) => divide(A, gy.data[o], op.divisor?.(shapes, attributes, o) ?? 1));
          data[i] = A.sum(terms);
        }
        return { shape: x.shape, data };
      });
    },
  };
}

const readIndex =
  <T>(A: Algebra<T>, xs: readonly NdArray<T>[]) =>
  (k: number): number[] =>
    Array.from({ length: xs[k].data.length }, (_, i) => A.toNumber(xs[k].data[i]));

/** `visit(o, i, j)` says: element i of the first input times element j of the second is a term of output o. */
export interface BilinearTaps<P> {
  shape(shapes: readonly Shape[], attributes: P): Shape;
  taps(shapes: readonly Shape[], attributes: P, visit: (o: number, i: number, j: number) => void): void;
}

/** Rules of an op that is a sum of products of one element of each of two inputs: matmul, every convolution. */
export function bilinear<P extends Attributes>(op: BilinearTaps<P>): Rules<P> {
  /** Σ a·b over the terms (position in a, position in b) that arrive at each destination. */
  const contract = <T>(
    A: Algebra<T>,
    shape: Shape,
    lists: Lists,
    pairs: readonly (readonly [Vector<T>, Vector<T>])[],
  ): NdArray<T> => {
    const data = A.array(sizeOf(shape));
    for (let d = 0; d < data.length; d++) {
      const list = lists.at(d);
      const terms = A.array((pairs.length * list.length) / 2);
      let n = 0;
      for (const [a, b] of pairs) {
        for (let t = 0; t < list.length; t += 2) terms[n++] = A.mul(a[list[t]], b[list[t + 1]]);
      }
      data[d] = A.sum(terms);
    }
    return { shape, data };
  };
  const outputLists = (shapes: readonly Shape[], shape: Shape, attributes: P): Lists => {
    const lists = new Lists(sizeOf(shape));
    op.taps(shapes, attributes, (o, i, j) => lists.add(o, i, j));
    return lists;
  };
  return {
    meaning(A, [a, b], attributes) {
      const shapes = [a.shape, b.shape];
      const shape = op.shape(shapes, attributes);
      return contract(A, shape, outputLists(shapes, shape, attributes), [[a.data, b.data]]);
    },
    jvp<T>(
      A: Algebra<T>,
      [da, db]: readonly (NdArray<T> | null)[],
      [a, b]: readonly NdArray<T>[],
      y: NdArray<T>,
      attributes: P,
    ) {
      const pairs: [Vector<T>, Vector<T>][] = [];
      if (da) pairs.push([da.data, b.data]);
      if (db) pairs.push([a.data, db.data]);
      return contract(A, y.shape, outputLists([a.shape, b.shape], y.shape, attributes), pairs);
    },
    vjp(A, gy, [a, b], _y, attributes) {
      const toA = new Lists(a.data.length);
      const toB = new Lists(b.data.length);
      op.taps([a.shape, b.shape], attributes, (o, i, j) => {
        toA.add(i, o, j);
        toB.add(j, o, i);
      });
      return [contract(A, a.shape, toA, [[gy.data, b.data]]), contract(A, b.shape, toB, [[gy.data, a.data]])];
    },
  };
}

/** `visit(o, i)` says: element i competes for output element o. */
export interface MaximumTaps<P> {
  shape(shapes: readonly Shape[], attributes: P): Shape;
  taps(shapes: readonly Shape[], attributes: P, visit: (o: number, i: number) => void): void;
}

/** Rules of an op whose output elements are maxima of input elements; tied elements share the gradient. */
export function maximumOver<P extends Attributes>(op: MaximumTaps<P>): Rules<P> {
  const groups = (x: Shape, attributes: P): { shape: Shape; lists: Lists } => {
    const shape = op.shape([x], attributes);
    const lists = new Lists(sizeOf(shape));
    op.taps([x], attributes, (o, i) => lists.add(o, i));
    return { shape, lists };
  };
  const select = <T>(A: Algebra<T>, from: NdArray<T>, x: NdArray<T>, attributes: P): NdArray<T> => {
    const { shape, lists } = groups(x.shape, attributes);
    const data = A.array(sizeOf(shape));
    for (let o = 0; o < data.length; o++) {
      const members = lists.at(o);
      const weights = A.argmax(members.map((i) => x.data[i]));
      data[o] = A.sum(members.map((i, m) => A.mul(weights[m], from.data[i])));
    }
    return { shape, data };
  };
  return {
    meaning: (A, [x], attributes) => select(A, x, x, attributes),
    jvp: (A, [dx], [x], y, attributes) => (dx ? select(A, dx, x, attributes) : zeros(A, y.shape)),
    vjp<T>(A: Algebra<T>, gy: NdArray<T>, [x]: readonly NdArray<T>[], _y: NdArray<T>, attributes: P) {
      const { lists } = groups(x.shape, attributes);
      const terms: T[][] = Array.from({ length: x.data.length }, () => []);
      for (let o = 0; o < gy.data.length; o++) {
        const members = lists.at(o);
        const weights = A.argmax(members.map((i) => x.data[i]));
        members.forEach((i, m) => terms[i].push(A.mul(gy.data[o], weights[m])));
      }
      const data = A.array(x.data.length);
      for (let i = 0; i < data.length; i++) data[i] = A.sum(terms[i]);
      return [{ shape: x.shape, data }];
    },
  };
}

/** An array of zeros of any arithmetic. */
export function zeros<T>(A: Algebra<T>, shape: Shape): NdArray<T> {
  const data = A.array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = A.lift(0);
  return { shape, data };
}
