import type { Algebra, Vector } from "../core/algebra.js";
import { sizeOf, type Shape } from "../core/shape.js";
import type { NdArray } from "../core/tensor.js";
import { multiplied } from "./factors.js";
import type { Rules } from "./linear.js";
import type { Attributes } from "./op.js";
import { Memo, rows, type Rows } from "./rows.js";

/** `visit(o, elements)` says: the product of one element of each input is a term of output element o. */
export interface MultilinearTaps<P> {
  shape(shapes: readonly Shape[], attributes: P): Shape;
  taps(
    shapes: readonly Shape[],
    attributes: P,
    visit: (o: number, elements: readonly number[]) => void,
  ): void;
}

interface Table {
  readonly shape: Shape;
  /** For each term, by number: the output element, and the element of each input. */
  readonly outputs: readonly number[];
  readonly elements: readonly (readonly number[])[];
  /** For each output element, and for each element of each input: numbers of terms. */
  readonly byOutput: Rows;
  readonly byInput: readonly Rows[];
}

function buildTable<P>(op: MultilinearTaps<P>, shapes: readonly Shape[], attributes: P): Table {
  const shape = op.shape(shapes, attributes);
  const outputs: number[] = [];
  const elements: (readonly number[])[] = [];
  op.taps(shapes, attributes, (o, met) => {
    outputs.push(o);
    elements.push(met);
  });
  const terms = outputs.map((_, t) => t);
  return {
    shape,
    outputs,
    elements,
    byOutput: rows(sizeOf(shape), outputs, terms),
    byInput: shapes.map((x, k) =>
      rows(
        sizeOf(x),
        elements.map((met) => met[k]),
        terms,
      ),
    ),
  };
}

/** For each destination, the sum of what its terms make. */
function collect<T>(
  A: Algebra<T>,
  shape: Shape,
  { start, first }: Rows,
  termsOf: (t: number) => readonly T[],
): NdArray<T> {
  const data = A.array(sizeOf(shape));
  for (let d = 0; d < data.length; d++) {
    const terms: T[] = [];
    for (let r = start[d]; r < start[d + 1]; r++) terms.push(...termsOf(first[r]));
    // A single term is not added to anything: moving an element is exact in every arithmetic.
    data[d] = terms.length === 1 ? terms[0] : A.sum(terms);
  }
  return { shape, data };
}

/** Factors of a product, beginning with another one. */
const rotated = <T>(factors: readonly T[], by: number): T[] => [
  ...factors.slice(by % factors.length),
  ...factors.slice(0, by % factors.length),
];

/**
 * Rules of an op that is a sum of products of one element of each input, however many inputs there are.
 *
 * @param start which factor a product begins with: of three, some other two may underflow first
 */
export function multilinear<P extends Attributes>(op: MultilinearTaps<P>, start = 0): Rules<P> {
  const tables = new Memo<Table>();
  const tableOf = <T>(xs: readonly NdArray<T>[], attributes: P): Table => {
    const shapes = xs.map((x) => x.shape);
    return tables.get(attributes, shapes, () => buildTable(op, shapes, attributes));
  };
  const product = <T>(A: Algebra<T>, factors: readonly T[]): T => multiplied(A, rotated(factors, start));
  /** The elements that a term meets, with one of them taken from another array. */
  const met = <T>(
    xs: readonly NdArray<T>[],
    elements: readonly number[],
    k?: number,
    instead?: Vector<T>,
  ): T[] => elements.map((i, j) => (j === k && instead ? instead[i] : xs[j].data[i]));
  return {
    meaning(A, xs, attributes) {
      const { shape, elements, byOutput } = tableOf(xs, attributes);
      return collect(A, shape, byOutput, (t) => [product(A, met(xs, elements[t]))]);
    },
    jvp(A, dxs, xs, _y, attributes) {
      const { shape, elements, byOutput } = tableOf(xs, attributes);
      return collect(A, shape, byOutput, (t) =>
        dxs.flatMap((dx, k) => (dx ? [product(A, met(xs, elements[t], k, dx.data))] : [])),
      );
    },
    vjp(A, gy, xs, _y, attributes) {
      const { outputs, elements, byInput } = tableOf(xs, attributes);
      return xs.map((x, k) =>
        collect(A, x.shape, byInput[k], (t) => {
          const others = met(xs, elements[t]).filter((_, j) => j !== k);
          return [product(A, [gy.data[outputs[t]], ...others])];
        }),
      );
    },
  };
}
