import { sizeOf, stridesOf, type Shape } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { findOp } from "../ops/index.js";
import { differentiable } from "../program/program.js";
import type { Case } from "../record/case.js";
import type { Node, Program } from "../record/program.js";
import { unreadDropped } from "./shrinkProgram.js";
import { tryCheck, tryOp } from "./validCase.js";

/** How one axis of one input is cut: the places that stay; null removes the axis (of length 1). */
export interface Cut {
  readonly input: number;
  readonly axis: number;
  readonly keep: readonly number[] | null;
}

/** The same case with simpler attributes, fewer inputs, shorter axes or fewer axes. */
export function* smallerShapes(c: Case): Generator<Case> {
  for (const [n, node] of c.program.nodes.entries()) {
    for (const attributes of findOp(node.op).simpler?.(node.attributes) ?? []) {
      const nodes = c.program.nodes.map((other, m) => (m === n ? { ...other, attributes } : other));
      yield* refit(c, { ...c.program, nodes }, c.inputs);
    }
  }
  yield* fewerInputs(c);
  for (const longest of [1, 2]) yield* applied(c, cutTo(c, longest));
  yield* applied(c, axesOfOne(c));
  for (const cut of cuts(c)) {
    yield* applied(c, [cut]);
    // An axis that must stay as long as another one is cut together with it.
    const length = c.inputs[cut.input].shape[cut.axis];
    const partners = c.inputs.flatMap((x, input) =>
      x.shape.flatMap((l, axis) =>
        l === length && !(input === cut.input && axis === cut.axis) ? [{ ...cut, input, axis }] : [],
      ),
    );
    for (const partner of partners) yield* applied(c, [cut, partner]);
    const others = partners.filter((p, i) => partners.findIndex((q) => q.input === p.input) === i);
    if (others.length > 1) yield* applied(c, [cut, ...others.filter((p) => p.input !== cut.input)]);
    if (partners.length > others.length) yield* applied(c, [cut, ...partners]);
  }
  // A fault that only the last numbers of a cotangent show is lost where each cut keeps the first ones.
  for (const cut of cuts(c)) yield* applied(c, [cut], "trailing");
}

/** Which part of a direction stays when its shape becomes smaller. */
type Part = "leading" | "trailing";

/** Ops that take any number of inputs may do with one less. */
function* fewerInputs(c: Case): Generator<Case> {
  const { nodes } = c.program;
  for (const [n, node] of nodes.entries()) {
    if (node.inputs.length <= findOp(node.op).arity.low) continue;
    for (let k = 0; k < node.inputs.length; k++) {
      const fewer = { ...node, inputs: node.inputs.filter((_, i) => i !== k) };
      const program = { ...c.program, nodes: nodes.map((other, m) => (m === n ? fewer : other)) };
      const smaller = unreadDropped(c, program, c.inputs, c.cotangents);
      yield* refit(smaller, smaller.program, smaller.inputs);
    }
  }
}

/** Every axis of every input that is longer than that, cut. */
const cutTo = (c: Case, longest: number): Cut[] =>
  c.inputs.flatMap(({ shape }, input) =>
    shape.flatMap((length, axis) =>
      length > longest ? [{ input, axis, keep: Array.from({ length: longest }, (_, i) => i) }] : [],
    ),
  );

const axesOfOne = (c: Case): Cut[] =>
  c.inputs.flatMap(({ shape }, input) =>
    shape.flatMap((length, axis) => (length === 1 ? [{ input, axis, keep: null }] : [])),
  );

export function* cuts(c: Pick<Case, "inputs">): Generator<Cut> {
  const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
  for (const [input, x] of c.inputs.entries()) {
    for (const [axis, length] of x.shape.entries()) {
      if (length > 2) {
        yield { input, axis, keep: [0] };
        yield { input, axis, keep: range(0, length >> 1) };
        yield { input, axis, keep: range(length >> 1, length) };
      }
      if (length > 1)
        for (let i = 0; i < length; i++) yield { input, axis, keep: range(0, length).filter((j) => j !== i) };
      if (length === 1) yield { input, axis, keep: null };
    }
  }
}

function* applied(c: Case, together: readonly Cut[], part: Part = "leading"): Generator<Case> {
  const inputs = [...c.inputs];
  // The last axis first: removing one moves those behind it.
  for (const { input, axis, keep } of [...together].sort((a, b) => b.axis - a.axis)) {
    inputs[input] = cutAxis(inputs[input], axis, keep);
  }
  const program: Program = {
    ...c.program,
    inputs: c.program.inputs.map((spec, k) => ({ ...spec, shape: inputs[k].shape })),
  };
  yield* refit(c, program, inputs, part);
}

export function cutAxis(x: Tensor, axis: number, keep: readonly number[] | null): Tensor {
  if (keep === null) return { shape: x.shape.filter((_, a) => a !== axis), data: x.data };
  const shape = x.shape.map((length, a) => (a === axis ? keep.length : length));
  return { shape, data: pick(x, shape, (place, a) => (a === axis ? keep[place] : place)) };
}

/** Elements of x at the places that `place` maps each position of the new shape to. */
function pick(x: Tensor, shape: Shape, place: (i: number, axis: number) => number): Float64Array {
  const from = stridesOf(x.shape);
  const to = stridesOf(shape);
  return Float64Array.from({ length: sizeOf(shape) }, (_, flat) => {
    let at = 0;
    shape.forEach((length, axis) => {
      at += place(Math.floor(flat / to[axis]) % length, axis) * from[axis];
    });
    return x.data[at];
  });
}

/** Fits attributes of nodes to the new shapes, and cotangents to the new outputs; nothing when that cannot be. */
function* refit(
  c: Case,
  program: Program,
  inputs: readonly Tensor[],
  part: Part = "leading",
): Generator<Case> {
  const adapted = adaptAttributes(program, inputs);
  const checked = adapted && tryCheck(adapted);
  if (!checked) return;
  yield {
    ...c,
    program: { inputs: checked.inputs, nodes: checked.nodes, outputs: checked.outputs },
    inputs,
    cotangents: checked.outputs.map((value, o) => resized(c.cotangents[o], checked.shapes[value], part)),
    tangents: differentiable(checked).map((k, i) =>
      resized(c.tangents[Math.min(i, c.tangents.length - 1)], checked.inputs[k].shape, part),
    ),
  };
}

/** Node by node, attributes that fit the shapes that come in; who read a piece that is gone reads the last one. */
function adaptAttributes(program: Program, inputs: readonly Tensor[]): Program | undefined {
  const shapes: Shape[] = inputs.map((x) => x.shape);
  /** Where each value of the old program is now. */
  const moved = [...inputs.keys()];
  const nodes: Node[] = [];
  for (const node of program.nodes) {
    const op = findOp(node.op);
    const read = node.inputs.map((v) => moved[v]);
    const given = read.map((v) => shapes[v]);
    const attributes = op.adapt ? op.adapt(given, node.attributes) : node.attributes;
    const alone = attributes && tryOp(op, given, attributes);
    if (!alone) return undefined;
    const last = alone.outputs.length - 1;
    for (let o = 0; o < (node.outputs ?? 1); o++) moved.push(shapes.length + Math.min(o, last));
    shapes.push(...alone.shapes.slice(read.length));
    nodes.push({ ...alone.nodes[0], inputs: read });
  }
  return { ...program, nodes, outputs: [...new Set(program.outputs.map((v) => moved[v]))] };
}

/** A part of a direction; numbers that it lacks are 1. */
function resized(x: Tensor, shape: Shape, part: Part): Tensor {
  if (x.shape.length === shape.length && x.shape.every((length, axis) => length >= shape[axis])) {
    const from = x.shape.map((length, axis) => (part === "leading" ? 0 : length - shape[axis]));
    return { shape, data: pick(x, shape, (place, axis) => from[axis] + place) };
  }
  return { shape, data: Float64Array.from({ length: sizeOf(shape) }, (_, i) => x.data[i] ?? 1) };
}
