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
  if (context.together !== undefined) return drawTogether(context, rank, nonEmpty);
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

/**
 * The axes along which elements are put together hold one of them in all, or hundreds; of the others one is as long as
 * it comes.
 */
function drawTogether(context: DrawContext, rank: number, joint: readonly number[]): number[] {
  const { stream, together } = context;
  const others = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !joint.includes(axis));
  const shape = Array.from({ length: rank }, (_, axis) =>
    together === "one" && joint.includes(axis) ? 1 : stream.int(1, 2),
  );
  if (together === "one" && others.length > 0) shape[stream.pick(others)] = context.length();
  if (together === "many" && joint.length > 0) shape[stream.pick(joint)] = stream.int(72, 260);
  return shape;
}
