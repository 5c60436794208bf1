import { fromBits32 } from "../core/float.js";
import { filled } from "../core/tensor.js";
import { explain, type Judge } from "../explain/explain.js";
import type { LawJudgement } from "../laws/law.js";
import { bigGradientElement, bigValue, toEstimate } from "../oracles/bigNumber.js";
import { check, singleOp } from "../program/program.js";
import type { Case } from "../record/case.js";
import {
  bitsAt,
  type ExhaustedQuantity,
  type Exhaustion,
  type ExhaustStatistics,
  type KindRun,
  type QuantityStatistics,
  type Sighting,
} from "../record/exhaustion.js";
import type { Finding } from "../record/record.js";
import { showNumber, VERDICTS, type Counts, type Verdict } from "../record/verdict.js";
import { inUlps } from "../subjects/ulps.js";
import type { Subject } from "../subjects/subject.js";
import type { ExhaustPlan } from "./exhaustPlan.js";
import { judgeCase } from "./judgeCase.js";
import type { Property } from "./property.js";

/** Runs of wrong kinds of each sign whose first input is judged alone. */
const MOST_RUNS_JUDGED = 8;

const NUMBER = 0;

export interface ExhaustVerdict {
  readonly counts: Counts;
  /** Why inputs were not decided, with their number. */
  readonly reasons: Record<string, number>;
  readonly conventions: Record<string, number>;
  readonly findings: readonly Finding[];
}

/**
 * Turns the statistics of one quantity into verdicts.
 *
 * What stands out is asked again, alone, and judged by the same law as a random case: the worst errors, and the first
 * input of each run of wrong kinds. The other inputs take the verdict of what stands out more than they do; where those
 * differ, they are not decided.
 */
export class ExhaustJudge {
  private readonly counts = new Map<Verdict, number>();
  private readonly reasons: Record<string, number> = {};
  private readonly findings = new Map<string, Finding>();

  constructor(
    private readonly plan: ExhaustPlan,
    private readonly quantity: ExhaustedQuantity,
    private readonly property: Property,
    private readonly subject: Subject,
  ) {}

  async judge(all: ExhaustStatistics): Promise<ExhaustVerdict> {
    const own = all[this.quantity];
    await this.suspects(own);
    await this.inaccurate(own);
    for (const sign of [0, 1] as const) await this.runs(own.runs[sign], sign);
    this.unjudged(own);
    const conventions = this.quantity === "derivative" ? this.kinks(all) : {};
    const decided = [...this.counts.values()].reduce((a, b) => a + b, 0);
    this.add("pass", all.inputs - decided);
    return {
      counts: Object.fromEntries(this.counts),
      reasons: this.reasons,
      conventions,
      findings: [...this.findings.values()],
    };
  }

  private add(verdict: Verdict, n: number, reason = ""): void {
    if (n <= 0) return;
    this.counts.set(verdict, (this.counts.get(verdict) ?? 0) + n);
    if (!VERDICTS[verdict].decided) this.reasons[reason] = (this.reasons[reason] ?? 0) + n;
  }

  /** Beyond what textbook forms reach in the neighbourhood. */
  private async suspects({ suspects, beyondTextbook }: QuantityStatistics): Promise<void> {
    const judgements: LawJudgement[] = [];
    for (const { bits, got } of suspects) judgements.push(await this.alone(bits, Number(got)));
    const verdicts = new Set(judgements.map(({ verdict }) => verdict));
    for (const { verdict, reason } of judgements) this.add(verdict, 1, reason);
    const rest = beyondTextbook - suspects.length;
    if (verdicts.size === 1) this.add(judgements[0].verdict, rest, judgements[0].reason);
    else this.add("inconclusive", rest, "beyond what its neighbourhood attains, and not judged alone");
  }

  /** Between careful and textbook forms. */
  private async inaccurate(own: QuantityStatistics): Promise<void> {
    const { leastCareful, beyondCareful, beyondTextbook, suspects } = own;
    const n = beyondCareful - beyondTextbook;
    if (n <= 0 || !leastCareful) return;
    // A suspect stands out more than any of these, and was judged already.
    const known = suspects.some(({ bits }) => bits === leastCareful.bits);
    const judgement = known ? undefined : await this.alone(leastCareful.bits, Number(leastCareful.got));
    if (!judgement || judgement.verdict === "inaccurate") this.add("inaccurate", n);
    else {
      this.add(judgement.verdict, 1, judgement.reason);
      this.add(judgement.verdict === "pass" ? "pass" : "inaccurate", n - 1);
    }
  }

  /** NaN or an infinity where the exact result is a number. */
  private async runs(runs: readonly KindRun[], sign: number): Promise<void> {
    const broken = runs.filter(({ expected }) => expected === NUMBER).slice(0, MOST_RUNS_JUDGED);
    for (const { first, last } of broken) {
      const { verdict, reason } = await this.alone(bitsAt(first, sign), undefined);
      this.add(verdict, last - first + 1, reason);
    }
  }

  /** What no law decides: a number for NaN, or at the ends of the range; and runs beyond those judged. */
  private unjudged({ kinds, runs, untold }: QuantityStatistics): void {
    this.add("inconclusive", untold, "no tolerance is known in its neighbourhood");
    const judged = runs
      .flatMap((side) => side.filter(({ expected }) => expected === NUMBER).slice(0, MOST_RUNS_JUDGED))
      .reduce((n, { first, last }) => n + last - first + 1, 0);
    const [numbers, nans, ...infinities] = kinds.map((row) => row.reduce((a, b) => a + b, 0));
    this.add("inconclusive", numbers - judged, "NaN or infinite, and not judged alone");
    this.add("inconclusive", nans, "a number where there is no result: NaN or outside the domain");
    this.add("inconclusive", infinities[0] + infinities[1], "range: the exact result is not finite");
  }

  private kinks({ kinks }: ExhaustStatistics): Record<string, number> {
    const conventions: Record<string, number> = {};
    for (const { bits, got, exact } of kinks) {
      if (got === exact || (Number(got) === 0 && Number(exact) === 0)) continue;
      this.add("convention", 1);
      const text = `derivative ${got} at ${showNumber(fromBits32(bits))}`;
      conventions[text] = (conventions[text] ?? 0) + 1;
    }
    return conventions;
  }

  /** Asks again, as one case of the property, and explains what is wrong. */
  private async alone(bits: number, before: number | undefined): Promise<LawJudgement> {
    const c = caseAt(this.plan, bits);
    const { law, name } = this.property;
    const judge: Judge = (by, each) => judgeCase(by, each, this.subject);
    const judgement = await judge(law, c);
    if (before !== undefined && judgement.got !== undefined && !Object.is(judgement.got, before)) {
      return { verdict: "inconclusive", reason: "asked alone, the subject gives another result" };
    }
    if (!VERDICTS[judgement.verdict].wrong) return judgement;
    const kind = `${judgement.kind} ${judgement.where}`;
    const same = this.findings.get(kind);
    if (same) {
      this.findings.set(kind, { ...same, cases: same.cases + 1 });
      return judgement;
    }
    const explanation = await explain({ property: name, law, case: c, judgement }, this.subject, judge);
    if (!explanation.stands) return { verdict: "inconclusive", reason: explanation.because };
    this.findings.set(kind, explanation.finding);
    return judgement;
  }
}

/** The op at one input, with cotangent 1. */
function caseAt({ op, attributes }: ExhaustPlan, bits: number): Case {
  const one = { shape: [1], data: Float64Array.of(1) };
  return {
    program: singleOp(op, [[1]], attributes),
    dtype: "f32",
    inputs: [{ shape: [1], data: Float64Array.of(fromBits32(bits)) }],
    cotangents: [one],
    tangents: [one],
    tags: [],
  };
}

/** The worst error again, from an exact result in many digits: doubles are not asked to vouch for themselves. */
export async function confirmWorst(
  plan: ExhaustPlan,
  quantity: ExhaustedQuantity,
  worst: Sighting | null,
): Promise<Exhaustion["value"]["confirmed"]> {
  if (!worst) return null;
  const c = caseAt(plan, worst.bits);
  const program = check(c.program);
  const big =
    quantity === "value"
      ? await bigValue(program, c.inputs, 0, 0)
      : await bigGradientElement(program, c.inputs, [filled([1], 1)], 0, 0);
  const { value, bound } = toEstimate(big);
  // Where many digits cannot tell, such as beyond the exponents of doubles, nothing is confirmed.
  if (!(bound <= 2 ** -40 * Math.abs(value))) return null;
  const ulps = inUlps(Math.abs(Number(worst.got) - value), value);
  return { worst: { ...worst, exact: showNumber(value), ulps: showNumber(ulps) }, digits: big.digits };
}
