import { createHash } from "node:crypto";
import type { LawJudgement } from "../laws/law.js";
import { toRecord } from "../laws/law.js";
import { encodeCase, type Case } from "../record/case.js";
import type { Line, LineOf } from "../record/record.js";
import { showNumber, VERDICTS, type Counts, type Verdict } from "../record/verdict.js";
import { opId } from "../ops/op.js";
import type { Subject } from "../subjects/subject.js";
import { judgeCase } from "./judgeCase.js";
import type { Unit } from "./plan.js";
import { PROGRAMS } from "./property.js";
import { unitCases } from "./unitCases.js";

export interface UnitOptions {
  readonly seed: number;
  /** Cases per cell and block. */
  readonly runs: number;
  /** Decided cases that a cell needs; blocks are added until it has them. */
  readonly needed: number;
}

/** Blocks that are tried before a cell stays untested. */
const MOST_BLOCKS = 4;

export interface JudgedCase {
  readonly case: Case;
  readonly index: number;
  readonly judgement: LawJudgement;
}

/** Runs one unit and judges its cases; what was found is not explained yet. */
export async function runUnit(unit: Unit, subject: Subject, options: UnitOptions): Promise<JudgedCase[]> {
  const judged: JudgedCase[] = [];
  let wanted: readonly string[] = unit.classes;
  for (let block = 0; block < MOST_BLOCKS; block++) {
    const cases = unitCases(options.seed, unit, block, options.runs, subject.hello, wanted);
    const from = judged.length;
    judged.push(
      ...(await Promise.all(
        cases.map(async (c, i) => ({
          case: c,
          index: from + i,
          judgement: await judgeCase(unit.property.law, c, subject),
        })),
      )),
    );
    const short = lacking(unit, judged, options.needed);
    if (short === undefined || hopeless(judged)) break;
    wanted = short;
  }
  return judged;
}

/** Classes with too few decided cases; undefined when every cell has enough. */
function lacking(unit: Unit, judged: readonly JudgedCase[], needed: number): string[] | undefined {
  const decided = judged.filter(({ judgement }) => VERDICTS[judgement.verdict].decided);
  if (unit.classes.length === 0) return decided.length < needed ? [] : undefined;
  const short = unit.classes.filter(
    (label) => decided.filter((j) => j.case.tags.includes(label)).length < needed,
  );
  return short.length > 0 ? short : undefined;
}

/** Nothing was decided in a whole block: more of the same would not be either. */
const hopeless = (judged: readonly JudgedCase[]): boolean =>
  judged.every(({ judgement }) => !VERDICTS[judgement.verdict].decided);

/** The lines that record a unit: its cases that are wrong, one of each other kind, and the counts. */
export function unitLines(
  unit: Unit,
  judged: readonly JudgedCase[],
  spent: { readonly evaluations: number; readonly elapsedMs: number },
): Line[] {
  const sampled = new Set<Verdict>();
  const lines: Line[] = [
    {
      type: "unit-start",
      unit: unit.id,
      subject: unit.subject,
      property: unit.property.name,
      op: unit.op ? opId(unit.op) : PROGRAMS,
      dtype: unit.dtype,
      block: 0,
    },
  ];
  const digest = createHash("sha256");
  for (const { case: c, index, judgement } of judged) {
    const recorded = toRecord(judgement, showNumber);
    digest.update(JSON.stringify(recorded));
    if (!VERDICTS[judgement.verdict].wrong && sampled.has(judgement.verdict)) continue;
    sampled.add(judgement.verdict);
    lines.push({ type: "case", unit: unit.id, index, judgement: recorded, case: encodeCase(c) });
  }
  return [...lines, { ...unitEnd(unit, judged), ...spent, digest: digest.digest("hex").slice(0, 16) }];
}

function unitEnd(
  unit: Unit,
  judged: readonly JudgedCase[],
): Omit<LineOf<"unit-end">, "evaluations" | "elapsedMs" | "digest"> {
  const ratios = judged.flatMap(({ judgement }) => judgement.errorOverAttainable ?? []);
  const resolutions = judged.flatMap(({ judgement }) => judgement.resolution ?? []).sort((a, b) => a - b);
  const classes = unit.classes.length > 0 ? unit.classes : [""];
  const evidence = [...new Set(judged.flatMap(({ judgement }) => judgement.evidence ?? []))];
  return {
    type: "unit-end",
    unit: unit.id,
    counts: countVerdicts(judged),
    attributes: Object.fromEntries(
      classes.map((label) => [
        label,
        countVerdicts(label === "" ? judged : judged.filter((j) => j.case.tags.includes(label))),
      ]),
    ),
    tags: tally(judged.flatMap((j) => j.case.tags)),
    reasons: tally(
      judged.filter((j) => !VERDICTS[j.judgement.verdict].decided).map((j) => j.judgement.reason),
    ),
    conventions: tally(
      judged.flatMap((j) =>
        j.judgement.share === undefined ? [] : `takes ${j.judgement.share} of the gradient`,
      ),
    ),
    ...(evidence.length > 0 && { evidence }),
    worstErrorOverAttainable:
      ratios.length > 0 ? showNumber(ratios.reduce((a, b) => (b > a || Number.isNaN(b) ? b : a))) : null,
    medianResolution: resolutions.length > 0 ? showNumber(resolutions[resolutions.length >> 1]) : null,
  };
}

function countVerdicts(judged: readonly JudgedCase[]): Counts {
  const counts: Counts = {};
  for (const { judgement } of judged) counts[judgement.verdict] = (counts[judgement.verdict] ?? 0) + 1;
  return counts;
}

function tally(texts: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const text of texts) counts[text] = (counts[text] ?? 0) + 1;
  return counts;
}
