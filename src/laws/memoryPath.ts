import { gamma } from "../core/float.js";
import { RHO, type Precision } from "../oracles/tolerance.js";
import { differentiable } from "../program/program.js";
import { askGradient, failure, PASS, readAnswer, undecided, type Law, type LawJudgement } from "./law.js";
import { memoryWay, type Kept } from "./memorySteps.js";

/**
 * Of gates that are held, the derivative of a memory by an earlier one is the product of what was kept, element by element,
 * and nothing else (Hochreiter and Schmidhuber 1997; Gers et al. 2000): it never grows, and is 0 or 1 where gates are.
 *
 * Gates are computed from the case's inputs alone, and how far each may be off is known beforehand: relative errors add up.
 * What is 0, or a product of powers of two, has to be met to the bit.
 *
 * @domain programs whose memory takes one way: cells with a recurrent kernel of zeros, or chains of inputs
 */
export const memoryPath: Law = {
  name: "path of the memory",
  modes: ["vjp"],
  requests: (c) => [askGradient(c)],
  judge(c, [outcome], precision) {
    const answer = readAnswer(c, outcome, "vjp");
    if (!answer.ok) return answer.judgement;
    const way = memoryWay(c, precision);
    if (!way) return undecided("its memory takes no single way");
    const wrt = differentiable(c.program);
    const gradient = (k: number): readonly [Float64Array, string] => {
      const g = wrt.indexOf(k);
      return [answer.grads[g].data, `gradient[${g}]`];
    };
    for (const k of way.closed) {
      const [data, where] = gradient(k);
      const element = data.findIndex((g) => g !== 0);
      if (element < 0) continue;
      const reason = `a state that only zeros lead to receives ${data[element]}`;
      return wrong("leak", { where, element, reason, expected: 0, allowed: 0, got: data[element] });
    }
    const [got, where] = gradient(way.start);
    let decided = 0;
    for (const [element, g] of got.entries()) {
      const cotangent = way.cotangent.data[element];
      const judged = product(
        cotangent,
        way.steps.map((step) => step[element]),
        precision,
      );
      if (judged === undefined) continue;
      decided++;
      const { expected, allowed } = judged;
      if (Math.abs(g - expected) <= allowed) continue;
      const count = way.steps.length;
      const reason =
        Math.abs(g) > Math.abs(cotangent)
          ? `it grew to ${g} from ${cotangent}: what gates keep is at most 1`
          : `what ${count} gates keep of ${cotangent} is ${expected}, not ${g}`;
      return wrong("memory", { where, element, reason, expected, allowed, got: g });
    }
    if (decided === 0 && got.length > 0) return undecided("ill-conditioned: gates near 0 lose their digits");
    return PASS;
  },
};

interface Product {
  readonly expected: number;
  readonly allowed: number;
}

/** What is left of a cotangent; undefined where gates are known too badly to say. */
function product(cotangent: number, steps: readonly Kept[], { format }: Precision): Product | undefined {
  const { smallestNormal, u } = format;
  // A gate that is shut, beyond doubt: what the others are does not matter.
  if (cotangent === 0 || steps.some(({ value, error }) => value === 0 && error === 0)) {
    return { expected: 0, allowed: 0 };
  }
  let expected = cotangent;
  let least = Math.abs(cotangent);
  for (const { value } of steps) {
    expected *= value;
    least = Math.min(least, Math.abs(expected));
  }
  const grows = steps.some(({ value }) => Math.abs(value) > 1);
  const underflows = least < 2 * smallestNormal;
  if (underflows && grows) return undefined;
  const exact = steps.every(({ value, error }) => error === 0 && isPowerOfTwo(value));
  if (exact && !underflows) return { expected, allowed: 0 };
  const factors = steps.reduce((total, { value, error }) => total - Math.log1p(-error / Math.abs(value)), 0);
  // Each product is rounded, by the subject and in doubles here.
  const relative = Math.expm1(factors + 2 * gamma(steps.length, u));
  if (!(relative <= RHO)) return undefined;
  return { expected, allowed: Math.abs(expected) * relative + (underflows ? 2 * smallestNormal : 0) };
}

const isPowerOfTwo = (x: number): boolean => {
  const exponent = Math.log2(Math.abs(x));
  return Number.isInteger(exponent) && 2 ** exponent === Math.abs(x);
};

interface Wrong extends Product {
  readonly where: string;
  readonly element: number;
  readonly reason: string;
  readonly got: number;
}

function wrong(kind: string, { where, element, reason, expected, allowed, got }: Wrong): LawJudgement {
  const error = Math.abs(got - expected);
  return failure(kind, where, reason, {
    element,
    expected: { low: expected - allowed, high: expected + allowed, value: expected },
    got,
    ...(allowed > 0 && { errorOverAttainable: (3 * error) / allowed }),
  });
}
