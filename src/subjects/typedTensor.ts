import { GradproofError } from "../core/errors.js";
import { showShape, sizeOf } from "../core/shape.js";
import { INCONSISTENT_TENSOR } from "../record/protocol.js";
import type { DType, WireTensor } from "../record/tensor.js";

/** Numbers as libraries hold them: the class of the array says the dtype. */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint8Array;

export interface TypedTensor {
  readonly shape: readonly number[];
  readonly data: TypedArray;
}

const CLASSES = { f32: Float32Array, f64: Float64Array, i32: Int32Array, bool: Uint8Array } as const;
const DTYPES = Object.entries(CLASSES) as [DType, (typeof CLASSES)[DType]][];

/** @throws GradproofError `protocol` when the bytes do not match the shape */
export function decodeTyped(wire: WireTensor): TypedTensor {
  checkBytes(wire);
  const data = new CLASSES[wire.dtype](sizeOf(wire.shape));
  new Uint8Array(data.buffer).set(Buffer.from(wire.b64, "base64"));
  return { shape: wire.shape, data };
}

/**
 * @throws GradproofError `protocol` when it is not a tensor at all, which is the adapter's fault, and
 *   `InconsistentTensor` when its shape and its data do not belong together, which is the library's
 */
export function encodeTyped(tensor: TypedTensor): WireTensor {
  const found = DTYPES.find(([, Class]) => tensor?.data instanceof Class);
  if (!found || !Array.isArray(tensor.shape)) {
    throw new GradproofError("protocol", `expected {shape, data: typed array}, got ${describe(tensor)}`);
  }
  const { shape, data } = tensor;
  if (sizeOf(shape) !== data.length) {
    throw new GradproofError(
      INCONSISTENT_TENSOR,
      `a tensor of shape ${showShape(shape)} has ${sizeOf(shape)} elements, its data ${data.length}`,
    );
  }
  return {
    dtype: found[0],
    shape: [...shape],
    b64: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64"),
  };
}

function describe(x: unknown): string {
  if (typeof x !== "object" || x === null) return String(x);
  const data: unknown = "data" in x ? x.data : undefined;
  return `{${Object.keys(x).join(", ")}}${data ? ` with data ${data.constructor.name}` : ""}`;
}

/** @throws GradproofError `protocol` when the length of the text does not match the shape */
export function checkBytes({ b64, shape, dtype }: WireTensor): void {
  const expected = sizeOf(shape) * CLASSES[dtype].BYTES_PER_ELEMENT;
  const bytes = Buffer.byteLength(b64, "base64");
  if (bytes !== expected) {
    throw new GradproofError(
      "protocol",
      `a ${dtype} tensor of shape ${showShape(shape)} needs ${expected} bytes, got ${bytes}`,
    );
  }
}

/** True when the two occupy a common byte. */
export function overlap(a: TypedArray, b: TypedArray): boolean {
  return (
    a.buffer === b.buffer &&
    a.byteOffset < b.byteOffset + b.byteLength &&
    b.byteOffset < a.byteOffset + a.byteLength
  );
}
