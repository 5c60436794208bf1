import { InvalidProgramError } from "../core/errors.js";
import { gemm } from "../core/gemm.js";
import { broadcastIndex, broadcastShapes, showShape, sizeOf, type Shape } from "../core/shape.js";
import { bilinear } from "./bilinear.js";
import { real, register } from "./op.js";

interface MatmulAttributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly [name: string]: boolean;
}

/** Sizes of the product and of its batch. @throws InvalidProgramError when inner sizes or batches do not fit */
function matmulSizes([a, b]: readonly Shape[], { transposeA, transposeB }: MatmulAttributes) {
  if (a.length < 2 || b.length < 2) {
    throw new InvalidProgramError(`matmul needs matrices, got ${showShape(a)} and ${showShape(b)}`);
  }
  const [rowsA, columnsA] = a.slice(-2);
  const [rowsB, columnsB] = b.slice(-2);
  const [n, k] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
  const [kb, m] = transposeB ? [columnsB, rowsB] : [rowsB, columnsB];
  if (k !== kb) {
    throw new InvalidProgramError(
      `matmul of ${showShape(a)} and ${showShape(b)}: inner sizes ${k} and ${kb} differ`,
    );
  }
  return { n, m, k, batch: broadcastShapes([a.slice(0, -2), b.slice(0, -2)]) };
}

const matmulShape = (shapes: readonly Shape[], attributes: MatmulAttributes): Shape => {
  const { n, m, batch } = matmulSizes(shapes, attributes);
  return [...batch, n, m];
};

const pair = {
  version: 1,
  family: "linear algebra",
  arity: { low: 2, high: 2 },
  inputs: () => [
    { name: "a", domain: real },
    { name: "b", domain: real },
  ],
  kinks: [],
  textbook: [],
} as const;

export const matmul = register<MatmulAttributes>({
  ...pair,
  name: "matmul",
  summary: "matrix product over the last two axes; batches broadcast",
  source: "Python Array API 2023.12, matmul; Giles 2008, sec. 2.2.2",
  attributes: {
    transposeA: { classes: ["false", "true"], summary: "the last two axes of a are swapped first" },
    transposeB: { classes: ["false", "true"], summary: "the last two axes of b are swapped first" },
    batch: { classes: ["none", "equal", "broadcast"], summary: "axes before the last two" },
  },
  shape: matmulShape,
  draw(context) {
    const { classes, stream } = context;
    const n = context.length();
    const k = context.length();
    // Square operands hide a transposition from the shape check, the others show it.
    const m = stream.chance(0.25) ? n : context.length();
    const transposeA = classes.transposeA === "true";
    const transposeB = classes.transposeB === "true";
    const size = stream.int(2, 3);
    const [batchA, batchB] =
      classes.batch === "none"
        ? [[], []]
        : classes.batch === "equal"
          ? [[size], [size]]
          : stream.pick([
              [[size], []],
              [[], [size]],
              [[1], [size]],
              [[size], [1]],
              [
                [size, 1],
                [1, 2],
              ],
            ]);
    return {
      shapes: [
        [...batchA, ...(transposeA ? [k, n] : [n, k])],
        [...batchB, ...(transposeB ? [m, k] : [k, m])],
      ],
      attributes: { transposeA, transposeB },
    };
  },
  simpler: ({ transposeA, transposeB }) => [
    ...(transposeA ? [{ transposeA: false, transposeB }] : []),
    ...(transposeB ? [{ transposeA, transposeB: false }] : []),
  ],
  ...bilinear<MatmulAttributes>({
    shape: matmulShape,
    taps([a, b], attributes, visit) {
      const { n, m, k, batch } = matmulSizes([a, b], attributes);
      const fromA = broadcastIndex(a.slice(0, -2), batch);
      const fromB = broadcastIndex(b.slice(0, -2), batch);
      for (let s = 0; s < sizeOf(batch); s++) {
        for (let i = 0; i < n; i++) {
          for (let j = 0; j < m; j++) {
            for (let p = 0; p < k; p++) {
              const inA = attributes.transposeA ? p * n + i : i * k + p;
              const inB = attributes.transposeB ? j * k + p : p * m + j;
              visit((s * n + i) * m + j, fromA[s] * n * k + inA, fromB[s] * k * m + inB);
            }
          }
        }
      }
    },
  }),
  kernels: {
    meaning([a, b], attributes) {
      const { n, m, k, batch } = matmulSizes([a.shape, b.shape], attributes);
      const fromA = broadcastIndex(a.shape.slice(0, -2), batch);
      const fromB = broadcastIndex(b.shape.slice(0, -2), batch);
      const data = new Float64Array(sizeOf(batch) * n * m);
      const left = attributes.transposeA ? swapLastTwo(a.data, k, n) : a.data;
      const right = attributes.transposeB ? swapLastTwo(b.data, m, k) : b.data;
      for (let s = 0; s < sizeOf(batch); s++) {
        gemm(n, m, k, left, right, data, { a: fromA[s] * n * k, b: fromB[s] * k * m, c: s * n * m });
      }
      return { shape: [...batch, n, m], data };
    },
  },
});

type NoAttributes = Readonly<Record<string, never>>;

/** Sizes of x·y for matrices, with 1 where a vector has no axis. @throws InvalidProgramError when they do not fit */
function dotSizes([a, b]: readonly Shape[]) {
  const ranks = [a.length, b.length];
  const k = a.at(-1);
  if (ranks.some((rank) => rank < 1 || rank > 2) || k !== b[0]) {
    throw new InvalidProgramError(
      `dot of ${showShape(a)} and ${showShape(b)}: needs vectors or matrices, the last axis of a as long as the first of b`,
    );
  }
  return { n: a.length === 2 ? a[0] : 1, k, m: b.length === 2 ? b[1] : 1 };
}

const dotShape = (shapes: readonly Shape[]): Shape => {
  const [a, b] = shapes;
  dotSizes(shapes);
  return [...a.slice(0, -1), ...b.slice(1)];
};

export const dot = register<NoAttributes>({
  ...pair,
  name: "dot",
  summary: "Σ aᵢ·bᵢ over the last axis of a and the first of b, vectors or matrices",
  source: "NumPy 2, dot, for ranks 1 and 2",
  attributes: {
    ranks: { classes: ["1 and 1", "1 and 2", "2 and 1", "2 and 2"], summary: "number of axes of a and of b" },
  },
  shape: dotShape,
  draw(context) {
    const [rankA, , rankB] = context.classes.ranks.split(" ");
    const k = context.length();
    const n = context.length();
    const m = context.stream.chance(0.25) ? n : context.length();
    return { shapes: [rankA === "2" ? [n, k] : [k], rankB === "2" ? [k, m] : [k]], attributes: {} };
  },
  ...bilinear<NoAttributes>({
    shape: dotShape,
    taps(shapes, _attributes, visit) {
      const { n, k, m } = dotSizes(shapes);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < m; j++) {
          for (let p = 0; p < k; p++) visit(i * m + j, i * k + p, p * m + j);
        }
      }
    },
  }),
});

function outerShape([a, b]: readonly Shape[]): Shape {
  if (a.length !== 1 || b.length !== 1) {
    throw new InvalidProgramError(`outer needs vectors, got ${showShape(a)} and ${showShape(b)}`);
  }
  return [a[0], b[0]];
}

export const outer = register<NoAttributes>({
  ...pair,
  name: "outer",
  summary: "every product aᵢ·bⱼ",
  source: "Python Array API 2023.12, linalg.outer",
  attributes: {},
  shape: outerShape,
  draw: (context) => ({ shapes: [[context.length()], [context.length()]], attributes: {} }),
  ...bilinear<NoAttributes>({
    shape: outerShape,
    taps([[n], [m]], _attributes, visit) {
      for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) visit(i * m + j, i, j);
    },
  }),
});

/** Every [rows, columns] matrix of a batch, transposed. */
function swapLastTwo(x: Float64Array, rows: number, columns: number): Float64Array {
  const result = new Float64Array(x.length);
  const size = rows * columns;
  for (let start = 0; start < x.length; start += size) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) result[start + j * rows + i] = x[start + i * columns + j];
    }
  }
  return result;
}
