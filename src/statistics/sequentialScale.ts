import { bisect } from "./bisect.js";
import { GainEvidence, type ScaleTestOptions } from "./gainEvidence.js";
import type { Comparison, Interval } from "./interval.js";
import { refuse, requireCount, requireNonNegative, requirePositive } from "./requireDomain.js";

/** Squares beyond this are counted as this, so that no sum of 2⁵³ of them overflows: such weights are off anyway. */
const LARGEST_SQUARE = 2 ** 900;

/**
 * Is the gain of a library's weights inside the region of gains that count as right? Weights are added until it is
 * known: `inside`, `disjoint`, or `draw more`.
 *
 * The gains that are not refuted (`GainEvidence`) hold the true one at all times together, so the test may be asked
 * after every weight, and stop at its first answer. Only two running sums are kept.
 *
 * The guarantee is for weights that are the law times their deviation; the shape is another test's business.
 *
 * @error sums of squares are compensated: 2u relative (Neumaier 1974), whatever their number
 */
export class SequentialScale {
  private readonly evidence: GainEvidence;
  private total = 0;
  private compensation = 0;
  private count = 0;

  /** @throws GradproofError `outside-domain` */
  constructor(options: ScaleTestOptions) {
    this.evidence = new GainEvidence(options);
  }

  /**
   * Weights, whose promised deviation is given.
   *
   * @throws GradproofError `outside-domain` for a weight that is not finite, which no statistics can judge
   */
  add(weights: ArrayLike<number>, deviation = 1): void {
    requirePositive("the promised deviation", deviation);
    for (let i = 0; i < weights.length; i++) {
      const w = weights[i] / deviation;
      if (!Number.isFinite(w))
        refuse(`weight ${i} over its deviation`, `${weights[i]}/${deviation}`, "finite numbers");
      this.addTerm(w * w);
    }
    this.count += weights.length;
  }

  /**
   * A sum of `samples` squares in units of the promised variance, or for normal weights a statistic that is χ² with
   * `samples` degrees of freedom given everything that was added before.
   *
   * @throws GradproofError `outside-domain`
   */
  addSquares(sumOfSquares: number, samples: number): void {
    requireNonNegative("sumOfSquares", sumOfSquares);
    requireCount("samples", samples);
    this.addTerm(sumOfSquares);
    this.count += samples;
  }

  /** How many weights were added. */
  get samples(): number {
    return this.count;
  }

  /** Their sum of squares, in units of the promised variance. */
  get sumOfSquares(): number {
    return this.total + this.compensation;
  }

  /** What is known by now. */
  comparison(): Comparison {
    const { low, high } = this.evidence.region;
    if (this.isAbove(high) || this.isBelow(low)) return "disjoint";
    return this.isAbove(low) && this.isBelow(high) ? "inside" : "draw more";
  }

  /** The gains that are not refuted. @domain low 0 and high Infinity while nothing is known on that side */
  interval(): Interval {
    const middle = Math.sqrt(this.sumOfSquares / this.count);
    if (this.count === 0) return { low: 0, high: Infinity };
    if (middle === 0) return { low: 0, high: this.isBelow(2 ** -500) ? 0 : Infinity };
    const [least, most] = [middle * 2 ** -30, middle * 2 ** 30];
    return {
      low: this.isAbove(least) ? bisect(least, most, (gain) => !this.isAbove(gain)).low : 0,
      high: this.isBelow(most) ? bisect(least, most, (gain) => this.isBelow(gain)).high : Infinity,
    };
  }

  private isAbove(gain: number): boolean {
    return this.evidence.isAbove(gain, this.sumOfSquares, this.count);
  }

  private isBelow(gain: number): boolean {
    return this.evidence.isBelow(gain, this.sumOfSquares, this.count);
  }

  private addTerm(square: number): void {
    const term = Math.min(square, LARGEST_SQUARE);
    const sum = this.total + term;
    this.compensation += this.total >= term ? this.total - sum + term : term - sum + this.total;
    this.total = sum;
  }
}
