import type { Report, ReportTrial, SubjectReport } from "../record/report.js";
import { VERDICTS } from "../record/verdict.js";
import { worstState } from "./cellStates.js";
import { showCount, showMeasure, showPlural } from "./showNumber.js";
import type { CellState } from "../record/report.js";

/** The trials of one of the subject's objects. */
export interface ObjectTrials {
  /** `initializer:glorotUniform`. */
  readonly target: string;
  readonly state: CellState;
  /** What its documentation says, where a property holds it to that. */
  readonly promise: ReportTrial["promise"];
  readonly trials: readonly ReportTrial[];
}

/** By object, the wrong ones first; in an object, by property as they were tried. */
export function trialsByObject({ trials, cells }: SubjectReport): ObjectTrials[] {
  const targets = [...new Set(trials.map(({ target }) => target))];
  return targets.map((target) => {
    const own = trials.filter((trial) => trial.target === target);
    const states = cells.filter(({ op }) => op === target).map(({ state }) => state);
    return {
      target,
      state: worstState(states),
      promise: own.find(({ promise }) => promise)?.promise ?? null,
      trials: own,
    };
  });
}

export const isWrongTrial = ({ judgement }: ReportTrial): boolean => VERDICTS[judgement.verdict].wrong;

/** @example objectTitle("initializer:glorotUniform") // "glorotUniform" */
export const objectTitle = (target: string): string => target.slice(target.indexOf(":") + 1);

/** How it is known, and how strong that is. */
export function trialEvidence({ alpha, counts, numbers, questions }: ReportTrial): string {
  const cases = Object.values(counts).reduce((a, b) => a + b, 0);
  const seen = `${showCount(numbers)} numbers in ${showPlural(questions, "answer")}`;
  return alpha === null
    ? `${showPlural(cases, "scenario")}, ${seen}`
    : `statistical, wrong by chance with probability below ${showMeasure(alpha)}; ${seen}`;
}

/** The promise that guards against chance, in one sentence; null for a run without statistical trials. */
export const budgetSentence = ({ falseAlarms }: Report): string | null =>
  falseAlarms &&
  `By chance, the whole run calls something wrong with probability below ${showMeasure(falseAlarms.budget)}: ${showPlural(falseAlarms.trials, "statistical trial")} share that equally.`;

/** Objects by kind, such as "initialisers", in the order in which they were tried; also of kinds that are new. */
export function kindsOfObjects(subject: SubjectReport): { kind: string; objects: ObjectTrials[] }[] {
  const objects = trialsByObject(subject);
  const kindOf = ({ target }: ObjectTrials): string => target.slice(0, target.indexOf(":"));
  const words = [...new Set([...Object.keys(KINDS), ...objects.map(kindOf)])];
  return words
    .map((word) => ({
      kind: KINDS[word] ?? `${word}s`,
      objects: objects.filter((object) => kindOf(object) === word),
    }))
    .filter(({ objects }) => objects.length > 0);
}

/** Kinds as people read them, where that is not their word with an s. */
const KINDS: Readonly<Record<string, string>> = {
  initializer: "initialisers",
  clipper: "ways of clipping",
  optimizer: "optimisers",
  layer: "layers",
};

/** How many of a subject's objects break a promise, by kind; null when it has none that were tried. */
export function objectsSentence(subject: SubjectReport): string | null {
  const kinds = kindsOfObjects(subject);
  if (kinds.length === 0) return null;
  return kinds
    .map(({ kind, objects }) => {
      const wrong = objects.filter(({ trials }) => trials.some(isWrongTrial)).length;
      const all = `${showCount(objects.length)} ${kind}`;
      return wrong === 0 ? `${all} as promised` : `${showCount(wrong)} of ${all} wrong`;
    })
    .join(", ");
}
