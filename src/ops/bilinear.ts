import type { Algebra, Vector } from "../core/algebra.js";
import { sizeOf, type Shape } from "../core/shape.js";
import type { NdArray } from "../core/tensor.js";
import type { Rules } from "./linear.js";
import type { Attributes } from "./op.js";
import { Memo, rows, type Rows } from "./rows.js";

/** `visit(o, i, j)` says: element i of the first input times element j of the second is a term of output element o. */
export interface BilinearTaps<P> {
  shape(shapes: readonly Shape[], attributes: P): Shape;
  taps(shapes: readonly Shape[], attributes: P, visit: (o: number, i: number, j: number) => void): void;
}

interface Table {
  readonly shape: Shape;
  /** For each output element: element of a, element of b. */
  readonly toOutput: Rows;
  /** For each element of a: output element, element of b. */
  readonly toA: Rows;
  /** For each element of b: output element, element of a. */
  readonly toB: Rows;
}

/** Rules of an op that is a sum of products of one element of each of two inputs: matmul, every convolution. */
export function bilinear<P extends Attributes>(op: BilinearTaps<P>): Rules<P> {
  const tables = new Memo<Table>();
  const tableOf = (a: Shape, b: Shape, attributes: P): Table =>
    tables.get(attributes, [a, b], () => {
      const shape = op.shape([a, b], attributes);
      const os: number[] = [];
      const is: number[] = [];
      const js: number[] = [];
      op.taps([a, b], attributes, (o, i, j) => {
        os.push(o);
        is.push(i);
        js.push(j);
      });
      return {
        shape,
        toOutput: rows(sizeOf(shape), os, is, js),
        toA: rows(sizeOf(a), is, os, js),
        toB: rows(sizeOf(b), js, os, is),
      };
    });
  return {
    meaning(A, [a, b], attributes) {
      const { shape, toOutput } = tableOf(a.shape, b.shape, attributes);
      return contract(A, shape, toOutput, [[a.data, b.data]]);
    },
    jvp<T>(
      A: Algebra<T>,
      [da, db]: readonly (NdArray<T> | null)[],
      [a, b]: readonly NdArray<T>[],
      _y: NdArray<T>,
      attributes: P,
    ) {
      const { shape, toOutput } = tableOf(a.shape, b.shape, attributes);
      const pairs: [Vector<T>, Vector<T>][] = [];
      if (da) pairs.push([da.data, b.data]);
      if (db) pairs.push([a.data, db.data]);
      return contract(A, shape, toOutput, pairs);
    },
    vjp(A, gy, [a, b], _y, attributes) {
      const { toA, toB } = tableOf(a.shape, b.shape, attributes);
      return [contract(A, a.shape, toA, [[gy.data, b.data]]), contract(A, b.shape, toB, [[gy.data, a.data]])];
    },
  };
}

/** For each destination, the sum of products of what its terms name in the two arrays of every pair. */
function contract<T>(
  A: Algebra<T>,
  shape: Shape,
  { start, first, second }: Rows,
  pairs: readonly (readonly [Vector<T>, Vector<T>])[],
): NdArray<T> {
  const data = A.array(sizeOf(shape));
  for (let d = 0; d < data.length; d++) {
    const terms: T[] = [];
    for (const [p, q] of pairs) {
      for (let t = start[d]; t < start[d + 1]; t++) terms.push(A.mul(p[first[t]], q[second[t]]));
    }
    data[d] = A.sum(terms);
  }
  return { shape, data };
}
