import type { Attributes } from "../record/program.js";
import type { Expression } from "./tfjsExpression.js";

export type Shapes = readonly (readonly number[])[];

/** A layer whose `apply` is an op, when some of the op's inputs are the layer's weights. */
export interface TfjsLayer {
  readonly create: Expression;
  /** Which inputs of the op it is applied to. */
  readonly appliedTo: readonly number[];
  /** Which inputs of the op are its first weights, in the layer's order; further ones stay as the layer makes them. */
  readonly weights: readonly number[];
  readonly options?: { readonly training: true };
}

/** How TensorFlow.js says one op of the vocabulary. */
export interface TfjsOp {
  call(xs: readonly Expression[], attributes: Attributes, shapes: Shapes): Expression;
  /** The call returns a list, also of one tensor. */
  readonly list?: true;
  /** Where in that list each output stands. Default: in order. */
  places?(attributes: Attributes): readonly number[];
  /** Where a layer is the op, and keeps inputs of the op in variables of its own. */
  layer?(attributes: Attributes, shapes: Shapes): TfjsLayer | undefined;
  /** What the library's own message says that it does not do, if that is asked. Whatever else throws is an error. */
  refuses?(attributes: Attributes, shapes: Shapes, mode: "value" | "vjp"): string | undefined;
  /** Kernel for which the library may have no gradient; where it has none, only values are offered. */
  readonly kernel?: string;
}
