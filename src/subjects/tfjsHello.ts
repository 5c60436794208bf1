import type { Hello } from "../record/protocol.js";
import { TFJS_CLIPPERS } from "./tfjsClippers.js";
import type { Tf } from "./tfjsExpression.js";
import { TFJS_INITIALIZERS } from "./tfjsInitializers.js";
import { TFJS_LAYERS } from "./tfjsLayers.js";
import type { TfjsOp } from "./tfjsOp.js";
import { TFJS_OPS } from "./tfjsOps.js";
import { TFJS_OPTIMIZERS } from "./tfjsOptimizers.js";
import { TFJS_REFUSALS } from "./tfjsRefusals.js";

export interface TfjsDescription {
  readonly id: "tfjs" | "tfjs-node";
  readonly name: string;
  readonly package: string;
  readonly version: string;
  readonly libs: Readonly<Record<string, string>>;
}

const promisesOf = <P>(table: Readonly<Record<string, { readonly promise: P }>>): Record<string, P> =>
  Object.fromEntries(Object.entries(table).map(([name, { promise }]) => [name, promise]));

/** What the library is and has. */
export function tfjsHello(tf: Tf, { id, name, version, libs }: TfjsDescription): Hello {
  const capabilityOf = (op: string, { kernel }: TfjsOp): Hello["capabilities"]["ops"][string] => ({
    modes: kernel === undefined || tf.getGradient(kernel) ? ["value", "vjp", "hvp"] : ["value"],
    dtypes: ["f32"],
    ...(TFJS_REFUSALS[op] && { refuses: [...TFJS_REFUSALS[op]] }),
  });
  return {
    implementation: {
      id,
      name,
      version,
      language: "javascript",
      homepage: "https://www.tensorflow.org/js",
      issues: "https://github.com/tensorflow/tfjs/issues",
      license: "Apache-2.0",
    },
    environment: {
      languageVersion: process.versions.node,
      os: process.platform,
      arch: process.arch,
      target: { kind: "cpu", backend: tf.getBackend() },
      libs: { ...libs },
    },
    capabilities: {
      ops: Object.fromEntries(
        Object.entries(TFJS_OPS).map(([name, op]) => [`${name}@1`, capabilityOf(name, op)]),
      ),
      graphs: true,
      initializers: promisesOf(TFJS_INITIALIZERS),
      clippers: promisesOf(TFJS_CLIPPERS),
      optimizers: promisesOf(TFJS_OPTIMIZERS),
      layers: promisesOf(TFJS_LAYERS),
    },
  };
}
