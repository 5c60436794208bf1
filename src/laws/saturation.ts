import { formatOf, nextDown, nextUp } from "../core/float.js";
import { DOUBLES } from "../core/numberAlgebra.js";
import { formResults, type FormResult } from "../oracles/formResults.js";
import { flatten } from "../oracles/quantity.js";
import type { Precision } from "../oracles/tolerance.js";
import type { Case } from "../record/case.js";
import {
  askValue,
  failure,
  PASS,
  pointOf,
  readAnswer,
  undecided,
  type Law,
  type LawJudgement,
} from "./law.js";
import { curveOf, movedTo, opOf, worse } from "./singleOp.js";

/** One end of the graph, where the value comes to its limit. */
interface End {
  readonly side: 0 | 1;
  readonly limit: number;
  /** From here on the correctly rounded value is the limit. */
  readonly threshold: number;
  /** The format holds the limit itself. */
  readonly isHeld: boolean;
}

function endsOf(c: Case): End[] {
  const { limits, saturates } = curveOf(c);
  return ([0, 1] as const).flatMap((side) => {
    const [limit, threshold] = [limits?.value[side] ?? null, saturates?.[c.dtype][side] ?? null];
    if (limit === null || threshold === null) return [];
    return [{ side, limit, threshold, isHeld: formatOf(c.dtype).round(limit) === limit }];
  });
}

/** Far beyond the threshold, where the value is what an implementation takes for the limit. */
const farOut = ({ side, threshold }: End): number =>
  threshold + (side === 0 ? -4 : 4) * Math.max(1, Math.abs(threshold));

/**
 * The value is its limit exactly where that of some accepted formula may be: strictly inside below the thresholds, and
 * the limit itself beyond. It never lies beyond the limit, where the function does not.
 *
 * A case holds inputs around the thresholds of all formulas; each is judged by itself.
 */
export const saturation: Law = {
  name: "saturation",
  modes: ["value"],
  requests: (c) => [askValue(c), ...endsOf(c).map((end) => askValue(movedTo(c, () => farOut(end))))],
  judge(c, [outcome, ...far], precision) {
    const answer = readAnswer(c, outcome, "value");
    if (!answer.ok) return answer.judgement;
    const got = flatten(answer.value);
    if (got.length === 0) return PASS;
    const evidence: string[] = [];
    const judgements = endsOf(c).map((end, e): LawJudgement => {
      const limit = limitOf(c, end, far[e], precision);
      if (typeof limit !== "number") return limit;
      const judgement = new Saturation(c, end, limit, precision).judge(got);
      evidence.push(...seen(c, end, limit, got));
      return judgement;
    });
    const judged = worse(judgements);
    return judged.verdict === "pass" && evidence.length > 0 ? { ...judged, evidence } : judged;
  },
};

/** The limit in the format. Where that cannot hold it, the subject's own value far out, if it is as near as rounding. */
function limitOf(
  c: Case,
  end: End,
  far: Parameters<Law["judge"]>[1][number],
  precision: Precision,
): number | LawJudgement {
  if (end.isHeld) return end.limit;
  const answer = readAnswer(c, far, "value");
  if (!answer.ok) return answer.judgement;
  const [own] = flatten(answer.value);
  // Two rounded constants and their product: three roundings.
  if (Math.abs(own - end.limit) <= 4 * precision.format.u * Math.abs(end.limit)) return own;
  return undecided(`the value is wrong already: ${own} at ${farOut(end)}, where it is ${end.limit}`);
}

class Saturation {
  private readonly exact: Float64Array;
  private runs: readonly FormResult[] | undefined;

  constructor(
    private readonly c: Case,
    private readonly end: End,
    private readonly limit: number,
    private readonly precision: Precision,
  ) {
    const { op, attributes } = opOf(c);
    this.exact = flatten([op.meaning(DOUBLES, c.inputs, attributes)]);
  }

  judge(got: Float64Array): LawJudgement {
    return worse(Array.from(got, (y, i) => this.at(i, y)));
  }

  private at(i: number, y: number): LawJudgement {
    if (y === this.limit) return this.isNear(i) ? PASS : this.reachedEarly(i, y);
    if (this.end.isHeld && this.isBeyond(y)) {
      return this.fail("beyond", i, y, `${y} is beyond its limit ${this.limit}`);
    }
    return this.isPast(this.c.inputs[0].data[i]) ? this.notReached(i, y) : PASS;
  }

  /** Within the rounding of the result itself. */
  private isNear(i: number): boolean {
    const { format, flush } = this.precision;
    const smallest = flush ? format.smallestNormal : 4 * format.eta;
    return Math.abs(this.exact[i] - this.limit) <= 2 * format.u * Math.abs(this.limit) + smallest;
  }

  private reachedEarly(i: number, y: number): LawJudgement {
    const reaching = this.formsAt(i).filter((form) => form.reaches);
    if (reaching.some(({ form }) => form === 0)) return PASS;
    const x = this.c.inputs[0].data[i];
    if (reaching.length > 0) {
      return {
        verdict: "inaccurate",
        kind: "early",
        where: "value[0]",
        element: i,
        got: y,
        reason: `at ${x} a textbook form has lost what is left to its limit ${this.limit}`,
      };
    }
    return this.fail(
      "early",
      i,
      y,
      `it has its limit ${this.limit} at ${x} already, where it is ${this.exact[i]}`,
    );
  }

  private notReached(i: number, y: number): LawJudgement {
    // Of what underflows nobody promises anything.
    if (Math.abs(y - this.limit) < this.precision.format.smallestNormal) return PASS;
    if (this.formsAt(i).some(({ reaches }) => !reaches)) return PASS;
    return this.fail(
      "late",
      i,
      y,
      `at ${this.c.inputs[0].data[i]} every formula has its limit ${this.limit}`,
    );
  }

  private formsAt(i: number): { readonly form: number; readonly reaches: boolean }[] {
    this.runs ??= formResults("value", pointOf(this.c), this.precision);
    return this.runs.map(({ form, results }) => ({ form, reaches: this.reaches(results[i], this.exact[i]) }));
  }

  /** A function that errs takes the value to the limit, or across it. */
  private reaches(y: number, exact: number): boolean {
    return y === this.limit || (this.limit - exact) * (this.limit - y) < 0;
  }

  /** Only what never turns back has its limits for bounds. */
  private isBeyond(y: number): boolean {
    if (curveOf(this.c).monotone !== "increasing") return false;
    return this.end.side === 0 ? y < this.limit : y > this.limit;
  }

  /** Beyond the threshold, whose digits are seven. */
  private isPast(x: number): boolean {
    const { side, threshold } = this.end;
    const past = side === 0 ? threshold - x : x - threshold;
    return past > 1e-5 * Math.abs(threshold);
  }

  private fail(kind: string, i: number, y: number, reason: string): LawJudgement {
    const exact = this.exact[i];
    return failure(kind, "value[0]", reason, {
      element: i,
      got: y,
      expected: { low: exact, high: exact, value: exact },
    });
  }
}

/** Where the limit is reached, when the case holds the float before it too. */
function seen(c: Case, { side }: End, limit: number, got: Float64Array): string[] {
  const { data: xs } = c.inputs[0];
  const values = new Map(Array.from(xs, (x, i) => [x, got[i]]));
  const inward = side === 0 ? nextUp : nextDown;
  const first = Array.from(xs).find((x) => {
    const before = values.get(inward(x, c.dtype));
    return values.get(x) === limit && before !== undefined && before !== limit;
  });
  return first === undefined ? [] : [`${limit} from ${first} on, in ${c.dtype}`];
}
