import { GradproofError } from "../core/errors.js";
import type { FloatType } from "../core/float.js";
import { showShape, sameShape, sizeOf } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import type { Pullback, Values } from "../oracles/checkGradient.js";
import {
  isFixed,
  isLibraryTensor,
  readNumbers,
  readResults,
  type Numbers,
  type TensorLibrary,
} from "./argument.js";
import type { GradcheckOptions } from "./options.js";
import type { Ask } from "./settle.js";

/** f and its gradient at one point and around it, in doubles, whatever forms of numbers their author uses. */
export interface Problem {
  readonly f: Values;
  /** Undefined where nobody states a gradient. */
  readonly pullback: Pullback | undefined;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** H·d of ⟨v, f⟩, where somebody states it. */
  readonly hessian:
    | ((xs: readonly Float64Array[], d: readonly Float64Array[], v: Float64Array) => Float64Array[])
    | undefined;
  /** Positions of the inputs among the arguments of f. */
  readonly positions: readonly number[];
  readonly format: FloatType;
  /** Whose gradient it is. */
  readonly author: "declared" | "library" | "none";
  /** The same at other inputs, also of other shapes. */
  at(inputs: readonly Tensor[]): Problem;
}

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

type Call = (...xs: unknown[]) => unknown;

/** What stays the same at every point. */
interface Setting {
  readonly call: Call;
  readonly args: readonly (Numbers | { readonly fixed: unknown })[];
  readonly library: TensorLibrary | undefined;
  readonly options: GradcheckOptions;
  readonly ask: Ask;
}

/**
 * @throws GradproofError `bad-input` for arguments or results that are no numbers, `function-throws` when f does
 */
export function problemOf(
  call: Call,
  args: readonly unknown[],
  options: GradcheckOptions,
  ask: Ask,
): Problem {
  const library = options.tf ?? (globalThis as { tf?: TensorLibrary }).tf;
  const read = args.map((x, k) => (isFixed(x) ? { fixed: x } : readNumbers(x, `input ${k}`, library)));
  const setting = { call, args: read, library, options, ask };
  return problemAt(
    setting,
    read.flatMap((x) => ("fixed" in x ? [] : [x.tensor])),
  );
}

function problemAt(setting: Setting, inputs: readonly Tensor[]): Problem {
  const { call, args, library, options, ask } = setting;
  const positions = args.flatMap((x, k) => ("fixed" in x ? [] : [k]));
  const build = (xs: readonly Float64Array[]): unknown[] => {
    let next = 0;
    return args.map((x) => {
      if ("fixed" in x) return x.fixed;
      const k = next++;
      return x.build({ shape: inputs[k].shape, data: xs[k] });
    });
  };
  const within = <T>(step: () => T): T => (library ? library.tidy(step) : step());
  const evaluate = (xs: readonly Float64Array[]): Numbers[] =>
    within(() => {
      const result = ask(() => guarded(() => call(...build(xs)), "f"));
      return readResults(result, "the result of f", library);
    });
  const results = evaluate(inputs.map((x) => x.data));
  const outputs = results.map((y) => y.tensor);
  const numbers = args.flatMap((x) => ("fixed" in x ? [] : [x]));
  const single = [...numbers, ...results].some(({ format }) => format === "f32");
  const size = outputs.reduce((n, y) => n + y.data.length, 0);
  const gradientOf = statedGradient(setting, results, size);
  const stated = statedHessian(setting, results);
  const read = (result: unknown, xs: readonly Float64Array[]): Float64Array[] =>
    readGradients(result, inputs, positions, args.length, library).map((g, k) => g ?? xs[k].map(() => 0));
  return {
    f: (xs) =>
      joined(
        evaluate(xs).map((y) => y.tensor.data),
        size,
      ),
    pullback:
      gradientOf &&
      ((xs, v) =>
        within(() => {
          const given = build(xs);
          const pristine = build(xs);
          const cotangent = split(v, results);
          const result = ask(() => gradientOf(cotangent, given));
          const gs = read(result, xs);
          xs.forEach((x, k) => copyChanges(pristine[positions[k]], given[positions[k]], x));
          copyChanges(split(v, results), cotangent, v);
          return options.gradient && !options.vjp ? gs.map((g) => g.map((value) => value * v[0])) : gs;
        })),
    hessian:
      stated &&
      ((xs, d, v) =>
        within(() => {
          const directions = numbers.map((x, k) => x.build({ shape: inputs[k].shape, data: d[k].slice() }));
          const given = build(xs);
          return read(
            ask(() => stated(split(v, results), directions, given)),
            xs,
          );
        })),
    inputs,
    outputs,
    positions,
    format: single ? "f32" : "f64",
    author: !gradientOf ? "none" : options.vjp || options.gradient ? "declared" : "library",
    at: (others) => problemAt(setting, others),
  };
}

/** An error of f is its author's to see, with what it was asked. */
function guarded(step: () => unknown, who: string): unknown {
  try {
    return step();
  } catch (error) {
    if (error instanceof GradproofError || !(error instanceof Error)) throw error;
    throw Object.assign(new GradproofError("function-throws", `${who} throws: ${error.message}`), {
      cause: error,
    });
  }
}

/** A gradient that throws where f does not is wrong. */
function guardedGradient(step: () => unknown): unknown {
  try {
    return step();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new WrongGradientError("throws", `the gradient throws: ${message}`);
  }
}

type Hessian = (cotangent: unknown, directions: unknown[], given: unknown[]) => unknown;

/** The derivative of the gradient: declared, or the library's, of its own gradient. */
function statedHessian(setting: Setting, results: readonly Numbers[]): Hessian | undefined {
  const { options, library, call, args } = setting;
  const { hvp, vjp, gradient } = options;
  if (hvp) {
    return (_cotangent, directions, given) =>
      guardedGradient(() =>
        hvp((directions.length === 1 ? directions[0] : directions) as never, ...(given as never[])),
      );
  }
  if (vjp || gradient || !library || results.some((y) => y.kind !== "library tensor")) return undefined;
  return (cotangent, directions, given) =>
    guardedGradient(() => {
      const moving = given.filter((_, k) => !("fixed" in args[k]));
      const slope = (...xs: unknown[]): unknown => {
        let next = 0;
        const at = given.map((x, k) => ("fixed" in args[k] ? x : xs[next++]));
        const gs = libraryGradients(library, call, args, cotangent, at);
        const used = gs.map((g, k) => [g, directions[k]]).filter(([g]) => g !== null);
        return dotAll(
          library,
          used.map(([g]) => g),
          used.map(([, d]) => d),
        );
      };
      return libraryGradients(library, slope, moving.map(() => ({})) as never, undefined, moving);
    });
}

type Gradient = (cotangent: unknown, given: unknown[]) => unknown;

function statedGradient(setting: Setting, results: readonly Numbers[], size: number): Gradient | undefined {
  const { options, call, library, args } = setting;
  const { vjp, gradient } = options;
  if (vjp) return (cotangent, given) => guardedGradient(() => vjp(cotangent as never, ...(given as never[])));
  if (gradient) {
    if (size !== 1) {
      throw new GradproofError(
        "bad-input",
        `f gives ${size} numbers; \`gradient\` belongs to functions of one, \`vjp\` to all others`,
      );
    }
    return (_cotangent, given) => guardedGradient(() => gradient(...(given as never[])));
  }
  const byLibrary = library && results.every((y) => y.kind === "library tensor");
  return byLibrary
    ? (dy, given) => guardedGradient(() => libraryGradients(library, call, args, dy, given))
    : undefined;
}

/** What the library says where a result does not depend on an input, and of nothing else. */
const isUnconnected = (error: unknown): boolean =>
  error instanceof Error && error.message.includes("Cannot compute gradient of y=f(x)");

/** The library's own gradient of f; an input that no result depends on has none. */
function libraryGradients(
  library: TensorLibrary,
  call: Call,
  args: Setting["args"],
  cotangent: unknown,
  given: readonly unknown[],
): unknown[] {
  const moving = given.filter((_, k) => !("fixed" in args[k]));
  const whole = (xs: readonly unknown[]): unknown => {
    let next = 0;
    const result = call(...given.map((x, k) => ("fixed" in args[k] ? x : xs[next++])));
    return Array.isArray(result) ? dotAll(library, result, cotangent as unknown[]) : result;
  };
  const dy = Array.isArray(cotangent) ? undefined : cotangent;
  try {
    return library.grads(((...xs: unknown[]) => whole(xs)) as never)(moving as never[], dy as never);
  } catch (error) {
    if (!isUnconnected(error)) throw error;
    return moving.map((x, k) => {
      try {
        const alone = (z: unknown): unknown => whole(moving.with(k, z));
        return library.grads(alone as never)([x] as never[], dy as never)[0];
      } catch (none) {
        if (isUnconnected(none)) return null;
        throw none;
      }
    });
  }
}

/** Σ⟨vᵢ, yᵢ⟩ in the library's own arithmetic: its `grads` takes functions of one result. */
const dotAll = (
  library: TensorLibrary,
  results: readonly unknown[],
  cotangents: readonly unknown[],
): unknown =>
  results
    .map((y, i) => library.sum(library.mul(y as never, cotangents[i] as never) as never))
    .reduce((total, term) => library.add(total as never, term as never));

function joined(parts: readonly Float64Array[], size: number): Float64Array {
  const all = new Float64Array(parts.reduce((n, part) => n + part.length, 0));
  if (all.length !== size) {
    throw new GradproofError("bad-input", `f gives ${size} numbers at the point and ${all.length} beside it`);
  }
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** A cotangent in the form of the results. */
function split(v: Float64Array, results: readonly Numbers[]): unknown {
  let from = 0;
  const parts = results.map(({ tensor, build }) => {
    const data = v.slice(from, from + tensor.data.length);
    from += tensor.data.length;
    return build({ shape: tensor.shape, data });
  });
  return parts.length === 1 ? parts[0] : parts;
}

/** What a gradient did to the arrays that it was given, so that it shows; a library's tensors are safe from it. */
function copyChanges(before: unknown, after: unknown, into: Float64Array): void {
  if ([after].flat().some(isLibraryTensor)) return;
  const [was, is] = [before, after].map((x) => readResults(x, "what the gradient was given", undefined));
  let at = 0;
  was.forEach(({ tensor }, i) => {
    tensor.data.forEach((value, j) => {
      const now = is[i]?.tensor.data[j] ?? NaN;
      // Only what changed: in float32 the copies were rounded.
      if (!Object.is(value, now)) into[at] = now;
      at++;
    });
  });
}

/** One gradient per input; null where its author gives none. */
function readGradients(
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
