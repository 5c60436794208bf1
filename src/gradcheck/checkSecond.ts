import { GradproofError } from "../core/errors.js";
import type { Tensor } from "../core/tensor.js";
import { judged, type Judged } from "./judged.js";
import type { GradcheckOptions } from "./options.js";
import type { Problem } from "./problem.js";
import { WrongGradientError } from "./readGradients.js";
import { curvature, gradientFunction, parts, symmetry, type Look } from "./secondOrder.js";
import { verify } from "./verify.js";

/**
 * The derivative of the gradient: against second differences of f, against its own transpose, and what is stated of it
 * against differences of the gradient.
 */
export function checkSecond(problem: Problem, options: GradcheckOptions): Judged {
  const counts = { evaluations: 0, gradientCalls: 0 };
  const counted: Problem = {
    ...problem,
    f: (xs) => {
      counts.evaluations++;
      return problem.f(xs);
    },
    pullback: (xs, v) => {
      counts.gradientCalls++;
      return problem.pullback!(xs, v);
    },
  };
  const checked: string[] = [];
  try {
    const told = looks(counted, options, checked) ?? stated(problem, options, checked);
    return {
      ...told,
      checked,
      evaluations: counts.evaluations,
      // What is evaluated to check a second derivative are gradients.
      gradientCalls: counts.gradientCalls + told.evaluations + told.gradientCalls,
    };
  } catch (error) {
    if (!(error instanceof WrongGradientError)) throw error;
    const { kind, message } = error;
    return { verdict: "fail", kind, reason: `beside the point ${message}`, checked, ...counts };
  }
}

const FREE = { evaluations: 0, gradientCalls: 0 } as const;

/** What can be seen of the gradient alone; undefined where it seems right, and more is stated of its derivative. */
function looks(problem: Problem, options: GradcheckOptions, checked: string[]): Judged | undefined {
  const g = gradientFunction(problem, options);
  const symmetric = g.x.length > 1 ? symmetry(g, problem, options) : undefined;
  const curved = curvature(g, problem, options);
  checked.push(
    `its derivative against second differences of f: ${STATES[curved.state]}`,
    `its derivative against its own transpose: ${symmetric ? STATES[symmetric.state] : "says nothing of a single number"}`,
  );
  for (const look of [symmetric, curved]) if (look?.state === "broken") return { ...broken(look), ...FREE };
  if (problem.hessian) return undefined;
  checked.push("no hvp is declared to hold against differences of the gradient");
  if ([symmetric, curved].some((look) => look?.state === "holds")) {
    return { verdict: "pass", reason: "", ...FREE };
  }
  const reason = "nothing can be seen of the derivative of the gradient: noise hides it, or there is a kink";
  return { verdict: "inconclusive", reason, ...FREE };
}

/** H·d as somebody states it. */
function stated(problem: Problem, options: GradcheckOptions, checked: string[]): Judged {
  const { cotangent: _ofResults, ...rest } = options;
  const gradient = derivativeProblem(problem, options);
  const told = judged(gradient, verify(gradient, rest), rest);
  checked.push(`hvp against differences of the gradient: ${told.verdict}`);
  return told;
}

const STATES = { holds: "holds", unseen: "not seen, for noise or a kink", broken: "contradicted" } as const;

const broken = ({ kind, reason }: Extract<Look, { state: "broken" }>) =>
  ({
    verdict: "fail",
    kind,
    reason,
    because:
      kind === "symmetry"
        ? "Differences of the gradient say so, with their error bounds; no second derivative is needed for it."
        : "Differences of the gradient say so, and differences of differences of f, each with their error bounds.",
  }) as const;

/** The gradient as a function, and H·d as its gradient, which is its own transpose. */
function derivativeProblem(problem: Problem, options: GradcheckOptions): Problem {
  const { hessian, inputs } = problem;
  const g = gradientFunction(problem, options);
  const lengths = inputs.map((x) => x.data.length);
  const row = g.values(inputs.map((x) => x.data));
  return {
    ...problem,
    what: "second derivative",
    of: "the gradient",
    f: g.values,
    pullback: (xs, d) => hessian!(xs, parts(d, lengths), g.cotangent),
    hessian: undefined,
    outputs: [{ shape: [row.length], data: row }],
    at(others: readonly Tensor[]): Problem {
      try {
        return derivativeProblem(problem.at(others), options);
      } catch (error) {
        if (!(error instanceof WrongGradientError)) throw error;
        // Here the gradient is the function, and these inputs are none that it takes.
        throw Object.assign(new GradproofError("function-throws", error.message), { cause: error });
      }
    },
  };
}
