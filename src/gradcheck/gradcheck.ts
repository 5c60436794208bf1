import { GradproofError } from "../core/errors.js";
import { shown } from "./argument.js";
import { checkSecond } from "./checkSecond.js";
import { judged } from "./judged.js";
import { measureGradient } from "./measureGradient.js";
import { gradcheckOptions, type GradcheckOptions } from "./options.js";
import { problemOf, type Problem } from "./problem.js";
import { Gradcheck, GradcheckError, type GradcheckFacts } from "./result.js";
import { settle } from "./settle.js";
import { verify } from "./verify.js";

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
 * @throws GradproofError `bad-input` for arguments that are no numbers, `bad-option` for options that there are not; a wrong gradient throws only with `throws`
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
      `inputs must be the list of f's arguments, as in [x]; got ${shown(inputs)}`,
    );
  }
  if (typeof f !== "function") {
    throw new GradproofError("bad-input", `f is ${shown(f)}, and must be a function`);
  }
  gradcheckOptions(options);
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
  if (!problem.pullback) return new Gradcheck({ ...constant, ...measureGradient(problem, options) });
  const first = judged(problem, verify(problem, options), options);
  const facts: GradcheckFacts = { ...constant, ...first };
  if (order === 1) return new Gradcheck(facts);
  // What the gradient itself does not hold, its derivative need not.
  if (first.verdict === "fail" || first.verdict === "inconclusive") {
    return new Gradcheck({ ...facts, order: 1, checked: ["the gradient; its derivative was not looked at"] });
  }
  const second = checkSecond(problem, options);
  return new Gradcheck({
    ...(second.verdict === "pass" ? { ...facts, checked: second.checked! } : { ...constant, ...second }),
    evaluations: first.evaluations + second.evaluations,
    gradientCalls: first.gradientCalls + second.gradientCalls,
  });
}
