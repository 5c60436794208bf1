import type { FloatType } from "../core/float.js";
import type { Stream } from "../core/random.js";
import type { Shape } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import type { FanMode, KernelLayout } from "./fans.js";

export const LAWS = [
  "zeros",
  "ones",
  "constant",
  "uniform",
  "normal",
  "truncatedNormal",
  "orthogonal",
  "identity",
] as const;

export type Law = (typeof LAWS)[number];

/** What an initialiser promises, as data: nothing that stands here has to be looked up in a program. */
export interface InitializerPromise {
  readonly law: Law;
  /** The variance is scale / fan. */
  readonly variance?: { readonly scale: number; readonly mode: FanMode };
  /** Standard deviation, where it does not depend on the shape. */
  readonly deviation?: number;
  /** Of a uniform law. */
  readonly limits?: readonly [low: number, high: number];
  /** Of a constant. */
  readonly value?: number;
  /** Factor of an orthogonal or identity matrix. Default 1. */
  readonly gain?: number;
  /** Of a normal or truncated normal law. Default 0. */
  readonly mean?: number;
  /**
   * Of a truncated normal law: whether the variance is that of what comes out (true), or of the normal law before it
   * is cut off at two deviations (false), or whether the text does not say.
   */
  readonly corrected?: boolean | "unsaid";
  /** Ranks of the weights that it is meant for. */
  readonly ranks: readonly number[];
  /** The promise in words. */
  readonly says: string;
  readonly source: string;
}

export interface DrawOptions {
  /** float32 numbers are rounded once, and towards the inside where a law has limits. Default "f64". */
  readonly dtype?: FloatType;
  readonly layout?: KernelLayout;
}

/** A promise, and weights that are drawn as it says (or, among the wrong ones, otherwise). */
export interface Initializer {
  readonly name: string;
  readonly promise: InitializerPromise;
  draw(shape: Shape, stream: Stream, options?: DrawOptions): Tensor;
}
