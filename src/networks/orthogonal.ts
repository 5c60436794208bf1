import type { Stream } from "../core/random.js";
import { sizeOf, type Shape } from "../core/shape.js";
import { dot } from "../core/sum.js";

/** Takes the parts of x along orthonormal rows away, and returns the length of the rest. */
function removeParts(x: Float64Array, rows: readonly Float64Array[]): number {
  for (const row of rows) {
    const part = dot(x, row);
    for (let i = 0; i < x.length; i++) x[i] -= part * row[i];
  }
  return Math.sqrt(dot(x, x));
}

/**
 * `count` orthonormal vectors of a length, every rotation of them equally likely (the law of Haar).
 *
 * They are the columns of Q in G = QR, G of independent normal numbers, by Gram and Schmidt's method: it makes the
 * diagonal of R positive, without which Q would depend on how the signs are chosen (Mezzadri 2007). A vector that
 * has lost half of its length to the others is made orthogonal once more: twice is enough (Giraud et al. 2005).
 *
 * @domain count ≤ length
 */
export function orthonormalVectors(count: number, length: number, stream: Stream): Float64Array[] {
  const rows: Float64Array[] = [];
  while (rows.length < count) {
    const x = new Float64Array(length);
    for (let i = 0; i < length; i++) x[i] = stream.normal();
    let before = Math.sqrt(dot(x, x));
    let norm = removeParts(x, rows);
    while (norm < before / 2) {
      before = norm;
      norm = removeParts(x, rows);
    }
    for (let i = 0; i < length; i++) x[i] /= norm;
    rows.push(x);
  }
  return rows;
}

/**
 * Weights of a shape, flattened to [product of the other axes, last axis], that have orthonormal columns, or
 * orthonormal rows where there are more columns than rows; times a gain.
 *
 * @domain rank ≥ 2
 * @error the products of two vectors are off by about √length·u·gain² (Giraud et al. 2005)
 */
export function orthogonalWeights(shape: Shape, gain: number, stream: Stream): Float64Array {
  const columns = shape[shape.length - 1];
  const rows = sizeOf(shape.slice(0, -1));
  const tall = rows >= columns;
  const vectors = orthonormalVectors(Math.min(rows, columns), Math.max(rows, columns), stream);
  const data = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) data[r * columns + c] = gain * (tall ? vectors[c][r] : vectors[r][c]);
  }
  return data;
}
