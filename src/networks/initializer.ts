import type { FloatType } from "../core/float.js";
import type { Stream } from "../core/random.js";
import type { Shape } from "../core/shape.js";
import type { Tensor } from "../core/tensor.js";
import type { InitializerPromise } from "../record/promises.js";
import type { KernelLayout } from "./fans.js";

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
