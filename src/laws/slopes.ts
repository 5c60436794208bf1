import { formatOf, ulp } from "../core/float.js";
import { flatten } from "../oracles/quantity.js";
import type { Curve } from "../ops/curve.js";
import { askGradient, failure, PASS, readAnswer, type Law } from "./law.js";
import { curveOf, withUnitCotangents } from "./singleOp.js";

/**
 * Between the kinks of a function of straight pieces its derivative is the slope of the piece, exactly; at a kink it lies
 * between the slopes on both sides.
 */
export const slopes: Law = {
  name: "exact slopes",
  modes: ["vjp"],
  requests: (c) => [askGradient(withUnitCotangents(c))],
  judge(c, [outcome], { flush }) {
    const answer = readAnswer(c, outcome, "vjp");
    if (!answer.ok) return answer.judgement;
    const [{ data: xs }] = c.inputs;
    const { straight = { between: [], slopes: [] } } = curveOf(c);
    const { smallestNormal } = formatOf(c.dtype);
    for (const [i, slope] of flatten(answer.grads).entries()) {
      // What is flushed counts as 0.
      const x = flush && Math.abs(xs[i]) < smallestNormal ? 0 : xs[i];
      const allowed = slopesAt(straight, x, c.dtype);
      if (!allowed || (allowed.low <= slope && slope <= allowed.high)) continue;
      const { low, high } = allowed;
      const what = low === high ? `where it is ${low}` : `where it lies between ${low} and ${high}`;
      return failure("slope", "gradient[0]", `a derivative of ${slope} at ${xs[i]}, ${what}`, {
        element: i,
        expected: { low, high, value: low },
        got: slope,
      });
    }
    return PASS;
  },
};

/** Undefined at a jump, where there is no derivative. */
function slopesAt({ between, slopes: all }: NonNullable<Curve["straight"]>, x: number, dtype: "f32" | "f64") {
  // A kink that the format does not hold lies on either side of what it is rounded to.
  const at = between.findIndex((kink) => Math.abs(x - kink) <= (isHeld(kink, dtype) ? 0 : ulp(kink, dtype)));
  if (at < 0) {
    const slope = all[between.filter((kink) => x > kink).length];
    return { low: slope, high: slope };
  }
  const [before, after] = all.slice(at, at + 2);
  return before === after ? undefined : { low: Math.min(before, after), high: Math.max(before, after) };
}

const isHeld = (x: number, dtype: "f32" | "f64"): boolean => formatOf(dtype).round(x) === x;
