import type { Algebra } from "../core/algebra.js";

/** What keeps a quotient by a root from dividing by 0: √x + ε, or √(x + ε). */
export type EpsilonPlacement = "outside root" | "inside root";

export const EPSILON_WORDS: Readonly<Record<EpsilonPlacement, (x: string) => string>> = {
  "outside root": (x) => `(√${x} + epsilon)`,
  "inside root": (x) => `√(${x} + epsilon)`,
};

/** The divisor, for x ≥ 0. */
export const rootWithEpsilon = <T>(A: Algebra<T>, placement: EpsilonPlacement, x: T, epsilon: T): T =>
  placement === "outside root" ? A.add(A.sqrt(x), epsilon) : A.sqrt(A.add(x, epsilon));
