import { formatOf } from "../core/float.js";
import { sum } from "../core/sum.js";
import { mapTensor, type Tensor } from "../core/tensor.js";
import { Attainable } from "../oracles/attainable.js";
import type { Precision } from "../oracles/tolerance.js";
import { flatten, locate, shapesOf } from "../oracles/quantity.js";
import type { Case } from "../record/case.js";
import {
  askGradient,
  failure,
  PASS,
  pointOf,
  readAnswer,
  undecided,
  type Law,
  type LawJudgement,
} from "./law.js";

/** Laws of a vector-Jacobian product that need no numerical derivative (Griewank and Walther 2008, sec. 3.2). */

/** Jᵀ·0 = 0, exactly. */
export const zeroCotangent: Law = {
  name: "zero cotangent",
  modes: ["vjp"],
  requests: (c) => [
    askGradient(c, { cotangents: c.cotangents.map((x) => mapTensor(x, () => 0)), want: ["grads", "value"] }),
  ],
  judge(c, [outcome], precision) {
    const answer = readAnswer(c, outcome, "vjp");
    if (!answer.ok) return answer.judgement;
    const flat = flatten(answer.grads);
    const i = flat.findIndex((x) => x !== 0);
    if (i < 0) return PASS;
    // 0·∞ is NaN for everybody: where the Jacobian itself is not finite, or an accepted form of it, the law says
    // nothing.
    if (!Number.isFinite(flat[i]) && leavesRange(c, precision))
      return undecided("range: the Jacobian is not finite");
    return at(
      c,
      i,
      failure("value", "gradient", `a zero cotangent gave ${flat[i]}`, {
        expected: exactly(0),
        got: flat[i],
      }),
    );
  },
};

/** Powers by which cotangents are scaled; small, so that nothing under- or overflows that did not before. */
const EXPONENTS = [-3, 5] as const;

/** Jᵀ(2ᵏ·u) = 2ᵏ·Jᵀu, bit for bit: scaling by a power of two is exact in binary arithmetic. */
export const homogeneity: Law = {
  name: "power-of-two homogeneity",
  modes: ["vjp"],
  requests: (c) => [
    askGradient(c),
    ...EXPONENTS.map((k) =>
      askGradient(c, { cotangents: c.cotangents.map((x) => mapTensor(x, (v) => v * 2 ** k)) }),
    ),
  ],
  judge(c, outcomes, precision) {
    const answers = outcomes.map((outcome) => readAnswer(c, outcome, "vjp"));
    for (const answer of answers) if (!answer.ok) return answer.judgement;
    const flats = answers.map((answer) => flatten(answer.ok ? answer.grads : []));
    const { smallestNormal, largest } = formatOf(c.dtype);
    // Where a cotangent or a gradient is near the subnormal range or overflows, a factor of two is not exact.
    const low = smallestNormal * 2 ** 32;
    const safe = (x: number): boolean => x === 0 || (Math.abs(x) > low && Math.abs(x) < largest / 2 ** 16);
    let compared = 0;
    for (const [j, k] of EXPONENTS.entries()) {
      for (let i = 0; i < flats[0].length; i++) {
        const expected = flats[0][i] * 2 ** k;
        const got = flats[j + 1][i];
        if (!safe(expected) || !safe(got)) continue;
        compared++;
        if (expected === got) continue;
        if (nearUnderflow(c, precision))
          return undecided("range: a scaled term is near the limits of the format");
        const reason = `2^${k} times the cotangent gave ${got} instead of ${expected}`;
        return at(c, i, failure("bits", "gradient", reason, { expected: exactly(expected), got }));
      }
    }
    if (compared > 0 || flats[0].length === 0) return PASS;
    return undecided("range: every gradient is near the limits of the format");
  },
};

/** Some saved value or cotangent is so small that scaling loses bits: products inside may underflow. */
function nearUnderflow(c: Case, precision: Precision): boolean {
  const limit = precision.format.smallestNormal * 2 ** 40;
  const terms = new Attainable("gradient", pointOf(c), precision).terms;
  return (
    terms.some((t) => t !== 0 && t < limit) || !terms.every((t) => t < precision.format.largest / 2 ** 40)
  );
}

function leavesRange(c: Case, precision: Precision): boolean {
  const tolerance = new Attainable("gradient", pointOf(c), precision).fullTolerance();
  return "undecidable" in tolerance || tolerance.textbookOverflows;
}

/** Jᵀ(a + b) = Jᵀa + Jᵀb, within what the three results may each be off. */
export const linearity: Law = {
  name: "linearity in the cotangent",
  modes: ["vjp"],
  requests: (c) => splitCotangent(c).map((cotangents) => askGradient(c, { cotangents })),
  judge(c, outcomes, precision) {
    const answers = outcomes.map((outcome) => readAnswer(c, outcome, "vjp"));
    for (const answer of answers) if (!answer.ok) return answer.judgement;
    const [a, b, both] = answers.map((answer) => flatten(answer.ok ? answer.grads : []));
    const parts = splitCotangent(c);
    // The floors of the three tolerances cost no runs, and settle most cases.
    const attainable = parts.map(
      (cotangents) => new Attainable("gradient", { ...pointOf(c), cotangents }, precision),
    );
    // Three results are rounded at their own sizes too, which are not the reference's when the gradient is wrong.
    const rounding = (i: number): number =>
      4 * precision.format.u * (Math.abs(a[i]) + Math.abs(b[i]) + Math.abs(both[i]));
    const allowed = (widths: readonly Float64Array[], i: number): number =>
      widths[0][i] + widths[1][i] + widths[2][i] + rounding(i);
    const floors = attainable.map((each) => each.floors());
    const suspect = (widths: readonly Float64Array[]): number =>
      both.findIndex((x, i) => !(Math.abs(x - a[i] - b[i]) <= allowed(widths, i)));
    if (suspect(floors) < 0) return PASS;
    const tolerances = attainable.map((each) => each.fullTolerance());
    const widths: Float64Array[] = [];
    let overflows = false;
    for (const tolerance of tolerances) {
      if ("undecidable" in tolerance) return undecided(tolerance.undecidable);
      widths.push(tolerance.textbook);
      overflows ||= tolerance.textbookOverflows;
    }
    const i = suspect(widths);
    if (i < 0) return PASS;
    if (overflows && !Number.isFinite(both[i])) {
      return undecided("range: a textbook form of the gradient has no finite result here");
    }
    const expected = a[i] + b[i];
    // The rounding of results that are not finite says nothing.
    const slack = Number.isFinite(rounding(i)) ? allowed(widths, i) : sum(widths.map((width) => width[i]));
    return at(
      c,
      i,
      failure(
        "value",
        "gradient",
        `the gradients for two cotangents add up to ${expected}, their sum gives ${both[i]}`,
        {
          expected: { low: expected - slack, high: expected + slack, value: expected },
          got: both[i],
          errorOverAttainable: (3 * Math.abs(both[i] - expected)) / slack,
        },
      ),
    );
  },
};

/** Two cotangents whose sum is exact: both on a grid of 2⁻¹² of the largest element, so that 24 bits hold it. */
function splitCotangent(c: Case): [Tensor[], Tensor[], Tensor[]] {
  const a = c.cotangents.map((x) => onGrid(x));
  const b = a.map((x) => {
    const n = x.data.length;
    // The same numbers in another order and of other signs: no direction of a, and as well conditioned. Halved, so
    // that of a single element the sum is not 0, for which every odd function would do.
    return mapTensor(x, (_, i) => (i % 2 === 0 ? -0.5 : 0.5) * x.data[(i + 1) % n]);
  });
  return [a, b, a.map((x, o) => mapTensor(x, (v, i) => v + b[o].data[i]))];
}

function onGrid(x: Tensor): Tensor {
  const largest = x.data.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
  if (largest === 0) return x;
  const grid = 2 ** (Math.floor(Math.log2(largest)) - 11);
  return mapTensor(x, (v) => Math.round(v / (2 * grid)) * 2 * grid);
}

const exactly = (x: number) => ({ low: x, high: x, value: x });

/** Names the result and element of a flattened position. */
function at(c: Case, position: number, judgement: LawJudgement): LawJudgement {
  const { result, element } = locate(shapesOf("gradient", pointOf(c).program), position);
  return { ...judgement, where: `gradient[${result}]`, element };
}
