import type { Tensor } from "../core/tensor.js";
import { groupsOf } from "../ops/axes.js";
import { Attainable } from "../oracles/attainable.js";
import { RUNNING_ERROR as A, type Approximate } from "../oracles/runningError.js";
import type { Precision } from "../oracles/tolerance.js";
import type { Case } from "../record/case.js";
import { allHold, slackOfSum, type Equation } from "./equations.js";
import { askValue, failure, pointOf, readAnswer, undecided, type Law } from "./law.js";
import { affineAt, momentsOf, normalizedIn, product, sumOf, type Normalized } from "./normalized.js";

/** Outputs without scale and offset, with our own rounding, and how much an error of each output counts there. */
interface Bare {
  readonly values: readonly Approximate[];
  readonly weights: Float64Array;
}

function bareOf(site: Normalized, y: Tensor, inputs: readonly Tensor[]): Bare {
  const { scale, offset } = affineAt(site, inputs);
  return {
    values: Array.from(y.data, (value, i) =>
      A.div(A.sub(A.lift(value), A.lift(offset(i))), A.lift(scale(i))),
    ),
    weights: y.data.map((_, i) => 1 / Math.abs(scale(i))),
  };
}

/**
 * Outputs of a normalisation, without scale and offset, have mean 0 and second moment v/(v + epsilon), v the biased
 * variance (of an RMS norm, the mean square), group by group.
 *
 * @domain cases of one op that normalises by moments of its own
 */
export const outputMoments: Law = {
  name: "output moments",
  modes: ["value"],
  requests: (c) => [askValue(c)],
  judge(c, [outcome], precision) {
    const answer = readAnswer(c, outcome, "value");
    if (!answer.ok) return answer.judgement;
    const point = pointOf(c);
    const [site] = normalizedIn(point.program);
    if (!site || point.program.nodes.length > 1) return undecided(NONE);
    const [y] = answer.value;
    const bare = bareOf(site, y, c.inputs);
    return allHold([new Attainable("value", point, precision)], precision, ([widths]) =>
      site.groups.flatMap((group) => equationsOf(c, site, group, { bare, y, widths, precision })),
    );
  },
};

export const NONE = "no group is normalised by moments of its own";

interface Seen {
  readonly bare: Bare;
  readonly y: Tensor;
  readonly widths: Float64Array;
  readonly precision: Precision;
}

function equationsOf(c: Case, site: Normalized, group: readonly number[], seen: Seen): Equation[] {
  const { bare, y, widths, precision } = seen;
  // Without its scale an output is anything.
  if (group.some((i) => bare.weights[i] === Infinity)) return [];
  const values = group.map((i) => bare.values[i]);
  const slack = group.map((i) => slackOfSum([bare.weights[i]], [y.data[i]], [widths[i]], precision));
  const total = (terms: readonly number[]): number => terms.reduce((sum, term) => sum + term, 0);
  const n = group.length;
  const moments = momentsOf(c.inputs[site.x], group, site);
  const mean = A.div(sumOf(values), A.lift(n));
  const second = A.div(product(values, values), A.lift(n));
  const expected = moments.second.value / (moments.second.value + site.epsilon);
  const allowedSecond =
    total(slack.map((s, p) => (2 * Math.abs(values[p].value) + s) * s)) / n +
    second.bound +
    moments.share.bound;
  const about = failure("moments", "value[0]", "", { element: group[0] });
  return [
    ...(site.centres
      ? [
          {
            got: mean.value,
            expected: 0,
            allowed: total(slack) / n + mean.bound,
            size: total(values.map(({ value }) => Math.abs(value))) / n,
            failed: () => ({
              ...about,
              reason: `outputs have mean ${mean.value}${alongOthers(c, site, seen)}`,
            }),
          },
        ]
      : []),
    {
      got: second.value,
      expected,
      allowed: allowedSecond,
      size: expected,
      failed: () => {
        const unbiased = moments.second.value / ((moments.second.value * n) / (n - 1) + site.epsilon);
        const isUnbiased = n > 1 && Math.abs(second.value - unbiased) <= allowedSecond;
        const what = site.centres ? "variance" : "mean square";
        const reason = `outputs have ${what} ${second.value} instead of v/(v + epsilon) = ${expected}`;
        return isUnbiased
          ? {
              ...about,
              kind: "unbiased",
              reason: `${reason}: the variance is divided by n − 1 = ${n - 1}, and not by n`,
            }
          : { ...about, reason: reason + alongOthers(c, site, seen) };
      },
    },
  ];
}

/** Whether they would be right for groups along other axes, in words. */
function alongOthers(c: Case, site: Normalized, { bare, precision }: Seen): string {
  const rank = site.shape.length;
  const own = site.groups.map((group) => group.join()).join(";");
  for (let which = 1; which < 2 ** rank; which++) {
    const axes = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => which & (1 << axis));
    const groups = groupsOf(site.shape, axes);
    if (groups.map((group) => group.join()).join(";") === own) continue;
    if (groups.every((group) => fits(c, { ...site, groups }, group, bare.values, precision))) {
      return `: they are normalised along ${axes.length === 1 ? "axis" : "axes"} ${axes.join(", ")}`;
    }
  }
  return "";
}

/** In words alone, so that a loose tolerance does: a thousand roundings. */
function fits(
  c: Case,
  site: Normalized,
  group: readonly number[],
  values: readonly Approximate[],
  { format }: Precision,
): boolean {
  const { normalized } = momentsOf(c.inputs[site.x], group, site);
  return (
    group.length > 1 &&
    normalized.every(
      ({ value }, p) => Math.abs(value - values[group[p]].value) <= 1000 * format.u * (1 + Math.abs(value)),
    )
  );
}
