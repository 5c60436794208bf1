import { differences } from "../oracles/finiteDifferences.js";
import { promisedErrors } from "../oracles/measuredErrors.js";
import { only, scaleOf } from "../oracles/probeDirection.js";
import type { Judged } from "./judged.js";
import type { GradcheckOptions } from "./options.js";
import type { Problem } from "./problem.js";
import type { MeasuredGradient } from "./result.js";

/** Without a gradient to check, the one that f has, entry by entry. */
export function measureGradient(problem: Problem, options: GradcheckOptions): Judged {
  const { f, inputs, format } = problem;
  const xs = inputs.map((x) => x.data);
  let evaluations = 0;
  const size = problem.outputs.reduce((n, y) => n + y.data.length, 0);
  const v = Float64Array.from(options.cotangent ?? Array.from({ length: size }, () => 1));
  const { noise, firstStep } = promisedErrors(format, options.noise);
  const measured = inputs.map(({ shape, data }, k): MeasuredGradient => {
    const along = (moved: Float64Array): Float64Array => {
      evaluations++;
      return f(xs.with(k, moved));
    };
    const estimates = Array.from(data.keys(), (i) => {
      const { direction, value, bound } = differences(along, data, only(data.map(scaleOf), [i]), v, {
        noise,
        firstStep,
        format,
      });
      const unit = direction[i];
      return unit === 0
        ? { value: NaN, bound: Infinity }
        : { value: value / unit, bound: bound / Math.abs(unit) };
    });
    return {
      shape,
      data: Float64Array.from(estimates, ({ value }) => value),
      bound: Float64Array.from(estimates, ({ bound }) => bound),
    };
  });
  const of = options.cotangent
    ? "for the given cotangent"
    : size === 1
      ? "of f"
      : "of the sum of all results";
  const reason = `no gradient was given to check: the one ${of} was measured`;
  return { verdict: "inconclusive", reason, measured, evaluations, gradientCalls: 0 };
}
