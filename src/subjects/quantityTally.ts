import type { QuantityPlan, QuantityStatistics } from "../record/exhaustion.js";
import { mergeQuantities } from "./mergeStatistics.js";
import { numberOf, SideTally, type Block } from "./sideTally.js";
import { noViolations, violate } from "./violations.js";

const SMALLEST_NORMAL = 0x00800000;

/** Compares one result of a subject, its value or its derivative, with the exact one at every input of a range. */
export class QuantityTally {
  private readonly sides: readonly [SideTally, SideTally];
  private readonly symmetry = noViolations();
  private telltaleInputs = 0;
  private flushedInputs = 0;

  constructor(
    private readonly plan: QuantityPlan,
    /** What came of ±0, by which flushed inputs are known. */
    private readonly atZero: Block,
    /** Results at the magnitude before the range. */
    before: Block | undefined,
  ) {
    const [plus, minus] = plan.limits.map(numberOf);
    this.sides = [new SideTally(0, plus), new SideTally(1, minus)];
    if (before) for (const side of this.sides) side.remember(before);
  }

  /** @param block adjacent to the one before, and within one cell: the plan's `cell`-th */
  include(block: Block, cell: number): void {
    this.sides.forEach((side, sign) => side.include(block, this.plan.cells[sign][cell]));
    if (this.plan.symmetry !== null) this.mirror(block, this.plan.symmetry === "odd");
    if (block.first < SMALLEST_NORMAL) this.subnormalInputs(block);
  }

  /** x and −x; the sign of a zero does not matter. */
  private mirror({ first, got }: Block, odd: boolean): void {
    const n = got.length / 2;
    for (let i = 0; i < n; i++) {
      const a = got[i];
      const b = odd ? -got[n + i] : got[n + i];
      if (a !== b && (a === a || b === b)) violate(this.symmetry, first + i, a, b);
    }
  }

  /** An input that is taken for 0 shows where the result should be another than at 0. */
  private subnormalInputs({ first, got, rounded }: Block): void {
    const n = got.length / 2;
    for (const sign of [0, 1]) {
      for (let i = 0; i < n && first + i < SMALLEST_NORMAL; i++) {
        if (first + i === 0 || rounded[sign * n + i] === this.atZero.rounded[sign]) continue;
        this.telltaleInputs++;
        if (got[sign * n + i] === this.atZero.got[sign]) this.flushedInputs++;
      }
    }
  }

  statistics(): QuantityStatistics {
    const [plus, minus] = this.sides.map((side) => side.statistics());
    const { symmetry, telltaleInputs, flushedInputs } = this;
    return { ...mergeQuantities(plus, minus), symmetry, telltaleInputs, flushedInputs };
  }
}
