import { z } from "zod";
import { attributes } from "./program.js";
import { anyNumber } from "./verdict.js";

/**
 * What is said of an elementwise op at every float32 of a range.
 *
 * Inputs are named by their bits. A range is one of *magnitudes*, the 31 bits without the sign, and stands for both
 * signs: x and −x are asked together, so that symmetry needs no memory.
 */

/** Magnitudes there are; those above that of infinity are NaN. */
export const MAGNITUDES = 2 ** 31;
export const INFINITE_MAGNITUDE = 0x7f800000;

export const bitsAt = (magnitude: number, sign: number): number =>
  (sign === 0 ? magnitude : magnitude | 0x80000000) >>> 0;

/** In the order of enumeration: by magnitude, x before −x. */
export const inputOrder = (a: number, b: number): number =>
  (a & 0x7fffffff) - (b & 0x7fffffff) || (a >>> 31) - (b >>> 31);

/** Neighbouring magnitudes that share a tolerance: a 512th of a binade, in which no error model changes its size. */
export const CELL = 2 ** 14;

/** Error classes: at most ½ ulp, then at most 1, 2, 4, …, 2²⁴, and above. */
export const ERROR_CLASSES = 27;

/** What a result is, when it is not compared as a number. The place in this list is its code. */
export const KINDS = ["number", "NaN", "∞", "−∞"] as const;

const magnitude = z.number().int().min(0).max(MAGNITUDES);
const bits = z.number().int().nonnegative();
const count = z.number().int().nonnegative();
const pair = <T extends z.ZodType>(item: T) => z.tuple([item, item]);

/** What holds within one cell: tolerances in ulps of the exact result, null where none is known. */
export const cellTolerance = z.object({
  careful: anyNumber.nullable(),
  textbook: anyNumber.nullable(),
  /** As x increases the exact result rises (1), falls (−1), stays (0), or it is not known which (null). */
  direction: z.union([z.literal(-1), z.literal(0), z.literal(1)]).nullable(),
});
export type CellTolerance = z.infer<typeof cellTolerance>;

/** How one of the two results is looked at. */
export const quantityPlan = z.object({
  symmetry: z.enum(["odd", "even"]).nullable(),
  /** The constant that the exact result, rounded, has for all large x and −x; null where there is none. */
  limits: pair(anyNumber.nullable()),
  /** Cells from the one that holds `from`, for x and for −x. */
  cells: pair(z.array(cellTolerance)),
});
export type QuantityPlan = z.infer<typeof quantityPlan>;

export const QUANTITIES = ["value", "derivative"] as const;
export type ExhaustedQuantity = (typeof QUANTITIES)[number];

export const exhaustQuestion = z.object({
  op: z.string(),
  attributes,
  /** Magnitudes from `from` up to, and without, `to`. */
  from: magnitude,
  to: magnitude,
  /** Bits of inputs at which the derivative is a choice: it is listed there, not judged. */
  kinks: z.array(bits),
  value: quantityPlan,
  derivative: quantityPlan,
});
export type ExhaustQuestion = z.infer<typeof exhaustQuestion>;

/** One input and what came of it. */
export const sighting = z.object({
  bits,
  got: anyNumber,
  exact: anyNumber,
  /** Error in ulps of the exact result. */
  ulps: anyNumber,
  /** Error over what textbook forms (suspects) or careful rules (least careful) attain. */
  ratio: anyNumber,
});
export type Sighting = z.infer<typeof sighting>;

/** Neighbouring magnitudes of one sign whose results are all of another kind than the exact ones. */
export const kindRun = z.object({
  first: magnitude,
  last: magnitude,
  expected: z.number().int(),
  got: z.number().int(),
});
export type KindRun = z.infer<typeof kindRun>;

/** Where a result reaches its limit: the first magnitude that has it, the last one without; null: no such. */
export const saturation = z.object({
  first: magnitude.nullable(),
  lastWithout: magnitude.nullable(),
  exactFirst: magnitude.nullable(),
  exactLastWithout: magnitude.nullable(),
});
export type Saturation = z.infer<typeof saturation>;

/** How often neighbours, or x and −x, break a rule, where first, and where worst (in steps of float32). */
export const violations = z.object({
  count,
  first: bits.nullable(),
  worst: z.object({ bits, steps: count }).nullable(),
});
export type Violations = z.infer<typeof violations>;

const extreme = z.object({ value: anyNumber, bits }).nullable();

/** Counts over a range of magnitudes. Those of adjacent ranges merge into those of their union. */
export const quantityStatistics = z.object({
  /** Inputs whose error is in each class. Kinds that differ, and kinks, are in none. */
  histogram: z.array(count),
  worst: sighting.nullable(),
  /** Of exact results below the smallest normal number, whose ulp is absolute. */
  worstSubnormal: sighting.nullable(),
  beyondCareful: count,
  beyondTextbook: count,
  /** More than an ulp off where no tolerance is known. */
  untold: count,
  suspects: z.array(sighting),
  leastCareful: sighting.nullable(),
  /** By expected kind and got kind, those that differ. */
  kinds: z.array(z.array(count)),
  runs: pair(z.array(kindRun)),
  monotonicity: violations,
  symmetry: violations,
  saturation: pair(saturation),
  lowest: extreme,
  highest: extreme,
  /** Exact results that round to subnormal numbers, and how many of them came back as 0. */
  subnormalResults: count,
  flushedResults: count,
  /** Subnormal inputs whose result should differ from that of 0, and how many had that of 0. */
  telltaleInputs: count,
  flushedInputs: count,
});
export type QuantityStatistics = z.infer<typeof quantityStatistics>;

export const statistics = z.object({
  /** Inputs asked. */
  inputs: count,
  value: quantityStatistics,
  derivative: quantityStatistics,
  /** The choices made at kinks. */
  kinks: z.array(z.object({ bits, got: anyNumber, exact: anyNumber })),
});
export type ExhaustStatistics = z.infer<typeof statistics>;

/** What a run asks: two states belong together when this is equal. */
export const exhaustKey = z.object({
  gradproof: z.string(),
  subject: z.string(),
  version: z.string(),
  op: z.string(),
  attributes,
  from: z.number().int(),
  to: z.number().int(),
});
export type ExhaustKey = z.infer<typeof exhaustKey>;

/** A range that is finished. */
export const finishedRange = z.object({
  from: z.number().int(),
  to: z.number().int(),
  statistics,
  /** Processor time of the worker. */
  cpuMs: z.number(),
  /** Since the run began, without the time that it lay still. */
  elapsedMs: z.number(),
});
export type FinishedRange = z.infer<typeof finishedRange>;

/** The first line of a state. */
export const exhaustBeginning = z.object({ key: exhaustKey });

/** How one of the two results was looked at, and what became of its worst error in many digits. */
const exhaustedQuantity = quantityPlan.pick({ symmetry: true, limits: true }).extend({
  unit: z.string(),
  /** The worst error with the exact result from this many digits; null when there is none. */
  confirmed: z.object({ worst: sighting, digits: z.number().int() }).nullable(),
});

/** An elementwise op at every float32 of a range of magnitudes, and both signs. */
export const exhaustion = z.object({
  type: z.literal("exhaustion"),
  subject: z.string(),
  op: z.string(),
  attributes,
  from: z.number().int(),
  /** Without it: `from` 0 and `to` 2³¹ is every float32 there is. */
  to: z.number().int().max(MAGNITUDES),
  value: exhaustedQuantity,
  derivative: exhaustedQuantity,
  statistics,
  workers: z.number().int(),
  /** Processor time of the workers. */
  cpuMs: z.number(),
  elapsedMs: z.number(),
});
export type Exhaustion = z.infer<typeof exhaustion>;

/** Every float32 there is, and not a part of them. */
export const isExhaustive = ({ from, to }: Pick<Exhaustion, "from" | "to">): boolean =>
  from === 0 && to === MAGNITUDES;
