import type { GradcheckOptions } from "./options.js";
import type { Problem } from "./problem.js";
import type { GradcheckFacts } from "./result.js";
import { entryOf, smallestCase } from "./smallestCase.js";
import { isRounding, type Check } from "./verify.js";

/** What a check says, without what is the same for all checks of a call. */
export type Judged = Omit<GradcheckFacts, "seed" | "format" | "order">;

const countsOf = ({ evaluations, reversePasses }: Check) => ({ evaluations, gradientCalls: reversePasses });

/** What a check of a gradient against its function means, with the smallest case where it failed. */
export function judged(problem: Problem, check: Check, options: GradcheckOptions): Judged {
  const { verdict, reason, found, kind } = check;
  const counts = countsOf(check);
  if (verdict !== "fail") return { verdict, reason, ...counts };
  const entry = entryOf(problem, check, options);
  if (found?.alone && isRounding(problem, found, options)) {
    const why = "right formula, rounding: the errors at points around have no common sign";
    return { verdict: "inaccurate", kind: "rounding", reason: why, ...(entry && { entry }), ...counts };
  }
  const smallest = options.mostShrinking === 0 ? undefined : smallestCase(problem, check, options);
  const facts = {
    verdict,
    reason: kind === "value" && found ? `the ${problem.what} is wrong` : reason,
    ...(kind !== undefined && { kind }),
    ...(entry && { entry }),
    ...(smallest && { smallest }),
    ...(kind === "value" && found && { because: confirmed(problem) }),
  };
  return { ...facts, ...counts, evaluations: counts.evaluations + (smallest?.evaluations ?? 0) };
}

const confirmed = ({ what, of, author }: Problem): string =>
  `${author === "library" ? "The library's" : "The"} ${what} contradicts ${of} itself: differences of ${of} with two lengths of steps, each with\n` +
  `  its own error bound, contradict it, and ${of} gives the same values when asked again.`;
