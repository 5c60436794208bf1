import { GradproofError } from "../core/errors.js";
import { showShape, sameShape, sizeOf } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import { readNumbers, type TensorLibrary } from "./argument.js";

/** A gradient that throws, or is no gradient at all: wrong, and not a bad question. */
export class WrongGradientError extends Error {
  constructor(
    readonly kind: "throws" | "shape" | "missing",
    message: string,
  ) {
    super(message);
    this.name = "WrongGradientError";
  }
}

/** One gradient per input; null where its author gives none. */
export function readGradients(
  result: unknown,
  inputs: readonly Tensor[],
  positions: readonly number[],
  count: number,
  library: TensorLibrary | undefined,
): (Float64Array | null)[] {
  const candidates: (readonly unknown[])[] = [];
  if (inputs.length === 1) candidates.push([result]);
  if (Array.isArray(result) && result.length === inputs.length) candidates.push(result);
  else if (Array.isArray(result) && result.length === count) candidates.push(positions.map((k) => result[k]));
  let misfit = `the gradient is no list of ${inputs.length}, one per input`;
  for (const parts of candidates) {
    const read = parts.map((part, k) => fitting(part, inputs[k], k, library));
    const wrong = read.find((g) => typeof g === "string");
    if (wrong === undefined) return read as (Float64Array | null)[];
    if (parts === candidates[0]) misfit = wrong;
  }
  throw new WrongGradientError("shape", misfit);
}

/** The numbers of a gradient, or why they are none of this input. */
function fitting(
  part: unknown,
  input: Tensor,
  k: number,
  library: TensorLibrary | undefined,
): Float64Array | null | string {
  if (part === null || part === undefined) return null;
  let tensor: Tensor;
  try {
    ({ tensor } = readNumbers(part, `gradient ${k}`, library));
  } catch (error) {
    if (error instanceof GradproofError) return error.message;
    throw error;
  }
  if (sameShape(tensor.shape, input.shape)) return tensor.data;
  const flat = tensor.shape.length === 1 && tensor.data.length === sizeOf(input.shape);
  // Typed arrays carry no shape: their length must do. Empty nested arrays cannot tell theirs.
  if (flat && (ArrayBuffer.isView(part) || tensor.data.length === 0)) return tensor.data;
  return `gradient ${k} has shape ${showShape(tensor.shape)} instead of ${showShape(input.shape)}`;
}
