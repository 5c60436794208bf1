import { formatOf } from "../core/float.js";
import { DOUBLES } from "../core/numberAlgebra.js";
import { broadcastIndex, sameShape, sizeOf } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { askGradient, askHessian, askTangent, askValue, pointOf, type LawJudgement } from "../laws/law.js";
import { findOp } from "../ops/index.js";
import { compute, type Point, type Quantity } from "../oracles/quantity.js";
import { check, differentiable, singleOp } from "../program/program.js";
import type { Case } from "../record/case.js";
import { decodeTensor, type WireTensor } from "../record/tensor.js";
import type { Subject } from "../subjects/subject.js";
import type { Comparison } from "./classify.js";

/** The result that a judgement blames, beside the truth; undefined where it blames none, or none came back. */
export async function compare(
  c: Case,
  { where }: LawJudgement,
  subject: Subject,
): Promise<Comparison | undefined> {
  const parsed = /^(value|gradient|tangent|hvp)\[(\d+)\]$/.exec(where ?? "");
  if (!parsed) return undefined;
  const quantity = parsed[1] as Quantity;
  const index = Number(parsed[2]);
  const point = pointOf(c);
  const got = await resultOf(c, quantity, index, subject);
  const truths = compute(DOUBLES, quantity, point) as Tensor[];
  const truth = truths[index];
  if (!got || !truth) return undefined;
  const { u } = formatOf(c.dtype);
  return {
    got,
    truth,
    others: truths.filter((_, k) => k !== index),
    copies: quantity === "gradient" ? copiesOf(point, index) : undefined,
    counts: countsOf(c, truth),
    size: largest(quantity === "gradient" ? c.cotangents : truths),
    u,
  };
}

async function resultOf(
  c: Case,
  quantity: Quantity,
  index: number,
  subject: Subject,
): Promise<Tensor | undefined> {
  const ask = { value: askValue, gradient: askGradient, tangent: askTangent, hvp: askHessian }[quantity];
  const outcome = await subject.evaluate(ask(c));
  if (outcome.status !== "ok") return undefined;
  const results: readonly (WireTensor | null)[] | undefined =
    quantity === "value" ? outcome.value : outcome.grads;
  const wire = results?.[index];
  return wire ? decodeTensor(wire) : undefined;
}

/** What each copy of a broadcast input gets; undefined where it was not broadcast. */
function copiesOf(point: Point, index: number): Tensor | undefined {
  const { program, inputs } = point;
  if (program.nodes.length !== 1 || program.outputs.length !== 1) return undefined;
  const [node] = program.nodes;
  const op = findOp(node.op);
  const k = differentiable(program)[index];
  const whole = program.shapes[program.outputs[0]];
  if (!op.elementwise || sameShape(inputs[k].shape, whole)) return undefined;
  const read = broadcastIndex(inputs[k].shape, whole);
  const tiled: Tensor = { shape: whole, data: Float64Array.from(read, (from) => inputs[k].data[from]) };
  const all = inputs.with(k, tiled);
  const wide = check(
    singleOp(
      op,
      all.map((x) => x.shape),
      node.attributes,
    ),
  );
  return (compute(DOUBLES, "gradient", { ...point, program: wide, inputs: all }) as Tensor[])[index];
}

function countsOf(c: Case, { shape }: Tensor): Comparison["counts"] {
  const outputs = c.cotangents.reduce((n, x) => n + x.data.length, 0);
  const inputs = c.inputs.reduce((n, x) => Math.max(n, x.data.length), 0);
  const size = sizeOf(shape);
  const rows = size / (shape.at(-1) ?? 1);
  return [
    { n: inputs, of: "elements" },
    { n: outputs, of: "elements of the output" },
    ...(shape.length > 0 ? [{ n: shape[0], of: "rows" }] : []),
    ...(shape.length > 1 ? [{ n: shape[shape.length - 1], of: "columns" }] : []),
    ...(shape.length > 2 && rows > 0 ? [{ n: rows, of: "rows in all" }] : []),
    ...(outputs > size && outputs % size === 0
      ? [{ n: outputs / size, of: "outputs for each element" }]
      : []),
  ];
}

const largest = (tensors: readonly Tensor[]): number =>
  tensors.reduce(
    (most, { data }) => data.reduce((m, x) => (Number.isFinite(x) ? Math.max(m, Math.abs(x)) : m), most),
    0,
  );
