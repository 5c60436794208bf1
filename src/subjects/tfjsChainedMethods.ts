import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "./tfjsExpression.js";

/**
 * Methods of tensors that the union package adds to what its parts export, and without which parts of the layers
 * package throw (`tf.initializers.orthogonal`). Each is the function of the same name, as in the union package.
 */
const METHODS = ["reshape", "sign", "stridedSlice", "transpose"] as const;

const hasMethods = (tf: Tf): boolean => "reshape" in tf.Tensor.prototype;

/** Adds the methods where the packages came in parts. */
export function addChainedMethods(tf: Tf): void {
  if (hasMethods(tf)) return;
  const added: Record<string, unknown> = {
    flatten(this: Tensor) {
      return tf.reshape(this, [this.size]);
    },
  };
  for (const name of METHODS) {
    const f = tf[name] as (x: Tensor, ...args: unknown[]) => unknown;
    added[name] = function (this: Tensor, ...args: unknown[]) {
      return f(this, ...args);
    };
  }
  Object.assign(tf.Tensor.prototype, added);
}

/** The same in a snippet. */
export const CHAINED_METHODS_SNIPPET: readonly string[] = [
  "// Methods of tensors that @tensorflow/tfjs adds to those of its parts.",
  "tf.Tensor.prototype.flatten = function () { return tf.reshape(this, [this.size]); };",
  `for (const name of ${JSON.stringify(METHODS)}) {`,
  "  tf.Tensor.prototype[name] = function (...args) { return tf[name](this, ...args); };",
  "}",
];
