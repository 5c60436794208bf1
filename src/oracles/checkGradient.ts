import { F64 } from "../core/float.js";
import { Stream } from "../core/random.js";
import { dot } from "../core/sum.js";
import type { Estimate } from "./estimate.js";
import { differences, exactDirection, MOST_EVALUATIONS, type Differences } from "./finiteDifferences.js";

/** A function of several arrays of doubles, and of nothing else. */
export type Values = (xs: readonly Float64Array[]) => Float64Array;
/** Jᵀ·v: one array per input. */
export type Pullback = (xs: readonly Float64Array[], v: Float64Array) => readonly Float64Array[];

export interface GradientCheckOptions {
  /** Names the random directions. Default 0. */
  readonly seed?: number;
  /** Random directions per input; each costs one reverse pass. Default 3. */
  readonly probes?: number;
  /** Evaluations of f that may be spent. Default 250. */
  readonly mostEvaluations?: number;
  /**
   * A pass that could not have seen an error of this size is no pass: relative to the derivative along a direction
   * and to the outputs, which it would change by as much as themselves. Default 1e-6.
   */
  readonly resolution?: number;
  /** See `DifferenceOptions`. */
  readonly noise?: (y: number) => number;
}

export interface GradientCheck {
  /** `kink`: every one-sided slope was accepted, and tied inputs are right together. */
  readonly verdict: "pass" | "fail" | "inconclusive" | "kink";
  /** In words; empty for a pass. */
  readonly reason: string;
  readonly evaluations: number;
  readonly reversePasses: number;
  /** Where a wrong gradient was found: the fewest elements of an input to which it was traced. */
  readonly found?: {
    readonly input: number;
    readonly elements: readonly number[];
    /** ⟨g, w⟩ over these elements, and what it should be. */
    readonly got: number;
    readonly expected: Estimate;
  };
}

type Found = NonNullable<GradientCheck["found"]>;

/** What one direction says of the gradient. */
type Answer = "right" | "wrong" | "undecided";

type Outcome = { readonly kink: boolean } | { readonly doubt: string } | { readonly found: Found };

/** One direction through one input, with its derivative and what the gradient says of it. */
interface Probe {
  readonly estimate: Differences;
  readonly got: number;
  readonly answer: Answer;
}

/**
 * Checks a gradient against the function alone: random directions first, coordinates only where these disagree.
 *
 * Per input three directions w = ±U(0.5, 1)·|x| and cotangents v ~ N(0, 1): plain ±1 on both sides would miss a
 * swapped pair with probability 3/4. A wrong gradient is traced by halving, a kink is checked coordinate by
 * coordinate. Typically 6 evaluations a direction.
 *
 * @shape f: xs → [m]; gradient: xs, v of [m] → arrays shaped like xs
 * @domain f twice differentiable but for kinks; its noise as `noise` says
 */
export function checkGradient(
  f: Values,
  gradient: Pullback,
  xs: readonly Float64Array[],
  options: GradientCheckOptions = {},
): GradientCheck {
  return new Check(f, gradient, xs, options).run();
}

class Check {
  private evaluations = 0;
  private reversePasses = 0;
  private readonly center: Float64Array;
  private readonly seed: number;
  private readonly probes: number;
  private readonly mostEvaluations: number;
  private readonly resolution: number;

  constructor(
    private readonly f: Values,
    private readonly gradient: Pullback,
    private readonly xs: readonly Float64Array[],
    private readonly options: GradientCheckOptions,
  ) {
    const { seed = 0, probes = 3, mostEvaluations = 250, resolution = 1e-6 } = options;
    this.seed = seed;
    this.probes = probes;
    this.mostEvaluations = mostEvaluations;
    this.resolution = resolution;
    this.center = this.evaluate(xs);
  }

  run(): GradientCheck {
    if (this.center.length === 0 || this.xs.every((x) => x.length === 0)) {
      return this.report("inconclusive", "there is nothing to differentiate");
    }
    const decided = new Set<number>();
    const kinks = new Set<number>();
    const doubts = new Map<number, string>();
    for (let p = 0; p < this.probes; p++) {
      const draw = new Stream(this.seed, `checkGradient/${p}`);
      const v = this.center.map(() => draw.normal());
      const gs = this.gradient(this.xs, v);
      this.reversePasses++;
      for (const [k, x] of this.xs.entries()) {
        const length = gs[k]?.length;
        if (length !== x.length) {
          return this.report("fail", `gradient ${k} has ${length ?? "no"} elements instead of ${x.length}`);
        }
        if (x.length === 0 || kinks.has(k)) continue;
        const w = x.map((value) => draw.sign() * draw.between(0.5, 1) * scaleOf(value));
        const outcome = this.direction(k, v, gs[k], w);
        if ("found" in outcome) return this.wrong(outcome.found);
        if ("doubt" in outcome) {
          doubts.set(k, outcome.doubt);
          continue;
        }
        decided.add(k);
        if (outcome.kink) kinks.add(k);
      }
    }
    for (const [k, doubt] of doubts) {
      if (!decided.has(k)) return this.report("inconclusive", `input ${k}: ${doubt}`);
    }
    return kinks.size > 0
      ? this.report("kink", `input ${[...kinks].join(", ")}: one-sided slopes differ, and were accepted`)
      : this.report("pass", "");
  }

  /** One random direction through input k, and what follows from its answer. */
  private direction(k: number, v: Float64Array, g: Float64Array, w: Float64Array): Outcome {
    const probe = this.probe(k, v, g, w);
    if (probe === "budget") return { doubt: `${this.mostEvaluations} evaluations were not enough` };
    if (probe.answer === "undecided") return { doubt: doubtOf(probe.estimate) };
    if (probe.answer === "wrong") return { found: this.locate(k, v, g, w, probe) };
    if (probe.estimate.status !== "kink") return { kink: false };
    const wrong = this.coordinates(k, v, g);
    if (wrong === "budget") return { doubt: "too many elements to look at one by one at a kink" };
    return wrong ? { found: wrong } : { kink: true };
  }

  /** The gradient's word on one direction; "budget" when a full search could exceed what may be spent. */
  private probe(k: number, v: Float64Array, g: Float64Array, wanted: Float64Array): Probe | "budget" {
    if (this.evaluations + MOST_EVALUATIONS > this.mostEvaluations) return "budget";
    const x = this.xs[k];
    const w = exactDirection(x, wanted).direction;
    // Other elements than those that move do not count, even if they are NaN.
    const got = dot(
      g.map((value, i) => (w[i] === 0 ? 0 : value)),
      w,
    );
    const size = w.reduce((total, step, i) => (step === 0 ? total : total + Math.abs(g[i] * step)), 0);
    const estimate = differences((moved) => this.evaluate(this.xs.with(k, moved)), x, w, v, {
      ...(this.options.noise && { noise: this.options.noise }),
      center: this.center,
      expected: got,
      size: 0.1 * size,
    });
    // The dot product of the gradient with w has a rounding of its own.
    const bound = estimate.bound + 2 ** -50 * size;
    const error = Math.abs(got - estimate.value);
    const outputs = this.center.reduce((total, y, j) => total + Math.abs(v[j] * y), 0);
    const visible = this.resolution * (Math.abs(estimate.value) + 0.1 * size + outputs) + F64.smallestNormal;
    const answer = (): Answer => {
      if (estimate.status === "domain") return "undecided";
      if (estimate.status === "kink") return error <= bound ? "right" : "wrong";
      if (error <= 4 * bound) return bound <= visible ? "right" : "undecided";
      // A function rougher than its stated noise is no witness against anybody. NaN counts as wrong.
      return error <= 8 * bound || estimate.status === "noisy" ? "undecided" : "wrong";
    };
    return { estimate, got, answer: answer() };
  }

  /** Halves the elements until single ones are wrong, or until no half is: then all of them are the finding. */
  private locate(k: number, v: Float64Array, g: Float64Array, w: Float64Array, probe: Probe): Found {
    let elements = Array.from(w.keys());
    let found = probe;
    const narrow = (part: number[]): boolean => {
      const half = this.probe(k, v, g, only(w, part));
      if (half === "budget" || half.answer !== "wrong") return false;
      elements = part;
      found = half;
      return true;
    };
    while (elements.length > 1) {
      const middle = elements.length >> 1;
      if (!narrow(elements.slice(0, middle)) && !narrow(elements.slice(middle))) break;
    }
    return { input: k, elements, got: found.got, expected: found.estimate };
  }

  /** At a kink: every coordinate by itself, then all that have one together, which catches ties counted twice. */
  private coordinates(k: number, v: Float64Array, g: Float64Array): Found | "budget" | undefined {
    const x = this.xs[k];
    const along = x.map(scaleOf);
    const kinked: number[] = [];
    for (const i of x.keys()) {
      const probe = this.probe(k, v, g, only(along, [i]));
      if (probe === "budget") return "budget";
      if (probe.answer === "wrong")
        return { input: k, elements: [i], got: probe.got, expected: probe.estimate };
      if (probe.estimate.status === "kink") kinked.push(i);
    }
    if (kinked.length < 2) return undefined;
    const step = Math.min(...kinked.map((i) => along[i]));
    const together = this.probe(k, v, g, only(along.fill(step), kinked));
    if (together === "budget") return "budget";
    if (together.answer !== "wrong") return undefined;
    return { input: k, elements: kinked, got: together.got, expected: together.estimate };
  }

  private evaluate(xs: readonly Float64Array[]): Float64Array {
    this.evaluations++;
    return this.f(xs);
  }

  private wrong(found: Found): GradientCheck {
    const { value, bound } = found.expected;
    const where = `input ${found.input}, ${found.elements.length === 1 ? "element" : "elements"} ${found.elements.slice(0, 8).join(", ")}`;
    return this.report(
      "fail",
      `${where}: got ${found.got} along the direction, expected ${value} ± ${bound}`,
      found,
    );
  }

  private report(verdict: GradientCheck["verdict"], reason: string, found?: Found): GradientCheck {
    const { evaluations, reversePasses } = this;
    return { verdict, reason, evaluations, reversePasses, ...(found && { found }) };
  }
}

/** How far a coordinate may be moved; numbers too small for 2⁻⁴² of them to be a double count as zero. */
const scaleOf = (x: number): number => (Math.abs(x) > 1e-290 ? Math.abs(x) : 1);

function only(w: Float64Array, elements: readonly number[]): Float64Array {
  const masked = new Float64Array(w.length);
  for (const i of elements) masked[i] = w[i];
  return masked;
}

const doubtOf = ({ status, bound }: Differences): string =>
  status === "domain"
    ? "f is not finite around the point"
    : `noise hides errors below ${bound} along the direction`;
