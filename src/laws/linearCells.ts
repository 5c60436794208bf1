import { gamma } from "../core/float.js";
import type { NdArray } from "../core/tensor.js";
import type { CellNode } from "../networks/cellNodes.js";
import type { Precision } from "../oracles/tolerance.js";

/**
 * Which steps of plain recurrent cells do nothing but multiply and add at a point: those with relu all of whose sums are
 * positive, by more than rounding can have taken away on the way there.
 *
 * @param cells the steps of the program, in order
 * @param values of the program, in doubles
 */
export function linearSteps(
  cells: readonly CellNode[],
  values: readonly NdArray<number>[],
  { format }: Precision,
): boolean[] {
  /** By value: how far each element may be off in the subject; nothing for inputs. */
  const errors = new Map<number, Float64Array>();
  return cells.map(({ cell, x, states: [h], kernel, recurrentKernel, biases: [bias], made }) => {
    if (cell.cell !== "rnn" || cell.activation !== "relu") return false;
    const [batch, units] = values[h].shape;
    const products = [
      [x, kernel],
      [h, recurrentKernel],
    ] as const;
    const count = 2 + products.reduce((n, [left]) => n + values[left].shape[1], 0);
    const error = new Float64Array(batch * units);
    let linear = true;
    for (let e = 0; e < error.length; e++) {
      const [row, unit] = [Math.floor(e / units), e % units];
      let sum = values[bias].data[unit];
      let size = Math.abs(sum);
      for (const [left, right] of products) {
        const inner = values[left].shape[1];
        const before = errors.get(left);
        for (let i = 0; i < inner; i++) {
          const weight = values[right].data[i * units + unit];
          const term = values[left].data[row * inner + i] * weight;
          const carried = (before?.[row * inner + i] ?? 0) * Math.abs(weight);
          sum += term;
          size += Math.abs(term) + carried;
          error[e] += carried;
        }
      }
      // The sum in doubles is off, too, by no more than the subject's.
      error[e] += 2 * gamma(count, format.u) * size + format.smallestNormal;
      linear &&= sum > error[e];
    }
    errors.set(made[0], error);
    return linear;
  });
}
