import { GradproofError } from "../core/errors.js";
import type { FloatType } from "../core/float.js";
import { showShape, sizeOf, type Shape } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";

/** What gradcheck needs of a TensorFlow.js-like library; it is handed in by the user, never imported. */
export interface TensorLibrary {
  tensor(values: Float32Array | number[], shape: number[], dtype: "float32"): unknown;
  tidy<T>(step: () => T): T;
  mul(a: never, b: never): unknown;
  sum(x: never): unknown;
  add(a: never, b: never): unknown;
  grads(f: (...xs: never[]) => never): (xs: never[], dy?: never) => unknown[];
}

/** Numbers in the form in which a user writes them, and the way back into that form. */
export interface Numbers {
  readonly tensor: Tensor;
  readonly format: FloatType;
  readonly kind: "number" | "array" | "typed" | "tensor" | "library tensor";
  /** The same form with other numbers, and where the form allows it with another shape; always memory of its own. */
  build(x: Tensor): unknown;
}

/** An argument of f: numbers to differentiate by, or what is handed on as it is. */
export type Argument = Numbers | { readonly fixed: unknown };

const ALLOWED = "a number, nested arrays of numbers, Float64Array, Float32Array, { shape, data } or a tensor";

interface LibraryTensor {
  readonly shape: number[];
  readonly dtype: string;
  dataSync(): ArrayLike<number>;
}

export const isLibraryTensor = (x: unknown): x is LibraryTensor =>
  typeof x === "object" &&
  x !== null &&
  "dataSync" in x &&
  typeof x.dataSync === "function" &&
  "shape" in x &&
  "dtype" in x;

const isFloats = (x: unknown): x is Float64Array | Float32Array =>
  x instanceof Float64Array || x instanceof Float32Array;

const formatOfFloats = (x: unknown): FloatType => (x instanceof Float32Array ? "f32" : "f64");

const copied = (like: unknown, data: Float64Array): unknown => {
  if (like instanceof Float32Array) return Float32Array.from(data);
  return Array.isArray(like) ? Array.from(data) : data.slice();
};

/** Whether an argument is handed on as it is: whole numbers and conditions have no derivative. */
export const isFixed = (x: unknown): boolean =>
  (ArrayBuffer.isView(x) && !isFloats(x)) ||
  typeof x === "boolean" ||
  typeof x === "string" ||
  (isLibraryTensor(x) && x.dtype !== "float32");

/**
 * Numbers from any of the forms that are allowed.
 *
 * @param what names the value in an error
 * @throws GradproofError `bad-input` for anything else, and for ragged arrays
 */
export function readNumbers(x: unknown, what: string, library: TensorLibrary | undefined): Numbers {
  if (typeof x === "number") {
    const tensor = { shape: [], data: Float64Array.of(x) };
    return { tensor, format: "f64", kind: "number", build: ({ data }) => data[0] };
  }
  if (isFloats(x)) {
    const tensor = { shape: [x.length], data: Float64Array.from(x) };
    return { tensor, format: formatOfFloats(x), kind: "typed", build: ({ data }) => copied(x, data) };
  }
  if (Array.isArray(x)) {
    const tensor = readNested(x, what);
    return { tensor, format: "f64", kind: "array", build: ({ shape, data }) => nested(shape, data) };
  }
  if (isLibraryTensor(x)) return readLibraryTensor(x, what, library);
  if (typeof x === "object" && x !== null && "shape" in x && "data" in x) {
    const { shape, data } = x as { shape: Shape; data: ArrayLike<number> };
    if (!(isFloats(data) || Array.isArray(data)) || data.length !== sizeOf(shape)) {
      refuse(what, `data of ${String(data?.length)} numbers for the shape ${showShape(shape)}`);
    }
    const tensor = { shape: [...shape], data: Float64Array.from(data) };
    const build = (y: Tensor): unknown => ({ shape: [...y.shape], data: copied(data, y.data) });
    return { tensor, format: formatOfFloats(data), kind: "tensor", build };
  }
  return refuse(what, shown(x));
}

/** A value that is no number, as one would recognise it. */
export function shown(x: unknown): string {
  if (x === null || x === undefined || typeof x === "boolean" || typeof x === "number") return String(x);
  if (typeof x === "string") return JSON.stringify(x.length > 40 ? `${x.slice(0, 40)}…` : x);
  if (typeof x === "function") return "a function";
  if (typeof x !== "object") return `a ${typeof x}`;
  const name = x.constructor?.name ?? "Object";
  if (name === "Object") return `an object with ${Object.keys(x).slice(0, 4).join(", ") || "no fields"}`;
  return `${/^[AEIOU]/.test(name) ? "an" : "a"} ${name}`;
}

function refuse(what: string, got: string): never {
  throw new GradproofError("bad-input", `${what} is ${got}; allowed are ${ALLOWED}`);
}

function readLibraryTensor(x: LibraryTensor, what: string, library: TensorLibrary | undefined): Numbers {
  if (x.dtype !== "float32") refuse(what, `a tensor of ${x.dtype}`);
  if (!library) {
    throw new GradproofError(
      "no-library",
      `${what} is a tensor of a library; hand the library in, as in gradcheck(f, inputs, { tf })`,
    );
  }
  return {
    tensor: { shape: [...x.shape], data: Float64Array.from(x.dataSync()) },
    format: "f32",
    kind: "library tensor",
    build: ({ shape, data }) => library.tensor(Float32Array.from(data), [...shape], "float32"),
  };
}

function readNested(x: readonly unknown[], what: string): Tensor {
  const shape: number[] = [];
  for (let part: unknown = x; Array.isArray(part); part = part[0]) shape.push(part.length);
  const data: number[] = [];
  const walk = (part: unknown, depth: number): void => {
    if (depth === shape.length) {
      if (typeof part !== "number") refuse(what, `an array that holds ${shown(part)}`);
      data.push(part);
    } else if (Array.isArray(part) && part.length === shape[depth]) {
      for (const inner of part) walk(inner, depth + 1);
    } else refuse(what, "a ragged array");
  };
  walk(x, 0);
  return { shape, data: Float64Array.from(data) };
}

function nested(shape: Shape, data: Float64Array): unknown {
  if (shape.length === 0) return data[0];
  if (shape.length === 1) return Array.from(data);
  const rest = shape.slice(1);
  const size = sizeOf(rest);
  return Array.from({ length: shape[0] }, (_, i) => nested(rest, data.subarray(i * size, (i + 1) * size)));
}

/** One result or a list of them: a list is an array of anything but numbers and arrays. */
export function readResults(x: unknown, what: string, library: TensorLibrary | undefined): Numbers[] {
  const isList =
    Array.isArray(x) && x.length > 0 && x.every((part) => typeof part === "object" && !Array.isArray(part));
  if (!isList) return [readNumbers(x, what, library)];
  return (x as unknown[]).map((part, i) => readNumbers(part, `${what}, number ${i},`, library));
}
