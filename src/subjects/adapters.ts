import { pathToFileURL } from "node:url";
import { resolve } from "node:path";
import { GradproofError } from "../core/errors.js";
import type { Adapter, AdapterContext } from "./adapter.js";

type Load = (context: AdapterContext) => Promise<Adapter>;

/** The adapters that come with gradproof. Each is imported only where it is asked for. */
const ADAPTERS = {
  reference: async () => (await import("./reference.js")).referenceAdapter(),
  "reference-f32": async () => (await import("./reference.js")).referenceAdapter({ precision: "f32" }),
  "reference-f32-ftz": async () =>
    (await import("./reference.js")).referenceAdapter({ precision: "f32", flush: true }),
  tfjs: async (context: AdapterContext) => (await import("./tfjs.js")).tfjsAdapter(context),
  "tfjs-node": async (context: AdapterContext) => (await import("./tfjs.js")).tfjsNodeAdapter(context),
} as const satisfies Readonly<Record<string, Load>>;

export type AdapterName = keyof typeof ADAPTERS;

const isKnown = (name: string): name is AdapterName => Object.hasOwn(ADAPTERS, name);

/**
 * @param name of a known adapter, or the path of a module that exports `adapter` or `createAdapter(context)`
 * @throws GradproofError `subject-missing` when the library is not installed, `subject-start` when the module
 *   exports neither
 */
export async function loadAdapter(name: string, context: AdapterContext): Promise<Adapter> {
  if (isKnown(name)) return ADAPTERS[name](context);
  const module = (await import(pathToFileURL(resolve(name)).href)) as {
    readonly adapter?: Adapter;
    readonly createAdapter?: (context: AdapterContext) => Adapter | Promise<Adapter>;
  };
  const adapter = module.adapter ?? (await module.createAdapter?.(context));
  if (!adapter) {
    throw new GradproofError("subject-start", `${name} must export "adapter" or "createAdapter"`);
  }
  return adapter;
}
