import { z } from "zod";
import { describedOp, describedProperty, epochEnd, finding, selfTest } from "./record.js";
import { hello } from "./protocol.js";
import { anyNumber, counts } from "./verdict.js";

/** The shape of report.json. Raised when a field changes its meaning or goes. */
export const REPORT_SCHEMA = 1;

/** A cell's state: what colour it gets. */
export const cellState = z.enum([
  "wrong",
  "inaccurate",
  "green",
  "untested",
  "unsupported",
  "not-run",
  "protocol",
]);
export type CellState = z.infer<typeof cellState>;

export const reportCell = z.object({
  property: z.string(),
  op: z.string(),
  attribute: z.string(),
  state: cellState,
  counts,
  cases: z.number().int(),
  decided: z.number().int(),
  evidence: z.string(),
  worstErrorOverAttainable: anyNumber.nullable(),
  medianResolution: anyNumber.nullable(),
  /** Why it is not decided, most frequent first. */
  reasons: z.record(z.string(), z.number().int()),
  conventions: z.record(z.string(), z.number().int()),
});
export type ReportCell = z.infer<typeof reportCell>;

export const subjectReport = z.object({
  id: z.string(),
  hello,
  counts,
  cases: z.number().int(),
  evaluations: z.number().int(),
  cells: z.array(reportCell),
  findings: z.array(finding.omit({ type: true })),
  epochs: z.array(epochEnd.omit({ type: true })),
});
export type SubjectReport = z.infer<typeof subjectReport>;

export const report = z.object({
  schema: z.literal(REPORT_SCHEMA),
  gradproof: z.string(),
  campaign: z.string(),
  seed: z.number().int(),
  startedAt: z.string(),
  command: z.string(),
  environment: z.object({ node: z.string(), os: z.string(), arch: z.string(), cores: z.number().int() }),
  complete: z.boolean(),
  incompleteBecause: z.string().nullable(),
  elapsedMs: z.number(),
  evaluations: z.number().int(),
  peakMemoryMb: z.number(),
  units: z.object({ planned: z.number().int(), done: z.number().int() }),
  decidedCasesNeeded: z.number().int(),
  exitCode: z.number().int(),
  properties: z.array(describedProperty),
  ops: z.array(describedOp),
  /** Tags of all cases: coverage of shape kinds, regions and attribute classes. */
  coverage: z.record(z.string(), z.number().int()),
  subjects: z.array(subjectReport),
  selfTest: selfTest.shape.mutants.nullable(),
});
export type Report = z.infer<typeof report>;
