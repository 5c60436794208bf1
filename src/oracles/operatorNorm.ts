import { gamma } from "../core/float.js";
import type { Tensor } from "../core/tensor.js";

/** Certified bounds of how much a matrix stretches vectors: its largest and its smallest singular value. */

const U = 2 ** -53;

/** A square matrix, row by row. */
interface Square {
  readonly n: number;
  readonly data: Float64Array;
}

/** How often G is squared: the bound is off by a factor of n^(1/2²⁶), and a few n²·u, at most. */
const SQUARINGS = 24;

/**
 * An upper bound of ‖W‖₂.
 *
 * With G = WᵀW it is the square root of G's largest eigenvalue, which is at most the m-th root of the Frobenius norm of Gᵐ.
 * What products of matrices lose in doubles is added: γ(n)·‖A‖·‖B‖ in the Frobenius norm (Higham 2002, sec. 3.5).
 *
 * @shape W: [rows, columns]
 * @domain finite, sums of squares within the range of doubles
 * @example largestStretch({ shape: [2, 2], data: Float64Array.of(0, 2, 1, 0) }).toFixed(6) // "2.000000"
 */
export function largestStretch(W: Tensor): number {
  const squares = sumOfSquares(W.data);
  if (squares === 0) return 0;
  const [rows] = W.shape;
  return Math.sqrt(largestEigenvalue(gram(W), SQUARINGS) + gamma(rows, U) * squares) * (1 + 8 * U);
}

/**
 * A lower bound of the factor by which W stretches any vector, good for matrices that are nearly orthogonal times a number,
 * 0 for others: with G = WᵀW and any s, the eigenvalues of G differ from s by ‖G − s·I‖ at most.
 *
 * @shape W: [rows, columns]
 */
export function smallestStretch(W: Tensor): number {
  const { n, data } = gram(W);
  if (n === 0) return 0;
  let trace = 0;
  for (let i = 0; i < n; i++) trace += data[i * n + i];
  const s = trace / n;
  const rest = data.map((x, i) => (i % (n + 1) === 0 ? x - s : x));
  const lost = gamma(W.shape[0] + 2, U) * sumOfSquares(W.data);
  const least = s - Math.sqrt(sumOfSquares(rest)) * (1 + 8 * U) - lost;
  return least > 0 ? Math.sqrt(least) * (1 - 8 * U) : 0;
}

/** The square root of the sum of the squares. @error a few n·u */
export const frobenius = ({ data }: Tensor): number => Math.sqrt(sumOfSquares(data));

function sumOfSquares(data: Float64Array): number {
  let total = 0;
  for (const x of data) total += x * x;
  return total;
}

/** WᵀW, in doubles. */
function gram({ shape: [rows, n], data: w }: Tensor): Square {
  const data = new Float64Array(n * n);
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) data[i * n + j] += w[r * n + i] * w[r * n + j];
    }
  }
  return { n, data };
}

function largestEigenvalue({ n, data }: Square, squarings: number): number {
  const norm = Math.sqrt(sumOfSquares(data)) * (1 + (n * n + 8) * U);
  if (squarings === 0 || norm === 0) return norm;
  // By a power of two, so that nothing is rounded.
  const scale = 2 ** Math.ceil(Math.log2(norm));
  const scaled = { shape: [n, n], data: data.map((x) => x / scale) };
  // The matrix is symmetric: its square is its Gram matrix.
  const lost = gamma(n, U) * sumOfSquares(scaled.data);
  return scale * Math.sqrt(largestEigenvalue(gram(scaled), squarings - 1) + 2 * lost) * (1 + 4 * U);
}
