import type { FloatType } from "../core/float.js";
import type { Stream } from "../core/random.js";
import { broadcastShapes, sameShape, sizeOf, type Shape } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import type { AnyOp, Attribute, DrawContext, Input } from "../ops/op.js";
import type { Attributes } from "../record/program.js";
import { ProgramDraft, type Source } from "./programDraft.js";
import { tryOp } from "./validCase.js";
import { drawTensor } from "./values.js";

/** Larger values cost time and show nothing new. */
const MOST_ELEMENTS = 40;
const MOST_AXES = 5;
/** Inputs of a program; beyond them, values that are there already are used, or another op. */
const MOST_INPUTS = 10;

/** Whether a subject refuses an op with attributes of these classes, for a first input of so many axes. */
export type Refuses = (op: AnyOp, classes: Readonly<Record<string, string>>, rank?: number) => boolean;

/** What a step of a program is drawn from. */
export interface Surroundings {
  readonly stream: Stream;
  readonly dtype: FloatType;
  /** Lengths of axes: few, so that values fit together. */
  readonly lengths: readonly number[];
  /** Values to build upon, preferred ones first. */
  readonly preferred: readonly number[];
  /** Ops as everybody uses them: no broadcasting, the plainest attributes, no more axes than they ask for. */
  readonly plain: boolean;
  readonly refuses: Refuses;
}

/**
 * One application of an op to values of a draft, with further inputs where nothing fits: any op of the registry, from
 * its own `draw`, `adapt` and shape rule.
 *
 * @param anchor the value that the op must read; undefined where it begins a branch on inputs of its own
 * @returns undefined where the op does not fit
 */
export function applyOp(
  draft: ProgramDraft,
  op: AnyOp,
  anchor: number | undefined,
  around: Surroundings,
): ProgramDraft | undefined {
  const arranged =
    op.elementwise && anchor !== undefined
      ? broadcast(draft, op, anchor, around)
      : fitted(draft, op, anchor, around);
  if (!arranged) return undefined;
  const sources = mended(draft, op, arranged);
  const fresh = sources.filter((s) => typeof s !== "number").length;
  if (draft.program.inputs.length + fresh > MOST_INPUTS) return undefined;
  return draft.extended(op, arranged.attributes, sources);
}

interface Arranged {
  readonly attributes: Attributes;
  readonly sources: readonly Source[];
}

/** An elementwise op: the anchor at any of its places, and partners that broadcast with it in every way. */
function broadcast(
  draft: ProgramDraft,
  op: AnyOp,
  anchor: number,
  around: Surroundings,
): Arranged | undefined {
  const { stream } = around;
  const context = contextFor(op, around, draft.value(anchor).shape.length);
  if (!context) return undefined;
  const { attributes } = op.draw(context);
  const inputs = op.inputs(op.arity.low, attributes);
  const places = inputs.flatMap(({ domain }, k) => (domain.type === "float" ? [k] : []));
  const at = stream.pick(places);
  let shape = draft.value(anchor).shape;
  const sources = inputs.map((input, k): Source => {
    if (k === at) return anchor;
    const partners =
      input.domain.type === "float"
        ? candidates(draft, around, (other) => (around.plain ? sameShape(shape, other) : fits(shape, other)))
        : [];
    const source =
      partners.length > 0 && stream.chance(0.7)
        ? stream.pick(partners)
        : freshInput(input, partnerShape(stream, shape, around), around);
    shape = broadcastShapes([
      shape,
      typeof source === "number" ? draft.value(source).shape : source.value.shape,
    ]);
    return source;
  });
  return { attributes, sources };
}

/** Whether two shapes broadcast, and to something small; asked too often for an error each time that they do not. */
function fits(a: Shape, b: Shape): boolean {
  const [long, short] = a.length >= b.length ? [a, b] : [b, a];
  const offset = long.length - short.length;
  let size = 1;
  for (let axis = 0; axis < long.length; axis++) {
    const other = axis < offset ? 1 : short[axis - offset];
    if (long[axis] !== other && long[axis] !== 1 && other !== 1) return false;
    size *= Math.max(long[axis], other);
  }
  return long.length <= MOST_AXES && size <= MOST_ELEMENTS;
}

/** A shape that broadcasts with another: equal, narrower, or wider where that has axes of length 1 or too few. */
function partnerShape(stream: Stream, shape: Shape, { lengths, plain }: Surroundings): Shape {
  const kind = plain ? 0 : stream.int(0, 3);
  if (kind === 0) return shape;
  if (kind === 1) return shape.slice(stream.int(0, shape.length));
  if (kind === 2) return shape.map((length) => (stream.chance(0.5) ? 1 : length));
  const wide = shape.map((length) => (length === 1 ? stream.pick(lengths) : length));
  if (wide.length < 3 && stream.chance(0.5)) wide.unshift(stream.pick(lengths));
  return fits(shape, wide) ? wide : shape;
}

/** Preferred values, or else any, whose shape is wanted. */
function candidates(
  draft: ProgramDraft,
  { stream, preferred }: Surroundings,
  wanted: (shape: Shape) => boolean,
): number[] {
  const all = draft.program.shapes.flatMap((shape, v) =>
    (draft.program.inputs[v]?.type ?? "float") === "float" && wanted(shape) ? [v] : [],
  );
  const better = all.filter((v) => preferred.includes(v));
  return better.length > 0 && stream.chance(0.7) ? better : all;
}

/** Draws of an op's own until one of them takes the anchor's shape. */
const DRAWS = 5;

/** Any other op: shapes as it draws them, renamed so that one of its inputs has the anchor's. */
function fitted(
  draft: ProgramDraft,
  op: AnyOp,
  anchor: number | undefined,
  around: Surroundings,
): Arranged | undefined {
  const { stream } = around;
  const given = anchor === undefined ? undefined : draft.value(anchor).shape;
  for (let attempt = 0; attempt < DRAWS; attempt++) {
    const context = contextFor(op, around, given?.length ?? 2);
    if (!context) return undefined;
    const drawn = op.draw(context);
    const inputs = op.inputs(drawn.shapes.length, drawn.attributes);
    const places = inputs.flatMap(({ domain }, k) => (domain.type === "float" ? [k] : []));
    const at = stream.chance(0.7) ? places[0] : stream.pick(places);
    if (around.plain && given && given.length !== drawn.shapes[at].length) continue;
    const shapes = given ? renamed(drawn.shapes, at, given) : drawn.shapes;
    const attributes = op.adapt ? op.adapt(shapes, drawn.attributes) : drawn.attributes;
    if (!attributes || !accepts(op, shapes, attributes)) continue;
    if (around.refuses(op, context.classes, shapes[0].length)) continue;
    const sources = inputs.map((input, k): Source => {
      if (k === at && anchor !== undefined) return anchor;
      const values = drawn.values?.[k];
      if (values?.length === sizeOf(shapes[k])) {
        return { type: input.domain.type, value: { shape: shapes[k], data: Float64Array.from(values) } };
      }
      const partners =
        input.domain.type === "float" && !values
          ? candidates(draft, around, (shape) => sameShape(shape, shapes[k]))
          : [];
      return partners.length > 0 && stream.chance(0.6)
        ? stream.pick(partners)
        : freshInput(input, shapes[k], around);
    });
    return { attributes, sources };
  }
  return undefined;
}

/** Input `at` gets the given shape, and lengths that were equal to one of its own stay so everywhere. */
function renamed(shapes: readonly Shape[], at: number, given: Shape): Shape[] {
  const names = new Map<number, number>();
  if (shapes[at].length === given.length)
    shapes[at].forEach((length, axis) => names.set(length, given[axis]));
  return shapes.map((shape, k) => (k === at ? given : shape.map((length) => names.get(length) ?? length)));
}

function accepts(op: AnyOp, shapes: readonly Shape[], attributes: Attributes): boolean {
  const all = tryOp(op, shapes, attributes)?.shapes;
  return (
    all?.every((shape) => {
      const size = sizeOf(shape);
      return size > 0 && size <= MOST_ELEMENTS && shape.length <= MOST_AXES;
    }) ?? false
  );
}

/** Classes that are drawn before an op is taken to be refused with all of them. */
const CLASS_DRAWS = 12;

/** @returns undefined where the subject refuses whatever is drawn */
function contextFor(op: AnyOp, around: Surroundings, rank: number): DrawContext | undefined {
  const { stream, lengths, plain, refuses } = around;
  for (let attempt = 0; attempt < CLASS_DRAWS; attempt++) {
    const classes: Record<string, string> = {};
    for (const [name, attribute] of Object.entries(op.attributes)) {
      // Where the plainest is refused, any is taken that is not.
      classes[name] = plain && attempt === 0 ? plainest(attribute) : stream.pick(attribute.classes);
    }
    if (refuses(op, classes)) continue;
    return {
      stream,
      classes,
      length: () => stream.pick(lengths),
      rank: (low, high) => (rank >= low && rank <= high ? rank : stream.int(low, high)),
      broadcast: (count) => Array.from({ length: count }, () => []),
    };
  }
  return undefined;
}

/** Of an axis the last, since many libraries know no other; else the class that the record names first. */
const plainest = ({ classes }: Attribute): string => (classes.includes("last") ? "last" : classes[0]);

const freshInput = ({ domain }: Input, shape: Shape, { stream, dtype }: Surroundings): Source => ({
  type: domain.type,
  value: drawTensor(stream, shape, domain, dtype, "normal"),
});

/** Fresh inputs that must have a structure (positions, probabilities) get it. */
function mended(draft: ProgramDraft, op: AnyOp, { attributes, sources }: Arranged): readonly Source[] {
  if (!op.repair) return sources;
  const xs: Tensor[] = sources.map((s) => (typeof s === "number" ? draft.value(s) : s.value));
  if (op.accepts?.(xs, attributes) ?? true) return sources;
  const repaired = op.repair(xs, attributes);
  return sources.map((s, k) => (typeof s === "number" ? s : { ...s, value: repaired[k] }));
}

/** How many axes an op wants of its first input. */
export function rankOf(op: AnyOp, stream: Stream): number {
  const classes = Object.fromEntries(
    Object.entries(op.attributes).map(([name, attribute]) => [name, attribute.classes[0]]),
  );
  const { shapes } = op.draw({
    stream,
    classes,
    length: () => 2,
    rank: (low) => low,
    broadcast: (count) => Array.from({ length: count }, (): Shape => []),
  });
  return shapes[0].length;
}
