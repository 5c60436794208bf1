import type { Argument, TensorLibrary } from "./argument.js";

export type Call = (...xs: unknown[]) => unknown;

/** What the library says where a result does not depend on an input, and of nothing else. */
const isUnconnected = (error: unknown): boolean =>
  error instanceof Error && error.message.includes("Cannot compute gradient of y=f(x)");

/** The library's own gradient of f; an input that no result depends on has none. */
export function libraryGradients(
  library: TensorLibrary,
  call: Call,
  args: readonly Argument[],
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
export const dotAll = (
  library: TensorLibrary,
  results: readonly unknown[],
  cotangents: readonly unknown[],
): unknown =>
  results
    .map((y, i) => library.sum(library.mul(y as never, cotangents[i] as never) as never))
    .reduce((total, term) => library.add(total as never, term as never));
