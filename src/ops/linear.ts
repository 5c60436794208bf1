import type { Algebra, Vector } from "../core/algebra.js";
import { sizeOf, type Shape } from "../core/shape.js";
import type { NdArray } from "../core/tensor.js";
import { combine, share, total, type Average } from "./average.js";
import type { Attributes, Op } from "./op.js";
import { Memo, rows, type Rows } from "./rows.js";

/** The rules of an op, as `linear`, `bilinear` and `maximumOver` make them. */
export type Rules<P extends Attributes> = Pick<Op<P>, "meaning" | "jvp" | "vjp">;

/** Which elements meet, and what becomes of them. */
export interface LinearTaps<P extends Attributes> {
  shape(shapes: readonly Shape[], attributes: P): Shape;
  /**
   * `visit(o, k, i)` says: element i of input k is a term of output element o.
   *
   * @param positions the values of the input that holds positions
   */
  taps(
    shapes: readonly Shape[],
    attributes: P,
    visit: (o: number, k: number, i: number) => void,
    positions: readonly number[],
  ): void;
  /** Number of the input that holds positions and no numbers to differentiate. Default: none does. */
  readonly positions?: number;
  /** Output elements are means of their terms, rounded in this way. Default: sums. */
  readonly average?: Average;
  /** What an output element without terms holds, in decimal (padding). Default 0. */
  fill?(attributes: P): string;
}

interface Table {
  readonly shape: Shape;
  /** For each output element: input number, element. */
  readonly toOutput: Rows;
  /** For each input, for each of its elements: output elements. */
  readonly toInputs: readonly Rows[];
}

function buildTable<P extends Attributes>(
  op: LinearTaps<P>,
  shapes: readonly Shape[],
  attributes: P,
  positions: readonly number[],
): Table {
  const shape = op.shape(shapes, attributes);
  const outputs: number[] = [];
  const inputs: number[] = [];
  const elements: number[] = [];
  const byInput = shapes.map(() => ({ elements: [] as number[], outputs: [] as number[] }));
  const visit = (o: number, k: number, i: number): void => {
    outputs.push(o);
    inputs.push(k);
    elements.push(i);
    byInput[k].elements.push(i);
    byInput[k].outputs.push(o);
  };
  op.taps(shapes, attributes, visit, positions);
  return {
    shape,
    toOutput: rows(sizeOf(shape), outputs, inputs, elements),
    toInputs: byInput.map((input, k) => rows(sizeOf(shapes[k]), input.elements, input.outputs)),
  };
}

/**
 * Rules of an op whose output elements are sums or means of input elements: reductions, movement, indexing,
 * average pooling. Tangents are gathered along the same taps; cotangents are scattered along them, and added
 * where an element was read more than once.
 */
export function linear<P extends Attributes>(op: LinearTaps<P>): Rules<P> {
  const { average } = op;
  const tables = new Memo<Table>();
  const tableOf = <T>(A: Algebra<T>, xs: readonly NdArray<T>[], attributes: P): Table => {
    const shapes = xs.map((x) => x.shape);
    if (op.positions === undefined) {
      return tables.get(attributes, shapes, () => buildTable(op, shapes, attributes, []));
    }
    const positions = Array.from(xs[op.positions].data, (x) => A.toNumber(x));
    return tables.get(attributes, [...shapes, positions], () =>
      buildTable(op, shapes, attributes, positions),
    );
  };
  const gather = <T>(
    A: Algebra<T>,
    from: readonly (NdArray<T> | null)[],
    { shape, toOutput }: Table,
    empty: T,
  ): NdArray<T> => {
    const { start, first, second } = toOutput;
    const data = A.array(sizeOf(shape));
    for (let o = 0; o < data.length; o++) {
      const count = start[o + 1] - start[o];
      const terms: T[] = [];
      for (let t = start[o]; t < start[o + 1]; t++) {
        const source = from[first[t]];
        if (source) terms.push(source.data[second[t]]);
      }
      data[o] = count === 0 ? empty : combine(A, terms, count, average);
    }
    return { shape, data };
  };
  return {
    meaning: (A, xs, attributes) =>
      gather(A, xs, tableOf(A, xs, attributes), A.constant(op.fill?.(attributes) ?? "0")),
    jvp: (A, dxs, xs, _y, attributes) => gather(A, dxs, tableOf(A, xs, attributes), A.lift(0)),
    vjp<T>(A: Algebra<T>, gy: NdArray<T>, xs: readonly NdArray<T>[], _y: NdArray<T>, attributes: P) {
      const { toOutput, toInputs } = tableOf(A, xs, attributes);
      let shares: Vector<T> = gy.data;
      if (average !== undefined) {
        shares = A.array(gy.data.length);
        for (let o = 0; o < shares.length; o++) {
          shares[o] = share(A, gy.data[o], toOutput.start[o + 1] - toOutput.start[o], average);
        }
      }
      return xs.map((x, k) =>
        k === op.positions ? null : { shape: x.shape, data: scatter(A, shares, toInputs[k]) },
      );
    },
  };
}

/** For each destination, the sum of the elements of `from` that its terms name. */
export function scatter<T>(A: Algebra<T>, from: Vector<T>, { start, first }: Rows): Vector<T> {
  const data = A.array(start.length - 1);
  for (let d = 0; d < data.length; d++) {
    const terms: T[] = [];
    for (let t = start[d]; t < start[d + 1]; t++) terms.push(from[first[t]]);
    data[d] = total(A, terms);
  }
  return data;
}

/** An array of zeros of any arithmetic. */
export function zeros<T>(A: Algebra<T>, shape: Shape): NdArray<T> {
  const data = A.array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = A.lift(0);
  return { shape, data };
}
