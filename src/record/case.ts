import { z } from "zod";
import type { FloatType } from "../core/float.js";
import type { Tensor } from "../core/tensor.js";
import { program, type Program } from "./program.js";
import { decodeTensor, dtypeOf, encodeTensor, wireTensor } from "./tensor.js";

/** What is asked of a subject: a program at a point, with a direction for each way of differentiating it. */
export interface Case {
  readonly program: Program;
  readonly dtype: FloatType;
  /** Numbers of the case's precision, held as doubles. */
  readonly inputs: readonly Tensor[];
  /** One cotangent per output. */
  readonly cotangents: readonly Tensor[];
  /** One tangent per differentiable input. */
  readonly tangents: readonly Tensor[];
  /** What the case was drawn to cover: `padding=same`, `region:saturated`, `shape:empty`. */
  readonly tags: readonly string[];
}

export const wireCase = z.object({
  program,
  dtype: z.enum(["f32", "f64"]),
  inputs: z.array(wireTensor),
  cotangents: z.array(wireTensor),
  tangents: z.array(wireTensor),
  tags: z.array(z.string()),
});
export type WireCase = z.infer<typeof wireCase>;

export const encodeInputs = (c: Pick<Case, "program" | "dtype" | "inputs">) =>
  c.inputs.map((x, k) => encodeTensor(x, dtypeOf(c.program.inputs[k].type, c.dtype)));

export function encodeCase(c: Case): WireCase {
  return {
    program: c.program,
    dtype: c.dtype,
    inputs: encodeInputs(c),
    cotangents: c.cotangents.map((x) => encodeTensor(x, c.dtype)),
    tangents: c.tangents.map((x) => encodeTensor(x, c.dtype)),
    tags: [...c.tags],
  };
}

/**
 * An input or an output has no elements (cotangents have the shapes of the outputs). Such cases fail for reasons of their
 * own, and must not stand for a fault that everybody meets.
 */
export const lacksElements = ({ inputs, cotangents }: Pick<WireCase, "inputs" | "cotangents">): boolean =>
  [...inputs, ...cotangents].some(({ b64 }) => b64 === "");

export function decodeCase(wire: WireCase): Case {
  return {
    ...wire,
    inputs: wire.inputs.map(decodeTensor),
    cotangents: wire.cotangents.map(decodeTensor),
    tangents: wire.tangents.map(decodeTensor),
  };
}
