import type { Stream } from "../core/random.js";

/** Probabilities are multiples of 1/16: exact in every format, and their sums are exact too. */
const PARTS = 16;

/** Rows of probabilities, one after the other; now and then all of it goes to one class. @domain classes ≥ 1 */
export function drawLabels(stream: Stream, rows: number, classes: number): number[] {
  return Array.from({ length: rows }, () => {
    const row = Array.from({ length: classes }, () => 0);
    const [lump, lumps] = stream.chance(0.3) ? [PARTS, 1] : [1, PARTS];
    for (let n = 0; n < lumps; n++) row[stream.int(0, classes - 1)] += lump / PARTS;
    return row;
  }).flat();
}

/** The row itself when it is a distribution; else all of it for the class that had most. */
export function nearestDistribution(row: readonly number[]): readonly number[] {
  if (isDistribution(row)) return row;
  const most = row.indexOf(Math.max(...row));
  return row.map((_, i) => (i === most ? 1 : 0));
}

/** Not negative, and exactly 1 in sum: some implementations rely on it. */
export const isDistribution = (row: readonly number[]): boolean =>
  row.every((p) => p >= 0) && row.reduce((sum, p) => sum + p, 0) === 1;
