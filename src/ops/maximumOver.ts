import type { Algebra, Vector } from "../core/algebra.js";
import { sizeOf, type Shape } from "../core/shape.js";
import type { NdArray } from "../core/tensor.js";
import { scatter, zeros, type Rules } from "./linear.js";
import type { Attributes } from "./op.js";
import { Memo, rows, type Rows } from "./rows.js";

/** `visit(o, i)` says: element i competes for output element o. Every output element has a competitor. */
export interface MaximumTaps<P> {
  shape(shapes: readonly Shape[], attributes: P): Shape;
  taps(shapes: readonly Shape[], attributes: P, visit: (o: number, i: number) => void): void;
}

interface Table {
  readonly shape: Shape;
  /** For each output element: competing elements. Their places in this list number the pairs (o, i). */
  readonly groups: Rows;
  /** For each input element: the pairs that it is in. */
  readonly pairs: Rows;
}

/** Rules of an op whose output elements are maxima of input elements; tied elements share the gradient. */
export function maximumOver<P extends Attributes>(op: MaximumTaps<P>): Rules<P> {
  const tables = new Memo<Table>();
  const tableOf = (x: Shape, attributes: P): Table =>
    tables.get(attributes, [x], () => {
      const shape = op.shape([x], attributes);
      const os: number[] = [];
      const is: number[] = [];
      op.taps([x], attributes, (o, i) => {
        os.push(o);
        is.push(i);
      });
      const groups = rows(sizeOf(shape), os, is);
      return {
        shape,
        groups,
        pairs: rows(
          sizeOf(x),
          groups.first,
          groups.first.map((_, pair) => pair),
        ),
      };
    });
  return {
    meaning(A, [x], attributes) {
      const { shape, groups } = tableOf(x.shape, attributes);
      return weighted(A, shape, groups, x, (members, weights) => {
        // Counted from the largest, so that the maximum of tied elements is exact: 3·(x/3) is not x.
        const top = members[indexOfLargest(A, members)];
        return A.add(top, A.sum(members.map((member, m) => A.mul(weights[m], A.sub(member, top)))));
      });
    },
    jvp(A, [dx], [x], y, attributes) {
      if (!dx) return zeros(A, y.shape);
      const { shape, groups } = tableOf(x.shape, attributes);
      return weighted(A, shape, groups, x, (members, weights, from) =>
        A.sum(members.map((_, m) => A.mul(weights[m], dx.data[groups.first[from + m]]))),
      );
    },
    vjp(A, gy, [x], _y, attributes) {
      const { groups, pairs } = tableOf(x.shape, attributes);
      const shares = A.array(groups.first.length);
      for (let o = 0; o < gy.data.length; o++) {
        const weights = A.argmax(membersOf(groups, o, x));
        for (let m = 0; m < weights.length; m++) shares[groups.start[o] + m] = A.mul(gy.data[o], weights[m]);
      }
      return [{ shape: x.shape, data: scatter(A, shares, pairs) }];
    },
  };
}

/** Rules of an op whose output elements are minima of input elements: the maxima of −x, the other way round. */
export function minimumOver<P extends Attributes>(op: MaximumTaps<P>): Rules<P> {
  const { meaning, jvp, vjp } = maximumOver(op);
  return {
    meaning: (A, xs, attributes) =>
      negated(
        A,
        meaning(
          A,
          xs.map((x) => negated(A, x)),
          attributes,
        ),
      ),
    // The signs of the tangent and of the result cancel, and so do those of the cotangent and of the gradient.
    jvp: (A, dxs, xs, y, attributes) =>
      jvp(
        A,
        dxs,
        xs.map((x) => negated(A, x)),
        y,
        attributes,
      ),
    vjp: (A, gy, xs, y, attributes) =>
      vjp(
        A,
        gy,
        xs.map((x) => negated(A, x)),
        y,
        attributes,
      ),
  };
}

function negated<T>(A: Algebra<T>, { shape, data }: NdArray<T>): NdArray<T> {
  const negative = A.array(data.length);
  for (let i = 0; i < data.length; i++) negative[i] = A.neg(data[i]);
  return { shape, data: negative };
}

function membersOf<T>({ start, first }: Rows, o: number, x: NdArray<T>): T[] {
  const members: T[] = [];
  for (let t = start[o]; t < start[o + 1]; t++) members.push(x.data[first[t]]);
  return members;
}

/** Each output element from its competitors, their weights and the place of the first of them. */
function weighted<T>(
  A: Algebra<T>,
  shape: Shape,
  groups: Rows,
  x: NdArray<T>,
  combine: (members: readonly T[], weights: Vector<T>, from: number) => T,
): NdArray<T> {
  const data = A.array(sizeOf(shape));
  for (let o = 0; o < data.length; o++) {
    const members = membersOf(groups, o, x);
    data[o] = combine(members, A.argmax(members), groups.start[o]);
  }
  return { shape, data };
}

/** Place of the largest element as doubles see it: a point to count from, not a decision. @domain xs.length ≥ 1 */
export function indexOfLargest<T>(A: Algebra<T>, xs: readonly T[]): number {
  let place = 0;
  for (let i = 1; i < xs.length; i++) {
    if (A.toNumber(xs[i]) > A.toNumber(xs[place])) place = i;
  }
  return place;
}
