import { describe, expect, it } from "vitest";
import { holds } from "../../fixtures/builders/calibration.js";
import { Stream } from "../core/random.js";
import { ChiSquareSum } from "./chiSquareSum.js";

describe("sums of χ² statistics", () => {
  /** A layer W (rows × columns) of variance σ²/columns on activations a: the statistic of the forward pass. */
  const forward = (rows: number, columns: number, gain: number, stream: Stream): number => {
    const a = Array.from({ length: columns }, () => Math.tanh(3 * stream.normal()));
    const size = a.reduce((total, x) => total + x * x, 0);
    let statistic = 0;
    for (let i = 0; i < rows; i++) {
      const h = a.reduce((total, x) => total + (gain / Math.sqrt(columns)) * stream.normal() * x, 0);
      statistic += (columns * h * h) / size;
    }
    return statistic;
  };

  it("judge layers of every width at once", () => {
    const sums = { right: new ChiSquareSum(), wrong: new ChiSquareSum() };
    const stream = new Stream(1, "layers");
    for (const [rows, columns] of [
      [3, 50],
      [97, 5],
      [31, 31],
      [401, 7],
    ]) {
      sums.right.add(forward(rows, columns, 1, stream), rows);
      sums.wrong.add(forward(rows, columns, Math.SQRT2, stream), rows);
    }
    expect(sums.right.dof).toBe(532);
    expect(holds(sums.right.gainInterval(0.01), 1)).toBe(true);
    expect(sums.right.tails().upper.value).toBeGreaterThan(0.005);
    expect(sums.right.tails().lower.value).toBeGreaterThan(0.005);
    expect(sums.wrong.gainInterval(1e-9).low).toBeGreaterThan(1);
    expect(holds(sums.wrong.gainInterval(0.01), Math.SQRT2)).toBe(true);
    expect(sums.wrong.tails().upper.value).toBeLessThan(1e-15);
    expect(sums.wrong.total).toBeGreaterThan(sums.right.total);
  });

  it("refuse what is no statistic", () => {
    const sum = new ChiSquareSum();
    expect(() => sum.add(-1, 3)).toThrow("a χ² statistic is -1");
    expect(() => sum.add(1, 2.5)).toThrow("dof is 2.5");
    expect(() => sum.gainInterval(0.1)).toThrow("samples is 0");
  });
});
