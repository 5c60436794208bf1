import { formatOf } from "../core/float.js";
import { Attainable } from "../oracles/attainable.js";
import { flatten, locate, shapesOf } from "../oracles/quantity.js";
import { differentiable } from "../program/program.js";
import type { Case } from "../record/case.js";
import { contradicted, equation } from "./contradiction.js";
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
import { curveOf, movedTo, opOf, worse } from "./singleOp.js";

/** Powers of two by which inputs are scaled: small and odd, so that digits of other bases move too. */
const EXPONENTS = [-3, 5] as const;

/** Twice of them where the degree has halves: of a root only powers of four are exact. */
const exponents = (degree: number): number[] => EXPONENTS.map((k) => (Number.isInteger(degree) ? k : 2 * k));

const homogeneityOf = (c: Case) => curveOf(c).homogeneous ?? { degree: 0, in: [] };

function scaledBy(c: Case, k: number): Case {
  const { op, attributes } = opOf(c);
  const inputs = op.inputs(c.inputs.length, attributes);
  const names = homogeneityOf(c).in;
  return movedTo(c, (x, input) => (names.includes(inputs[input].name) ? x * 2 ** k : x));
}

/**
 * f(2ᵏ·x) = 2^(k·degree)·f(x), and the gradient of what is scaled is of one degree less. Sums, products, quotients and
 * comparisons are scaled bit for bit, so that whole degrees are; a root may be computed in many ways, and the results
 * then agree as far as both are rounded.
 */
export const scaling: Law = {
  name: "scaling",
  modes: ["vjp"],
  requests: (c) => [
    askGradient(c),
    ...exponents(homogeneityOf(c).degree).map((k) => askGradient(scaledBy(c, k))),
  ],
  judge(c, outcomes, precision) {
    const answers = outcomes.map((outcome) => readAnswer(c, outcome, "vjp"));
    for (const answer of answers) if (!answer.ok) return answer.judgement;
    if (losesBits(c)) return undecided("range: a scaled input is near the limits of the format");
    const [first, ...scaled] = answers.map((answer) =>
      answer.ok ? { value: flatten(answer.value), gradient: flatten(answer.grads) } : undefined,
    );
    const { degree, in: names } = homogeneityOf(c);
    const { op, attributes } = opOf(c);
    const inputs = op.inputs(c.inputs.length, attributes);
    const gradientDegrees = differentiable(c.program).flatMap((k) =>
      Array.from(c.inputs[k].data, () => (names.includes(inputs[k].name) ? degree - 1 : degree)),
    );
    const judgements = exponents(degree).flatMap((k, j) =>
      (["value", "gradient"] as const).map((quantity) => {
        const power = (i: number): number => 2 ** (k * (quantity === "value" ? degree : gradientDegrees[i]));
        const results = { base: first![quantity], scaled: scaled[j]![quantity] };
        if (Number.isInteger(degree)) return bitForBit(c, quantity, k, results, power);
        return withinRounding(c, quantity, k, results, power, precision);
      }),
    );
    const decided = judgements.filter(({ verdict }) => verdict !== "inconclusive");
    return decided.length > 0 ? worse(decided) : judgements[0];
  },
};

/** Some input that is not 0 becomes subnormal when it is scaled, or comes near the largest number. */
function losesBits(c: Case): boolean {
  const { smallestNormal, largest } = formatOf(c.dtype);
  const isFar = (x: number): boolean =>
    x === 0 || (Math.abs(x) >= smallestNormal * 2 ** 10 && Math.abs(x) <= largest / 2 ** 10);
  const scaled = scaledBy(c, 1).inputs;
  return !c.inputs.every(({ data }, k) => data.every((x, i) => isFar(x) || scaled[k].data[i] === x));
}

interface Results {
  readonly base: Float64Array;
  readonly scaled: Float64Array;
}

type Compared = "value" | "gradient";

function bitForBit(
  c: Case,
  quantity: Compared,
  k: number,
  { base, scaled }: Results,
  power: (i: number) => number,
): LawJudgement {
  const { smallestNormal, largest } = formatOf(c.dtype);
  // Near the subnormal range and where results overflow, a factor of two is not exact.
  const isSafe = (x: number): boolean =>
    x === 0 || (Math.abs(x) > smallestNormal * 2 ** 32 && Math.abs(x) < largest / 2 ** 16);
  let compared = 0;
  for (let i = 0; i < base.length; i++) {
    const expected = base[i] * power(i);
    const got = scaled[i];
    if (!isSafe(expected) || !isSafe(got) || !isSafe(base[i])) continue;
    compared++;
    if (expected === got) continue;
    const { result, element } = locate(shapesOf(quantity, pointOf(c).program), i);
    const reason = `with 2^${k} times the input a ${quantity} of ${got} instead of ${expected}`;
    return failure("scaling", `${quantity}[${result}]`, reason, {
      element,
      expected: { low: expected, high: expected, value: expected },
      got,
    });
  }
  if (compared > 0 || base.length === 0) return PASS;
  return undecided("range: every result is near the limits of the format");
}

function withinRounding(
  c: Case,
  quantity: Compared,
  k: number,
  { base, scaled }: Results,
  power: (i: number) => number,
  precision: Parameters<Law["judge"]>[2],
): LawJudgement {
  const points = [scaledBy(c, k), c].map(pointOf);
  // One power for all: ops with roots have one input.
  return contradicted(
    "scaling",
    points.map((point) => new Attainable(quantity, point, precision)),
    equation(
      precision,
      `${quantity}[0]`,
      [
        { weight: 1, results: scaled },
        { weight: -power(0), results: base },
      ],
      () => 0,
      (i) => `with 2^${k} times the input a ${quantity} of ${scaled[i]}, and ${base[i]} without`,
    ),
  );
}
