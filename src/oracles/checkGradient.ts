import type { FloatType } from "../core/float.js";
import { Stream } from "../core/random.js";
import { PIECES, type CheckerPieces } from "./checkerPieces.js";
import {
  foundIn,
  nearlyEqual,
  type Found,
  type GradientCheck,
  type GradientCheckOptions,
  type Probe,
  type Pullback,
  type Values,
} from "./gradientCheck.js";
import { doubtOf, GradientProbe } from "./gradientProbe.js";
import { localise } from "./localise.js";
import { only, scaleOf } from "./probeDirection.js";

export type { Found, GradientCheck, GradientCheckOptions, Pullback, Values } from "./gradientCheck.js";

type Outcome = { readonly kink: boolean } | { readonly doubt: string } | { readonly found: Found };

/** A reverse pass: its cotangent, and the gradients that came of it. */
interface Pass {
  readonly v: Float64Array;
  readonly gs: readonly Float64Array[];
}

/**
 * Checks a gradient against the function alone: random directions first, coordinates only where these disagree.
 *
 * Per input three directions w = ±U(0.5, 1)·|x| and cotangents v = ±U(0.5, 1)/|y|: plain ±1 on both sides would miss a
 * swapped pair with probability 3/4, and a normal v now and then hides an entry behind a number near zero. A wrong
 * gradient is traced by halving, a kink is checked coordinate by coordinate. Typically 6 evaluations a direction.
 * Where f seems less precise than its format, its noise is measured before anybody is called wrong.
 *
 * @shape f: xs → [m]; gradient: xs, v of [m] → arrays shaped like xs
 * @domain f twice differentiable but for kinks
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
  private reversePasses = 0;
  private readonly passes: Pass[] = [];
  private readonly seed: number;
  private readonly probes: number;
  private readonly format: FloatType;
  private readonly pieces: CheckerPieces;
  private readonly probe: GradientProbe;
  /** Inputs of which something was decided, those with a kink, and why the others were not. */
  private readonly decided = new Set<number>();
  private readonly kinks = new Set<number>();
  private readonly doubts = new Map<number, string>();

  constructor(
    f: Values,
    private readonly gradient: Pullback,
    private readonly xs: readonly Float64Array[],
    private readonly options: GradientCheckOptions,
  ) {
    const { seed = 0, probes = 3, format = "f64", pieces = PIECES } = options;
    this.seed = seed;
    this.probes = probes;
    this.format = format;
    this.pieces = pieces;
    this.probe = new GradientProbe(f, xs, options);
  }

  run(): GradientCheck {
    const { center } = this.probe;
    if (!nearlyEqual(center, this.probe.evaluate(this.xs), this.format)) {
      return this.report("inconclusive", "f gives other values when it is asked again at the same point");
    }
    const misfit = this.misfit();
    if (misfit) return misfit;
    if (center.length === 0 || this.xs.every((x) => x.length === 0)) return this.empty();
    return this.numbers() ?? this.behaviour() ?? this.verdict();
  }

  /** The first wrong gradient along random directions, if any. */
  private numbers(): GradientCheck | undefined {
    const { decided, kinks, doubts } = this;
    for (let p = 0; p < this.probes; p++) {
      const draw = new Stream(this.seed, `checkGradient/${p}`);
      const { v, gs } = this.pass(p);
      for (const k of this.pieces.inputs(this.xs.length)) {
        const x = this.xs[k];
        const w = this.pieces.direction(draw, x);
        if (x.length === 0 || kinks.has(k)) continue;
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
    return undefined;
  }

  private verdict(): GradientCheck {
    for (const [k, doubt] of this.doubts) {
      if (!this.decided.has(k)) return this.report("inconclusive", `input ${k}: ${doubt}`);
    }
    if (this.kinks.size === 0) return this.report("pass", "");
    const inputs = [...this.kinks].join(", ");
    return this.report("convention", `input ${inputs}: one-sided slopes differ, and were accepted`);
  }

  private misfit(): GradientCheck | undefined {
    const { xs, pieces } = this;
    const { gs } = this.pass(0);
    const k = pieces.inputs(xs.length).find((input) => !pieces.fits(gs[input]?.length, xs[input].length));
    if (k === undefined) return undefined;
    return this.fail(
      "shape",
      `gradient ${k} has ${gs[k]?.length ?? "no"} elements instead of ${xs[k].length}`,
    );
  }

  /** What right numbers may leave behind: an overwritten cotangent or input, or other numbers the next time. */
  private behaviour(): GradientCheck | undefined {
    const { xs, pieces } = this;
    const { v, gs } = this.pass(0);
    const handed = v.slice();
    const points = xs.map((x) => x.slice());
    const again = this.pullback(points, handed);
    if (!pieces.intact(v, handed))
      return this.fail("mutates", "the gradient overwrites the cotangent it is given");
    const spoiled = xs.findIndex((x, k) => !pieces.intact(x, points[k]));
    if (spoiled >= 0) return this.fail("mutates", `the gradient overwrites input ${spoiled}`);
    const other = gs.findIndex((g, k) => !nearlyEqual(g, again[k], this.format));
    if (other < 0) return undefined;
    return this.fail("repeat", `gradient ${other} differs when it is asked for again at the same point`);
  }

  /** Without elements there is nothing to depend on: every gradient is zero, whatever the function. */
  private empty(): GradientCheck {
    const k = this.pass(0).gs.findIndex((g) => g.some((value) => value !== 0));
    if (k < 0) return this.report("pass", "");
    return this.fail("value", `gradient ${k} is not zero, although no output can depend on the input`);
  }

  /** One random direction through input k, and what follows from its answer. */
  private direction(k: number, v: Float64Array, g: Float64Array, w: Float64Array): Outcome {
    const probe = this.probe.along(k, v, g, w);
    if (probe === "budget") return { doubt: `${this.probe.mostEvaluations} evaluations were not enough` };
    if (probe.answer === "undecided") return { doubt: doubtOf(probe) };
    if (probe.answer === "wrong") return this.suspect(k, v, g, w, probe);
    if (probe.estimate.status !== "kink") return { kink: false };
    const wrong = this.coordinates(k, v, g);
    if (wrong === "budget") return { doubt: "too many elements to look at one by one at a kink" };
    return wrong ? { found: wrong } : { kink: true };
  }

  /** Suspect the oracle first: what is wrong is so for steps that share no point with the first ones, too. */
  private suspect(k: number, v: Float64Array, g: Float64Array, w: Float64Array, probe: Probe): Outcome {
    this.probe.trace();
    const again = this.probe.along(
      k,
      v,
      g,
      w.map((step) => OTHER_LENGTH * step),
    );
    if (again !== "budget" && again.answer !== "wrong") {
      return { doubt: "differences with steps of two lengths contradict each other" };
    }
    const found = this.locate(k, v, g, w, probe);
    // With few bits and long steps, a kink near the point may pass for a slope: there a second cotangent must agree.
    if (!found.alone && this.format !== "f64") {
      return { doubt: "it seems wrong, and no single element is for a second cotangent" };
    }
    return { found };
  }

  /** Halves the elements until single ones are wrong, with this cotangent and with another. */
  private locate(k: number, v: Float64Array, g: Float64Array, w: Float64Array, probe: Probe): Found {
    this.probe.trace();
    const defect = Math.abs(probe.got - probe.estimate.value);
    const { named, smallest, complete } = localise(
      { elements: Array.from(w.keys()), test: probe },
      (part) => this.probe.along(k, v, g, only(w, part), defect),
      { confirm: (i) => this.confirms(k, v, w, i) },
    );
    if (named.length === 0) return { ...foundIn(k, v, g, smallest.elements, smallest.test), alone: false };
    const elements = named.map(({ element }) => element);
    return { ...foundIn(k, v, g, elements.slice(0, 1), named[0].test), elements, complete };
  }

  /** Whether an element is wrong for another cotangent too, along a step of another length. */
  private confirms(k: number, v: Float64Array, w: Float64Array, element: number): boolean {
    const fixed = this.options.cotangent !== undefined;
    const other = fixed
      ? this.passes[0]
      : (this.passes.find((pass) => pass.v !== v) ?? this.pass(this.passes.length));
    const step = only(w, [element]).map((value) => 0.7 * value);
    const probe = this.probe.along(k, other.v, other.gs[k], step);
    return probe !== "budget" && probe.answer === "wrong";
  }

  /** At a kink: every coordinate by itself, then all that have one together, which catches ties counted twice. */
  private coordinates(k: number, v: Float64Array, g: Float64Array): Found | "budget" | undefined {
    const x = this.xs[k];
    const along = x.map(scaleOf);
    const kinked: number[] = [];
    for (const i of x.keys()) {
      const probe = this.probe.along(k, v, g, only(along, [i]));
      if (probe === "budget") return "budget";
      if (probe.answer === "wrong") return foundIn(k, v, g, [i], probe);
      if (probe.estimate.status === "kink") kinked.push(i);
    }
    const elements = this.pieces.together(kinked);
    if (elements.length < 2) return undefined;
    const step = Math.min(...elements.map((i) => along[i]));
    const together = this.probe.along(k, v, g, only(along.fill(step), elements));
    if (together === "budget") return "budget";
    if (together.answer !== "wrong") return undefined;
    return foundIn(k, v, g, elements, together);
  }

  /** The reverse pass of a probe; each is asked for once. */
  private pass(p: number): Pass {
    if (!this.passes[p]) {
      const draw = new Stream(this.seed, `checkGradient/cotangent/${p}`);
      const v = this.options.cotangent ?? this.pieces.cotangent(draw, this.probe.center);
      const points = this.xs.map((x) => x.slice());
      this.passes[p] = { v, gs: this.pullback(points, v.slice()) };
    }
    return this.passes[p];
  }

  /** Gradients that stay what they are, whatever is done later to the memory they came in. */
  private pullback(xs: readonly Float64Array[], v: Float64Array): readonly Float64Array[] {
    this.reversePasses++;
    return this.gradient(xs, v).map((g) => g.slice());
  }

  private wrong(found: Found): GradientCheck {
    const { input, elements, alone, along, expected } = found;
    const listed = `${elements.slice(0, 8).join(", ")}${elements.length > 8 ? `, … ${elements.length} in all` : ""}`;
    const where = `input ${input}, ${elements.length === 1 ? "element" : "elements"} ${listed}`;
    const how = alone
      ? ""
      : ` together, along ${along
          .slice(0, 8)
          .map((step) => step.toPrecision(3))
          .join(", ")}`;
    const rest = alone ? "" : "; cannot localise it: no element is wrong again by itself";
    const reason = `${where}: got ${found.got}${how}, expected ${expected.value} ± ${expected.bound}${rest}`;
    return { ...this.fail("value", reason), found, noise: this.probe.noiseFor(found.cotangent) };
  }

  private fail(kind: NonNullable<GradientCheck["kind"]>, reason: string): GradientCheck {
    return { ...this.report("fail", reason), kind };
  }

  private report(verdict: GradientCheck["verdict"], reason: string): GradientCheck {
    const { reversePasses, probe } = this;
    return { verdict, reason, evaluations: probe.evaluations, reversePasses };
  }
}

/** Steps that share no point with those of the first look. */
const OTHER_LENGTH = 11 / 16;
