import { formatOf, type FloatType } from "../core/float.js";
import { dot } from "../core/sum.js";
import { isUnmoved, PIECES, type CheckerPieces } from "./checkerPieces.js";
import { MOST_EVALUATIONS } from "./finiteDifferences.js";
import type { GradientCheckOptions, Probe, Values } from "./gradientCheck.js";
import { measuredErrors, NOISE_EVALUATIONS, promisedErrors, type Errors } from "./measuredErrors.js";
import { settledDirection } from "./probeDirection.js";

/** What a gradient says along one direction, beside differences of f: with the budget, and how rough f is. */
export class GradientProbe {
  evaluations = 0;
  /** f at the point. */
  readonly center: Float64Array;
  mostEvaluations: number;
  private readonly format: FloatType;
  private readonly pieces: CheckerPieces;
  private readonly promised: Errors;
  /** Of ⟨v, f⟩ for each cotangent for which it was asked. */
  private readonly measured = new Map<Float64Array, Errors>();
  private tracing = false;

  constructor(
    private readonly f: Values,
    private readonly xs: readonly Float64Array[],
    private readonly options: GradientCheckOptions,
  ) {
    const { mostEvaluations = 250, format = "f64", pieces = PIECES, noise } = options;
    this.mostEvaluations = mostEvaluations;
    this.format = format;
    this.pieces = pieces;
    this.promised = promisedErrors(format, noise);
    this.center = this.evaluate(xs);
  }

  evaluate(xs: readonly Float64Array[]): Float64Array {
    this.evaluations++;
    return this.f(xs);
  }

  /** What the errors of f are taken for, where the cotangent is v. */
  noiseFor(v: Float64Array): Errors["noise"] {
    return (this.measured.get(v) ?? this.promised).noise;
  }

  /** Suspects may cost more than what seems right. */
  trace(): void {
    if (!this.tracing) this.mostEvaluations += this.options.mostTracing ?? 2250;
    this.tracing = true;
  }

  /**
   * The gradient's word on one direction through input k; "budget" when a full search could exceed what may be spent.
   *
   * @param defect what is known to be wrong: a test that would not have seen a sixteenth of it says nothing
   */
  along(
    k: number,
    v: Float64Array,
    g: Float64Array,
    wanted: Float64Array,
    defect?: number,
  ): Probe | "budget" {
    if (this.evaluations + MOST_EVALUATIONS > this.mostEvaluations) return "budget";
    const first = this.compare(k, v, g, wanted, defect);
    const { answer, estimate } = first;
    // Short steps may lie on one stair of a function that cancels inside: log(1 + e^x) at −30 does not change there.
    const stairs = answer === "wrong" && defect === undefined && isUnmoved(estimate);
    if ((estimate.status !== "noisy" && !stairs) || this.options.noise || this.measured.has(v)) return first;
    // f may cancel inside, and be less precise than its format.
    this.trace();
    if (this.evaluations + MOST_EVALUATIONS + NOISE_EVALUATIONS > this.mostEvaluations) return "budget";
    const project = (x: Float64Array): number => dot(v, this.evaluate(this.xs.with(k, x)));
    const at = { x: this.xs[k], w: wanted, v, y: this.center };
    const errors = measuredErrors(project, at, this.format, this.promised);
    this.measured.set(v, errors);
    return errors === this.promised ? first : this.compare(k, v, g, wanted, defect);
  }

  private compare(
    k: number,
    v: Float64Array,
    g: Float64Array,
    wanted: Float64Array,
    defect: number | undefined,
  ): Probe {
    const { format } = this;
    const x = this.xs[k];
    const errors = this.measured.get(v) ?? this.promised;
    const steps = { format, noise: errors.noise, firstStep: errors.firstStep };
    const w = settledDirection(x, wanted, steps);
    // Other elements than those that move do not count, even if they are NaN.
    const moved = g.map((value, i) => (w[i] === 0 ? 0 : value));
    const got = dot(moved, w);
    const size = dot(moved.map(Math.abs), w.map(Math.abs));
    const estimate = this.pieces.derivative((y) => this.evaluate(this.xs.with(k, y)), x, w, v, {
      ...steps,
      center: this.center,
      expected: got,
      size: 0.1 * size,
    });
    const unitSlope = largest(v) * largest(w);
    const { u } = formatOf(format);
    const total = v.reduce((sum, value) => sum + Math.abs(value), 0);
    const inside = Math.max(1, largest(x.map((value, i) => (w[i] === 0 ? 0 : value))));
    const answer = this.pieces.judge({
      got,
      estimate,
      size,
      outputs: this.center.reduce((total, y, j) => total + Math.abs(v[j] * y), 0),
      unitSlope,
      u,
      hidden: hiddenSlope(u * inside * total, steps.firstStep),
      resolution: this.options.resolution ?? errors.resolution,
      elements: w.reduce((count, step) => (step === 0 ? count : count + 1), 0),
      defect,
    });
    return { estimate, got, answer, size, unitSlope };
  }
}

/**
 * The slope that cannot be told from none where no value changes: f may add numbers as large as 1, or as its
 * arguments, and take them off again (1 − tanh x at 20, (1 + x) − 1 at 1e-17). The factor is that of the rounding floor
 * in `Line`.
 */
const hiddenSlope = (rounding: number, firstStep: number): number => (12 * rounding) / 2 ** firstStep;

const largest = (xs: Float64Array): number => xs.reduce((most, x) => Math.max(most, Math.abs(x)), 0);

/** Why a probe decides nothing, in numbers that do not depend on how far its direction goes. */
export function doubtOf({ estimate: { status, bound }, size, unitSlope }: Probe): string {
  if (status === "domain") return "f is not finite around the point";
  if (!Number.isFinite(bound)) return "no step settles: f jumps, or is rougher than was measured";
  if (size > 0) return `noise hides errors below ${(bound / size).toPrecision(2)} times the gradient`;
  return `no slope is claimed, and the values of f hide slopes below ${(bound / unitSlope).toPrecision(2)}`;
}
