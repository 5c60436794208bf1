import type { LineOf } from "../record/record.js";
import type { AttributeCell, CellState, ReportCell } from "../record/report.js";
import { showNumber, type AnyNumber } from "../record/verdict.js";
import { stateOf, worstState } from "./cellStates.js";
import type { Unit } from "./collectRecord.js";
import { addCounts, addRecords, countsOf, decidedIn, executedIn, weightedMedian, wrongIn } from "./tally.js";

/** What was planned of a subject for one op and one property, and what was done. */
export interface Group {
  readonly op: string;
  readonly property: string;
  /** Attribute classes in the plan; "" is the op as a whole. */
  readonly attributes: Set<string>;
  readonly units: Unit[];
  readonly skipped: Map<string, LineOf<"skipped">>;
  /** Its inputs were taken one after another, and not drawn. */
  enumerated: boolean;
  /** Decided cases that it needs, where that is not what the header says. */
  needed: number | undefined;
}

export interface JudgedCell {
  readonly cell: ReportCell;
  /** State of each cell of the plan that this one stands for. */
  readonly planned: readonly CellState[];
}

export function judgeCell(header: LineOf<"header">, group: Group): JudgedCell {
  const { op, property, units } = group;
  const ended = units.flatMap(({ end }) => end ?? []);
  const medianResolution = weightedMedian(
    ended.flatMap(({ medianResolution, counts }) =>
      medianResolution === null ? [] : { value: measured(medianResolution), weight: decidedIn(counts) },
    ),
  );
  const judge = (attribute: string) => {
    const counts = addCounts(units.map((unit) => countsOf(unit, attribute)));
    const facts = {
      counts,
      ran: ended.length > 0,
      skipped: group.skipped.get(attribute) ?? group.skipped.get(""),
      decidedCasesNeeded: group.needed ?? header.decidedCasesNeeded,
      // Known for all classes together only: a class cannot claim more than the op.
      medianResolution,
    };
    return { ...stateOf(facts), counts, cases: executedIn(counts), decided: decidedIn(counts) };
  };

  const whole = judge("");
  const attributes = [...group.attributes]
    .filter((attribute) => attribute !== "")
    .map((attribute) => ({ attribute, ...judge(attribute) }));
  const wholeIsPlanned = group.attributes.has("") || attributes.length === 0;
  const planned = [...(wholeIsPlanned ? [whole.state] : []), ...attributes.map(({ state }) => state)];
  const state = worstState(planned);
  const cell = {
    property,
    op,
    ...whole,
    state,
    because: wholeIsPlanned && whole.state === state ? whole.because : becauseOf(attributes, state),
    ...evidenceOf(header, group, whole),
    evidenceDetails: [...new Set(ended.flatMap(({ evidence }) => evidence ?? []))],
    worstErrorOverAttainable: largest(ended.map(({ worstErrorOverAttainable }) => worstErrorOverAttainable)),
    medianResolution: medianResolution === null ? null : showNumber(medianResolution),
    reasons: addRecords(ended.map(({ reasons }) => reasons)),
    conventions: addRecords(ended.map(({ conventions }) => conventions)),
    attributes,
  };
  return { cell, planned };
}

function becauseOf(attributes: readonly AttributeCell[], state: CellState): string | null {
  const reasons = attributes
    .filter((cell) => cell.state === state && cell.because !== null)
    .map(({ attribute, because }) => `${attribute}: ${because}`);
  return reasons.length > 0 ? reasons.join("; ") : null;
}

function evidenceOf(
  { properties }: LineOf<"header">,
  { property: name, enumerated }: Group,
  { counts, decided }: Omit<AttributeCell, "attribute">,
) {
  const evidence = properties.find((property) => property.name === name)?.evidence ?? "sampled";
  const bounded = evidence === "sampled" && !enumerated && wrongIn(counts) === 0 && decided > 0;
  // The rule of three: (1 − p)ⁿ ≤ e^(−np) = 5 % where p = 3/n.
  return { evidence, failureProbabilityBelow: bounded ? Math.min(1, 3 / decided) : null };
}

const largest = (values: readonly (AnyNumber | null)[]): AnyNumber | null => {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? showNumber(Math.max(...known.map(measured))) : null;
};

/** What is no number is worse than any number. */
function measured(x: AnyNumber): number {
  const value = Number(x);
  return Number.isNaN(value) ? Infinity : value;
}
