import { GradproofError } from "../core/errors.js";
import type { Line, LineOf } from "../record/record.js";
import { VERDICTS } from "../record/verdict.js";

/** A unit of work, as far as it came. */
export interface Unit {
  readonly start: LineOf<"unit-start">;
  end: LineOf<"unit-end"> | undefined;
  /** What is known to be wrong of a unit that never ended. */
  readonly wrong: LineOf<"case">[];
}

export interface CollectedRecord {
  readonly header: LineOf<"header">;
  readonly units: readonly Unit[];
  readonly findings: readonly LineOf<"finding">[];
  readonly exhaustions: readonly LineOf<"exhaustion">[];
  readonly trials: readonly LineOf<"trial">[];
  readonly skipped: readonly LineOf<"skipped">[];
  readonly conventions: readonly LineOf<"convention">[];
  readonly epochs: readonly LineOf<"epoch-end">[];
  readonly selfTest: LineOf<"self-test"> | undefined;
  readonly footer: LineOf<"footer"> | undefined;
}

/**
 * The lines of a record, put together by what they are about. A unit or a finding that occurs twice, because the
 * run was resumed, counts once.
 *
 * @throws GradproofError `bad-record` without a header, or when a line names a unit that never started
 */
export function collectRecord(lines: Iterable<Line>): CollectedRecord {
  let header: LineOf<"header"> | undefined;
  let footer: LineOf<"footer"> | undefined;
  let selfTest: LineOf<"self-test"> | undefined;
  const units = new Map<string, Unit>();
  const findings = new Map<string, LineOf<"finding">>();
  const exhaustions: LineOf<"exhaustion">[] = [];
  const trials = new Map<string, LineOf<"trial">>();
  const skipped: LineOf<"skipped">[] = [];
  const conventions = new Map<string, LineOf<"convention">>();
  const epochs: LineOf<"epoch-end">[] = [];
  const unitOf = (id: string): Unit => {
    const unit = units.get(id);
    if (unit) return unit;
    throw new GradproofError("bad-record", `the record speaks of the unit ${id}, which never started`);
  };

  for (const line of lines) {
    switch (line.type) {
      case "header":
        header ??= line;
        break;
      case "unit-start":
        if (!units.get(line.unit)?.end) units.set(line.unit, { start: line, end: undefined, wrong: [] });
        break;
      case "case":
        if (VERDICTS[line.judgement.verdict].wrong) unitOf(line.unit).wrong.push(line);
        break;
      case "unit-end":
        unitOf(line.unit).end ??= line;
        break;
      case "finding":
        findings.set(JSON.stringify([line.subject, line.id]), line);
        break;
      case "exhaustion":
        exhaustions.push(line);
        break;
      case "trial":
        trials.set(JSON.stringify([line.subject, line.property, line.target, line.dtype]), line);
        break;
      case "skipped":
        skipped.push(line);
        break;
      case "convention":
        conventions.set(JSON.stringify([line.subject, line.probe]), line);
        break;
      case "self-test":
        selfTest = line;
        break;
      case "epoch-end":
        epochs.push(line);
        break;
      case "footer":
        footer = line;
        break;
    }
  }
  if (!header) throw new GradproofError("bad-record", "the record has no header: nothing can be said of it");
  return {
    header,
    units: [...units.values(), ...[...trials.values()].map(unitOfTrial)],
    findings: [...findings.values()],
    exhaustions,
    trials: [...trials.values()],
    skipped,
    conventions: [...conventions.values()],
    epochs,
    selfTest,
    footer,
  };
}

/** A trial counts among the units of work: one that began and ended. */
function unitOfTrial(trial: LineOf<"trial">): Unit {
  const { subject, property, target, dtype, counts, judgement, questions, elapsedMs } = trial;
  const unit = `${subject}/${property}/${target}/${dtype}`;
  const undecided = !VERDICTS[judgement.verdict].decided;
  return {
    start: { type: "unit-start", unit, subject, property, op: target, dtype, block: 0 },
    end: {
      type: "unit-end",
      unit,
      counts,
      attributes: { "": counts },
      tags: {},
      reasons: undecided ? { [judgement.reason]: 1 } : {},
      conventions: {},
      evaluations: questions,
      worstErrorOverAttainable: judgement.errorOverAttainable ?? null,
      medianResolution: null,
      elapsedMs,
      digest: trial.id,
    },
    wrong: [],
  };
}
