import { expect, test } from "vitest";
import { filled, tensor } from "../core/tensor.js";
import { Stream } from "../core/random.js";
import { drawLabels, isDistribution, nearestDistribution } from "./distributions.js";
import { findOp } from "./index.js";

test.each<[string, number[], boolean]>([
  ["divide", [0, 1], true],
  ["divide", [1, 0], false],
  ["reciprocal", [-1], true],
  ["reciprocal", [0], false],
  ["pow", [0, 2], true],
  ["pow", [0, 0], false],
  ["pow", [0, -1], false],
  ["pow", [0, 0.5], false],
  ["pow", [2, 0.5], true],
  ["pow", [2, -3], true],
  ["pow", [-2, 2], false],
  ["pow", [10, 1000], false],
  ["pow", [0.1, 1000], false],
  ["floorDivide", [7, -2], true],
  ["floorDivide", [0, 0], false],
  ["floorDivide", [1, 0], false],
  ["floorDivide", [-999, 1], true],
  ["floorDivide", [1000, 1], false],
  ["floorDivide", [1000, -1], false],
  ["mod", [1, 0], false],
  ["mod", [1, 2], true],
  ["atan2", [0, 1], true],
  ["atan2", [1, -1], true],
  ["atan2", [-1, 0], true],
  ["atan2", [0, 0], false],
  // On the cut.
  ["atan2", [0, -1], false],
])("%s of %j is meant: %s", (name, xs, meant) => {
  expect(findOp(name).relation!(...xs)).toBe(meant);
});

test("labels are distributions, spread over classes or all on one", () => {
  const rows = Array.from({ length: 200 }, (_, i) => drawLabels(new Stream(i, "labels"), 1, 4));
  expect(rows.filter((row) => !isDistribution(row))).toEqual([]);
  const certain = rows.filter((row) => row.includes(1)).length;
  // 0.3 of them are put on one class; of the others hardly one falls so by itself.
  expect(certain).toBeGreaterThan(30);
  expect(certain).toBeLessThan(100);
  expect(drawLabels(new Stream(1, "labels"), 3, 2)).toHaveLength(6);
});

test("the distribution nearest to another row is all of it for the class that had most", () => {
  expect(nearestDistribution([0.25, 0.75])).toEqual([0.25, 0.75]);
  expect(nearestDistribution([0.25, 0.5, 0.125])).toEqual([0, 1, 0]);
  expect(nearestDistribution([0.5, 0.5, 0.5])).toEqual([1, 0, 0]);
  expect(nearestDistribution([-1, 2])).toEqual([0, 1]);
});

/** Of three rows: positions, and whether they name one. */
const POSITIONS: readonly (readonly [number, boolean])[] = [
  [0, true],
  [2, true],
  [3, false],
  [-1, false],
  [0.5, false],
];

test.each(POSITIONS)("position %d of three is meant: %s", (position, meant) => {
  const x = filled([3, 2], 1);
  const row = tensor([1, 1], [position]);
  expect(findOp("gather").accepts!([x, tensor([1], [position])], { axis: 0 })).toBe(meant);
  expect(findOp("gatherND").accepts!([x, row], {})).toBe(meant);
  expect(findOp("scatterND").accepts!([row, filled([1, 2], 1)], { shape: [3, 2] })).toBe(meant);
});

test("positions beyond the end are moved to the last one", () => {
  const repaired = findOp("gather").repair!([filled([2, 3], 1), tensor([3], [0, 2, 7])], { axis: 1 });
  expect(Array.from(repaired[1].data)).toEqual([0, 2, 2]);
  const none = findOp("gather").repair!([filled([0], 1), tensor([1], [1])], { axis: 0 });
  expect(Array.from(none[1].data)).toEqual([0]);
});

test.each([-0.5, 0.25, 1, 2])("slopes of leakyRelu lie between 1 and alpha = %d", (alpha) => {
  const [low, high] = findOp("leakyRelu").bounds!({ alpha }).derivative!;
  expect(low).toBeCloseTo(Math.min(alpha, 1), 14);
  expect(high).toBeCloseTo(Math.max(alpha, 1), 14);
  expect(low).toBeLessThan(Math.min(alpha, 1));
  expect(high).toBeGreaterThan(Math.max(alpha, 1));
});
