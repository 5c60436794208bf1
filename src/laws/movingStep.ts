import { DOUBLES } from "../core/numberAlgebra.js";
import { normalizeAxis } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { Attainable } from "../oracles/attainable.js";
import type { Precision } from "../oracles/tolerance.js";
import { ProgramBuilder } from "../program/builder.js";
import { evaluateDoubles } from "../program/evaluate.js";
import type { LayerPromise } from "../record/promises.js";
import { widthsOf } from "./equalWithin.js";
import { unanswered, type Verdicted } from "./inquiry.js";
import { failure, PASS, undecided } from "./law.js";

/** One batch that a batch norm is trained with, and what it keeps before and after. */

export type Kept = readonly [mean: Tensor, variance: Tensor];

export interface MovingStep {
  readonly x: Tensor;
  /** Of the channels. */
  readonly axis: number;
  readonly momentum: number;
  readonly before: Kept;
  readonly after: Kept;
}

export const KEPT = ["mean", "variance"] as const;

/** By what the squares of n elements are divided. */
const DIVISORS = { biased: "n", unbiased: "n − 1" } as const;
type Divisor = keyof typeof DIVISORS;

/** Of each channel of a batch, in doubles, and how far those of a correct library may be off. */
interface Moment {
  readonly values: Float64Array;
  readonly widths: Float64Array;
}

function momentOf(
  { x, axis }: MovingStep,
  op: "mean" | Divisor,
  precision: Precision,
): Moment | { readonly undecidable: string } {
  const b = new ProgramBuilder();
  const at = normalizeAxis(axis, x.shape.length);
  const reduced = { axes: x.shape.map((_, a) => a).filter((a) => a !== at), keepdims: false };
  const value = b.input(x.shape);
  const program = b.build(
    op === "mean"
      ? b.apply("mean", [value], reduced)
      : b.apply("variance", [value], { ...reduced, correction: op === "biased" ? 0 : 1 }),
  );
  const full = widthsOf(
    new Attainable("value", { program, inputs: [x], cotangents: [], tangents: [] }, precision),
  );
  if (!full.ok) return { undecidable: full.reason };
  const [output] = program.outputs;
  const values = evaluateDoubles(DOUBLES, program, [x])[output].data as Float64Array;
  return { values, widths: full.widths };
}

interface Miss {
  readonly channel: number;
  readonly expected: number;
  readonly allowed: number;
}

/**
 * The first channel in which what is kept now is not share·old + (1 − share)·new, within rounding. However that is
 * written, as two products or as old − (1 − share)·(old − new), with 1 − share rounded before or after: no way takes more
 * than eight roundings of numbers of size |old| + |new|.
 */
function firstMiss(
  before: Tensor,
  after: Tensor,
  { values, widths }: Moment,
  share: number,
  { format }: Precision,
): Miss | undefined {
  for (const [channel, got] of after.data.entries()) {
    const [old, now] = [before.data[channel], values[channel]];
    const expected = old + (1 - share) * (now - old);
    const rounding = 8 * format.u * (Math.abs(old) + Math.abs(now)) + 4 * format.smallestNormal;
    const allowed = Math.abs(1 - share) * widths[channel] + rounding;
    if (!(Math.abs(got - expected) <= allowed)) return { channel, expected, allowed };
  }
  return undefined;
}

/** What else libraries do, or have done. */
const othersThan = (momentum: number): readonly (readonly [says: string, share: number])[] => [
  [`the momentum, ${momentum}, is the share of the batch`, 1 - momentum],
  ["nothing of before is kept", 0],
  ["it stays as it was", 1],
];

/** Whether a step is the promised one; where it is not, what else it is. */
export function judgeStep(
  step: MovingStep,
  { moving }: Pick<LayerPromise, "moving">,
  precision: Precision,
): Verdicted {
  const { x, momentum, before, after } = step;
  const size = x.data.length / before[0].data.length;
  const possible: Divisor[] = size > 1 ? ["biased", "unbiased"] : ["biased"];
  const promised = possible.filter((divisor) => divisor === (moving?.variance ?? divisor));
  if (promised.length === 0) return unanswered(undecided("of one element there is no variance with n − 1"));
  const moments = new Map<"mean" | Divisor, Moment>();
  for (const name of ["mean", ...possible] as const) {
    const moment = momentOf(step, name, precision);
    if ("undecidable" in moment) return unanswered(undecided(moment.undecidable));
    moments.set(name, moment);
  }
  const missOf = (name: "mean" | Divisor, share: number): Miss | undefined => {
    const which = name === "mean" ? 0 : 1;
    return firstMiss(before[which], after[which], moments.get(name)!, share, precision);
  };
  const facts = [{ name: "momentum", value: String(momentum) }];
  const fits = (name: "mean" | Divisor): boolean => !missOf(name, momentum);
  const divisor = promised.find(fits);
  if (fits("mean") && divisor) {
    const does = `keeps ${momentum} of its mean and variance; the batch's is divided by ${DIVISORS[divisor]}`;
    return { ...PASS, does, facts };
  }
  const which = fits("mean") ? 1 : 0;
  const names = which === 0 ? (["mean"] as const) : possible;
  const miss = missOf(which === 0 ? "mean" : promised[0], momentum)!;
  const other = which === 1 ? possible.find(fits) : undefined;
  const known = othersThan(momentum).find(([, share]) => names.some((name) => !missOf(name, share)));
  const does = other
    ? `the variance of the batch is divided by ${DIVISORS[other]}`
    : (known?.[0] ?? "no known way to keep it gives that");
  const got = after[which].data[miss.channel];
  const reason = `the moving ${KEPT[which]} becomes ${got} instead of ${miss.expected}: ${does}`;
  const judgement = failure(other ? "divisor" : "moving", `value[${which + 1}]`, reason, {
    element: miss.channel,
    got,
    expected: {
      low: miss.expected - miss.allowed,
      high: miss.expected + miss.allowed,
      value: miss.expected,
    },
    errorOverAttainable: (3 * Math.abs(got - miss.expected)) / miss.allowed,
  });
  return { ...judgement, does, facts };
}
