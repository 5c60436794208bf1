import { describe, expect, it } from "vitest";
import { FalseAlarmBudget } from "./budget.js";

describe("the false-alarm budget", () => {
  it("is a millionth by default, in equal shares", () => {
    const budget = new FalseAlarmBudget({ units: 1000 });
    expect(budget.spend("a")).toBe(1e-6 / 1000);
    expect(budget.spend("b", { shares: 2 })).toBe(2e-6 / 1000);
    expect(budget.spentTotal).toBe(3e-6 / 1000);
    expect(budget.spendings).toEqual([
      { name: "a", shares: 1, alpha: 1e-6 / 1000 },
      { name: "b", shares: 2, alpha: 2e-6 / 1000 },
    ]);
  });

  it("can be spent to the last share, whatever its roundings, and no further", () => {
    // 49/49 of a sum of roundings would be beyond the total.
    const budget = new FalseAlarmBudget({ units: 49, total: 0.01 });
    for (let i = 0; i < 49; i++) budget.spend(`unit ${i}`);
    expect(budget.spentTotal).toBe(0.01);
    expect(() => budget.spend("one more")).toThrow(
      expect.objectContaining({
        code: "budget-overspent",
        message:
          '"one more" asks for 1 of 49 shares of the false-alarm budget 0.01; allowed are the 0 that are left',
      }),
    );
    expect(budget.spendings).toHaveLength(49);
  });

  it("refuses a second spending, and spends nothing then", () => {
    const budget = new FalseAlarmBudget({ units: 2 });
    budget.spend("a");
    expect(() => budget.spend("a")).toThrow(expect.objectContaining({ code: "budget-spent-twice" }));
    expect(() => budget.spend("b", { shares: 2 })).toThrow("allowed are the 1 that are left");
    expect(budget.spend("b")).toBe(5e-7);
  });

  it("refuses what is no budget", () => {
    expect(() => new FalseAlarmBudget({ units: 0 })).toThrow("the number of statistical units is 0");
    expect(() => new FalseAlarmBudget({ units: 1, total: 1 })).toThrow("the false-alarm budget is 1");
    expect(() => new FalseAlarmBudget({ units: 5 }).spend("a", { shares: 0.5 })).toThrow("shares is 0.5");
  });
});
