import { Attainable } from "../oracles/attainable.js";
import { formResults } from "../oracles/formResults.js";
import { compute, flatten } from "../oracles/quantity.js";
import type { Precision } from "../oracles/tolerance.js";
import { DOUBLES } from "../core/numberAlgebra.js";
import type { Case } from "../record/case.js";
import { contradicted, type Find } from "./contradiction.js";
import { askGradient, failure, PASS, pointOf, readAnswer, type Law, type LawJudgement } from "./law.js";
import { curveOf, withUnitCotangents, worse } from "./singleOp.js";

/**
 * Far out a derivative is small, and not nothing: it is 0 only where the format cannot hold it, or where a textbook form
 * has lost it. Where the record says how fast the limits are approached, value and derivative stay within that.
 */
export const tails: Law = {
  name: "tails",
  modes: ["vjp"],
  requests: (c) => [askGradient(withUnitCotangents(c))],
  judge(c, [outcome], precision) {
    const answer = readAnswer(c, outcome, "vjp");
    if (!answer.ok) return answer.judgement;
    const unit = withUnitCotangents(c);
    const [values, slopes] = [flatten(answer.value), flatten(answer.grads)];
    const point = pointOf(unit);
    const { tails: stated, limits } = curveOf(c);
    return worse([
      notVanished(unit, slopes, precision),
      ...(stated
        ? [
            contradicted(
              "tail",
              [new Attainable("value", point, precision)],
              outside("value[0]", c, values, (x, scale) => {
                const limit = limits!.value[x < 0 ? 0 : 1]!;
                return { low: limit - stated.value * scale, high: limit + stated.value * scale };
              }),
            ),
            contradicted(
              "tail",
              [new Attainable("gradient", point, precision)],
              outside("gradient[0]", c, slopes, (_x, scale) => ({
                low: stated.derivative[0] * scale,
                high: stated.derivative[1] * scale,
              })),
            ),
          ]
        : []),
    ]);
  },
};

/** Products of a factor or two on the way to the smallest normal number may underflow before. */
const MARGIN = 2 ** 10;

function notVanished(c: Case, slopes: Float64Array, precision: Precision): LawJudgement {
  const point = pointOf(c);
  const exact = flatten(compute(DOUBLES, "gradient", point));
  const least = MARGIN * precision.format.smallestNormal;
  const lost = Array.from(slopes.keys()).filter((i) => slopes[i] === 0 && Math.abs(exact[i]) >= least);
  if (lost.length === 0) return PASS;
  const runs = formResults("gradient", point, precision);
  return worse(
    lost.map((i): LawJudgement => {
      const losing = runs.filter(({ results }) => results[i] * Math.sign(exact[i]) <= 0);
      if (losing.some(({ form }) => form === 0)) return PASS;
      const x = c.inputs[0].data[i];
      const reason = `the derivative at ${x} is ${exact[i]}, and came back as 0`;
      if (losing.length > 0) {
        const where = { where: "gradient[0]", element: i, got: 0 };
        return {
          verdict: "inaccurate",
          kind: "vanished",
          ...where,
          reason: `${reason}: a textbook form loses it`,
        };
      }
      return failure("vanished", "gradient[0]", `${reason}, which no accepted formula gives`, {
        element: i,
        got: 0,
        expected: { low: exact[i], high: exact[i], value: exact[i] },
      });
    }),
  );
}

/** @param envelope where the result lies at x; `scale` is e^(−rate·|x|) */
function outside(
  where: "value[0]" | "gradient[0]",
  c: Case,
  results: Float64Array,
  envelope: (x: number, scale: number) => { readonly low: number; readonly high: number },
): Find {
  const { rate } = curveOf(c).tails!;
  const { data: xs } = c.inputs[0];
  return ([widths]) => {
    for (const [i, got] of results.entries()) {
      // Rates are powers of two: nothing is rounded but the exponential, by less than a spacing or so.
      const { low, high } = envelope(xs[i], Math.exp(-rate * Math.abs(xs[i])));
      const allowed = widths[i] + 2 ** -50 * Math.max(Math.abs(low), Math.abs(high));
      if (low - allowed <= got && got <= high + allowed) continue;
      const expected = got > high ? high : low;
      const reason = `${got} at ${xs[i]}, where it lies between ${low} and ${high}`;
      return { where, element: i, reason, got, expected, allowed };
    }
    return undefined;
  };
}
