import type { Algebra } from "../core/algebra.js";
import { DOUBLES } from "../core/numberAlgebra.js";
import { certified, certifiedNumbers, type Certified } from "./certified.js";
import { duals } from "../core/dual.js";
import {
  EVERYTHING,
  exactly,
  hull,
  isWithin,
  meet,
  minus,
  plus,
  square,
  times,
  type Enclosure,
} from "./enclosure.js";

/** A function of one number, over any arithmetic. */
export type Rule = <T>(A: Algebra<T>, x: T) => T;

/** low ≤ f(x) ≤ high for all x of the domain. */
export interface Claim {
  readonly low: number;
  readonly high: number;
}

export interface ProofOptions {
  /** Of x; an infinite end means all reals beyond. Default all reals. */
  readonly domain?: Enclosure;
  /** Points at which boxes begin: kinks, and where a rule changes its formula. 0 is always one. */
  readonly splits?: readonly number[];
  /** Boxes that may be looked at. Default 20,000. */
  readonly mostBoxes?: number;
}

export interface Proof {
  /**
   * - `proved`: for every real of the domain;
   * - `proved up to 1e301`: for every real of the domain whose magnitude is at most 2¹⁰⁰⁰;
   * - `refuted`: at `point`, certainly;
   * - `not proved`: so many boxes were not enough, and `point` lies in one that is left.
   */
  readonly verdict: "proved" | "proved up to 1e301" | "refuted" | "not proved";
  readonly boxes: number;
  readonly point?: number;
  /** What is known of the value there. */
  readonly value?: Enclosure;
}

/**
 * Boxes beyond it are never split: what their natural enclosure does not show stays unproved there. x·e^−x is such a
 * case, infinity times something less than the smallest double.
 */
const LARGEST = 2 ** 1000;

/**
 * Proves a bound by branch and bound over certified enclosures.
 *
 * A box is settled by its natural enclosure, or by the Taylor form of second order at either of its ends c,
 * f(c) + f′(c)·(x − c) + ½·f″(box)·(x − c)², with derivatives from dual numbers over enclosures: where a bound is
 * attained, f′(c) = 0 and the sign of f″ settle the neighbourhood, with nothing to spare. Infinite tails are boxes whose
 * end is infinite. A bound is refuted only by a point whose certified value lies outside.
 *
 * A rule may choose between formulas by `toNumber`: a box is enclosed once with the choices of each of three points in
 * it, and only the hull of these counts.
 *
 * @domain within a box that settles, the three points meet every formula of the rule. Checked: the rule in doubles at
 *   the same points must lie in the enclosure.
 * @throws Error when it does not, which is a fault of the rule or of this file
 */
export function prove(rule: Rule, claim: Claim, options: ProofOptions = {}): Proof {
  const { domain = EVERYTHING, splits = [], mostBoxes = 20_000 } = options;
  const inside = [0, ...splits, -LARGEST, LARGEST].filter((x) => domain.low < x && x < domain.high);
  const points = [...new Set([domain.low, ...inside, domain.high])].sort((a, b) => a - b);
  const search = new Search(rule, claim);
  for (const x of points) if (Number.isFinite(x)) search.visitPoint(x);
  // Breadth first: a refutation is found before much is spent on what is true.
  const queue = points.slice(1).map((high, i): Enclosure => ({ low: points[i], high }));
  let beyond = false;
  let unsettled: number | undefined;
  for (let next = 0; next < queue.length && !search.refuted; next++) {
    const box = queue[next];
    if (search.settles(box)) continue;
    const middle = middleOf(box);
    if (middle === undefined || search.boxes >= mostBoxes) {
      const tail = Math.abs(box.low) === Infinity || Math.abs(box.high) === Infinity;
      if (tail) beyond = true;
      else unsettled ??= box.low;
      continue;
    }
    search.visitPoint(middle);
    queue.push({ low: box.low, high: middle }, { low: middle, high: box.high });
  }
  const { boxes } = search;
  if (search.refuted) return { verdict: "refuted", boxes, ...search.refuted };
  if (unsettled !== undefined)
    return { verdict: "not proved", boxes, point: unsettled, value: search.valueAt(unsettled) };
  return { verdict: beyond ? "proved up to 1e301" : "proved", boxes };
}

class Search {
  boxes = 0;
  refuted: { point: number; value: Enclosure } | undefined;
  private readonly comparisons = { untold: 0 };
  private readonly A = certifiedNumbers(this.comparisons);
  private readonly A1 = duals(this.A);
  private readonly A2 = duals(this.A1);

  constructor(
    private readonly rule: Rule,
    private readonly claim: Claim,
  ) {}

  /** Where the formula of a point differs from that of the boxes around it, nothing else looks at it. */
  visitPoint(x: number): void {
    this.boxes++;
    const value = this.valueAt(x);
    if (!isWithin(value, this.claim)) this.consider(x, value);
  }

  valueAt(x: number): Enclosure {
    const { low, high } = this.rule(this.A, certified(exactly(x), x));
    return { low, high };
  }

  settles(box: Enclosure): boolean {
    this.boxes++;
    this.comparisons.untold = 0;
    const [first, ...others] = samples(box).map((x) => withEnds(this.rule(this.A, certified(box, x, true))));
    const natural = this.checked(box, others.reduce(hull, first));
    if (isWithin(natural, this.claim)) return true;
    // Formulas that differ within the box have no common derivative.
    if (!others.every((other) => other.low === first.low && other.high === first.high)) return false;
    // Past an untold comparison there is no derivative, and where nothing is known yet it is not worth its price.
    if (this.comparisons.untold > 0 || !Number.isFinite(box.high - box.low)) return false;
    if (!this.isNear(natural)) return false;
    const at = inner(box);
    const { first: slope, second } = this.derivatives(certified(box, at, true));
    const ends = [box.low, box.high].map((c) => this.derivatives(certified(exactly(c), at)));
    if (isMonotone(slope) && isWithin(hull(ends[0].value, ends[1].value), this.claim)) return true;
    return ends.some((end, i) => {
      const step = minus(box, exactly(i === 0 ? box.low : box.high));
      const curve = times(times(square(step), exactly(0.5)), second);
      const taylor = plus(plus(end.value, times(end.first, step)), curve);
      return isWithin(this.checked(box, meet(natural, taylor)), this.claim);
    });
  }

  /** Bounded on the sides on which something is claimed. */
  private isNear({ low, high }: Enclosure): boolean {
    return (
      (low > -Infinity || this.claim.low === -Infinity) && (high < Infinity || this.claim.high === Infinity)
    );
  }

  /** f, f′ and f″, with the formulas that the rule takes at `at`. */
  private derivatives(x: Certified) {
    const [one, zero] = [this.A.lift(1), this.A.lift(0)];
    const y = this.rule(this.A2, { v: { v: x, d: one }, d: { v: one, d: zero } });
    return { value: withEnds(y.v.v), first: withEnds(y.v.d), second: withEnds(y.d.d) };
  }

  /** Suspects the rule, or this file, where its value in doubles lies outside of what was enclosed. */
  private checked(box: Enclosure, enclosure: Enclosure): Enclosure {
    for (const x of samples(box)) {
      const y = this.rule(DOUBLES, x);
      // Rules are right to some ulps of their own size, or of 1 where terms of that size cancel.
      const slack = 2 ** -40 * Math.max(1, Math.abs(y));
      if (y < enclosure.low - slack || y > enclosure.high + slack) {
        throw new Error(
          `a rule is ${y} at ${x}, outside of its enclosure [${enclosure.low}, ${enclosure.high}]`,
        );
      }
      if (y < this.claim.low || y > this.claim.high) this.consider(x, this.valueAt(x));
    }
    return enclosure;
  }

  private consider(point: number, value: Enclosure): void {
    if (value.low > this.claim.high || value.high < this.claim.low) this.refuted ??= { point, value };
  }
}

const isMonotone = ({ low, high }: Enclosure): boolean => low >= 0 || high <= 0;
/** Ends that are no numbers say nothing. */
const withEnds = ({ low, high }: Enclosure): Enclosure => ({
  low: Number.isNaN(low) ? -Infinity : low,
  high: Number.isNaN(high) ? Infinity : high,
});

/** A point inside of the box, and one of its ends only where there is no double between them. */
function inner({ low, high }: Enclosure): number {
  if (low === -Infinity) return 2 * high;
  if (high === Infinity) return 2 * low;
  return middleOf({ low, high }) ?? low;
}

/** Points inside of the box: its middle, and the middles of its halves. */
function samples(box: Enclosure): number[] {
  const middle = inner(box);
  if (!Number.isFinite(box.high - box.low) || middle === box.low) return [middle];
  return [inner({ low: box.low, high: middle }), middle, inner({ low: middle, high: box.high })];
}

/** Between the ends, by magnitude where these differ much; undefined where there is no double, or no end. */
function middleOf({ low, high }: Enclosure): number | undefined {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return undefined;
  const middle = low < 0 ? -between(-high, -low) : between(low, high);
  return low < middle && middle < high ? middle : undefined;
}

/** @domain 0 ≤ low < high */
function between(low: number, high: number): number {
  if (low === 0) return high > 2 ? Math.sqrt(high) : high / 2;
  return high / low > 4 ? Math.sqrt(low) * Math.sqrt(high) : low + (high - low) / 2;
}
