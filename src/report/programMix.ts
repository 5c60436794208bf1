import type { Report } from "../record/report.js";
import { showCount, showShare } from "./showNumber.js";

/** The row of the properties that are about compositions. */
const PROGRAMS = "programs";
const FEATURE = "program:";
const SIZE = "program nodes:";

/** What random programs of a run were made of, and how many of them decided nothing; undefined without any. */
export function programMix({ coverage, subjects }: Report): string | undefined {
  const tagged = (prefix: string): [string, number][] =>
    Object.entries(coverage).flatMap(([tag, n]) =>
      tag.startsWith(prefix) ? [[tag.slice(prefix.length), n]] : [],
    );
  const sizes = tagged(SIZE);
  const total = sizes.reduce((sum, [, n]) => sum + n, 0);
  if (total === 0) return undefined;
  const shares = ([name, n]: [string, number]): string => `${name} ${showShare(n, total)}`;
  const features = tagged(FEATURE).sort((a, b) => b[1] - a[1]);
  const cells = subjects.flatMap((subject) => subject.cells.filter(({ op }) => op === PROGRAMS));
  const inconclusive = cells.reduce((sum, { counts }) => sum + (counts.inconclusive ?? 0), 0);
  return [
    `${showCount(total)} programs: ${features.map(shares).join(" · ")}`,
    `nodes: ${sizes.map(shares).join(" · ")} · inconclusive ${showShare(inconclusive, total)}`,
  ].join("\n");
}
