import { z } from "zod";

/** Every verdict there is, and whether it counts as decided and as wrong. */
export const VERDICTS = {
  pass: { decided: true, wrong: false, means: "within what careful arithmetic at this precision attains" },
  inaccurate: { decided: true, wrong: false, means: "right formula, textbook rounding" },
  convention: { decided: true, wrong: false, means: "another documented choice at a kink or tie" },
  fail: { decided: true, wrong: true, means: "wrong" },
  error: { decided: true, wrong: true, means: "a valid case was refused" },
  crash: { decided: true, wrong: true, means: "the process died on the case" },
  timeout: { decided: true, wrong: true, means: "the case did not end" },
  "accepted-invalid": { decided: true, wrong: false, means: "an invalid case was not refused" },
  inconclusive: { decided: false, wrong: false, means: "could not be decided" },
  unsupported: { decided: false, wrong: false, means: "the subject does not have it" },
  protocol: { decided: false, wrong: false, means: "the harness broke the protocol" },
  "not-run": { decided: false, wrong: false, means: "planned, not executed" },
} as const;

export type Verdict = keyof typeof VERDICTS;
export const verdict = z.enum(Object.keys(VERDICTS) as [Verdict, ...Verdict[]]);

/** Counts by verdict; verdicts that did not occur are absent. */
export const counts = z.partialRecord(verdict, z.number().int().nonnegative());
export type Counts = z.infer<typeof counts>;

/** What kind of wrong: the parts by which equal faults are recognised. */
export const signature = z.object({
  op: z.string(),
  /** `value`, `shape`, `dtype`, `nan`, `missing`, `throws`, `bits`, `tie`, `mutates`, `crash`, `timeout`, … */
  kind: z.string(),
  /** Which result: `value[0]`, `gradient[1]`, `tangent[0]`. */
  where: z.string(),
});
export type Signature = z.infer<typeof signature>;

/** A number that JSON may not be able to hold. */
export const anyNumber = z.union([z.number(), z.enum(["NaN", "Infinity", "-Infinity", "-0"])]);
export type AnyNumber = z.infer<typeof anyNumber>;

export const showNumber = (x: number): AnyNumber =>
  Number.isFinite(x) && !Object.is(x, -0) ? x : Object.is(x, -0) ? "-0" : (String(x) as AnyNumber);

/** What a law says of one case. */
export const judgement = z.object({
  verdict,
  /** In words; empty only for `pass`. */
  reason: z.string(),
  kind: z.string().optional(),
  where: z.string().optional(),
  /** Flat position of the worst element. */
  element: z.number().int().optional(),
  /** The interval that would have been accepted there, its centre, and what came. */
  expected: z.object({ low: anyNumber, high: anyNumber, value: anyNumber }).optional(),
  got: anyNumber.optional(),
  /** Worst error ÷ attainable error over the case. */
  errorOverAttainable: anyNumber.optional(),
  /** Smallest relative error that would have been seen at the worst element. */
  resolution: anyNumber.optional(),
});
export type Judgement = z.infer<typeof judgement>;
