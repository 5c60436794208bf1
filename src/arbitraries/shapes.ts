import type { Stream } from "../core/random.js";
import { sizeOf, type Shape } from "../core/shape.js";
import type { DrawContext } from "../ops/op.js";

/**
 * Which shapes are wanted: everyday ones, zero-size and rank-0 ones, ones that broadcast for certain, or ones of which an
 * op that puts elements together puts each by itself (`alone`), or hundreds (`crowded`).
 */
export type ShapeKind = "ordinary" | "degenerate" | "broadcast" | "alone" | "crowded";

/** Primes and one: a wrong stride shows at lengths that share no factor. */
const LENGTHS = [1, 2, 3, 4, 5, 7] as const;
const MOST_ELEMENTS = 48;
/** Beside groups of one element there is room for more of them than a vector unit takes at once. */
const LONGEST_ALONE = 20;
/** Share of shapes with four or five axes: code that counts them by hand stops at three or four. */
const MANY_AXES = 0.1;

/**
 * How often an input that could be broadcast is not. Whether empty tensors broadcast depends on which axis is empty, so
 * that many ways are tried.
 */
const KEPT: Readonly<Record<ShapeKind, number>> = {
  ordinary: 0.5,
  degenerate: 0.25,
  broadcast: 0,
  alone: 0.5,
  crowded: 0.5,
};

/** The surroundings in which an op's `draw` chooses shapes and attributes. */
export function drawContext(
  stream: Stream,
  kind: ShapeKind,
  classes: Readonly<Record<string, string>>,
): DrawContext {
  const length = (): number => {
    if (kind === "alone") return stream.int(1, LONGEST_ALONE);
    return kind === "degenerate" && stream.chance(0.5) ? 0 : stream.pick(LENGTHS);
  };
  const rank = (low: number, high: number): number =>
    kind === "degenerate" && low === 0 && stream.chance(0.4) ? 0 : stream.int(low, high);
  const shape = (): number[] => {
    const axes = stream.chance(MANY_AXES) ? stream.int(4, 5) : rank(0, 3);
    const lengths = Array.from({ length: axes }, length);
    while (sizeOf(lengths) > MOST_ELEMENTS) lengths[lengths.indexOf(Math.max(...lengths))] = 2;
    return lengths;
  };
  const broadcast = (count: number): Shape[] => {
    if (count === 1) return [shape()];
    const whole = shape();
    if (kind === "broadcast" && whole.length === 0) whole.push(stream.int(2, 5));
    const shapes: Shape[] = Array.from({ length: count }, () =>
      stream.chance(KEPT[kind]) ? whole : narrowed(stream, whole),
    );
    // One input at least keeps each axis, so that the result is as large as was meant.
    shapes[stream.int(0, count - 1)] = whole;
    return shapes;
  };
  const together = kind === "alone" ? "one" : kind === "crowded" ? "many" : undefined;
  return { stream, classes, length, rank, broadcast, ...(together && { together }) };
}

/** Some axes cut to length 1, or leading axes left out. */
function narrowed(stream: Stream, shape: Shape): Shape {
  const dropped = stream.chance(0.4) ? stream.int(0, shape.length) : 0;
  return shape.slice(dropped).map((length) => (stream.chance(0.4) ? 1 : length));
}

/** What is worth counting about the shapes of a case. */
export function shapeTags(shapes: readonly Shape[]): string[] {
  const tags = new Set<string>();
  for (const shape of shapes) {
    if (shape.length > 3) tags.add(`shape:rank ${shape.length}`);
    if (shape.length === 0) tags.add("shape:rank 0");
    else if (sizeOf(shape) === 0) tags.add("shape:empty");
    else if (sizeOf(shape) === 1) tags.add("shape:one element");
    const [rows, columns] = shape.slice(-2);
    if (shape.length >= 2 && rows > 1 && columns > 1)
      tags.add(rows === columns ? "shape:square" : "shape:not square");
  }
  if (shapes.length > 1 && new Set(shapes.map((shape) => shape.join())).size > 1)
    tags.add("shape:inputs differ");
  return [...tags];
}
