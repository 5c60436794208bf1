import { F64 } from "../core/float.js";
import { Stream } from "../core/random.js";
import { dot } from "../core/sum.js";
import type { Estimate } from "./estimate.js";
import { differences, exactDirection, MOST_EVALUATIONS, type Differences } from "./finiteDifferences.js";
import { localise, type Answer } from "./localise.js";
import { apart, only, scaleOf, scalesOf } from "./probeDirection.js";

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
  /** Evaluations that may be spent on top of these to trace a wrong gradient to single elements. Default 2250. */
  readonly mostTracing?: number;
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
  /** Where a wrong gradient was found. */
  readonly found?: {
    readonly input: number;
    /** Where `alone`, each is wrong by itself. Else none could be named: the fewest that are wrong together. */
    readonly elements: readonly number[];
    readonly alone: boolean;
    /** All other elements of this input were found right. */
    readonly complete: boolean;
    /** ⟨g, w⟩ over the first element or over the group, and what it should be. */
    readonly got: number;
    readonly expected: Estimate;
  };
}

type Found = NonNullable<GradientCheck["found"]>;

type Outcome = { readonly kink: boolean } | { readonly doubt: string } | { readonly found: Found };

/** A reverse pass: its cotangent, and the gradients that came of it. */
interface Pass {
  readonly v: Float64Array;
  readonly gs: readonly Float64Array[];
}

/** One direction through one input, with its derivative and what the gradient says of it. */
interface Probe {
  readonly estimate: Differences;
  readonly got: number;
  readonly answer: Answer;
}

/**
 * Checks a gradient against the function alone: random directions first, coordinates only where these disagree.
 *
 * Per input three directions w = ±U(0.5, 1)·|x| and cotangents v = ±U(0.5, 1)/|y|: plain ±1 on both sides would miss a
 * swapped pair with probability 3/4, and a normal v now and then hides an entry behind a number near zero. A wrong
 * gradient is traced by halving, a kink is checked coordinate by coordinate. Typically 6 evaluations a direction.
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
  private readonly passes: Pass[] = [];
  private readonly center: Float64Array;
  private readonly outputScales: Float64Array;
  private readonly seed: number;
  private readonly probes: number;
  private mostEvaluations: number;
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
    this.outputScales = scalesOf(this.center);
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
      const { v, gs } = this.pass(p);
      for (const [k, x] of this.xs.entries()) {
        const length = gs[k]?.length;
        if (length !== x.length) {
          return this.report("fail", `gradient ${k} has ${length ?? "no"} elements instead of ${x.length}`);
        }
        if (x.length === 0 || kinks.has(k)) continue;
        const w = x.map((value) => apart(draw) * scaleOf(value));
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

  /**
   * The gradient's word on one direction; "budget" when a full search could exceed what may be spent.
   *
   * @param defect what is known to be wrong: a test that would not have seen a sixteenth of it says nothing
   */
  private probe(
    k: number,
    v: Float64Array,
    g: Float64Array,
    wanted: Float64Array,
    defect?: number,
  ): Probe | "budget" {
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
    const passable = this.resolution * (Math.abs(estimate.value) + 0.1 * size + outputs) + F64.smallestNormal;
    const visible = Number.isFinite(defect) ? defect! / 16 : passable;
    const answer = (): Answer => {
      if (estimate.status === "domain") return "undecided";
      if (estimate.status === "kink" && error > bound) return "wrong";
      // Where nothing is known to be wrong, a kink is looked at element by element.
      if (estimate.status === "kink") return defect === undefined || bound <= visible ? "right" : "undecided";
      if (error <= 4 * bound) return bound <= visible ? "right" : "undecided";
      // A function rougher than its stated noise is no witness against anybody. NaN counts as wrong.
      return error <= 8 * bound || estimate.status === "noisy" ? "undecided" : "wrong";
    };
    return { estimate, got, answer: answer() };
  }

  /** Halves the elements until single ones are wrong, with this cotangent and with another. */
  private locate(k: number, v: Float64Array, g: Float64Array, w: Float64Array, probe: Probe): Found {
    this.mostEvaluations += this.options.mostTracing ?? 2250;
    const defect = Math.abs(probe.got - probe.estimate.value);
    const { named, smallest, complete } = localise(
      { elements: Array.from(w.keys()), test: probe },
      (part) => this.probe(k, v, g, only(w, part), defect),
      { confirm: (i) => this.confirms(k, v, w, i) },
    );
    const { got, estimate } = named.length > 0 ? named[0].test : smallest.test;
    return {
      input: k,
      elements: named.length > 0 ? named.map(({ element }) => element) : smallest.elements,
      alone: named.length > 0,
      complete,
      got,
      expected: estimate,
    };
  }

  /** Whether an element is wrong for another cotangent too, along a step of another length. */
  private confirms(k: number, v: Float64Array, w: Float64Array, element: number): boolean {
    const other = this.passes.find((pass) => pass.v !== v) ?? this.pass(this.passes.length);
    const step = only(w, [element]).map((value) => 0.7 * value);
    const probe = this.probe(k, other.v, other.gs[k], step);
    return probe !== "budget" && probe.answer === "wrong";
  }

  /** At a kink: every coordinate by itself, then all that have one together, which catches ties counted twice. */
  private coordinates(k: number, v: Float64Array, g: Float64Array): Found | "budget" | undefined {
    const x = this.xs[k];
    const along = x.map(scaleOf);
    const kinked: number[] = [];
    for (const i of x.keys()) {
      const probe = this.probe(k, v, g, only(along, [i]));
      if (probe === "budget") return "budget";
      if (probe.answer === "wrong") return foundIn(k, [i], probe);
      if (probe.estimate.status === "kink") kinked.push(i);
    }
    if (kinked.length < 2) return undefined;
    const step = Math.min(...kinked.map((i) => along[i]));
    const together = this.probe(k, v, g, only(along.fill(step), kinked));
    if (together === "budget") return "budget";
    if (together.answer !== "wrong") return undefined;
    return foundIn(k, kinked, together);
  }

  /** The reverse pass of a probe; each is asked for once. */
  private pass(p: number): Pass {
    if (!this.passes[p]) {
      const draw = new Stream(this.seed, `checkGradient/cotangent/${p}`);
      const v = this.center.map((_, j) => apart(draw) / this.outputScales[j]);
      this.passes[p] = { v, gs: this.gradient(this.xs, v) };
    }
    return this.passes[p];
  }

  private evaluate(xs: readonly Float64Array[]): Float64Array {
    this.evaluations++;
    return this.f(xs);
  }

  private wrong(found: Found): GradientCheck {
    const { input, elements, alone, expected } = found;
    const listed = `${elements.slice(0, 8).join(", ")}${elements.length > 8 ? `, … ${elements.length} in all` : ""}`;
    const where = `input ${input}, ${elements.length === 1 ? "element" : "elements"} ${listed}`;
    const how = alone ? "along the direction" : "along the direction, together; cannot localise further";
    return this.report(
      "fail",
      `${where}: got ${found.got} ${how}, expected ${expected.value} ± ${expected.bound}`,
      found,
    );
  }

  private report(verdict: GradientCheck["verdict"], reason: string, found?: Found): GradientCheck {
    const { evaluations, passes } = this;
    return { verdict, reason, evaluations, reversePasses: passes.length, ...(found && { found }) };
  }
}

const foundIn = (input: number, elements: readonly number[], { got, estimate }: Probe): Found => ({
  input,
  elements,
  alone: elements.length === 1,
  complete: false,
  got,
  expected: estimate,
});

const doubtOf = ({ status, bound }: Differences): string =>
  status === "domain"
    ? "f is not finite around the point"
    : `noise hides errors below ${bound} along the direction`;
