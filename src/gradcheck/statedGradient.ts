import { GradproofError } from "../core/errors.js";
import type { Argument, Numbers, TensorLibrary } from "./argument.js";
import { dotAll, libraryGradients, type Call } from "./libraryGradients.js";
import type { GradcheckOptions } from "./options.js";
import { WrongGradientError } from "./readGradients.js";
import type { Ask } from "./settle.js";

/** What stays the same at every point. */
export interface Setting {
  readonly call: Call;
  readonly args: readonly Argument[];
  readonly library: TensorLibrary | undefined;
  readonly options: GradcheckOptions;
  readonly ask: Ask;
}

type Gradient = (cotangent: unknown, given: unknown[]) => unknown;

export function statedGradient(
  setting: Setting,
  results: readonly Numbers[],
  size: number,
): Gradient | undefined {
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

type Hessian = (cotangent: unknown, directions: unknown[], given: unknown[]) => unknown;

/** The derivative of the gradient: declared, or the library's, of its own gradient. */
export function statedHessian(
  setting: Setting,
  results: readonly Numbers[],
  size: number,
): Hessian | undefined {
  const { options, library, call, args } = setting;
  const { hvp, vjp, gradient } = options;
  if (hvp) {
    if (size !== 1) {
      throw new GradproofError("bad-input", `f gives ${size} numbers; \`hvp\` belongs to functions of one`);
    }
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

/** A gradient that throws where f does not is wrong. */
function guardedGradient(step: () => unknown): unknown {
  try {
    return step();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new WrongGradientError("throws", `the gradient throws: ${message}`);
  }
}
