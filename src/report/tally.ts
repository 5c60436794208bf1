import { VERDICTS, type Counts, type Verdict } from "../record/verdict.js";
import type { Unit } from "./collectRecord.js";

export const verdictsOf = (counts: Counts): [Verdict, number][] =>
  Object.entries(counts) as [Verdict, number][];

const totalWhere = (counts: Counts, wanted: (verdict: Verdict) => boolean): number =>
  verdictsOf(counts).reduce((total, [verdict, n]) => (wanted(verdict) ? total + n : total), 0);

export const executedIn = (counts: Counts): number => totalWhere(counts, (verdict) => verdict !== "not-run");
/** Cases that ask for what the subject has: of these every one should be decided. */
export const answerableIn = (counts: Counts): number => executedIn(counts) - (counts.unsupported ?? 0);

export const decidedIn = (counts: Counts): number =>
  totalWhere(counts, (verdict) => VERDICTS[verdict].decided);
export const wrongIn = (counts: Counts): number => totalWhere(counts, (verdict) => VERDICTS[verdict].wrong);

export function addCounts(all: Iterable<Counts>): Counts {
  const sum: Counts = {};
  for (const counts of all) {
    for (const [verdict, n] of verdictsOf(counts)) sum[verdict] = (sum[verdict] ?? 0) + n;
  }
  return sum;
}

/** Sums by key, the largest first, equals by name. */
export function addRecords(all: Iterable<Readonly<Record<string, number>>>): Record<string, number> {
  const sum = new Map<string, number>();
  for (const record of all) {
    for (const [key, n] of Object.entries(record)) sum.set(key, (sum.get(key) ?? 0) + n);
  }
  return Object.fromEntries([...sum].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)));
}

/** Counts of one unit for an attribute class, or with "" for the op as a whole. */
export function countsOf(unit: Unit, attribute: string): Counts {
  if (unit.end) {
    const own = new Map(Object.entries(unit.end.attributes)).get(attribute);
    return own ?? (attribute === "" ? unit.end.counts : {});
  }
  const cases = unit.wrong.filter((line) => attribute === "" || line.case.tags.includes(attribute));
  return addCounts(cases.map((line) => ({ [line.judgement.verdict]: 1 })));
}

/** The middle value, where each counts as often as its weight says; the lower of two. */
export function weightedMedian(values: readonly { value: number; weight: number }[]): number | null {
  const sorted = values.filter(({ weight }) => weight > 0).sort((a, b) => a.value - b.value);
  const half = sorted.reduce((total, { weight }) => total + weight, 0) / 2;
  let passed = 0;
  for (const { value, weight } of sorted) {
    passed += weight;
    if (passed >= half) return value;
  }
  return null;
}
