import { GradproofError } from "../core/errors.js";
import { differences } from "../oracles/finiteDifferences.js";
import { checkGradient } from "../oracles/checkGradient.js";
import { promisedErrors } from "../oracles/measuredErrors.js";
import { only, scaleOf } from "../oracles/probeDirection.js";
import type { GradcheckOptions } from "./options.js";
import { problemOf, WrongGradientError, type Problem } from "./problem.js";
import { Gradcheck, GradcheckError, type GradcheckFacts, type MeasuredGradient } from "./result.js";
import { asymmetry, gradientFunction, parts } from "./secondOrder.js";
import { settle } from "./settle.js";
import { entryOf, smallestCase } from "./smallestCase.js";
import { isRounding, verify, type Check } from "./verify.js";

type Gradable = (...inputs: never[]) => unknown;

/**
 * Checks the gradient of any function against the function itself, at one point: no formula of ours takes part.
 *
 * @param f of numbers, nested arrays, `Float64Array`, `Float32Array`, `{ shape, data }` or TensorFlow.js tensors; it
 *   may be asynchronous
 * @param inputs the arguments of f, in a list
 * @returns the finding, whose text is the report; a promise of it where f or the gradient is asynchronous
 * @domain a point inside the domain of f. What f's own values do not show (a derivative lost under a large constant) is
 *   `inconclusive`
 * @throws GradproofError `bad-input` for arguments that are no numbers; a wrong gradient throws only with `throws`
 * @example gradcheck(([x, y]) => x * y, [[2, 3]], { gradient: ([x, y]) => [y, x] }).verdict // "pass"
 * @example String(gradcheck((x) => x ** 3, [2], { gradient: (x) => 2 * x ** 2 })).split("\n")[0] // "fail: the gradient is wrong"
 */
export function gradcheck<F extends Gradable>(
  f: F,
  inputs: readonly unknown[],
  options: GradcheckOptions = {},
): ReturnType<F> extends Promise<unknown> ? Promise<Gradcheck> : Gradcheck {
  if (!Array.isArray(inputs)) {
    throw new GradproofError(
      "bad-input",
      `inputs must be the list of f's arguments, as in [x]; got ${typeof inputs}`,
    );
  }
  const run = (): Gradcheck | Promise<Gradcheck> =>
    settle((ask) => {
      const result = examine(problemOf(f as never, inputs, options, ask), options);
      if (options.throws && !result.ok) throw new GradcheckError(result);
      return result;
    });
  return run() as ReturnType<F> extends Promise<unknown> ? Promise<Gradcheck> : Gradcheck;
}

/**
 * The same for tests: throws unless the gradient is right, or right but for rounding, or a choice at a kink.
 *
 * @throws GradcheckError `gradient-fail` or `gradient-inconclusive`, with the report as its message
 */
export function assertGradient<F extends Gradable>(
  f: F,
  inputs: readonly unknown[],
  options: Omit<GradcheckOptions, "throws"> = {},
): ReturnType<typeof gradcheck<F>> {
  return gradcheck(f, inputs, { ...options, throws: true });
}

function examine(problem: Problem, options: GradcheckOptions): Gradcheck {
  const { cotangent, seed = 0, order = 1 } = options;
  const size = problem.outputs.reduce((n, y) => n + y.data.length, 0);
  if (cotangent && cotangent.length !== size) {
    throw new GradproofError(
      "bad-input",
      `cotangent has ${cotangent.length} numbers, the result of f ${size}`,
    );
  }
  const constant = { seed, format: problem.format, order } as const;
  if (!problem.pullback) return new Gradcheck({ ...constant, ...measure(problem, options) });
  const first = verify(problem, options);
  const facts: GradcheckFacts = { ...constant, order: 1, ...judged(problem, first, options) };
  if (order === 1 || first.verdict === "fail" || first.verdict === "inconclusive")
    return new Gradcheck(facts);
  const { evaluations, gradientCalls } = facts;
  const second = checkSecond(problem, options);
  return new Gradcheck({
    ...facts,
    order,
    ...second,
    evaluations: evaluations + second.evaluations,
    gradientCalls: gradientCalls + second.gradientCalls,
  });
}

type Judged = Omit<GradcheckFacts, "seed" | "format" | "order">;

const countsOf = ({ evaluations, reversePasses }: Check) => ({ evaluations, gradientCalls: reversePasses });

const confirmed = (problem: Problem): string => {
  const whose = problem.author === "library" ? "The library's gradient" : "The gradient";
  return (
    `${whose} contradicts f itself: differences of f with two lengths of steps, each with its own error bound,\n` +
    `  contradict it, and f gives the same values when asked again.`
  );
};

/** What a check of the first order means, with the smallest case where it failed. */
function judged(problem: Problem, check: Check, options: GradcheckOptions): Judged {
  const { verdict, reason, found, kind } = check;
  const counts = countsOf(check);
  if (verdict !== "fail") return { verdict, reason, ...counts };
  if (found?.alone && isRounding(problem, found, options)) {
    const entry = entryOf(problem, check, options);
    const why = "right formula, rounding: the errors at points around have no common sign";
    return { verdict: "inaccurate", kind: "rounding", reason: why, ...(entry && { entry }), ...counts };
  }
  const entry = entryOf(problem, check, options);
  const smallest = options.mostShrinking === 0 ? undefined : smallestCase(problem, check, options);
  const facts = {
    verdict,
    reason: kind === "value" && found ? "the gradient is wrong" : reason,
    ...(kind !== undefined && { kind }),
    ...(entry && { entry }),
    ...(smallest && { smallest }),
    ...(kind === "value" && found && { because: confirmed(problem) }),
  };
  return { ...facts, ...counts, evaluations: counts.evaluations + (smallest?.evaluations ?? 0) };
}

/** The derivative of the gradient, against differences of the gradient and against its own transpose. */
function checkSecond(problem: Problem, options: GradcheckOptions): Judged {
  const h = gradientFunction(problem, options);
  const { hessian, inputs } = problem;
  const odd = asymmetry(h.values, problem, options);
  if (odd) {
    const because =
      "Differences of the gradient say so, with their error bounds; no second derivative is needed for it.";
    return { verdict: "fail", kind: "symmetry", reason: odd.reason, because, ...countsOf(odd) };
  }
  if (!hessian) return { verdict: "pass", reason: "", evaluations: 0, gradientCalls: 0 };
  const lengths = inputs.map((x) => x.data.length);
  const { seed = 0, resolution } = options;
  let check: Check;
  try {
    check = checkGradient(
      h.values,
      (xs, d) => hessian(xs, parts(d, lengths), h.cotangent),
      inputs.map((x) => x.data),
      { seed, format: problem.format, ...(resolution !== undefined && { resolution }) },
    );
  } catch (error) {
    if (!(error instanceof WrongGradientError)) throw error;
    const { kind, message } = error;
    return {
      verdict: "fail",
      kind,
      reason: `second derivative: ${message}`,
      evaluations: 0,
      gradientCalls: 1,
    };
  }
  const { verdict, reason, kind } = check;
  const gradientCalls = check.evaluations + check.reversePasses;
  const told = reason && `second derivative: ${reason}`;
  return { verdict, reason: told, ...(kind !== undefined && { kind }), evaluations: 0, gradientCalls };
}

/** Without a gradient to check, the one that f has, entry by entry. */
function measure(problem: Problem, options: GradcheckOptions): Judged {
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
