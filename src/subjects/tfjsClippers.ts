import type { Tensor } from "@tensorflow/tfjs-core";
import type { ClipperPromise } from "../record/promises.js";
import { UnsupportedError, type ClipRequest, type TypedTensor } from "./adapter.js";
import { documented } from "./tfjsDocumentation.js";
import { Expression, type Tf } from "./tfjsExpression.js";
import { makeTensor, readTensor } from "./tfjsTensors.js";

const { call } = Expression;

/** One way in which the library cuts a tensor down to a threshold. */
export interface TfjsClipper {
  readonly promise: ClipperPromise;
  call(x: Expression, threshold: number, rank: number): Expression;
}

const every = (rank: number): number[] => Array.from({ length: rank }, (_, axis) => axis);

/**
 * What `epsilon()` of the backend is: constraints add it to the norm that they divide by, which the sources say and
 * the documentation does not. What is inside comes out shorter by less than that.
 */
const EPSILON = 1e-7;

/**
 * By name. Constraints take the norm over the axes that they are told (all of them here, as their documentation
 * recommends for a convolution's kernel), and there is no clipping by a norm of several tensors. `unitNorm` enlarges and
 * `nonNeg` is a rectifier: neither of them clips.
 */
export const TFJS_CLIPPERS: Readonly<Record<string, TfjsClipper>> = {
  clipByValue: {
    promise: {
      by: "value",
      nonFinite: "unsaid",
      ...documented("clipByValue", "Clips values element-wise. `max(min(x, clipValueMax), clipValueMin)`"),
    },
    call: (x, threshold) => call("clipByValue", x, -threshold, threshold),
  },
  maxNorm: {
    promise: {
      by: "norm",
      epsilon: EPSILON,
      nonFinite: "unsaid",
      ...documented(
        "constraints.maxNorm",
        "Constrains the weights incident to each hidden unit to have a norm less than or equal to a desired value.",
      ),
    },
    call: (x, maxValue, rank) => call("constraints.maxNorm", { maxValue, axis: every(rank) }).applyTo(x),
  },
  minMaxNorm: {
    promise: {
      by: "norm",
      epsilon: EPSILON,
      nonFinite: "unsaid",
      ...documented(
        "constraints.minMaxNorm",
        "weights will be rescaled to yield: `(1 - rate) * norm + rate * norm.clip(minValue, maxValue)`. " +
          "Effectively, this means that rate=1.0 stands for strict enforcement of the constraint",
      ),
    },
    call: (x, maxValue, rank) => call("constraints.minMaxNorm", { maxValue, axis: every(rank) }).applyTo(x),
  },
};

/** @throws UnsupportedError for a name that is not in the table */
export function findClipper(clipper: string): TfjsClipper {
  if (Object.hasOwn(TFJS_CLIPPERS, clipper)) return TFJS_CLIPPERS[clipper];
  throw new UnsupportedError("object", `TensorFlow.js has no clipping "${clipper}"`);
}

/** Each tensor by itself: the library has nothing that clips several as one. */
export function clip(tf: Tf, { clipper, threshold, tensors }: ClipRequest): TypedTensor[] {
  const found = findClipper(clipper);
  const results: TypedTensor[] = [];
  tf.tidy(() => {
    for (const x of tensors) {
      const values = new Map([["x", makeTensor(tf, x)]]);
      const clipped = found.call(Expression.value("x"), threshold, x.shape.length);
      results.push(readTensor(clipped.evaluate(tf, values) as Tensor));
    }
  });
  return results;
}
