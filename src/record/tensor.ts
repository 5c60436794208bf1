import { z } from "zod";
import type { FloatType } from "../core/float.js";
import { GradproofError } from "../core/errors.js";
import { sizeOf } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";

/** Row-major, little-endian, IEEE bit patterns unchanged, in base64; a bool is one byte. */
export const wireTensor = z.object({
  dtype: z.enum(["f32", "f64", "i32", "bool"]),
  shape: z.array(z.number().int().nonnegative()),
  b64: z.string(),
});
export type WireTensor = z.infer<typeof wireTensor>;
export type DType = WireTensor["dtype"];

const ARRAYS = { f32: Float32Array, f64: Float64Array, i32: Int32Array, bool: Uint8Array } as const;

/** What a program's input of this type travels as, in a case of this precision. */
export const dtypeOf = (type: "float" | "bool" | "index", precision: FloatType): DType =>
  type === "float" ? precision : type === "bool" ? "bool" : "i32";

/** @domain every value is a number of the dtype already: nothing is rounded here that was not before */
export function encodeTensor(x: Tensor, dtype: DType): WireTensor {
  const values = new ARRAYS[dtype](x.data);
  return {
    dtype,
    shape: [...x.shape],
    b64: Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("base64"),
  };
}

/** @throws GradproofError `protocol` when the bytes do not match the shape */
export function decodeTensor(wire: WireTensor): Tensor {
  const bytes = Buffer.from(wire.b64, "base64");
  const Values = ARRAYS[wire.dtype];
  const size = sizeOf(wire.shape);
  if (bytes.byteLength !== size * Values.BYTES_PER_ELEMENT) {
    throw new GradproofError(
      "protocol",
      `tensor of shape [${wire.shape.join(", ")}] and dtype ${wire.dtype} needs ${size * Values.BYTES_PER_ELEMENT} bytes, got ${bytes.byteLength}`,
    );
  }
  // Copied, since a typed array must start at a multiple of its element size and a Buffer need not.
  const aligned = new Uint8Array(bytes).buffer;
  return { shape: wire.shape, data: new Float64Array(new Values(aligned)) };
}
