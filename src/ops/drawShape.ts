import type { DrawContext } from "./op.js";

/**
 * A shape whose axes are drawn one by one: mostly unequal, since only then a transposition shows in the shape; at
 * times with two equal axes, since only then it is silent.
 *
 * @param nonEmpty axes that must hold something
 * @param largest number of elements; more of them cost time and show nothing new
 */
export function drawShape(
  context: DrawContext,
  rank: number,
  nonEmpty: readonly number[] = [],
  largest = 60,
): number[] {
  const { stream } = context;
  const shape = Array.from({ length: rank }, () => context.length());
  if (rank >= 2 && stream.chance(0.2)) shape[rank - 1] = shape[rank - 2];
  for (const axis of nonEmpty) if (shape[axis] === 0) shape[axis] = stream.int(1, 3);
  // Empty axes stay empty, and do not let the others grow.
  while (shape.reduce((size, length) => size * Math.max(1, length), 1) > largest) {
    const longest = shape.indexOf(Math.max(...shape));
    shape[longest] = Math.ceil(shape[longest] / 2);
  }
  return shape;
}
