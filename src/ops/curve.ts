import type { FloatType } from "../core/float.js";

/** At −∞ and at ∞; null where there is nothing: beyond a domain's end, or without a limit. */
export type Ends = readonly [low: number | null, high: number | null];

/**
 * What is known of the graph of an elementwise op, whatever real number of its domain is put in.
 *
 * All of it is about ops of one input, but for `homogeneous`. A number that no double holds exactly (π/2) stands for
 * the exact one that it is nearest to. `curve.test.ts` holds every record's to many digits, and names what a record
 * could say and does not.
 */
export interface Curve {
  /** The value never falls, or never rises, as x rises. */
  readonly monotone?: "increasing" | "decreasing";
  /** The derivative is even, not negative, and falls as |x| grows. */
  readonly bell?: true;
  /** What f(−x) is: f(x), −f(x), 2·about − f(x), or f(x) − line·x. */
  readonly symmetry?: "even" | "odd" | { readonly about: number } | { readonly line: number };
  /** f(c·x) = c^degree·f(x) for every c > 0, where all of these inputs are multiplied by c. */
  readonly homogeneous?: { readonly degree: number; readonly in: readonly string[] };
  /** What value and derivative come to far out; also what they are at ±∞. */
  readonly limits?: { readonly value: Ends; readonly derivative: Ends };
  /** From which input on the value is its limit when it is rounded correctly. */
  readonly saturates?: Readonly<Record<FloatType, Ends>>;
  /** How fast the limits on both sides are approached. */
  readonly tails?: Tails;
  /** f(f(x)) = f(x): what lies in its range stays as it is. */
  readonly idempotent?: true;
  /** Straight between these points, with a slope that every format holds: one more than there are points. */
  readonly straight?: { readonly between: readonly number[]; readonly slopes: readonly number[] };
  /** Made of two formulas that meet without a kink: which of them a NaN gets is a choice. */
  readonly joined?: true;
  /** What it is in terms of other ops. */
  readonly identities?: readonly Identity[];
}

/** |f(x) − limit| ≤ value·e^(−rate·|x|), and derivative[0] ≤ f′(x)·e^(rate·|x|) ≤ derivative[1], for all x. */
export interface Tails {
  readonly rate: number;
  readonly value: number;
  readonly derivative: readonly [low: number, high: number];
}

/** f(x), or f′(x), is plus + times·g(scale·x), g the value of another op. */
export interface Identity {
  readonly of: "value" | "derivative";
  readonly op: string;
  /** Default 0. */
  readonly plus?: number;
  /** Default 1. */
  readonly times?: number;
  /** A power of two or its negative, so that scaling is exact. Default 1. */
  readonly scale?: number;
}
