import type { Tensor } from "@tensorflow/tfjs-core";
import { shortest } from "../core/float.js";
import { UnsupportedError, type TypedTensor } from "./adapter.js";
import type { Tf } from "./tfjsExpression.js";

type TfjsType = "float32" | "int32" | "bool";

const CLASSES = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

const typeOf = ({ data }: TypedTensor): TfjsType =>
  data instanceof Int32Array ? "int32" : data instanceof Uint8Array ? "bool" : "float32";

/** @throws UnsupportedError for doubles */
export function makeTensor(tf: Tf, x: TypedTensor): Tensor {
  const { shape, data } = x;
  if (data instanceof Float64Array) throw new UnsupportedError("dtype", "TensorFlow.js stores float32");
  return tf.tensor(data, [...shape], typeOf(x));
}

/**
 * A copy: tensors of the library share memory among themselves, which is harmless as they cannot be written to.
 * By dtype, since `dataSync` returns a plain array for some empty tensors.
 */
export function readTensor(x: Tensor): TypedTensor {
  if (x.dtype !== "float32" && x.dtype !== "int32" && x.dtype !== "bool") {
    throw new Error(`the result is a tensor of dtype ${x.dtype}`);
  }
  // Windows that do not fit can make one: it cannot be answered, and the library is at fault.
  if (x.shape.some((length) => length < 0)) {
    throw new Error(`the result has the shape [${x.shape.join(", ")}]`);
  }
  return { shape: [...x.shape], data: new CLASSES[x.dtype](x.dataSync()) };
}

/** As one writes it in a program. */
export function tensorLiteral(x: TypedTensor): string {
  const values = Array.from(x.data, (v) => shortest(v, "f32"));
  return `tf.tensor([${values.join(", ")}], [${x.shape.join(", ")}], "${typeOf(x)}")`;
}
