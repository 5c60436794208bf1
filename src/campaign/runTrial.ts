import { createHash } from "node:crypto";
import { hash, Stream } from "../core/random.js";
import { snippetOf } from "../explain/explain.js";
import { toRecord } from "../laws/law.js";
import type { Verdicted } from "../laws/inquiry.js";
import type { EvalQuestion, ObjectQuestion, Outcome, Question } from "../record/protocol.js";
import type { LineOf } from "../record/record.js";
import { encodeScenario, type Scenario } from "../record/scenario.js";
import { showNumber, VERDICTS, type Counts } from "../record/verdict.js";
import type { Subject } from "../subjects/subject.js";
import { precisionOf } from "./judgeCase.js";
import type { PlannedTrial } from "./planTrials.js";

export interface TrialOptions {
  readonly seed: number;
  /** Scenarios of a sampled property. */
  readonly runs: number;
  /** Decided scenarios that a cell of a sampled property needs. */
  readonly needed: number;
  /** Of one statistical trial. */
  readonly alpha: number;
}

/** A scenario, what it came to, and what that took. */
export interface Tried {
  readonly scenario: Scenario;
  readonly verdict: Verdicted;
  readonly questions: number;
  /** Numbers that came back. */
  readonly numbers: number;
  /** The last question: the one that the verdict follows from. */
  readonly last: Question | undefined;
}

/** Re-asked scenarios that making a wrong one simpler may take. */
const MOST_SIMPLER = 200;

/** Puts the questions of an inquiry to a subject until it has a verdict. */
export async function conduct(
  { property, target }: Pick<PlannedTrial, "property" | "target">,
  scenario: Scenario,
  alpha: number,
  subject: Subject,
): Promise<Tried> {
  const context = { alpha, precision: precisionOf(subject, scenario.dtype) };
  const inquiry = property.inquire(target)(scenario, context);
  let questions = 0;
  let numbers = 0;
  let last: Question | undefined;
  let step = inquiry.next();
  while (!step.done) {
    last = step.value;
    const outcome = await ask(subject, last);
    questions++;
    numbers += numbersIn(outcome);
    step = inquiry.next(outcome);
  }
  return { scenario, verdict: step.value, questions, numbers, last };
}

function ask(subject: Subject, question: Question): Promise<Outcome> {
  const plain = asked(question);
  return "cmd" in plain ? subject.ask(plain) : subject.evaluate(plain);
}

const numbersIn = (outcome: Outcome): number =>
  outcome.status === "ok"
    ? [...(outcome.value ?? []), ...(outcome.grads ?? [])].reduce(
        (total, x) => total + (x?.shape.reduce((a, b) => a * b, 1) ?? 0),
        0,
      )
    : 0;

/** The scenarios of a trial: a function of the campaign's seed, the property and the object. */
export function* trialScenarios(trial: PlannedTrial, { seed, runs }: TrialOptions): Generator<Scenario> {
  const { property, target, dtype, stream } = trial;
  for (let i = 0; i < scenariosOf(trial, runs); i++) {
    yield property.draw(new Stream(seed, `${stream}#${i}`), { target, dtype });
  }
}

const scenariosOf = ({ property }: PlannedTrial, runs: number): number =>
  property.scenarios ?? (property.evidence === "sampled" ? runs : 1);

/** Each of a trial's scenarios takes an equal part of its share of the budget. */
const alphaOf = (trial: PlannedTrial, { alpha, runs }: TrialOptions): number =>
  trial.property.evidence === "statistical" ? alpha / scenariosOf(trial, runs) : 0;

/** The first that is wrong, or `undefined`; for mutants, which need no more. */
export async function firstWrong(
  trial: PlannedTrial,
  subject: Subject,
  options: TrialOptions,
): Promise<{ readonly tried: Tried | undefined; readonly cases: number }> {
  let cases = 0;
  for (const scenario of trialScenarios(trial, options)) {
    cases++;
    const tried = await conduct(trial, scenario, alphaOf(trial, options), subject);
    if (isWrong(tried)) return { tried, cases };
  }
  return { tried: undefined, cases };
}

const isWrong = ({ verdict: { verdict } }: Tried): boolean =>
  VERDICTS[verdict].wrong || verdict === "accepted-invalid";

/** Runs a trial and records it: what the object does, the evidence, and where it is wrong the smallest scenario. */
export async function runTrial(
  trial: PlannedTrial,
  subject: Subject,
  options: TrialOptions,
  clock: () => number,
): Promise<LineOf<"trial">> {
  const startedMs = clock();
  const alpha = alphaOf(trial, options);
  const scenarios = [...trialScenarios(trial, options)];
  const tried: Tried[] = [];
  for (const scenario of scenarios) tried.push(await conduct(trial, scenario, alpha, subject));
  const drawn = tried.reduce((worst, each) => (rank(each) > rank(worst) ? each : worst));
  const { shown, spent } = isWrong(drawn)
    ? await simplest(trial, drawn, alpha, subject)
    : { shown: drawn, spent: [] };
  const all = [...tried, ...spent];
  const sum = (part: (each: Tried) => number): number => all.reduce((total, each) => total + part(each), 0);
  const { property, target, dtype } = trial;
  const { does, facts, ...judgement } = shown.verdict;
  const id = idOf(trial, shown.scenario);
  return {
    type: "trial",
    id,
    subject: trial.subject,
    property: property.name,
    target: target.name,
    dtype,
    alpha: property.evidence === "statistical" ? alpha : null,
    promise: property.cites === false ? null : { says: target.promise.says, source: target.promise.source },
    does,
    facts: [...facts],
    counts: countsOf(tried),
    needed: property.evidence === "sampled" ? Math.min(options.needed, scenarios.length) : scenarios.length,
    questions: sum(({ questions }) => questions),
    numbers: sum(({ numbers }) => numbers),
    judgement: toRecord(judgement, showNumber),
    scenario: encodeScenario(shown.scenario),
    shrinkEvaluations: spent.length,
    snippet: isWrong(shown) && shown.last ? await snippetOf(subject, asked(shown.last)) : "",
    replay: `npx gradproof replay ${id}`,
    elapsedMs: Math.round(clock() - startedMs),
  };
}

/** Wrong before undecided before right; of equals the first is kept. */
function rank(tried: Tried): number {
  const { decided } = VERDICTS[tried.verdict.verdict];
  if (isWrong(tried)) return 3;
  if (!decided) return tried.verdict.verdict === "unsupported" ? 0 : 2;
  return tried.verdict.verdict === "pass" ? 0 : 1;
}

/** Takes a simpler scenario as long as one is wrong in the same way. */
async function simplest(
  trial: PlannedTrial,
  wrong: Tried,
  alpha: number,
  subject: Subject,
): Promise<{ readonly shown: Tried; readonly spent: readonly Tried[] }> {
  const spent: Tried[] = [];
  let shown = wrong;
  const next = async (): Promise<Tried | undefined> => {
    for (const scenario of trial.property.simpler?.(shown.scenario, trial.target) ?? []) {
      if (spent.length >= MOST_SIMPLER) return undefined;
      const tried = await conduct(trial, scenario, alpha, subject);
      spent.push(tried);
      if (isWrong(tried) && tried.verdict.kind === wrong.verdict.kind) return tried;
    }
    return undefined;
  };
  for (let simpler = await next(); simpler; simpler = await next()) shown = simpler;
  return { shown, spent };
}

const idOf = ({ id }: PlannedTrial, scenario: Scenario): string =>
  createHash("sha256")
    .update(JSON.stringify([id, hash(JSON.stringify(encodeScenario(scenario)))]))
    .digest("hex")
    .slice(0, 8);

function countsOf(tried: readonly Tried[]): Counts {
  const counts: Counts = {};
  for (const { verdict } of tried) counts[verdict.verdict] = (counts[verdict.verdict] ?? 0) + 1;
  return counts;
}

/** A question as a subject's snippet asks it. */
const asked = (question: Question): EvalQuestion | ObjectQuestion => {
  if (question.cmd !== "eval") return question;
  const { cmd: _cmd, ...rest } = question;
  return rest;
};
