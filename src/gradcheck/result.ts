import { GradproofError } from "../core/errors.js";
import { shortest, type FloatType } from "../core/float.js";
import { showShape, stridesOf, type Shape } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import type { Verdict } from "../record/verdict.js";

export type GradcheckVerdict = Extract<
  Verdict,
  "pass" | "inaccurate" | "convention" | "fail" | "inconclusive"
>;

/** One entry of a gradient that is not what it should be. */
export interface GradcheckEntry {
  /** Position among the arguments of f. */
  readonly input: number;
  /** Along the axes of that input; several elements where only their sum is known to be wrong. */
  readonly index: readonly number[] | readonly (readonly number[])[];
  /** Which number of the result is differentiated, all results in a row; absent where it is a mixture of several. */
  readonly output?: number;
  readonly got: number;
  readonly expected: number;
  /** Absolute error of `expected`. */
  readonly bound: number;
  readonly cotangent: readonly number[];
}

export interface SmallestCase {
  readonly inputs: readonly Tensor[];
  readonly entry: GradcheckEntry | undefined;
}

/** A gradient that was measured, because none was given. */
export interface MeasuredGradient {
  readonly shape: Shape;
  readonly data: Float64Array;
  readonly bound: Float64Array;
}

export interface GradcheckFacts {
  readonly verdict: GradcheckVerdict;
  /** In words; empty for a pass. */
  readonly reason: string;
  /** What kind of wrong: `value`, `shape`, `mutates`, `repeat`, `throws`, `missing`, `symmetry`, `rounding`. */
  readonly kind?: string;
  /** 2 where it is the gradient's own derivative that is meant. */
  readonly order: 1 | 2;
  readonly entry?: GradcheckEntry;
  readonly smallest?: SmallestCase;
  /** Who is wrong, and how we know. */
  readonly because?: string;
  /** ∂Σyⱼ/∂x, or for the given cotangent, where no gradient was given. */
  readonly measured?: readonly MeasuredGradient[];
  readonly evaluations: number;
  readonly gradientCalls: number;
  readonly seed: number;
  readonly format: FloatType;
}

/** What `gradcheck` found; as text it is the report. */
export class Gradcheck {
  constructor(readonly facts: GradcheckFacts) {}

  get verdict(): GradcheckVerdict {
    return this.facts.verdict;
  }
  get reason(): string {
    return this.facts.reason;
  }
  get kind(): string | undefined {
    return this.facts.kind;
  }
  get entry(): GradcheckEntry | undefined {
    return this.facts.entry;
  }
  get smallest(): SmallestCase | undefined {
    return this.facts.smallest;
  }
  get because(): string | undefined {
    return this.facts.because;
  }
  get measured(): readonly MeasuredGradient[] | undefined {
    return this.facts.measured;
  }
  get evaluations(): number {
    return this.facts.evaluations;
  }
  get gradientCalls(): number {
    return this.facts.gradientCalls;
  }
  get seed(): number {
    return this.facts.seed;
  }

  /** Whether the gradient may be relied upon: it passes, is right but for rounding, or makes a choice at a kink. */
  get ok(): boolean {
    return this.verdict !== "fail" && this.verdict !== "inconclusive";
  }

  /** The options that ask the same again. */
  get replay(): string {
    const { order, seed } = this.facts;
    return `{ seed: ${seed}${order === 2 ? ", order: 2" : ""} }`;
  }

  get report(): string {
    const { verdict, reason, order, entry, smallest, because, measured, format } = this.facts;
    const show = (x: number): string => shortest(x, format);
    const lines = [`${verdict}${order === 2 ? " (second order)" : ""}${reason ? `: ${reason}` : ""}`];
    if (entry) lines.push(...entryLines(entry, show));
    if (smallest) {
      lines.push("  smallest case with the same fault");
      lines.push(...smallest.inputs.map((x) => `    at        ${showTensor(x, show)}`));
      if (smallest.entry) lines.push(...entryLines(smallest.entry, show).map((line) => `  ${line}`));
    }
    for (const { shape, data, bound } of measured ?? []) {
      const worst = bound.reduce((most, b) => Math.max(most, b), 0);
      lines.push(`  measured  ${showTensor({ shape, data }, String)}, each within ${worst.toExponential(1)}`);
    }
    if (because) lines.push(`  ${because}`);
    const { evaluations, gradientCalls } = this;
    lines.push(`  ${evaluations} evaluations, ${gradientCalls} gradients; again: ${this.replay}`);
    return lines.join("\n");
  }

  toString(): string {
    return this.report;
  }
}

function entryLines(entry: GradcheckEntry, show: (x: number) => string): string[] {
  const { input, index, output, cotangent, got, expected, bound } = entry;
  const several = Array.isArray(index[0]);
  const where = several
    ? (index as readonly (readonly number[])[]).slice(0, 4).map(showShape).join(" + ")
    : showShape(index as readonly number[]);
  const of =
    output === undefined
      ? cotangent.length > 8
        ? ` (for a cotangent of ${cotangent.length} numbers)`
        : ` (for the cotangent ${showShape(cotangent)})`
      : cotangent.length > 1
        ? ` of output ${output}`
        : "";
  return [
    `  input ${input}, element${several ? "s" : ""} ${where}${of}`,
    `  expected  ${digitsWithin(expected, bound)} ± ${bound.toExponential(1)}`,
    `  got       ${show(got)}${hint(got, expected, bound)}`,
  ];
}

/** As many digits as the bound lets one know. */
function digitsWithin(value: number, bound: number): string {
  const known = Math.ceil(Math.log10(Math.abs(value) / bound));
  return known >= 1 && known < 17 ? String(Number(value.toPrecision(known))) : String(value);
}

/** What the two numbers have to do with each other, where that is plain. */
function hint(got: number, expected: number, bound: number): string {
  const near = (a: number, b: number): boolean => Math.abs(a - b) <= 8 * bound + 2 ** -20 * Math.abs(b);
  if (Number.isNaN(got)) return "   not a number";
  if (got === 0) return "   nothing arrives";
  if (near(got, -expected)) return "   the sign is wrong";
  const ratio = got / expected;
  for (const factor of [ratio, 1 / ratio]) {
    const whole = Math.round(factor);
    const plain =
      Math.abs(whole) > 1 &&
      Math.abs(whole) < 1e4 &&
      near(factor === ratio ? got / whole : got * whole, expected);
    if (plain) return `   off by a factor of ${factor === ratio ? whole : `1/${whole}`}`;
  }
  return "";
}

/** Short tensors in full; @shape in words where the numbers do not show it. */
function showTensor({ shape, data }: Pick<Tensor, "shape" | "data">, show: (x: number) => string): string {
  if (shape.length === 0) return `${show(data[0])} (scalar)`;
  const numbers = Array.from(data.slice(0, 12), show);
  return `[${numbers.join(", ")}${data.length > 12 ? ", …" : ""}], shape ${showShape(shape)}`;
}

/** Where an element lies along the axes. */
export function indexOf(element: number, shape: Shape): number[] {
  const strides = stridesOf(shape);
  return shape.map((length, axis) => Math.floor(element / strides[axis]) % length);
}

/** Thrown where a gradient is asserted to be right; the message is the whole report. */
export class GradcheckError extends GradproofError {
  constructor(readonly result: Gradcheck) {
    super(`gradient-${result.verdict}`, result.report);
    this.name = "GradcheckError";
  }
}
