import { formatOf } from "../core/float.js";
import { dot, sum } from "../core/sum.js";
import { Attainable } from "../oracles/attainable.js";
import { flatten, locate, shapesOf, type Quantity } from "../oracles/quantity.js";
import type { Precision } from "../oracles/tolerance.js";
import type { Case } from "../record/case.js";
import { allHold, slackOfSum, type Equation } from "./equations.js";
import { askGradient, failure, pointOf, readAnswer, undecided, type Law, type LawJudgement } from "./law.js";

/** Digits by which a group is moved away from 0, as a part of those that the format has. */
const FARTHER = { f32: 6, f64: 13 } as const;

/** Two cases whose groups differ by a number each: exactly, since each is what rounding leaves of the other. */
interface Pair {
  readonly near: Case;
  readonly far: Case;
  readonly groups: readonly (readonly number[])[];
}

/** Undefined in programs of several ops, and of ops that do not centre groups. */
function pairOf(c: Case): Pair | undefined {
  const { nodes, ops, shapes } = pointOf(c).program;
  const { normalization } = ops[0] ?? {};
  if (nodes.length !== 1 || !normalization?.centres) return undefined;
  const groups = normalization.groups(shapes[nodes[0].inputs[0]], nodes[0].attributes);
  if (groups.length === 0) return undefined;
  const { round } = formatOf(c.dtype);
  const [{ data: x, shape }] = c.inputs;
  const [near, far] = [x.slice(), x.slice()];
  for (const [g, group] of groups.entries()) {
    const spread = Math.max(...group.map((i) => Math.abs(x[i] - x[group[0]])));
    const size = spread || Math.abs(x[group[0]]) || 1;
    const shift = (g % 2 === 0 ? 1 : -1) * 2 ** (Math.ceil(Math.log2(size)) + FARTHER[c.dtype]);
    for (const i of group) {
      far[i] = round(x[i] + shift);
      near[i] = far[i] - shift;
    }
  }
  const withX = (data: Float64Array): Case => ({ ...c, inputs: [{ shape, data }, ...c.inputs.slice(1)] });
  return { near: withX(near), far: withX(far), groups };
}

const isInside = ({ inputs, dtype }: Case): boolean =>
  inputs[0].data.every((v) => Math.abs(v) < Math.sqrt(formatOf(dtype).largest));

/**
 * What centres a group, or takes a softmax of it, does not feel a number that is added to all of it: outputs and gradients
 * stay as they are, and the gradients along each group add up to 0.
 *
 * @domain cases of one op that centres groups
 */
export const shiftInvariance: Law = {
  name: "shift invariance",
  modes: ["vjp"],
  requests(c) {
    const pair = pairOf(c);
    return pair ? [askGradient(pair.near), askGradient(pair.far)] : [askGradient(c)];
  },
  judge(c, [first, second], precision) {
    const pair = pairOf(c);
    const near = readAnswer(c, first, "vjp");
    if (!near.ok) return near.judgement;
    if (!pair) return undecided("nothing is centred");
    const far = readAnswer(c, second, "vjp");
    if (!far.ok) return far.judgement;
    if (!isInside(pair.far)) return undecided("range: inputs are near the limits of the format");
    const value = unmoved(pair, "value", [flatten(near.value), flatten(far.value)], precision);
    if (value.verdict !== "pass") return value;
    return unmoved(pair, "gradient", [flatten(near.grads), flatten(far.grads)], precision);
  },
};

function unmoved(
  { near, far, groups }: Pair,
  quantity: Extract<Quantity, "value" | "gradient">,
  [before, after]: readonly [Float64Array, Float64Array],
  precision: Precision,
): LawJudgement {
  const sides = [near, far].map((c) => new Attainable(quantity, pointOf(c), precision));
  const shapes = shapesOf(quantity, pointOf(near).program);
  return allHold(sides, precision, ([ofNear, ofFar]) => [
    ...Array.from(after, (y, i): Equation => {
      const slack = slackOfSum([1], [before[i]], [ofNear[i]], precision);
      return {
        got: y,
        expected: before[i],
        allowed: slack + slackOfSum([1], [y], [ofFar[i]], precision),
        size: Math.max(sides[0].terms[i], sides[1].terms[i]),
        failed() {
          const { result, element } = locate(shapes, i);
          const reason = `${before[i]} becomes ${y} when a number is added to the whole group`;
          return failure("shift", `${quantity}[${result}]`, reason, { element });
        },
      };
    }),
    ...(quantity === "gradient"
      ? groups.flatMap((group) => [
          sumsToNothing(near, group, before, ofNear, sides[0], precision),
          sumsToNothing(far, group, after, ofFar, sides[1], precision),
        ])
      : []),
  ]);
}

/** x is the first input: its gradient comes first. */
function sumsToNothing(
  c: Case,
  group: readonly number[],
  gradient: Float64Array,
  widths: Float64Array,
  { terms }: Attainable,
  precision: Precision,
): Equation {
  const of = (all: Float64Array): Float64Array => Float64Array.from(group, (i) => all[i]);
  const ones = new Float64Array(group.length).fill(1);
  const total = sum(of(gradient));
  // What a softmax adds up, cotangents times results, is not larger than cotangents; its terms vanish where one wins.
  const { divides } = pointOf(c).program.ops[0].normalization!;
  const cotangents = divides ? 0 : dot(ones, of(c.cotangents[0].data).map(Math.abs));
  return {
    got: total,
    expected: 0,
    allowed: slackOfSum(ones, of(gradient), of(widths), precision),
    size: dot(ones, of(terms)) + cotangents,
    failed: () =>
      failure("shift", "gradient[0]", `the gradients along a group add up to ${total}, and not to 0`, {
        element: group[0],
      }),
  };
}
