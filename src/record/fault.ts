import { z } from "zod";

/** Every class of fault there is, as a title says it after the name of a result. */
export const FAULTS = {
  "wrong value": "is wrong",
  "wrong shape": "has the wrong shape",
  "wrong dtype": "has the wrong dtype",
  missing: "is missing",
  "missing reduction": "is not reduced over broadcast axes",
  sign: "has the wrong sign",
  factor: "is wrong by a factor",
  zero: "is zero",
  transposed: "is transposed",
  shifted: "is shifted by one position",
  "other input": "is that of another input",
  cancellation: "loses its digits by cancellation",
  overflow: "is infinite where the exact result is finite",
  NaN: "is NaN where the exact result is finite",
  tie: "counts a tie more or less than once",
  throws: "throws on a valid case",
  crash: "kills the process",
  timeout: "does not end",
  "not reproducible": "differs when it is asked again",
  "not linear": "is not linear in the cotangent",
  "contradicts forward mode": "contradicts reverse mode",
  "contradicts itself": "contradicts the subject's own outputs",
  "not symmetric": "is not symmetric",
  "depends on nesting": "depends on which mode is taken of which",
  "differs alone": "differs when it is asked for alone",
  "differs with gradient": "differs when its gradient is asked for too",
  overwrites: "is overwritten by the call",
  "shared memory": "shares memory with another result",
  "not monotone": "goes the wrong way as the input rises",
  "not mirrored": "breaks the symmetry of the function",
  "not scaled": "is not scaled as its input is",
  "not idempotent": "changes when the op is applied again",
  "saturates elsewhere": "reaches its limit at another input, or passes it",
  "wrong slope": "is not the slope of a straight piece",
  "wrong tail": "is too far from its limit",
  "contradicts another op": "contradicts another op of the subject",
  "special value": "is wrong at NaN or an infinity",
  "accepts invalid": "accepts arguments that do not fit",
  "wrong moments": "has another mean or variance than what is normalised",
  "unbiased variance": "is normalised by the variance that n − 1 divides",
  "not shift-invariant": "changes when a number is added to all of a group",
  "not scale-invariant": "changes with the scale of what is normalised",
  "not recovered": "is not its input again, with its own mean and deviation as offset and scale",
  "lone element": "is not what a group of one element leaves",
  "wrong geometry": "has not the length and direction of a normalisation's gradient",
  "not orthogonal": "is not orthogonal to weights whose scale does not matter",
  "bias that counts": "is not zero, though the mean takes that bias away",
  "breaks Euler": "breaks Euler's identity of layers",
} as const;

export type FaultClass = keyof typeof FAULTS;

export const fault = z.object({
  class: z.enum(Object.keys(FAULTS) as [FaultClass, ...FaultClass[]]),
  /** What is known beyond the class, as a phrase: by which factor, how ill-conditioned. Empty when nothing is. */
  detail: z.string(),
});
export type Fault = z.infer<typeof fault>;

/** The fault behind a fault, where numbers show that it is. */
export const cause = z.object({
  /**
   * `held gradient`: when a gradient is differentiated again, what it was made of counts as constant. `another op`: the
   * op is made of one that is wrong. `wrong gradient`: the second derivative is that of the subject's own gradient.
   */
  kind: z.enum(["held gradient", "another op", "wrong gradient"]),
  /** The ops at whose door it lies. */
  ops: z.array(z.string()),
  /** The numbers that show it, in words. */
  because: z.string(),
});
export type Cause = z.infer<typeof cause>;

/** One thing that was varied while everything else of the smallest case stayed. */
export const factor = z.object({
  /** `padding`, `values`, `shapes`, … */
  name: z.string(),
  /** What shows the fault, and what does not. It matters when neither is empty. */
  fails: z.array(z.string()),
  passes: z.array(z.string()),
  /** Cases that were asked for it. */
  cases: z.number().int(),
});
export type Factor = z.infer<typeof factor>;

export const matters = ({ fails, passes }: Factor): boolean => fails.length > 0 && passes.length > 0;

/** @example factorText({ name: "padding", fails: ["same"], passes: ["valid"], cases: 4 }) // "padding: fails for same, passes for valid" */
export const factorText = ({ name, fails, passes }: Factor): string =>
  [
    `${name}:`,
    [
      ...(fails.length > 0 ? [`fails for ${fails.join(", ")}`] : []),
      ...(passes.length > 0 ? [`passes for ${passes.join(", ")}`] : []),
    ].join(", "),
  ].join(" ");
