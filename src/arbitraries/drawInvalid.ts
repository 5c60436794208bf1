import type { FloatType } from "../core/float.js";
import { InvalidProgramError } from "../core/errors.js";
import { Stream } from "../core/random.js";
import { sizeOf, type Shape } from "../core/shape.js";
import type { AnyOp } from "../ops/op.js";
import type { Case } from "../record/case.js";
import { drawCase } from "./drawCase.js";

const ATTEMPTS = 30;

/** Whether a wrong length of some axis is an error for this op; a unary elementwise op takes anything. */
export const canBeBroken = (op: AnyOp): boolean =>
  tryInvalid(new Stream(0, `invalid ${op.name}`), op, "f32") !== undefined;

/** A case whose shapes do not fit: one axis is longer by one than the others allow. */
export function drawInvalid(stream: Stream, op: AnyOp, dtype: FloatType): Case {
  const broken = tryInvalid(stream, op, dtype);
  if (!broken) throw new Error(`no invalid case of ${op.name} in ${ATTEMPTS} attempts`);
  return broken;
}

function tryInvalid(stream: Stream, op: AnyOp, dtype: FloatType): Case | undefined {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const c = drawCase(stream, op, { dtype, region: "normal" });
    const [node] = c.program.nodes;
    for (const k of stream.permutation(c.inputs.length)) {
      for (const axis of stream.permutation(c.inputs[k].shape.length)) {
        const shape = c.inputs[k].shape.map((length, a) => (a === axis ? length + 1 : length));
        const inputs = c.inputs.map((x, j) => (j === k ? { shape, data: repeated(x.data, shape) } : x));
        if (
          !refuses(
            op,
            inputs.map((x) => x.shape),
            node.attributes,
          )
        )
          continue;
        return {
          ...c,
          program: {
            ...c.program,
            inputs: c.program.inputs.map((spec, j) => ({ ...spec, shape: inputs[j].shape })),
          },
          inputs,
          tags: ["shape:invalid"],
        };
      }
    }
  }
  return undefined;
}

function repeated(data: Float64Array, shape: Shape): Float64Array {
  return Float64Array.from({ length: sizeOf(shape) }, (_, i) => data[i % Math.max(data.length, 1)] ?? 1);
}

function refuses(
  op: AnyOp,
  shapes: readonly Shape[],
  attributes: Case["program"]["nodes"][number]["attributes"],
): boolean {
  try {
    op.shape(shapes, attributes);
    return false;
  } catch (error) {
    if (error instanceof InvalidProgramError) return true;
    throw error;
  }
}
