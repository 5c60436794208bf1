import { GradproofError } from "../core/errors.js";
import type { FloatType } from "../core/float.js";
import type { Tensor } from "../core/tensor.js";
import type { Pullback, Values } from "../oracles/checkGradient.js";
import {
  isFixed,
  isLibraryTensor,
  readNumbers,
  readResults,
  shown,
  type Numbers,
  type TensorLibrary,
} from "./argument.js";
import type { Call } from "./libraryGradients.js";
import type { GradcheckOptions } from "./options.js";
import { readGradients } from "./readGradients.js";
import type { Ask } from "./settle.js";
import { statedGradient, statedHessian, type Setting } from "./statedGradient.js";

/** f and its gradient at one point and around it, in doubles, whatever forms of numbers their author uses. */
export interface Problem {
  /** What is checked, and against what, in words. */
  readonly what: "gradient" | "second derivative";
  readonly of: "f" | "the gradient";
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
  if (read.every((x) => "fixed" in x)) {
    const held = args.length === 0 ? "the list is empty" : `they are ${args.map(shown).join(", ")}`;
    throw new GradproofError(
      "bad-input",
      `none of the inputs is a number, so there is nothing to differentiate by: ${held}`,
    );
  }
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
  const stated = statedHessian(setting, results, size);
  const read = (result: unknown, xs: readonly Float64Array[]): Float64Array[] =>
    readGradients(result, inputs, positions, args.length, library).map((g, k) => g ?? xs[k].map(() => 0));
  return {
    what: "gradient",
    of: "f",
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
