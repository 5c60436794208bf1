import type { FloatType } from "../core/float.js";
import { DOUBLES } from "../core/numberAlgebra.js";
import type { Stream } from "../core/random.js";
import { broadcastShapes, type Shape } from "../core/shape.js";
import { InvalidProgramError } from "../core/errors.js";
import type { Tensor } from "../core/tensor.js";
import { real } from "../ops/op.js";
import { evaluateDoubles } from "../program/evaluate.js";
import type { Case } from "../record/case.js";
import type { Attributes, Node, Program } from "../record/program.js";
import { finish } from "./drawCase.js";
import { tryCheck } from "./validCase.js";
import { drawTensor } from "./values.js";

/** A way of applying an op to values of given shapes; undefined where it does not fit. */
interface Step {
  readonly op: string;
  readonly weight: number;
  /** Largest |x| at which the result stays well-conditioned. */
  readonly limit?: number;
  apply(stream: Stream, shapes: readonly Shape[]): { inputs: number[]; attributes: Attributes } | undefined;
}

const pickValue = (stream: Stream, shapes: readonly Shape[]): number =>
  // Late values are preferred, so that programs grow deep; early ones are met again, so that nodes are shared.
  stream.chance(0.6) ? shapes.length - 1 : stream.int(0, shapes.length - 1);

const unary = (op: string, limit?: number): Step => ({
  op,
  weight: 1,
  ...(limit !== undefined && { limit }),
  apply: (stream, shapes) => ({ inputs: [pickValue(stream, shapes)], attributes: {} }),
});

const binary = (op: string): Step => ({
  op,
  weight: 2,
  apply(stream, shapes) {
    const a = pickValue(stream, shapes);
    const partners = shapes.flatMap((shape, b) => (fits(shapes[a], shape) ? [b] : []));
    const b = stream.pick(partners);
    return { inputs: stream.chance(0.5) ? [a, b] : [b, a], attributes: {} };
  },
});

function fits(a: Shape, b: Shape): boolean {
  try {
    return broadcastShapes([a, b]).length <= 3;
  } catch (error) {
    if (error instanceof InvalidProgramError) return false;
    throw error;
  }
}

const reduction = (op: string): Step => ({
  op,
  weight: 1,
  apply(stream, shapes) {
    const x = pickValue(stream, shapes);
    if (shapes[x].length === 0) return undefined;
    return {
      inputs: [x],
      attributes: { axes: [stream.int(0, shapes[x].length - 1)], keepdims: stream.chance(0.5) },
    };
  },
});

const STEPS: readonly Step[] = [
  ...["tanh", "sigmoid", "softplus", "sin", "cos", "relu", "abs", "negative", "square"].map((op) =>
    unary(op),
  ),
  unary("exp", 3),
  ...["add", "subtract", "multiply", "maximum", "minimum", "squaredDifference"].map(binary),
  ...["sum", "mean", "max", "logsumexp"].map(reduction),
  {
    op: "softmax",
    weight: 1,
    apply(stream, shapes) {
      const x = pickValue(stream, shapes);
      return shapes[x].length > 0 ? { inputs: [x], attributes: { axis: -1 } } : undefined;
    },
  },
  {
    op: "matmul",
    weight: 4,
    apply(stream, shapes) {
      const matrices = shapes.flatMap((shape, v) => (shape.length === 2 ? [v] : []));
      const pairs = matrices.flatMap((a) =>
        matrices.flatMap((b) =>
          [false, true].flatMap((transposeA) =>
            [false, true].flatMap((transposeB) =>
              shapes[a][transposeA ? 0 : 1] === shapes[b][transposeB ? 1 : 0]
                ? [{ a, b, transposeA, transposeB }]
                : [],
            ),
          ),
        ),
      );
      if (pairs.length === 0) return undefined;
      const { a, b, transposeA, transposeB } = stream.pick(pairs);
      return { inputs: [a, b], attributes: { transposeA, transposeB } };
    },
  },
];

/** Values beyond this are not built upon: products of them would lose what the inputs meant. */
const LARGEST_VALUE = 100;

export interface ProgramSpec {
  readonly dtype: FloatType;
  /** Ops that may be used: those that the subject has. */
  readonly has: (op: string) => boolean;
  readonly nodes?: { readonly low: number; readonly high: number };
}

/** Whether a subject has any op that programs are made of. */
export const canDrawPrograms = (has: ProgramSpec["has"]): boolean =>
  STEPS.some((step) => has(`${step.op}@1`));

/** A random program of a few nodes that share values, well-conditioned by construction, at a random point. */
export function drawProgram(stream: Stream, spec: ProgramSpec): Case {
  const { low, high } = spec.nodes ?? { low: 2, high: 6 };
  const steps = STEPS.filter((step) => spec.has(`${step.op}@1`));
  const weighted = steps.flatMap((step) => Array.from({ length: step.weight }, () => step));
  const n = stream.int(1, 4);
  const m = stream.int(2, 4);
  const shapes: Shape[] = [[n, m], stream.pick([[m], [n, 1], [n, m], [m, 3], []])];
  const inputs: Tensor[] = shapes.map((shape) => drawTensor(stream, shape, real, spec.dtype, "normal"));
  let program: Program = {
    inputs: shapes.map((shape) => ({ shape, type: "float" })),
    nodes: [],
    outputs: [0],
  };
  let values = evaluateDoubles(DOUBLES, tryCheck(program)!, inputs);
  const wanted = stream.int(low, high);
  for (let attempt = 0; program.nodes.length < wanted && attempt < 60; attempt++) {
    const step = stream.pick(weighted);
    const applied = step.apply(
      stream,
      values.map((x) => x.shape),
    );
    if (!applied) continue;
    const limit = step.limit ?? Infinity;
    if (!applied.inputs.every((v) => within(values[v].data, limit))) continue;
    const node: Node = { op: `${step.op}@1`, ...applied };
    const longer = { ...program, nodes: [...program.nodes, node], outputs: [values.length] };
    const checked = tryCheck(longer);
    if (!checked) continue;
    const next = evaluateDoubles(DOUBLES, checked, inputs);
    if (!within(next[next.length - 1].data, LARGEST_VALUE)) continue;
    program = longer;
    values = next;
  }
  if (program.nodes.length > 1 && stream.chance(0.2)) {
    program = { ...program, outputs: [values.length - 1, stream.int(shapes.length, values.length - 2)] };
  }
  return finish(stream, tryCheck(program)!, inputs, spec.dtype, ["region:normal", ...programTags(program)]);
}

function within(data: ArrayLike<number>, limit: number): boolean {
  for (let i = 0; i < data.length; i++) if (!(Math.abs(data[i]) <= limit)) return false;
  return true;
}

function programTags(program: Program): string[] {
  const uses = program.nodes.flatMap((node) => node.inputs);
  const shared = new Set(uses.filter((v, i) => uses.indexOf(v) !== i)).size > 0;
  return [
    `nodes:${program.nodes.length}`,
    ...(shared ? ["program:shared node"] : []),
    ...(program.outputs.length > 1 ? ["program:two outputs"] : []),
    ...(program.nodes.some((node) => node.op === "matmul@1") ? ["program:matmul"] : []),
  ];
}
