import { dot, sum } from "../core/sum.js";
import { Attainable } from "../oracles/attainable.js";
import { RUNNING_ERROR as A, type Approximate } from "../oracles/runningError.js";
import type { Precision } from "../oracles/tolerance.js";
import type { Case } from "../record/case.js";
import { allHold, slackOfSum, type Equation } from "./equations.js";
import { askGradient, failure, pointOf, readAnswer, undecided, type Law } from "./law.js";
import { affineAt, momentsOf, normalizedIn, product, sumOf, type Normalized } from "./normalized.js";
import { NONE } from "./outputMoments.js";

/**
 * The gradient of a normalisation is what is left of a cotangent beside the directions that it forgets. With h the
 * normalised group of n elements, g its cotangent times scale, s² = v + epsilon and t = epsilon/s²:
 *
 *   ‖gx‖² = (‖g‖² − ⟨1, g⟩²/n − (1 + t)·⟨g, h⟩²/n) / s²
 *   ⟨1, gx⟩ = 0
 *   ⟨x, gx⟩ = t·⟨g, h⟩
 *
 * where the terms of 1 are those of a mean that is subtracted. With epsilon = 0 the first is the identity by which batch
 * norm makes landscapes smoother (Santurkar et al. 2018, theorem 4.1), and the last says that scale does not matter.
 *
 * @domain cases of one op that normalises by moments of its own
 */
export const gradientGeometry: Law = {
  name: "geometry of a normalisation's gradient",
  modes: ["vjp"],
  requests: (c) => [askGradient(c)],
  judge(c, [outcome], precision) {
    const answer = readAnswer(c, outcome, "vjp");
    if (!answer.ok) return answer.judgement;
    const point = pointOf(c);
    const [site] = normalizedIn(point.program);
    if (!site || point.program.nodes.length > 1) return undecided(NONE);
    // x is the first input: its gradient comes first in the widths, too.
    const [{ data: gx }] = answer.grads;
    return allHold([new Attainable("gradient", point, precision)], precision, ([widths]) =>
      site.groups.flatMap((group) => equationsOf(c, site, group, { gx, widths, precision })),
    );
  },
};

interface Seen {
  readonly gx: Float64Array;
  readonly widths: Float64Array;
  readonly precision: Precision;
}

/** The cotangent of what is normalised: that of the output, times scale. */
export function scaledCotangent(
  site: Normalized,
  values: Parameters<typeof affineAt>[1],
  gy: ArrayLike<number>,
  group: readonly number[],
): Approximate[] {
  const { scale } = affineAt(site, values);
  return group.map((i) => A.mul(A.lift(gy[i]), A.lift(scale(i))));
}

const square = (a: Approximate): Approximate => A.mul(a, a);

function equationsOf(
  c: Case,
  site: Normalized,
  group: readonly number[],
  { gx, widths, precision }: Seen,
): Equation[] {
  const moments = momentsOf(c.inputs[site.x], group, site);
  const { normalized, share, deviation } = moments;
  const n = A.lift(group.length);
  const g = scaledCotangent(site, c.inputs, c.cotangents[0].data, group);
  const whole = product(g, g);
  const along = product(g, [...normalized]);
  const lost = A.mul(A.add(A.lift(1), share), A.div(square(along), n));
  const left = A.sub(site.centres ? A.sub(whole, A.div(square(sumOf(g)), n)) : whole, lost);
  const norm = A.div(left, square(deviation));
  const own = group.map((i) => gx[i]);
  const slack = group.map((i) => slackOfSum([1], [gx[i]], [widths[i]], precision));
  const squares = product(own.map(A.lift), own.map(A.lift));
  const about = failure("geometry", "gradient[0]", "", { element: group[0] });
  const directional = (
    weights: readonly number[],
    expected: Approximate,
    says: (got: number) => string,
  ): Equation => {
    const inner = product(own.map(A.lift), weights.map(A.lift));
    const sizes = weights.map(Math.abs);
    return {
      got: inner.value,
      expected: expected.value,
      allowed: dot(slack, sizes) + inner.bound + expected.bound,
      size:
        dot(sizes, own.map(Math.abs)) +
        dot(
          sizes,
          g.map(({ value }) => Math.abs(value)),
        ) /
          deviation.value,
      failed: () => ({ ...about, reason: says(inner.value) }),
    };
  };
  // The weights are off by the rounding of the mean, which the gradient's sum, a rounding itself, multiplies.
  const aside = A.add(A.mul(share, along), { value: 0, bound: moments.mean.bound * sum(slack) });
  return [
    {
      got: squares.value,
      expected: norm.value,
      allowed: sum(slack.map((s, p) => (2 * Math.abs(own[p]) + s) * s)) + squares.bound + norm.bound,
      size: whole.value / deviation.value ** 2,
      failed: () => ({
        ...about,
        reason: `the gradient's squares add up to ${squares.value}, and its directions leave ${norm.value} of the cotangent`,
      }),
    },
    ...(site.centres
      ? [
          directional(
            own.map(() => 1),
            A.lift(0),
            (got) => `the gradient adds up to ${got} along a group that ignores its mean`,
          ),
        ]
      : []),
    directional(
      group.map((i) => c.inputs[site.x].data[i] - moments.mean.value),
      aside,
      (got) => `⟨x − mean, gradient⟩ is ${got}: x, made longer, is normalised to the same but for epsilon`,
    ),
  ];
}
