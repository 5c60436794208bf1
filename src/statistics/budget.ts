import { GradproofError } from "../core/errors.js";
import { requireCount, requireProbability } from "./requireDomain.js";

/** One spending of the budget, for the report. */
export interface Spending {
  readonly name: string;
  readonly shares: number;
  readonly alpha: number;
}

/**
 * The probability that a run accuses a correct implementation by chance, and who spends it.
 *
 * It is divided in equal shares over a number of statistical units that is known before anything is drawn. A union
 * bound needs no independence: all units together are wrong with probability `total` at most.
 *
 * @throws GradproofError `outside-domain` for a total that is no probability or a number of units below 1
 * @example
 * const budget = new FalseAlarmBudget({ units: 1000 });
 * budget.spend("initialization/variance/glorotUniform").toPrecision(6) // "1.00000e-9"
 */
export class FalseAlarmBudget {
  readonly total: number;
  readonly units: number;
  private readonly spent = new Map<string, Spending>();
  private spentShares = 0;

  /** `total` is 10⁻⁶ by default. */
  constructor({ units, total = 1e-6 }: { readonly units: number; readonly total?: number }) {
    requireProbability("the false-alarm budget", total);
    requireCount("the number of statistical units", units);
    this.total = total;
    this.units = units;
  }

  /**
   * Takes shares (one by default) and returns the alpha that they allow.
   *
   * @throws GradproofError `budget-overspent` when fewer shares are left; `budget-spent-twice` for a name that has spent
   */
  spend(name: string, { shares = 1 }: { readonly shares?: number } = {}): number {
    requireCount("shares", shares);
    if (this.spent.has(name)) {
      throw new GradproofError(
        "budget-spent-twice",
        `"${name}" has spent already; allowed is one spending a name`,
      );
    }
    if (this.spentShares + shares > this.units) {
      throw new GradproofError(
        "budget-overspent",
        `"${name}" asks for ${shares} of ${this.units} shares of the false-alarm budget ${this.total}; ` +
          `allowed are the ${this.units - this.spentShares} that are left`,
      );
    }
    const alpha = (this.total * shares) / this.units;
    this.spentShares += shares;
    this.spent.set(name, { name, shares, alpha });
    return alpha;
  }

  /** What was spent so far: a bound on the probability of any false alarm. */
  get spentTotal(): number {
    return (this.total * this.spentShares) / this.units;
  }

  /** In the order in which it was spent. */
  get spendings(): readonly Spending[] {
    return [...this.spent.values()];
  }
}
