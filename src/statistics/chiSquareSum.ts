import { chiSquareTails } from "./chiSquare.js";
import type { Interval } from "./interval.js";
import { scaleInterval } from "./meanSquareBand.js";
import { requireCount, requireNonNegative } from "./requireDomain.js";
import type { Tails } from "./tails.js";
import { normalLaw } from "./weightLaw.js";

/**
 * A sum of statistics each of which, given everything before it, is gain² times χ² with its own degrees of freedom: then
 * so is the sum, exactly, whatever width, depth or activation made them.
 *
 * For normal weights of variance σ²/n and activations a of the layer below, n·‖W·a‖²/(σ²·‖a‖²) has as many degrees of
 * freedom as W has rows; and n·‖P·Wᵀ·δ‖²/(σ²·‖δ‖²), where P removes the span of k activations, has n − k.
 */
export class ChiSquareSum {
  private statistic = 0;
  private freedom = 0;

  /** @throws GradproofError `outside-domain` for a negative statistic, NaN, or degrees that are not whole */
  add(statistic: number, dof: number): void {
    requireNonNegative("a χ² statistic", statistic);
    requireCount("dof", dof);
    this.statistic += statistic;
    this.freedom += dof;
  }

  get total(): number {
    return this.statistic;
  }

  get dof(): number {
    return this.freedom;
  }

  /** How probable so large and so small a sum is when the gain is 1. @throws GradproofError `outside-domain` when empty */
  tails(): Tails {
    return chiSquareTails(this.statistic, this.freedom);
  }

  /** The interval for the gain, wrong with probability alpha. @throws GradproofError `outside-domain` when empty */
  gainInterval(alpha: number): Interval {
    return scaleInterval(normalLaw, this.statistic, this.freedom, alpha);
  }
}
