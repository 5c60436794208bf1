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
  /** Of several elements: how far each is moved; got and expected are slopes along that. */
  readonly along?: readonly number[];
  /** Which number of the result is differentiated, all results in a row; absent where it is a mixture of several. */
  readonly output?: number;
  readonly got: number;
  readonly expected: number;
  /** Absolute error of `expected`; at a kink it covers the slopes on both sides. */
  readonly bound: number;
  /** The slopes on the two sides of a kink. */
  readonly between?: readonly [number, number];
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
  /** What kind of wrong: `value`, `shape`, `mutates`, `repeat`, `throws`, `symmetry`, `curvature`, `rounding`. */
  readonly kind?: string;
  /** 2 where it is the gradient's own derivative that is meant. */
  readonly order: 1 | 2;
  readonly entry?: GradcheckEntry;
  readonly smallest?: SmallestCase;
  /** Who is wrong, and how we know. */
  readonly because?: string;
  /** What was looked at for `order: 2`, and what it came to. */
  readonly checked?: readonly string[];
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
  get checked(): readonly string[] | undefined {
    return this.facts.checked;
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
    lines.push(...(this.checked ?? []).map((what) => `  checked   ${what}`));
    const { evaluations, gradientCalls } = this;
    lines.push(`  ${evaluations} evaluations, ${gradientCalls} gradients; again: ${this.replay}`);
    return lines.join("\n");
  }

  toString(): string {
    return this.report;
  }
}

function entryLines(entry: GradcheckEntry, show: (x: number) => string): string[] {
  const { got, expected, bound, between } = entry;
  const sides = between?.map((slope) => String(Number(slope.toPrecision(6))));
  const wanted = sides
    ? `between ${sides.join(" and ")}, the slopes at the kink`
    : `${digitsWithin(expected, bound)} ± ${bound.toExponential(1)}`;
  return [
    `  input ${entry.input}, ${whereOf(entry)}${ofWhat(entry)}`,
    `  expected  ${wanted}`,
    `  got       ${show(got)}${hint(entry)}`,
  ];
}

/** More than so many elements or numbers are not listed. */
const LISTED = 8;

function whereOf({ index, along }: GradcheckEntry): string {
  if (!along) return `element ${showShape(index as readonly number[])}`;
  const all = index as readonly (readonly number[])[];
  const names = `${all.slice(0, LISTED).map(showShape).join(" + ")}${all.length > LISTED ? ` + … (${all.length} in all)` : ""}`;
  if (along.every((step) => step === 1)) return `the sum over elements ${names}`;
  const steps = Array.from(along.slice(0, LISTED), (step) => String(Number(step.toPrecision(3))));
  return `elements ${names}, moved together by ${steps.join(", ")}${along.length > LISTED ? ", …" : ""}`;
}

function ofWhat({ output, cotangent }: GradcheckEntry): string {
  if (output !== undefined) return cotangent.length > 1 ? ` of output ${output}` : "";
  return cotangent.length > LISTED
    ? ` (for a cotangent of ${cotangent.length} numbers)`
    : ` (for the cotangent ${showShape(cotangent)})`;
}

/** As many digits as the bound lets one know. */
function digitsWithin(value: number, bound: number): string {
  const known = Math.ceil(Math.log10(Math.abs(value) / bound));
  return known >= 1 && known < 17 ? String(Number(value.toPrecision(known))) : String(value);
}

/** What the two numbers have to do with each other, where that is plain: at a kink there is no one number to compare. */
function hint({ got, expected, bound, between }: GradcheckEntry): string {
  if (Number.isNaN(got)) return "   not a number";
  if (between) return "";
  // Within this any number near would do as well.
  const error = 8 * bound + 2 ** -20 * Math.abs(expected);
  if (!(8 * error <= Math.abs(expected))) return "";
  if (got === 0) return "   nothing arrives";
  if (Math.abs(got + expected) <= error) return "   the sign is wrong";
  for (const inverse of [false, true]) {
    const factor = Math.round(inverse ? expected / got : got / expected);
    const off = inverse ? Math.abs(got * factor - expected) : Math.abs(got / factor - expected);
    // The next factor must be out of reach.
    const plain = Math.abs(factor) > 1 && off <= error && 16 * error * Math.abs(factor) <= Math.abs(expected);
    if (plain) return `   off by a factor of ${inverse ? `1/${factor}` : factor}`;
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
