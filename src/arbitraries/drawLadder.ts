import { formatOf, nextDown, nextUp, type FloatType } from "../core/float.js";
import { DOUBLES, rounded, roundToNearest } from "../core/numberAlgebra.js";
import { Stream } from "../core/random.js";
import type { AnyOp, Attributes, Domain } from "../ops/op.js";
import { textbookForm, type Form } from "../program/evaluate.js";
import { check, singleOp } from "../program/program.js";
import type { Case } from "../record/case.js";
import { finish } from "./drawCase.js";
import { drawContext } from "./shapes.js";
import { drawRegion, drawTensor } from "./values.js";

/** What a ladder is to be like. */
export interface LadderSpec {
  readonly dtype: FloatType;
  readonly classes?: Readonly<Record<string, string>>;
  /** Attributes that will do; others are drawn again. Default: all. */
  readonly suits?: (attributes: Attributes) => boolean;
}

/** How often attributes are drawn again. */
const MOST_DRAWS = 64;
/** More numbers than any tensor of another property has: what happens in long rows only happens here. */
const LENGTH = 64;
/** Neighbours on each side of a point that is looked at closely. */
const NEIGHBOURS = 3;

/** Attributes of every class, a few of each. */
export function exampleAttributes(op: AnyOp): Attributes[] {
  const labels = Object.entries(op.attributes).flatMap(([name, { classes }]) =>
    classes.flatMap((label) => [0, 1, 2, 3].map((i) => ({ name, label, i }))),
  );
  if (labels.length === 0) return [{}];
  const drawn = labels.map(({ name, label, i }) => {
    const stream = new Stream(i, `examples of ${op.name} ${name} ${label}`);
    return op.draw(drawContext(stream, "ordinary", { [name]: label })).attributes;
  });
  return [...new Map(drawn.map((attributes) => [JSON.stringify(attributes), attributes])).values()];
}

/** Attributes of an op, drawn as for its other cases. @throws Error when none suit */
export function drawAttributes(
  stream: Stream,
  op: AnyOp,
  { classes, suits = () => true }: LadderSpec,
): Attributes {
  for (let i = 0; i < MOST_DRAWS; i++) {
    const drawn: Record<string, string> = {};
    for (const [name, attribute] of Object.entries(op.attributes)) {
      drawn[name] = classes?.[name] ?? stream.pick(attribute.classes);
    }
    const { attributes } = op.draw(drawContext(stream, "ordinary", drawn));
    if (suits(attributes)) return attributes;
  }
  throw new Error(`no attributes of ${op.name} suit in ${MOST_DRAWS} draws`);
}

/** A row of numbers from all over the domain of an op of one input, with runs of neighbours here and there. */
export function drawLadder(stream: Stream, op: AnyOp, spec: LadderSpec): Case {
  const { dtype } = spec;
  const attributes = drawAttributes(stream, op, spec);
  const [{ domain }] = op.inputs(1, attributes);
  const anywhere = (): number => drawTensor(stream, [], domain, dtype, drawRegion(stream)).data[0];
  const xs: number[] = [];
  for (let i = 0; xs.length < LENGTH && i < MOST_DRAWS * LENGTH; i++) {
    const x = anywhere();
    xs.push(
      ...(stream.chance(0.2) ? aroundPoint(x, dtype) : [x]).filter((each) =>
        suits(op, attributes, each, dtype),
      ),
    );
  }
  return rowOf(stream, op, attributes, xs, dtype, "ladder");
}

/** Numbers far from 0 on both sides, where derivatives are small; some just before the value has its limit. */
export function drawFarOut(stream: Stream, op: AnyOp, spec: LadderSpec): Case {
  const { dtype } = spec;
  const attributes = drawAttributes(stream, op, spec);
  const thresholds = (op.curve?.(attributes).saturates?.[dtype] ?? []).flatMap((x) => x ?? []);
  const somewhere = (): number =>
    stream.sign() * (stream.chance(0.5) ? stream.between(0, 40) : 10 ** stream.between(0, 3));
  const xs: number[] = [];
  for (let i = 0; xs.length < LENGTH / 2 && i < MOST_DRAWS * LENGTH; i++) {
    const isLate = thresholds.length > 0 && stream.chance(0.2);
    const x = formatOf(dtype).round(isLate ? stream.pick(thresholds) * stream.between(0.8, 1) : somewhere());
    if (suits(op, attributes, x, dtype)) xs.push(x);
  }
  return rowOf(stream, op, attributes, xs, dtype, "far out");
}

/**
 * Numbers around the thresholds from which on some accepted formula has its limit: each with its neighbours, and others
 * before and beyond.
 */
export function drawThresholds(stream: Stream, op: AnyOp, spec: LadderSpec): Case {
  const { dtype } = spec;
  const attributes = drawAttributes(stream, op, spec);
  const { limits, saturates } = op.curve?.(attributes) ?? {};
  const xs: number[] = [];
  for (const side of [0, 1] as const) {
    const [limit, threshold] = [limits?.value[side] ?? null, saturates?.[dtype][side] ?? null];
    if (limit === null || threshold === null) continue;
    const thresholds = [threshold, ...thresholdsOfForms(op, attributes, limit, threshold, dtype)];
    const size = threshold === 0 ? (side === 0 ? -1 : 1) : threshold;
    xs.push(
      ...thresholds.flatMap((x) => [
        ...aroundPoint(x, dtype),
        // Just before it there is least to see of what is missing to the limit.
        ...Array.from({ length: 3 }, () => x * stream.between(0.9, 1)),
      ]),
      ...Array.from({ length: 6 }, () => size * stream.between(0.3, 1.2)),
      ...Array.from({ length: 4 }, () => size * 2 ** stream.between(0, 10)),
    );
  }
  const { round } = formatOf(dtype);
  const row = xs.map(round).filter((x) => suits(op, attributes, x, dtype));
  return rowOf(stream, op, attributes, row, dtype, "thresholds");
}

function rowOf(
  stream: Stream,
  op: AnyOp,
  attributes: Attributes,
  xs: readonly number[],
  dtype: FloatType,
  tag: string,
): Case {
  const shape = [xs.length];
  const program = check(singleOp(op, [shape], attributes));
  return finish(stream, program, [{ shape, data: Float64Array.from(xs) }], dtype, [`points:${tag}`]);
}

function aroundPoint(x: number, dtype: FloatType): number[] {
  const at = formatOf(dtype).round(x);
  const run = [at];
  for (let i = 0; i < NEIGHBOURS; i++) {
    run.push(nextUp(run[run.length - 1], dtype));
    run.unshift(nextDown(run[0], dtype));
  }
  return run;
}

/** The first input at which a formula, each operation rounded to nearest, gives the limit; of each formula that does. */
function thresholdsOfForms(
  op: AnyOp,
  attributes: Attributes,
  limit: number,
  threshold: number,
  dtype: FloatType,
): number[] {
  const format = formatOf(dtype);
  const A = rounded(roundToNearest(format));
  return Array.from({ length: 1 + op.textbook.length }, (_, form: Form) => form).flatMap((form) => {
    const meaning = textbookForm(op.textbook, form)?.meaning ?? op.meaning;
    const reaches = (x: number): boolean =>
      meaning(A, [{ shape: [], data: [format.round(x)] }], attributes as never).data[0] ===
      format.round(limit);
    // Halving: the value has its limit at `beyond` and not at `before`.
    let [before, beyond] = [threshold / 64, threshold * 4];
    if (reaches(before) || !reaches(beyond)) return [];
    for (let middle = beyond; ;) {
      middle = format.round((before + beyond) / 2);
      if (middle === before || middle === beyond) return [beyond];
      if (reaches(middle)) beyond = middle;
      else before = middle;
    }
  });
}

/** It lies in the domain, and value and derivative stay far inside the format. */
function suits(op: AnyOp, attributes: Attributes, x: number, dtype: FloatType): boolean {
  const [{ domain }] = op.inputs(1, attributes);
  if (!isInside(x, domain) || op.relation?.(x) === false) return false;
  const input = { shape: [], data: Float64Array.of(x) };
  const y = op.meaning(DOUBLES, [input], attributes);
  const [gx] = op.vjp(DOUBLES, { shape: [], data: [1] }, [input], y, attributes);
  const limit = Math.sqrt(formatOf(dtype).largest);
  return Math.abs(y.data[0]) < limit && gx !== null && Math.abs(gx.data[0]) < limit;
}

const isInside = (x: number, { low, high, open }: Domain): boolean =>
  open ? low < x && x < high : low <= x && x <= high;
