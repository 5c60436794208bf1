import type { Algebra } from "../core/algebra.js";
import { doubles, rounded, roundToNearest, type Gates } from "../core/numberAlgebra.js";
import { Stream } from "../core/random.js";
import { NESTINGS } from "../record/protocol.js";
import { evaluate, liftAll, type Form } from "../program/evaluate.js";
import { FixedGates, Spreads, Trace, type Undecided } from "./gates.js";
import { allFinite, hullOf, type OpenGroups } from "./hull.js";
import { OpenChoiceError } from "./interval.js";
import { compute, derive, flatten, lastSums, type Point, type Quantity } from "./quantity.js";
import { contentHash, randomRounding } from "./randomRounding.js";
import { tieGroups, type TieGroup } from "./ties.js";
import { F, type Precision, type Tolerance, type Undecidable } from "./tolerance.js";

/** Natural runs, and runs that also move exact results. */
const [NATURAL, ALWAYS] = [8, 8];
/**
 * More open comparisons than this, in programs, are not told apart by "all first" and "all last" runs. Within one op
 * they do not act on each other, and the hull covers them all.
 */
const MOST_CROSSINGS = 8;

interface Runs {
  /** Largest deviation of each coordinate from the exact pass with the same gates. */
  readonly deviation: Float64Array;
  /** Largest deviation of the sum over each tie group. */
  readonly sums: Float64Array;
  count: number;
  /** No coordinate of any run left the range. */
  finite: boolean;
}

/**
 * How wrong a correct implementation of a precision may be, by random rounding.
 *
 * The reference's rules are run a few times with every primitive rounded up or down at random, in the careful and
 * in the textbook forms alternately; the threshold is a small multiple of the spread, plus the rounding of the
 * last sum. Comparisons that the spread cannot settle are opened: the accepted results become a hull over their
 * alternatives, and the sum along each group of tied inputs is checked on its own.
 *
 * @error with F = 3 and N = 16 a correct float32 coordinate is refused with probability about 6e-9
 */
export class Attainable {
  private readonly exactTrace = new Trace();
  private readonly forwardSites: number;
  private readonly exact: Float64Array;
  /** Size of the terms of the last sum that reaches each coordinate. */
  readonly terms: Float64Array;
  private readonly forms: number;
  private readonly seed: number;

  constructor(
    private readonly quantity: Quantity,
    readonly point: Point,
    private readonly precision: Precision,
  ) {
    const A = doubles(this.exactTrace);
    const values = evaluate(A, point.program, liftAll(A, point.inputs));
    this.forwardSites = this.exactTrace.sites.length;
    this.exact = flatten(derive(A, quantity, point, values));
    this.terms = lastSums(quantity, point, values);
    this.forms = 1 + Math.max(0, ...point.program.ops.map((op) => op.textbook.length));
    this.seed = contentHash(point.inputs);
  }

  /**
   * The tolerance that settles `got`, from as few runs as that takes: none, when it is within the rounding of the
   * last sum; all of them only for suspects.
   */
  tolerance(got: Float64Array): Tolerance | Undecidable {
    if (!allFinite(this.exact)) return { undecidable: "range: the exact result is not finite" };
    const spreads = new Spreads(this.exactTrace.sites);
    const { u } = this.precision.format;
    let runs = this.noRuns([]);
    let undecided = spreads.undecided(F, u);
    let overflow = false;
    const settled = (): boolean => undecided.groups.size === 0 && this.accepts(got, runs.deviation);
    if (settled()) return this.decided(runs, runs);
    for (let r = 0; r < NATURAL; r++) {
      const trace = new Trace();
      const result = this.run(r, r % this.forms, false, trace);
      // A form that loses one coordinate is as good as any at the others.
      this.include(runs, result, this.exact, []);
      if (!allFinite(result)) {
        if (r % this.forms === 0) return { undecidable: LEAVES_RANGE };
        overflow = true;
        continue;
      }
      spreads.add(trace.sites);
      undecided = spreads.undecided(F, u);
      // A first run in careful form that accepts everything also settles that it is careful arithmetic.
      if (settled() && (r === 0 || this.forms === 1)) return this.decided(runs, runs);
      if (settled()) break;
    }
    if (undecided.atJump && this.quantity !== "value") {
      return { undecidable: "at a jump (sign, floor) there is no derivative" };
    }
    if (undecided.groups.size > 0 && this.quantity === "hvp") {
      return { undecidable: "at a kink or tie there is no second derivative" };
    }
    if (undecided.jump) return { undecidable: "a jump (sign, floor) is closer than rounding can tell" };
    if (undecided.crossings > MOST_CROSSINGS && this.point.program.nodes.length > 1) {
      return { undecidable: `${undecided.crossings} comparisons are closer than rounding can tell` };
    }
    if (!allFinite(got)) {
      if (this.overflowsToNearest(0)) return { undecidable: LEAVES_RANGE };
      for (let form = 1; form < this.forms; form++) overflow ||= this.overflowsToNearest(form);
    }
    if (undecided.groups.size > 0) return this.opened(undecided, overflow);
    // As many of each form as a single one would get: of fewer, the spread is too often small by chance.
    const textbook = this.extend(runs, got, (r) => r % this.forms, ALWAYS * this.forms);
    if (this.forms === 1) return this.decided(textbook, textbook);
    const careful = this.extend(this.carefulRuns(got), got, () => 0, ALWAYS);
    if (!careful.finite) return { undecidable: LEAVES_RANGE };
    return this.decided(careful, textbook, overflow);
  }

  /** What is accepted without any run: the rounding of the last sum. It settles most correct results. */
  floors(): Float64Array {
    return this.exact.map((x, i) => this.floor(i, x, x));
  }

  /** The tolerance from all runs: NaN is accepted by none of them, so none is spared. */
  fullTolerance(): Tolerance | Undecidable {
    return this.tolerance(new Float64Array(this.exact.length).fill(NaN));
  }

  /**
   * Whether a form, rounded to nearest and its sums in whatever order, leaves the range. Random runs may miss a square
   * that underflows to 0 and is divided by: rounded up, it does not.
   */
  private overflowsToNearest(form: Form): boolean {
    const { format, flush } = this.precision;
    const A = rounded(roundToNearest(format, { flush }), this.fixed(NO_GROUPS, "first"));
    const anyOrder: Algebra<number> = {
      ...A,
      sum(terms) {
        let size = 0;
        for (let i = 0; i < terms.length; i++) size += Math.abs(terms[i]);
        return size > format.largest ? NaN : A.sum(terms);
      },
    };
    return !allFinite(flatten(compute(anyOrder, this.quantity, this.point, { form })));
  }

  /** Natural runs of the careful rules alone, until `got` is accepted; gates as in the exact pass. */
  private carefulRuns(got: Float64Array): Runs {
    const runs = this.noRuns([]);
    for (let r = 0; r < NATURAL && !this.accepts(got, runs.deviation); r++) {
      this.include(runs, this.run(r, 0, false, this.fixed(NO_GROUPS, "first")), this.exact, []);
    }
    return runs;
  }

  /** Adds runs that move exact results too, until `got` is accepted. */
  private extend(runs: Runs, got: Float64Array, form: (r: number) => Form, most: number): Runs {
    for (let r = 0; r < most && !this.accepts(got, runs.deviation); r++) {
      const result = this.run(NATURAL + r, form(r), true, this.fixed(NO_GROUPS, "first"));
      this.include(runs, result, this.exact, []);
    }
    return runs;
  }

  private decided(careful: Runs, textbook: Runs, textbookOverflows = false): Tolerance {
    const low = this.exact;
    return {
      exact: this.exact,
      low,
      high: low,
      careful: this.withFloor(careful.deviation, low, low),
      textbook: this.withFloor(textbook.deviation, low, low, careful.deviation),
      terms: this.terms,
      ties: [],
      tieDeviation: new Float64Array(0),
      exactTies: false,
      textbookOverflows,
    };
  }

  /** Some comparisons are open: a hull over their alternatives, and deviations with the gates fixed in turn. */
  private opened(undecided: Undecided, overflow: boolean): Tolerance | Undecidable {
    const { groups } = undecided;
    let bounds: { low: Float64Array; high: Float64Array };
    let ties: readonly TieGroup[] = [];
    try {
      bounds = this.hullOf(groups);
      if (this.quantity === "gradient") {
        ties = tieGroups(this.point, groups, this.forwardSites, (open) => this.hullOf(open));
      }
    } catch (error) {
      if (error instanceof OpenChoiceError) return { undecidable: `an open comparison: ${error.message}` };
      throw error;
    }
    const bases = WHICH.map((which) =>
      flatten(compute(doubles(this.fixed(groups, which)), this.quantity, this.point)),
    );
    const runsOf = (form: (r: number) => Form, most: number): Runs => {
      const runs = this.noRuns(ties);
      for (let r = 0; r < most; r++) {
        const which = this.round(r);
        const result = this.run(r, form(r), r >= NATURAL, this.fixed(groups, WHICH[which]));
        if (allFinite(result)) this.include(runs, result, bases[which], ties);
      }
      return runs;
    };
    const careful = runsOf(() => 0, NATURAL + ALWAYS);
    const all = (NATURAL + ALWAYS) * this.forms;
    const textbook = this.forms === 1 ? careful : runsOf((r) => r % this.forms, all);
    if (careful.count < NATURAL + ALWAYS) return { undecidable: LEAVES_RANGE };
    // What the fixed passes reach belongs to the hull, also where a value (and not a gate) depends on the choice.
    for (const base of bases) {
      base.forEach((x, i) => {
        bounds.low[i] = Math.min(bounds.low[i], x);
        bounds.high[i] = Math.max(bounds.high[i], x);
      });
    }
    return {
      exact: this.exact,
      ...bounds,
      careful: this.withFloor(careful.deviation, bounds.low, bounds.high),
      textbook: this.withFloor(textbook.deviation, bounds.low, bounds.high, careful.deviation),
      terms: this.terms,
      ties,
      tieDeviation: textbook.sums,
      exactTies: undecided.crossings < groups.size,
      textbookOverflows: overflow,
    };
  }

  private hullOf(groups: OpenGroups): { low: Float64Array; high: Float64Array } {
    const { quantity, point, exact, exactTrace, forwardSites } = this;
    return hullOf({ quantity, point, exact, sites: exactTrace.sites, forwardSites }, groups);
  }

  private fixed(groups: OpenGroups, which: "first" | "last"): Gates {
    return new FixedGates(this.exactTrace.sites, groups, which);
  }

  private run(r: number, form: Form, always: boolean, gates: Gates): Float64Array {
    const { format, flush, intrinsicUlps = {} } = this.precision;
    const stream = new Stream(this.seed, `random rounding ${r}`);
    const A = rounded(randomRounding(format, stream, { always, flush, intrinsicUlps }), gates);
    // Products of a subject may be nested either way, which rounds and cancels in other places.
    return flatten(compute(A, this.quantity, this.point, { form, nesting: NESTINGS[this.round(r)] }));
  }

  /** Alternates once all forms have had a run, so that each is run both ways, however many there are. */
  private round = (r: number): 0 | 1 => (Math.floor(r / this.forms) % 2 === 0 ? 0 : 1);

  private noRuns(ties: readonly TieGroup[]): Runs {
    return {
      deviation: new Float64Array(this.exact.length),
      sums: new Float64Array(ties.length),
      count: 0,
      finite: true,
    };
  }

  private include(runs: Runs, result: Float64Array, base: Float64Array, ties: readonly TieGroup[]): void {
    for (let i = 0; i < result.length; i++) {
      const deviation = Math.abs(result[i] - base[i]);
      if (!Number.isFinite(deviation)) runs.finite = false;
      else if (deviation > runs.deviation[i]) runs.deviation[i] = deviation;
    }
    ties.forEach(({ members }, t) => {
      let difference = 0;
      for (const i of members) difference += result[i] - base[i];
      runs.sums[t] = Math.max(runs.sums[t], Math.abs(difference));
    });
    runs.count++;
  }

  /** NaN compares false: it is never accepted. */
  private accepts(got: Float64Array, deviation: Float64Array): boolean {
    for (let i = 0; i < got.length; i++) {
      const tolerance = F * deviation[i] + this.floor(i, this.exact[i], this.exact[i]);
      if (!(Math.abs(got[i] - this.exact[i]) <= tolerance)) return false;
    }
    return true;
  }

  /** Rounding of the last sum (the terms of a value are in its deviation already), and of subnormal results. */
  private floor(i: number, low: number, high: number): number {
    const { u, eta } = this.precision.format;
    const size = Math.max(Math.abs(low), Math.abs(high));
    return 2 * u * (this.quantity === "value" ? size : Math.max(size, this.terms[i])) + 4 * eta;
  }

  private withFloor(
    deviation: Float64Array,
    low: Float64Array,
    high: Float64Array,
    atLeast: Float64Array = deviation,
  ): Float64Array {
    return deviation.map((d, i) => F * Math.max(d, atLeast[i]) + this.floor(i, low[i], high[i]));
  }
}

const LEAVES_RANGE = "range: careful arithmetic leaves the format's range";
const WHICH = ["first", "last"] as const;
const NO_GROUPS: OpenGroups = new Map();
