import { z } from "zod";
import {
  accuracy,
  convention,
  describedOp,
  describedProperty,
  epochEnd,
  finding,
  header,
  selfTest,
  trial,
} from "./record.js";
import { exhaustion } from "./exhaustion.js";
import { hello } from "./protocol.js";
import { anyNumber, counts } from "./verdict.js";

/** The shape of report.json. Raised when a field changes its meaning or goes. */
export const REPORT_SCHEMA = 1;

/** What a cell shows: what colour it gets. */
export const cellState = z.enum([
  "wrong",
  "protocol",
  "accepted-invalid",
  "inaccurate",
  "untested",
  "not-run",
  "green",
  "unsupported",
]);
export type CellState = z.infer<typeof cellState>;

const tally = z.object({
  state: cellState,
  /** Why there is no more to say, for a cell that is untested, not run or unsupported. */
  because: z.string().nullable(),
  counts,
  /** Cases that were executed. */
  cases: z.number().int(),
  /** Cases with a verdict that decides. */
  decided: z.number().int(),
});

/** One class of one attribute of the op: `padding=same`. */
export const attributeCell = tally.extend({ attribute: z.string() });
export type AttributeCell = z.infer<typeof attributeCell>;

/** What is known of one op and one property: counts of the op as a whole, the worst state of its classes. */
export const reportCell = tally.extend({
  property: z.string(),
  op: z.string(),
  evidence: describedProperty.shape.evidence,
  /** What stands behind it besides cases: the proofs, and how many boxes they took. */
  evidenceDetails: z.array(z.string()),
  /** With 95 % confidence, when no decided case was wrong and the cases were drawn at random: 3/n. */
  failureProbabilityBelow: z.number().nullable(),
  /** The largest of any case, whatever its attributes. */
  worstErrorOverAttainable: anyNumber.nullable(),
  /** The median over units, weighted by their decided cases. */
  medianResolution: anyNumber.nullable(),
  /** Why cases were not decided, most frequent first. */
  reasons: z.record(z.string(), z.number().int()),
  conventions: z.record(z.string(), z.number().int()),
  attributes: z.array(attributeCell),
});
export type ReportCell = z.infer<typeof reportCell>;

/** A finding of the record, with what was asked and what came one level up. */
export const reportFinding = finding
  .omit({ type: true, shown: true })
  .extend({ op: z.string(), ...finding.shape.shown.shape });
export type ReportFinding = z.infer<typeof reportFinding>;

export const reportEpoch = epochEnd.omit({ type: true, subject: true });

export const reportExhaustion = exhaustion.omit({ type: true, subject: true });
export type ReportExhaustion = z.infer<typeof reportExhaustion>;
export const reportConvention = convention.omit({ type: true, subject: true });
export type ReportConvention = z.infer<typeof reportConvention>;

export const reportTrial = trial.omit({ type: true, subject: true });
export type ReportTrial = z.infer<typeof reportTrial>;

export const subjectReport = z.object({
  id: z.string(),
  hello,
  accuracy: accuracy.optional(),
  counts,
  cases: z.number().int(),
  decided: z.number().int(),
  evaluations: z.number().int(),
  cells: z.array(reportCell),
  findings: z.array(reportFinding),
  /** Ops that were asked at every input of a range. */
  exhaustions: z.array(reportExhaustion),
  /** Its initialisers, clippers, optimisers and layers, each held to a property. */
  trials: z.array(reportTrial),
  /** What it takes where a gradient is a choice. */
  conventions: z.array(reportConvention),
  epochs: z.array(reportEpoch),
});
export type SubjectReport = z.infer<typeof subjectReport>;

export const report = z.object({
  schema: z.literal(REPORT_SCHEMA),
  ...header.pick({
    gradproof: true,
    campaign: true,
    seed: true,
    startedAt: true,
    command: true,
    environment: true,
    decidedCasesNeeded: true,
    properties: true,
  }).shape,
  /** How often the run may be wrong by chance, and the statistical trials that share it; null without any. */
  falseAlarms: header.shape.falseAlarms.unwrap().nullable(),
  ops: z.array(describedOp),
  complete: z.boolean(),
  incompleteBecause: z.string().nullable(),
  elapsedMs: z.number(),
  evaluations: z.number().int(),
  /** Null when the run did not live to say. */
  peakMemoryMb: z.number().nullable(),
  units: z.object({ planned: z.number().int(), done: z.number().int() }),
  /** Cells of the plan, by attribute class, without what subjects do not have. */
  cells: z.object({ planned: z.number().int(), undecided: z.number().int() }),
  exitCode: z.number().int(),
  /** Tags of all cases: coverage of shape kinds, regions and attribute classes. */
  coverage: z.record(z.string(), z.number().int()),
  subjects: z.array(subjectReport),
  selfTest: selfTest.shape.mutants.nullable(),
});
export type Report = z.infer<typeof report>;
