import type { Finding } from "../record/record.js";
import type { Signature } from "../record/verdict.js";
import { VERDICTS } from "../record/verdict.js";
import { explain, signatureOf } from "../explain/explain.js";
import type { Subject } from "../subjects/subject.js";
import { judgeCase } from "./judgeCase.js";
import type { Unit } from "./plan.js";
import type { JudgedCase } from "./runUnit.js";

/** Cases of one unit that are explained, when their faults may be of different ops. */
const MOST_PER_UNIT = 4;

/** The faults of one campaign, each explained once and counted wherever it shows again. */
export class Findings {
  private readonly bySignature = new Map<string, Finding>();

  get all(): readonly Finding[] {
    return [...this.bySignature.values()];
  }

  /**
   * Explains what is wrong in a unit: one case per signature that is new. Judgements that the oracles do not bear
   * out become `inconclusive`.
   */
  async include(unit: Unit, judged: JudgedCase[], subject: Subject): Promise<JudgedCase[]> {
    const result = [...judged];
    const explained = new Map<string, { readonly finding: Finding } | { readonly because: string }>();
    for (const each of plainestFirst(judged)) {
      const i = judged.indexOf(each);
      const { verdict } = each.judgement;
      if (!VERDICTS[verdict].wrong && verdict !== "accepted-invalid") continue;
      const raw = key(unit.subject, signatureOf(each.case, each.judgement));
      let outcome = this.known(raw, unit, explained);
      const open = each.case.program.nodes.length > 1 && explained.size < MOST_PER_UNIT;
      if (!outcome || open) {
        const explanation = await explain(
          {
            property: unit.property.name,
            law: unit.property.law,
            case: each.case,
            judgement: each.judgement,
          },
          subject,
          (c) => judgeCase(unit.property.law, c, subject),
        );
        outcome = explanation.stands
          ? { finding: this.merge(unit, explanation.finding) }
          : { because: explanation.because };
        explained.set(explained.has(raw) ? `${raw}#${i}` : raw, outcome);
      } else if ("finding" in outcome) {
        this.count(unit, outcome.finding);
      }
      if ("because" in outcome) {
        result[i] = {
          ...each,
          judgement: { ...each.judgement, verdict: "inconclusive", reason: outcome.because },
        };
      }
    }
    return result;
  }

  private known(
    raw: string,
    unit: Unit,
    explained: ReadonlyMap<string, { readonly finding: Finding } | { readonly because: string }>,
  ): { readonly finding: Finding } | { readonly because: string } | undefined {
    const here = explained.get(raw);
    if (here) return here;
    const before = this.bySignature.get(raw);
    // A fault of another property is the same fault when its signature is; programs hide which op is at fault.
    return before && unit.op ? { finding: before } : undefined;
  }

  private merge(unit: Unit, finding: Finding): Finding {
    const at = key(unit.subject, finding.signature);
    const before = this.bySignature.get(at);
    if (!before) {
      this.bySignature.set(at, finding);
      return finding;
    }
    return this.count(unit, before);
  }

  private count(unit: Unit, finding: Finding): Finding {
    const at = key(unit.subject, finding.signature);
    const before = this.bySignature.get(at) ?? finding;
    const properties = before.properties.includes(unit.property.name)
      ? before.properties
      : [...before.properties, unit.property.name];
    const counted = { ...before, cases: before.cases + 1, properties };
    this.bySignature.set(at, counted);
    return counted;
  }
}

/** An error this large is plain; beyond it, larger ones are not better examples (they are at the ends of the range). */
const PLAIN = 1e4;

/** Where a fault shows: the case that is explained is the first that is plainly off, or else the one furthest off. */
function plainestFirst(judged: readonly JudgedCase[]): JudgedCase[] {
  return [...judged].sort((a, b) => plainness(b) - plainness(a));
}

function plainness({ judgement }: JudgedCase): number {
  const ratio = judgement.errorOverAttainable ?? 0;
  return Number.isFinite(ratio) ? Math.min(ratio, PLAIN) : 0;
}

const key = (subject: string, { op, kind, where }: Signature): string =>
  [subject, op, kind, where].join("\0");
