import { z } from "zod";
import { wireCase } from "./case.js";
import { exhaustion } from "./exhaustion.js";
import { cause, factor, fault } from "./fault.js";
import { stated } from "./promises.js";
import { hello } from "./protocol.js";
import { wireScenario } from "./scenario.js";
import { anyNumber, counts, judgement, signature, verdict } from "./verdict.js";

/** The lines of a record. A record is append-only NDJSON; every report is a function of it and of nothing else. */

export const RECORD_SCHEMA = 1;

/** A cell of the plan: what is to be shown of one op, or of one class of one of its attributes. */
export const cell = z.object({
  subject: z.string(),
  property: z.string(),
  op: z.string(),
  /** `padding=same`; empty for the op as a whole. */
  attribute: z.string(),
});
export type Cell = z.infer<typeof cell>;

/** How strong a pass is. */
export const evidence = z.enum(["proved", "exhaustive", "statistical", "sampled"]);
export type Evidence = z.infer<typeof evidence>;

export const describedProperty = z.object({
  name: z.string(),
  statement: z.string(),
  source: z.string(),
  evidence,
  /** Properties that say why an object breaks this one too, where it breaks them. */
  presupposes: z.array(z.string()).optional(),
  /** Whether it tests what all objects of a kind have in common. */
  shared: z.boolean().optional(),
});

export const describedOp = z.object({
  id: z.string(),
  family: z.string(),
  summary: z.string(),
  source: z.string(),
  kinks: z.array(z.object({ at: z.string(), convention: z.string() })),
  /** The meaning as a formula, and its symbolic derivative, of ops that have them. */
  formula: z.string().optional(),
  derivative: z.string().optional(),
});

/** By precision and primitive: errors of exp, tanh, … in ulps, as a campaign measured them. */
export const accuracy = z.partialRecord(z.enum(["f32", "f64"]), z.record(z.string(), z.number()));
export type Accuracy = z.infer<typeof accuracy>;

export const header = z.object({
  type: z.literal("header"),
  schema: z.literal(RECORD_SCHEMA),
  gradproof: z.string(),
  campaign: z.string(),
  seed: z.number().int(),
  /** ISO 8601. */
  startedAt: z.string(),
  command: z.string(),
  environment: z.object({ node: z.string(), os: z.string(), arch: z.string(), cores: z.number().int() }),
  subjects: z.array(z.object({ id: z.string(), hello, accuracy: accuracy.optional() })),
  properties: z.array(describedProperty),
  ops: z.array(describedOp),
  /** A cell with fewer decided cases than this is untested. */
  decidedCasesNeeded: z.number().int(),
  cells: z.array(cell),
  units: z.number().int(),
  /** How often a run may call something right wrong by chance, and how many statistical trials share it equally. */
  falseAlarms: z.object({ budget: z.number(), trials: z.number().int() }).optional(),
});

export const unitStart = z.object({
  type: z.literal("unit-start"),
  unit: z.string(),
  subject: z.string(),
  property: z.string(),
  op: z.string(),
  dtype: z.enum(["f32", "f64"]),
  block: z.number().int(),
});

/** All failures, and a sample of the rest. */
export const caseLine = z.object({
  type: z.literal("case"),
  unit: z.string(),
  index: z.number().int(),
  judgement,
  case: wireCase,
});

export const unitEnd = z.object({
  type: z.literal("unit-end"),
  unit: z.string(),
  counts,
  /** Counts by attribute class: `{"padding=same": {pass: 36}}`. */
  attributes: z.record(z.string(), counts),
  /** How many cases carried each tag: shape kinds and regions. */
  tags: z.record(z.string(), z.number().int()),
  /** Reasons of what was not decided, with their number. */
  reasons: z.record(z.string(), z.number().int()),
  /** Choices seen at kinks and ties, with their number. */
  conventions: z.record(z.string(), z.number().int()),
  /** What stands behind it besides cases: the proofs, and how many boxes they took. */
  evidence: z.array(z.string()).optional(),
  /** Requests answered by the subject. */
  evaluations: z.number().int(),
  worstErrorOverAttainable: anyNumber.nullable(),
  medianResolution: anyNumber.nullable(),
  elapsedMs: z.number(),
  /** Of the judgements, so that two runs can be compared. */
  digest: z.string(),
});

/** One oracle's word on the worst element of a minimised case. */
export const testimony = z.object({
  oracle: z.string(),
  /** Many digits where the oracle has them. */
  value: z.string(),
  /** Its own error bound. */
  bound: z.string(),
  /** What it says of the subject's number. */
  says: z.enum(["agrees", "contradicts", "cannot tell"]),
  note: z.string().optional(),
});
export type Testimony = z.infer<typeof testimony>;

export const finding = z.object({
  type: z.literal("finding"),
  id: z.string(),
  subject: z.string(),
  property: z.string(),
  /** Every property in which this fault showed. */
  properties: z.array(z.string()),
  signature,
  verdict,
  /** What kind of fault it is; records of before this was told have none. */
  fault: fault.optional(),
  /** The fault that is behind it, where that is another one or shows in other ops as well. */
  cause: cause.optional(),
  /** What was varied around the smallest case, and which of it matters. */
  factors: z.array(factor).optional(),
  /** Titles under which the same fault showed in other ways. */
  also: z.array(z.string()).optional(),
  /** One sentence: what is wrong. */
  title: z.string(),
  /** Who is wrong and how we know. */
  because: z.string(),
  /** Cases of this run with the same signature. */
  cases: z.number().int(),
  witness: wireCase,
  judgement,
  /** What was asked and what came, in short decimals, for people. */
  shown: z.object({
    inputs: z.array(z.string()),
    cotangents: z.array(z.string()),
    /** Where the result depends on them. */
    tangents: z.array(z.string()).optional(),
    expected: z.string(),
    got: z.string(),
  }),
  oracles: z.array(testimony),
  /** Re-checks that minimising took. */
  shrinkEvaluations: z.number().int(),
  snippet: z.string(),
  replay: z.string(),
});
export type Finding = z.infer<typeof finding>;

/** A named number as people read it: `variance ÷ promised`, "0.774 (0.771 to 0.777)". */
export const fact = z.object({ name: z.string(), value: z.string() });
export type Fact = z.infer<typeof fact>;

/** One property tried on one of a subject's objects: an initialiser, a clipper, an optimiser, a layer. */
export const trial = z.object({
  type: z.literal("trial"),
  id: z.string(),
  subject: z.string(),
  property: z.string(),
  target: z.string(),
  dtype: z.enum(["f32", "f64"]),
  /** Whether its verdict may be wrong by chance, and then how often at most. */
  alpha: z.number().nullable(),
  /** What the documentation says, where the property holds the object to it. */
  promise: stated.nullable(),
  /** What it does, in one sentence. */
  does: z.string(),
  facts: z.array(fact),
  counts,
  /** Scenarios that have to be decided for the cell to be green. */
  needed: z.number().int(),
  /** Questions that were answered, and numbers that came back. */
  questions: z.number().int(),
  numbers: z.number().int(),
  /** Of the scenario that is shown: the first that is wrong, made simpler, or else the first. */
  judgement,
  scenario: wireScenario,
  /** Scenarios that were asked to make the wrong one simpler. */
  shrinkEvaluations: z.number().int(),
  /** What asks the same of the library alone; empty when nothing is wrong. */
  snippet: z.string(),
  replay: z.string(),
  elapsedMs: z.number(),
});
export type Trial = z.infer<typeof trial>;

/** A cell that gets no cases: the subject lacks the op, or it was left out. */
export const skipped = z.object({
  type: z.literal("skipped"),
  cell,
  verdict: z.enum(["unsupported", "not-run"]),
  reason: z.string(),
});

/** What a subject takes where a gradient is a choice. */
export const convention = z.object({
  type: z.literal("convention"),
  subject: z.string(),
  /** Stable name of the question. */
  probe: z.string(),
  /** `relu′(0)`. */
  question: z.string(),
  ops: z.array(z.string()),
  /** What is defensible there. */
  mathematics: z.string(),
  reference: z.string(),
  /** The subject's answer, or why there is none. */
  got: z.string(),
  /** `outside`: mathematics does not defend it. `no answer`: the op is offered, and threw or died. */
  choice: z.enum(["as the reference", "another", "outside", "no answer", "unsupported"]),
});
export type Convention = z.infer<typeof convention>;

/** Mutants of the reference, judged by the same laws in the same run. */
export const selfTest = z.object({
  type: z.literal("self-test"),
  mutants: z.array(
    z.object({
      name: z.string(),
      op: z.string(),
      says: z.string(),
      caughtBy: z.array(z.string()),
      cases: z.number().int(),
    }),
  ),
});

/** A subject's process ended before its time. */
export const epochEnd = z.object({
  type: z.literal("epoch-end"),
  subject: z.string(),
  reason: z.string(),
  exitCode: z.number().nullable(),
  signal: z.string().nullable(),
  stderr: z.string(),
});

export const footer = z.object({
  type: z.literal("footer"),
  complete: z.boolean(),
  /** Why not, when not. */
  reason: z.string().optional(),
  unitsDone: z.number().int(),
  elapsedMs: z.number(),
  evaluations: z.number().int(),
  peakMemoryMb: z.number(),
});

export const line = z.discriminatedUnion("type", [
  header,
  unitStart,
  caseLine,
  unitEnd,
  finding,
  exhaustion,
  trial,
  skipped,
  convention,
  selfTest,
  epochEnd,
  footer,
]);
export type Line = z.infer<typeof line>;
export type LineOf<K extends Line["type"]> = Extract<Line, { type: K }>;
