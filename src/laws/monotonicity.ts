import { Attainable } from "../oracles/attainable.js";
import { flatten } from "../oracles/quantity.js";
import { contradicted, type Find } from "./contradiction.js";
import { askGradient, pointOf, readAnswer, type Law } from "./law.js";
import { curveOf, withUnitCotangents, worse } from "./singleOp.js";

/**
 * The value goes one way as x does, and a derivative that is a bell falls on both sides of 0. No standard promises it
 * of neighbours: a step back counts where it is longer than both results may be off.
 */
export const monotonicity: Law = {
  name: "monotonicity",
  modes: ["vjp"],
  requests: (c) => [askGradient(withUnitCotangents(c))],
  judge(c, [outcome], precision) {
    const answer = readAnswer(c, outcome, "vjp");
    if (!answer.ok) return answer.judgement;
    const { monotone, bell } = curveOf(c);
    const point = pointOf(withUnitCotangents(c));
    const [x] = c.inputs;
    const falls = { where: "gradient[0]", by: Math.abs, direction: -1, says: "falls as |x| grows" } as const;
    const rises = {
      where: "value[0]",
      by: (value: number) => value,
      direction: monotone === "decreasing" ? -1 : 1,
      says: `is ${monotone}`,
    } as const;
    return worse([
      ...(monotone
        ? [
            contradicted(
              "order",
              [new Attainable("value", point, precision)],
              stepBack(x.data, flatten(answer.value), rises),
            ),
          ]
        : []),
      ...(bell
        ? [
            contradicted(
              "order",
              [new Attainable("gradient", point, precision)],
              stepBack(x.data, flatten(answer.grads), falls),
            ),
          ]
        : []),
    ]);
  },
};

interface Order {
  readonly where: "value[0]" | "gradient[0]";
  /** What the inputs are sorted by. */
  readonly by: (x: number) => number;
  /** Of the results, in the order of the inputs. */
  readonly direction: 1 | -1;
  readonly says: string;
}

/** The first result that lies behind an earlier one by more than both may be off. */
function stepBack(xs: Float64Array, ys: Float64Array, { where, by, direction, says }: Order): Find {
  const order = Array.from(xs.keys()).sort((i, j) => by(xs[i]) - by(xs[j]));
  return ([widths]) => {
    let farthest = -Infinity;
    let farthestAt = order[0];
    for (const i of order) {
      const y = direction * ys[i];
      if (!(y + widths[i] >= farthest)) {
        return {
          where,
          element: i,
          reason: `${ys[i]} at ${xs[i]} after ${ys[farthestAt]} at ${xs[farthestAt]}, of what ${says}`,
          got: ys[i],
          expected: ys[farthestAt],
          allowed: widths[i] + widths[farthestAt],
        };
      }
      if (y - widths[i] > farthest) {
        farthest = y - widths[i];
        farthestAt = i;
      }
    }
    return undefined;
  };
}
