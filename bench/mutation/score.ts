import type { Mutant } from "./mutant.js";
import type { Outcome } from "./session.js";

export interface Judged {
  readonly mutant: Mutant;
  readonly status: Outcome["status"];
  readonly by?: string;
}

export interface Score {
  readonly killed: number;
  readonly total: number;
  readonly percent: number;
}

export function judged(mutants: readonly Mutant[], outcomes: readonly Outcome[]): Judged[] {
  const byId = new Map(outcomes.map((outcome) => [outcome.id, outcome]));
  return mutants.map((mutant) => ({ mutant, ...byId.get(mutant.id)! }));
}

/** A mutant that hangs is noticed: so would a test be. */
export function scoreOf(results: readonly Judged[]): Score {
  const killed = results.filter(({ status }) => status !== "survived").length;
  const total = results.length;
  return { killed, total, percent: total === 0 ? 100 : (100 * killed) / total };
}

export function scoresBy(results: readonly Judged[], key: (mutant: Mutant) => string): [string, Score][] {
  const groups = new Map<string, Judged[]>();
  for (const result of results) {
    const group = groups.get(key(result.mutant)) ?? [];
    group.push(result);
    groups.set(key(result.mutant), group);
  }
  return [...groups].map(([name, group]): [string, Score] => [name, scoreOf(group)]);
}

const oneLine = (text: string): string => {
  const line = text.replace(/\s+/g, " ");
  return line.length > 70 ? `${line.slice(0, 67)}…` : line;
};

export const showScore = ({ killed, total, percent }: Score): string =>
  `${percent.toFixed(1)} % (${killed} of ${total})`;

export const showMutant = ({ file, line, column, mutator, original, replacement }: Mutant): string =>
  `${file}:${line}:${column} ${mutator}: ${oneLine(original)} → ${oneLine(replacement)}`;
