import { Attainable } from "../oracles/attainable.js";
import { flatten } from "../oracles/quantity.js";
import type { Curve } from "../ops/curve.js";
import { contradicted, equation } from "./contradiction.js";
import { askGradient, pointOf, readAnswer, undecided, type Law } from "./law.js";
import { curveOf, movedTo, withUnitCotangents, worse } from "./singleOp.js";

/** f(x) + other·f(−x) = sum(x), and f′(x) − other·f′(−x) = slopes. */
interface Mirror {
  readonly other: 1 | -1;
  readonly sum: (x: number) => number;
  readonly slopes: number;
  readonly says: string;
}

function mirrorOf(symmetry: NonNullable<Curve["symmetry"]>): Mirror {
  if (symmetry === "even") return { other: -1, sum: () => 0, slopes: 0, says: "f(−x) is f(x)" };
  if (symmetry === "odd") return { other: 1, sum: () => 0, slopes: 0, says: "f(−x) is −f(x)" };
  if ("about" in symmetry) {
    const twice = 2 * symmetry.about;
    return { other: 1, sum: () => twice, slopes: 0, says: `f(−x) is ${twice} − f(x)` };
  }
  const { line } = symmetry;
  return { other: -1, sum: (x) => line * x, slopes: line, says: `f(−x) is f(x) − ${line}·x` };
}

const mirrored = (c: Parameters<Law["requests"]>[0]) => withUnitCotangents(movedTo(c, (x) => -x));

/** What a function is at −x follows from what it is at x, and so does its derivative. */
export const symmetry: Law = {
  name: "symmetry",
  modes: ["vjp"],
  requests: (c) => [askGradient(withUnitCotangents(c)), askGradient(mirrored(c))],
  judge(c, [outcome, opposite], precision) {
    const here = readAnswer(c, outcome, "vjp");
    if (!here.ok) return here.judgement;
    const there = readAnswer(c, opposite, "vjp");
    if (!there.ok) return there.judgement;
    const stated = curveOf(c).symmetry;
    if (stated === undefined) return undecided("its graph has no symmetry with these attributes");
    const { other, sum, slopes, says } = mirrorOf(stated);
    const [{ data: x }] = c.inputs;
    const points = [withUnitCotangents(c), mirrored(c)].map(pointOf);
    const [value, gradient] = (["value", "gradient"] as const).map((quantity) =>
      points.map((point) => new Attainable(quantity, point, precision)),
    );
    const at = (i: number, a: Float64Array, b: Float64Array): string =>
      `${a[i]} at ${x[i]} and ${b[i]} at ${-x[i]}`;
    const [y, mirroredY, slope, mirroredSlope] = [here.value, there.value, here.grads, there.grads].map(
      flatten,
    );
    return worse([
      contradicted(
        "mirror",
        value,
        equation(
          precision,
          "value[0]",
          [
            { weight: 1, results: y },
            { weight: other, results: mirroredY },
          ],
          (i) => sum(x[i]),
          (i) => `${at(i, y, mirroredY)}, of a function with ${says}`,
        ),
      ),
      contradicted(
        "mirror",
        gradient,
        equation(
          precision,
          "gradient[0]",
          [
            { weight: 1, results: slope },
            { weight: -other, results: mirroredSlope },
          ],
          () => slopes,
          (i) => `slopes of ${at(i, slope, mirroredSlope)}, of a function with ${says}`,
        ),
      ),
    ]);
  },
};
