import { lacksElements } from "../record/case.js";
import type { Finding } from "../record/record.js";
import type { Signature } from "../record/verdict.js";
import { VERDICTS } from "../record/verdict.js";
import { explain, recognise, signatureOf, type Suspicion } from "../explain/explain.js";
import type { Subject } from "../subjects/subject.js";
import { clusterKey, compatible, mayShow } from "./cluster.js";
import { judgeCase } from "./judgeCase.js";
import type { Unit } from "./plan.js";
import type { Property } from "./property.js";
import type { JudgedCase } from "./runUnit.js";

/** Cases of one unit that are explained at most. */
const MOST_PER_UNIT = 4;

type Outcome = { readonly cluster: string } | { readonly because: string };

/** The faults of one campaign, each explained once and counted wherever it shows again. */
export class Findings {
  /** By the id of the finding that was the first of its fault. */
  private readonly clusters = new Map<string, Finding>();
  /** The clusters in which judgements of one signature turned out to belong. */
  private readonly bySignature = new Map<string, Set<string>>();

  /** @param properties the catalogue, for faults that turn out to be of a more basic law than the one that broke */
  constructor(private readonly properties: readonly Property[]) {}

  get all(): readonly Finding[] {
    return [...this.clusters.values()];
  }

  /**
   * Explains what is wrong in a unit: cases that no known fault accounts for. Judgements that the oracles do not
   * bear out become `inconclusive`.
   */
  async include(unit: Unit, judged: JudgedCase[], subject: Subject): Promise<JudgedCase[]> {
    const result = [...judged];
    const explained: { readonly raw: string; readonly outcome: Outcome }[] = [];
    for (const each of plainestFirst(judged)) {
      const { verdict } = each.judgement;
      if (!VERDICTS[verdict].wrong && verdict !== "accepted-invalid") continue;
      const raw = key(unit.subject, signatureOf(each.case, each.judgement));
      const known = this.known(raw, unit, each);
      const again = explained.filter((other) => other.raw === raw);
      let outcome: Outcome;
      if (known !== undefined) {
        outcome = { cluster: known };
        this.count(unit, known);
      } else if (again.length > 0 && explained.length >= MOST_PER_UNIT) {
        ({ outcome } = again[0]);
        if ("cluster" in outcome) this.count(unit, outcome.cluster);
      } else {
        outcome = await this.explained(unit, each, subject);
        explained.push({ raw, outcome });
        if ("cluster" in outcome) {
          this.bySignature.set(raw, (this.bySignature.get(raw) ?? new Set()).add(outcome.cluster));
        }
      }
      if ("because" in outcome) {
        result[judged.indexOf(each)] = {
          ...each,
          judgement: { ...each.judgement, verdict: "inconclusive", reason: outcome.because },
        };
      }
    }
    return result;
  }

  /** A fault that was explained before and accounts for this case too. */
  private known(raw: string, unit: Unit, { case: c }: JudgedCase): string | undefined {
    // A fault of another property is the same fault when its signature is; programs hide which op is at fault.
    if (!unit.op) return undefined;
    return [...(this.bySignature.get(raw) ?? [])].find((cluster) => mayShow(this.clusters.get(cluster)!, c));
  }

  private async explained(unit: Unit, each: JudgedCase, subject: Subject): Promise<Outcome> {
    const suspicion: Suspicion = {
      property: unit.property.name,
      propertyOf: (law) => this.properties.find((property) => property.law === law)?.name,
      law: unit.property.law,
      case: each.case,
      judgement: each.judgement,
    };
    const traced = await this.ofKnownCause(unit, suspicion, subject);
    if (traced !== undefined) return { cluster: traced };
    const explanation = await explain(suspicion, subject, (law, c) => judgeCase(law, c, subject));
    if (!explanation.stands) return { because: explanation.because };
    const { finding } = explanation;
    const key = clusterKey(finding);
    const known = [...this.clusters].find(
      ([, other]) => clusterKey(other) === key && compatible(other, finding),
    );
    if (known) this.count(unit, known[0], finding);
    else this.clusters.set(finding.id, finding);
    return { cluster: known?.[0] ?? finding.id };
  }

  /**
   * A fault whose cause is known, and predicts the wrong numbers of this case too: they need no explanation of their own,
   * which would ask hundreds of simpler cases to arrive at the same.
   */
  private async ofKnownCause(
    unit: Unit,
    suspicion: Suspicion,
    subject: Subject,
  ): Promise<string | undefined> {
    const { op } = signatureOf(suspicion.case, suspicion.judgement);
    const ofOp = [...this.clusters].filter(
      ([, { cause, signature, subject: of }]) => cause && signature.op === op && of === unit.subject,
    );
    const seen = ofOp.length > 0 ? await recognise(suspicion, subject) : undefined;
    const known = ofOp.find(
      ([, finding]) => finding.cause?.kind === seen?.cause.kind && mayShow(finding, suspicion.case),
    );
    if (seen && known) this.count(unit, known[0], { title: seen.title });
    return known?.[0];
  }

  /** One more case of a fault; told in another way, the title is kept. */
  private count(unit: Unit, cluster: string, another?: Finding | Pick<Finding, "title">): void {
    const before = this.clusters.get(cluster)!;
    // Tensors without elements must not stand for a fault that everybody meets.
    const [finding, other] =
      another && "witness" in another && lacksElements(before.witness) && !lacksElements(another.witness)
        ? [another, before]
        : [before, another];
    const also = [...new Set([...(before.also ?? []), ...(other ? [other.title] : [])])].filter(
      (title) => title !== finding.title,
    );
    this.clusters.set(cluster, {
      ...finding,
      cases: before.cases + 1,
      properties: [...new Set([...before.properties, unit.property.name])],
      ...(also.length > 0 && { also }),
    });
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
