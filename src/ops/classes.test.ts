import { describe, expect, it } from "vitest";
import { drawCase } from "../arbitraries/drawCase.js";
import { Stream } from "../core/random.js";
import type { Shape } from "../core/shape.js";
import { OPS } from "./index.js";
import type { AnyOp, Attributes } from "./op.js";

/** What a case shows of its class. */
interface Seen {
  readonly attributes: Attributes;
  readonly shapes: readonly Shape[];
  readonly data: readonly (readonly number[])[];
  /** Which input holds positions; −1 if none does. */
  readonly indexInput: number;
}
type Shows = (seen: Seen) => boolean;

const list = (value: unknown): number[] => (Array.isArray(value) ? (value as number[]) : [value as number]);
const numbers =
  (name: string, ok: (values: readonly number[], shape: Shape) => boolean): Shows =>
  ({ attributes, shapes: [x] }) =>
    ok(list(attributes[name]), x);
const number = (name: string, ok: (value: number) => boolean): Shows => numbers(name, ([value]) => ok(value));
const is =
  (name: string, value: unknown): Shows =>
  ({ attributes }) =>
    attributes[name] === value;
/** Sums of what is added before and after each axis. */
const padded =
  (ok: (before: number, after: number) => boolean): Shows =>
  ({ attributes: { paddings } }) => {
    const pairs = paddings as readonly (readonly [number, number])[];
    return ok(Math.max(0, ...pairs.map(([b]) => b)), Math.max(0, ...pairs.map(([, a]) => a)));
  };
const equal = (values: readonly number[]): boolean => values.every((v) => v === values[0]);
const differ = (values: readonly number[]): boolean => new Set(values).size === values.length;
const ranks =
  (...wanted: number[]): Shows =>
  ({ shapes }) =>
    shapes.every((shape, k) => shape.length === wanted[k]);
const count =
  (ok: (n: number) => boolean): Shows =>
  ({ shapes }) =>
    ok(shapes.length);
const zerosPerCase =
  (ok: (zeros: number) => boolean): Shows =>
  ({ data: [x] }) =>
    ok(x.filter((v) => v === 0).length);
const explicitPadding =
  (rounding: unknown): Shows =>
  ({ attributes }) =>
    Array.isArray(attributes.padding) && attributes.rounding === rounding;
const masks =
  (begin: boolean, end: boolean): Shows =>
  ({ attributes: { beginMask, endMask } }) =>
    (beginMask !== 0) === begin && (endMask !== 0) === end;
const sized =
  (ok: (to: readonly number[], from: Shape) => boolean): Shows =>
  ({ attributes, shapes: [x] }) =>
    ok(list(attributes.size), x.slice(1, 3));
const indices =
  (ok: (values: readonly number[], shape: Shape) => boolean): Shows =>
  ({ shapes, data, indexInput: k }) =>
    ok(data[k], shapes[k]);

const product = (shape: Shape): number => shape.reduce((size, length) => size * length, 1);
const ones = (shape: readonly number[]): number => shape.filter((length) => length === 1).length;
const channelsOf = ({ channels }: Attributes, x: Shape): number => (channels === "second" ? x[1] : x.at(-1)!);
/** How many of scale and offset there are. */
const named = (parameters: unknown): number =>
  ({ none: 0, scale: 1, offset: 1, "scale and offset": 2 })[String(parameters)]!;
const repeatedRows: Shows = ({ shapes, data, indexInput: k }) => {
  const depth = shapes[k].at(-1)!;
  const rows = Array.from({ length: shapes[k][0] }, (_, r) =>
    data[k].slice(r * depth, (r + 1) * depth).join(),
  );
  return new Set(rows).size < rows.length;
};

/** What each class is, said again and apart from the records that draw it. By `attribute=class`, or with the op. */
const SHOWN: Readonly<Record<string, Shows>> = {
  equation: ({ attributes }) => String(attributes.equation).includes("->"),
  "bounds=around 0": ({ attributes: { low, high } }) => Number(low) < 0 && Number(high) > 0,
  "bounds=above 0": number("low", (low) => low >= 0),
  "alpha=between": number("alpha", (a) => a > 0 && a < 1),
  "alpha=negative": number("alpha", (a) => a < 0),
  "alpha=above": number("alpha", (a) => a > 1),
  "axes=all": is("axes", "all"),
  "axes=first": numbers("axes", (axes) => axes.length === 1 && axes[0] === 0),
  "axes=last": numbers("axes", (axes, x) => axes.length === 1 && axes[0] === x.length - 1),
  "axes=several": numbers("axes", (axes) => axes.length > 1),
  "axes=negative": numbers("axes", (axes) => axes.some((axis) => axis < 0)),
  "roll:axes=repeated": numbers("axes", (axes) => !differ(axes)),
  "squeeze:axes=one": numbers("axes", (axes) => axes.length === 1),
  "axis=first": number("axis", (axis) => axis === 0),
  "axis=last": numbers("axis", ([axis], x) => axis === x.length - 1),
  // Axes of what they make.
  "stack:axis=last": numbers("axis", ([axis], x) => axis === x.length),
  "expandDims:axis=last": numbers("axis", ([axis], x) => axis === x.length),
  "axis=negative": number("axis", (axis) => axis < 0),
  "axis=inside": number("axis", (axis) => axis > 0),
  "zeros=none": zerosPerCase((zeros) => zeros === 0),
  "zeros=one": zerosPerCase((zeros) => zeros >= 1),
  "zeros=several": zerosPerCase((zeros) => zeros >= 2),
  "correction=0": is("correction", 0),
  "correction=1": is("correction", 1),
  "ranks=1 and 1": ranks(1, 1),
  "ranks=1 and 2": ranks(1, 2),
  "ranks=2 and 1": ranks(2, 1),
  "ranks=2 and 2": ranks(2, 2),
  "matmul:batch=none": ranks(2, 2),
  "matmul:batch=equal": ({ shapes: [a, b] }) =>
    a.length > 2 && String(a.slice(0, -2)) === String(b.slice(0, -2)),
  "matmul:batch=broadcast": ({ shapes: [a, b] }) => String(a.slice(0, -2)) !== String(b.slice(0, -2)),
  "count=1": count((n) => n === 1),
  "count=2": count((n) => n === 2),
  "count=3+": count((n) => n > 2),
  "paddings=none": padded((before, after) => before + after === 0),
  "paddings=both": padded((before, after) => before > 0 && after > 0),
  "paddings=before": padded((before, after) => before > 0 && after === 0),
  "paddings=after": padded((before, after) => before === 0 && after > 0),
  "value=zero": is("value", 0),
  "value=nonzero": number("value", (value) => value !== 0),
  "reshape:shape=flatten": numbers("shape", (to) => to.length === 1),
  "reshape:shape=split": numbers("shape", (to, x) => to.length > x.length),
  "reshape:shape=merge": numbers("shape", (to, x) => to.length < x.length),
  "reshape:shape=ones": numbers("shape", (to, x) => Math.abs(ones(to) - ones(x)) === 1),
  "reshape:shape=scalar": numbers("shape", (to, x) => (to.length === 0) !== (x.length === 0)),
  "begin=origin": numbers("begin", (begin) => begin.every((b) => b === 0)),
  "begin=inside": numbers("begin", (begin) => begin.some((b) => b > 0)),
  "slice:size=rest": ({ attributes, shapes: [x] }) =>
    x.every((length, a) => list(attributes.begin)[a] + list(attributes.size)[a] === length),
  "slice:size=part": ({ attributes, shapes: [x] }) =>
    x.some((length, a) => list(attributes.begin)[a] + list(attributes.size)[a] < length),
  "permutation=identity": numbers("permutation", (p) => p.every((axis, i) => axis === i)),
  "permutation=reverse": numbers("permutation", (p) => p.every((axis, i) => axis === p.length - 1 - i)),
  "permutation=swap": numbers("permutation", (p) => p.filter((axis, i) => axis !== i).length === 2),
  "permutation=cycle": numbers("permutation", (p) => p.every((axis, i) => axis !== i && p[axis] !== i)),
  "sizes=equal": numbers("sizes", (sizes) => sizes.length > 1 && equal(sizes)),
  "sizes=unequal": numbers("sizes", (sizes) => sizes.length > 1 && !equal(sizes)),
  "sizes=one": numbers("sizes", (sizes) => sizes.length === 1),
  "broadcastTo:shape=identity": numbers("shape", (to, x) => String(to) === String(x)),
  "broadcastTo:shape=front": numbers("shape", (to, x) => to.length > x.length),
  "broadcastTo:shape=inside": numbers("shape", (to, x) => to.length === x.length && String(to) !== String(x)),
  "broadcastTo:shape=several": ({ attributes, shapes: [x] }) =>
    x.length === list(attributes.shape).length && ones(x) > 1,
  "broadcastTo:shape=scalar": ranks(0),
  "repetitions=none": numbers("repetitions", (times) => times.every((n) => n === 1)),
  "repetitions=one axis": numbers("repetitions", (times) => times.filter((n) => n !== 1).length === 1),
  "repetitions=several axes": numbers("repetitions", (times) => times.filter((n) => n !== 1).length > 1),
  "shift=forward": numbers("shift", (shift) => shift.every((s) => s > 0)),
  "shift=backward": numbers("shift", (shift) => shift.every((s) => s < 0)),
  "shift=more than once round": ({ attributes: { shift, axes }, shapes: [x] }) =>
    list(shift).every((s, i) => Math.abs(s) > (axes === "all" ? product(x) : x.at(list(axes)[i])!)),
  "strides=1": numbers("strides", (strides) => strides.every((s) => s === 1)),
  "strides=2": numbers("strides", (strides) => strides.every((s) => s === 2)),
  "strides=wide": ({ attributes, shapes }) => {
    const kernel = attributes.window === undefined ? shapes[1] : list(attributes.window);
    return list(attributes.strides).every((stride, a) => stride > kernel[a]);
  },
  "strides=unequal": numbers("strides", (strides) => !equal(strides)),
  "stridedSlice:strides=positive": numbers("strides", (strides) => strides.some((s) => s > 1)),
  "stridedSlice:strides=negative": numbers("strides", (strides) => strides.some((s) => s < 0)),
  "stridedSlice:bounds=inside": ({ attributes: { begin, strides }, shapes: [x] }) =>
    x.every((n, a) => list(begin)[a] < n && (list(begin)[a] >= 0 || list(strides)[a] < 0)),
  "stridedSlice:bounds=from the end": numbers("begin", (begin) => begin.some((b) => b < 0)),
  "stridedSlice:bounds=beyond": ({ attributes: { begin, end }, shapes: [x] }) =>
    x.every((n, a) => {
      const [from, to] = [list(begin)[a], list(end)[a]];
      return (from < -n && to > n) || (from >= n && to < -n);
    }),
  "masks=none": masks(false, false),
  "masks=begin": masks(true, false),
  "masks=end": masks(false, true),
  "masks=both": masks(true, true),
  "gatherND:indices=unique": (seen) => !repeatedRows(seen),
  "scatterND:indices=unique": (seen) => !repeatedRows(seen),
  "gatherND:indices=repeated": repeatedRows,
  "scatterND:indices=repeated": repeatedRows,
  "gatherND:depth=all axes": ({ shapes: [x, rows] }) => rows.at(-1) === x.length,
  "scatterND:depth=all axes": ({ attributes, shapes: [rows] }) =>
    rows.at(-1) === list(attributes.shape).length,
  "gatherND:depth=some axes": ({ shapes: [x, rows] }) => rows.at(-1)! < x.length,
  "scatterND:depth=some axes": ({ attributes, shapes: [rows] }) =>
    rows.at(-1)! < list(attributes.shape).length,
  "gather:indices=unique": indices(differ),
  "gather:indices=repeated": indices((values) => !differ(values)),
  "gather:indices=rank 0": indices((_, shape) => shape.length === 0),
  "gather:indices=rank 2": indices((_, shape) => shape.length === 2),
  "indices=one row": indices((_, shape) => shape.length === 1),
  "indices=several axes": indices((_, shape) => shape.length > 2),
  "depth=first axis": indices((_, shape) => shape.at(-1) === 1),
  "values=1 and 0": ({ attributes }) => attributes.onValue === 1 && attributes.offValue === 0,
  "values=others": ({ attributes }) => !(attributes.onValue === 1 && attributes.offValue === 0),
  "indices=inside": ({ attributes, data: [x] }) => x.every((v) => v >= 0 && v < Number(attributes.depth)),
  "indices=some outside": ({ attributes, data: [x] }) =>
    x.some((v) => v < 0 || v >= Number(attributes.depth)),
  "k=1": is("k", 1),
  "k=some": ({ attributes, shapes: [x] }) => Number(attributes.k) < x.at(-1)!,
  "k=all": ({ attributes, shapes: [x] }) => attributes.k === x.at(-1),
  "padding=valid": is("padding", "valid"),
  "padding=same": is("padding", "same"),
  "padding=explicit": explicitPadding(undefined),
  "padding=ceil": explicitPadding("ceil"),
  "dilation=1": numbers("dilation", (dilation) => dilation.every((d) => d === 1)),
  "dilation=2": numbers("dilation", (dilation) => dilation.every((d) => d === 2)),
  "dilation=unequal": numbers("dilation", (dilation) => !equal(dilation)),
  "depthwiseConv2d:multiplier=1": ({ shapes }) => shapes[1].at(-1) === 1,
  "depthwiseConv2d:multiplier=2+": ({ shapes }) => shapes[1].at(-1)! > 1,
  "separableConv2d:multiplier=1": ({ shapes }) => shapes[1].at(-1) === 1,
  "separableConv2d:multiplier=2+": ({ shapes }) => shapes[1].at(-1)! > 1,
  "size=up": sized((to, from) => to.every((n, a) => n > from[a])),
  "size=down": sized((to, from) => to.every((n, a) => n < from[a])),
  "size=mixed": sized((to, from) => to.some((n, a) => n > from[a]) && to.some((n, a) => n <= from[a])),
  "size=same": sized((to, from) => String(to) === String(from)),
  "size=one": sized((to) => to.includes(1)),
  "epsilon=small": number("epsilon", (epsilon) => epsilon < 1e-4),
  "epsilon=large": number("epsilon", (epsilon) => epsilon >= 1e-4),
  "layerNorm:affine=false": count((n) => n === 1),
  "layerNorm:affine=true": count((n) => n === 3),
  "rmsNorm:affine=false": count((n) => n === 1),
  "rmsNorm:affine=true": count((n) => n === 2),
  "groupNorm:affine=false": count((n) => n === 1),
  "groupNorm:affine=true": count((n) => n === 3),
  "groups=one": is("groups", 1),
  "groups=several": ({ attributes, shapes: [x] }) =>
    Number(attributes.groups) > 1 && Number(attributes.groups) < channelsOf(attributes, x),
  // Each for itself: something is left to normalise where there are spatial axes.
  "groups=each channel": ({ attributes, shapes: [x] }) =>
    attributes.groups === channelsOf(attributes, x) &&
    (x.length === 2 || product(x) > x[0] * channelsOf(attributes, x)),
  "batchNorm:training=true": ({ attributes: { training, parameters }, shapes }) =>
    training === true && shapes.length === 1 + named(parameters),
  "batchNorm:training=false": ({ attributes: { training, parameters }, shapes }) =>
    training === false && shapes.length === 3 + named(parameters),
  "depthRadius=0": is("depthRadius", 0),
  "depthRadius=some": ({ attributes: { depthRadius }, shapes: [x] }) =>
    Number(depthRadius) > 0 && Number(depthRadius) < x.at(-1)! - 1,
  "depthRadius=all": ({ attributes: { depthRadius }, shapes: [x] }) => Number(depthRadius) >= x.at(-1)! - 1,
  "beta=up to 1/2": number("beta", (beta) => beta <= 0.5),
  "beta=above 1/2": number("beta", (beta) => beta > 0.5),
  "localResponseNormalization:scale=unit": ({ attributes: { bias, alpha } }) => bias === 1 && alpha === 1,
  "localResponseNormalization:scale=small": ({ attributes: { bias, alpha } }) => bias === 2 && alpha === 1e-4,
  "delta=1": is("delta", 1),
  "delta=other": number("delta", (delta) => delta > 0 && delta !== 1),
  "resetAfter=false": ({ attributes, shapes }) => attributes.resetAfter === false && shapes.length === 5,
  "resetAfter=true": ({ attributes, shapes }) => attributes.resetAfter === true && shapes.length === 6,
  "forgetBias=0": is("forgetBias", 0),
  "forgetBias=other": number("forgetBias", (bias) => bias !== 0),
  "scale=default": is("scale", "default"),
  "scale=given": number("scale", (scale) => scale > 0),
  "batch=none": ranks(2, 2, 2),
  "batch=one": ranks(3, 3, 3),
  "batch=two": ranks(4, 4, 4),
  "rate=0": is("rate", 0),
  "rate=some": number("rate", (rate) => rate > 0 && rate < 1),
};

const DRAWS = 24;

/** The axes that are to be copied may have length 1 in the result as well: then most cases must show the class. */
const MOST: Readonly<Record<string, number>> = { "broadcastTo:shape=inside": 0.5 };

function share(op: AnyOp, attribute: string, label: string, shows: Shows): number {
  const shown = Array.from({ length: DRAWS }, (_, i) => {
    const stream = new Stream(1, `classes ${op.name} ${attribute} ${label} ${i}`);
    const c = drawCase(stream, op, { dtype: "f64", region: "normal", classes: { [attribute]: label } });
    const shapes = c.inputs.map(({ shape }) => shape);
    const { attributes } = c.program.nodes[0];
    const data = c.inputs.map((x) => [...x.data]);
    const indexInput = op
      .inputs(shapes.length, attributes)
      .findIndex(({ domain }) => domain.type === "index");
    return shows({ attributes, shapes, data, indexInput });
  });
  return shown.filter(Boolean).length / DRAWS;
}

/** A class of words or truth values is the attribute's value. */
const isValue =
  (attribute: string, label: string): Shows =>
  ({ attributes }) =>
    String(attributes[attribute]) === label;

const LITERAL = new Set(
  [
    "keepdims exclusive reverse ord approximate transposeA transposeB mode descending blockSize coordinates reduction",
    "parameters channels from labels activation gates keeps recurrentActivation causal",
  ].flatMap((names) => names.split(" ")),
);

describe("cases drawn for a class are of that class", () => {
  for (const op of OPS) {
    for (const [attribute, { classes }] of Object.entries(op.attributes)) {
      it(`${op.name}: ${attribute}`, () => {
        for (const label of classes) {
          const key = `${attribute}=${label}`;
          const shows = LITERAL.has(attribute)
            ? isValue(attribute, label)
            : (SHOWN[`${op.name}:${key}`] ?? SHOWN[key] ?? SHOWN[attribute]);
          expect(shows, `${op.name} ${key} has no description`).toBeDefined();
          const most = MOST[`${op.name}:${key}`] ?? 1;
          expect(share(op, attribute, label, shows), `${op.name} ${key}`).toBeGreaterThanOrEqual(most);
        }
      });
    }
  }
});
