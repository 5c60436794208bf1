import { GradproofError } from "../core/errors.js";
import type { Adapter, AdapterContext } from "./adapter.js";
import { TfjsAdapter } from "./tfjsAdapter.js";
import type { Tf } from "./tfjsExpression.js";

/** TensorFlow.js in pure JavaScript. The layers package is what registers the gradients. */
export async function tfjsAdapter(context: AdapterContext): Promise<Adapter> {
  const [core, layers, cpu] = await Promise.all([
    import("@tensorflow/tfjs-core"),
    import("@tensorflow/tfjs-layers"),
    import("@tensorflow/tfjs-backend-cpu"),
  ]);
  const tf = { ...core, ...layers };
  await tf.setBackend("cpu");
  return new TfjsAdapter(tf, context, {
    id: "tfjs",
    name: "TensorFlow.js",
    package: "@tensorflow/tfjs",
    version: tf.version_core,
    libs: { "tfjs-backend-cpu": cpu.version_cpu, "tfjs-layers": tf.version_layers },
  });
}

/**
 * TensorFlow.js over the native TensorFlow.
 *
 * @throws GradproofError `subject-missing` with what to install
 */
export async function tfjsNodeAdapter(context: AdapterContext): Promise<Adapter> {
  const name = "@tensorflow/tfjs-node";
  let tf: Tf & { readonly version: Readonly<Record<string, string>> };
  try {
    // Not a literal: it is optional, and the compiler would want its types.
    tf = (await import(name)) as typeof tf;
  } catch (error) {
    const [reason] = String(error instanceof Error ? error.message : error).split("\n");
    throw new GradproofError(
      "subject-missing",
      `tfjs-node cannot be loaded (${reason}). Install it with "npm i ${name}@4.22.0"; where its library ` +
        `cannot be downloaded, put libtensorflow into its folder deps/ and run ` +
        `"npx node-pre-gyp install --build-from-source" there. The pure JavaScript library is "tfjs".`,
    );
  }
  return new TfjsAdapter(tf, context, {
    id: "tfjs-node",
    name: "TensorFlow.js for Node",
    package: name,
    version: tf.version["tfjs-node"],
    libs: { "tfjs-core": tf.version_core },
  });
}
