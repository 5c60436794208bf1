import { OPS } from "../ops/index.js";
import type { LineOf } from "../record/record.js";
import { VERDICTS } from "../record/verdict.js";
import type { Adapter } from "../subjects/adapter.js";
import { inProcessSubject } from "../subjects/inProcess.js";
import type { Subject } from "../subjects/subject.js";
import { judgeCase } from "./judgeCase.js";
import { plan } from "./plan.js";
import { planTrials } from "./planTrials.js";
import type { Property } from "./property.js";
import { firstWrong } from "./runTrial.js";
import type { TrialProperty } from "./trialProperty.js";
import { drawUnitCases } from "./unitCases.js";

/** An implementation that is wrong on purpose. */
export interface Mutant {
  readonly name: string;
  /** The op or object whose cases show it; `"any"` when it does not matter which. */
  readonly op: string;
  /** What is wrong with it, in one sentence. */
  readonly says: string;
  /** The property that is there to catch it. */
  readonly property: string;
  adapter(): Adapter;
}

/** A mutant of no op in particular is shown these: one of each kind. */
const ANY_OPS = ["multiply", "tanh", "sum", "matmul"];

/** Cases per property and op; a fault that needs more luck than this is not caught in every run. */
const RUNS = 24;

/** What a mutant is shown. */
export interface Catalogue {
  readonly properties?: readonly Property[];
  readonly trials?: readonly TrialProperty[];
}

export interface MutantResult {
  readonly caughtBy: readonly string[];
  readonly cases: number;
}

/** Shows cases to a mutant until one of them is judged wrong. */
export async function catchMutant(
  mutant: Mutant,
  { properties = [], trials = [] }: Catalogue,
  seed: number,
): Promise<MutantResult> {
  const subject = inProcessSubject(mutant.name, mutant.adapter());
  const ops = OPS.filter((op) => (mutant.op === "any" ? ANY_OPS.includes(op.name) : op.name === mutant.op));
  const { units } = plan(subject.id, subject.hello, { properties, ops });
  const caughtBy: string[] = [];
  let cases = 0;
  for (const unit of units) {
    for (const c of drawUnitCases(seed, unit, 0, RUNS, subject.hello)) {
      cases++;
      if (await isWrong(unit.property, c, subject)) {
        caughtBy.push(unit.property.name);
        break;
      }
    }
  }
  for (const trial of planTrials(subject.id, subject.hello, trials, onlyOf(mutant)).trials) {
    const result = await firstWrong(trial, subject, { seed, runs: RUNS, needed: RUNS, alpha: ALPHA });
    cases += result.cases;
    if (result.tried) caughtBy.push(trial.property.name);
  }
  return { caughtBy: [...new Set(caughtBy)], cases };
}

/** Of a statistical trial, as in a run with a thousand of them. */
const ALPHA = 1e-9;

/** Mutants of objects name the object where others name the op. */
const onlyOf = ({ op }: Mutant): { readonly only: readonly string[] } => ({ only: [op] });

async function isWrong(
  property: Property,
  c: Parameters<typeof judgeCase>[1],
  subject: Subject,
): Promise<boolean> {
  const { verdict } = await judgeCase(property.law, c, subject);
  return VERDICTS[verdict].wrong || verdict === "accepted-invalid";
}

/** The score that goes into a record: every mutant against the property that is there to catch it. */
export async function selfTest(
  mutants: readonly Mutant[],
  { properties = [], trials = [] }: Catalogue,
  seed: number,
): Promise<LineOf<"self-test">> {
  const results: LineOf<"self-test">["mutants"] = [];
  for (const mutant of mutants) {
    const named = ({ name }: { readonly name: string }): boolean => name === mutant.property;
    const own = { properties: properties.filter(named), trials: trials.filter(named) };
    const { caughtBy, cases } = await catchMutant(mutant, own, seed);
    results.push({ name: mutant.name, op: mutant.op, says: mutant.says, caughtBy: [...caughtBy], cases });
  }
  return { type: "self-test", mutants: results };
}
