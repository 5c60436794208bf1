import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { GradproofError } from "../core/errors.js";
import type { FloatType } from "../core/float.js";
import { loadAdapter, type AdapterName } from "./adapters.js";
import { inProcessSubject } from "./inProcess.js";
import { ProcessSubject, type ProcessSubjectOptions } from "./processSubject.js";
import type { Subject } from "./subject.js";

export interface SubjectOptions extends ProcessSubjectOptions {
  /** In this process, for debugging: a hang cannot be interrupted. Default false. */
  readonly inProcess?: boolean;
}

/** A subject that can be chosen by name. */
export interface KnownSubject {
  readonly id: string;
  readonly title: string;
  readonly dtypes: readonly FloatType[];
  /** What must be installed for it. */
  readonly needs?: string;
  /** @throws GradproofError `subject-missing`, `subject-start` */
  start(options?: SubjectOptions): Promise<Subject>;
  /** Why it cannot be used here, or null when it can. Loading may still fail: a native library may be absent. */
  available(): Promise<string | null>;
}

/**
 * Nothing is compiled when a program is first used, so that the first use needs no longer deadline; the second
 * on top of the default minimum is for a loaded machine.
 */
const DEADLINES = { minimumMs: 2000, firstUseFactor: 1 };

/** The process that hosts an adapter. From sources (under vitest) it is the built one, which a test run makes. */
export function hostCommand(adapter: string): string[] {
  const built = import.meta.url.endsWith(".ts") ? "../../dist/src/subjects/host.js" : "./host.js";
  return [process.execPath, fileURLToPath(new URL(built, import.meta.url)), adapter];
}

function hosted(id: AdapterName, title: string, dtypes: readonly FloatType[], needs?: string): KnownSubject {
  return {
    id,
    title,
    dtypes,
    ...(needs !== undefined && { needs }),
    start: async (options = {}) =>
      options.inProcess
        ? inProcessSubject(
            id,
            await loadAdapter(id, { log: (level, message) => options.onLog?.({ level, message }) }),
          )
        : ProcessSubject.start(id, hostCommand(id), { deadlines: DEADLINES, ...options }),
    available: () =>
      Promise.resolve(needs === undefined || isInstalled(needs) ? null : `${needs} is not installed`),
  };
}

const { resolve } = createRequire(import.meta.url);

function isInstalled(name: string): boolean {
  try {
    resolve(name);
    return true;
  } catch {
    return false;
  }
}

export const KNOWN_SUBJECTS: readonly KnownSubject[] = [
  hosted("reference", "gradproof's own differentiation, in float64", ["f64"]),
  hosted("reference-f32", "the same, rounded to float32 after every primitive", ["f32"]),
  hosted("reference-f32-ftz", "the same, with subnormal results flushed to zero", ["f32"]),
  hosted("tfjs", "TensorFlow.js in pure JavaScript", ["f32"], "@tensorflow/tfjs-core"),
  hosted("tfjs-node", "TensorFlow.js over the native TensorFlow", ["f32"], "@tensorflow/tfjs-node"),
];

/**
 * Starts a subject: a known one; `cmd:` and a command line whose process speaks the protocol; or `js:` and the
 * path of a module that exports an adapter.
 *
 * @throws GradproofError `unknown-subject` with the names there are, `subject-missing`, `subject-start`
 */
export async function startSubject(id: string, options: SubjectOptions = {}): Promise<Subject> {
  if (id.startsWith("cmd:")) return ProcessSubject.start(id, ["/bin/sh", "-c", id.slice(4)], options);
  if (id.startsWith("js:")) return ProcessSubject.start(id, hostCommand(id.slice(3)), options);
  const known = KNOWN_SUBJECTS.find((subject) => subject.id === id);
  if (!known) {
    const names = KNOWN_SUBJECTS.map((subject) => subject.id).join(", ");
    throw new GradproofError(
      "unknown-subject",
      `unknown subject "${id}": known are ${names}; or "cmd:<command>", or "js:<path of an adapter>"`,
    );
  }
  return known.start(options);
}
