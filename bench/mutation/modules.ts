import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { compileFunction } from "node:vm";
import ts from "typescript";
import { TestCollector, type CollectedTest } from "./collectTests.js";

type Exports = Record<string, unknown>;
type Compiled = (exports: Exports, require: (name: string) => unknown, url: string) => void;

/** JavaScript of a TypeScript file: the body of a function of `exports`, `require` and `moduleUrl`. */
export function transpile(file: string, source: string): string {
  const { outputText } = ts.transpileModule(source, {
    fileName: file,
    compilerOptions: {
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2022,
      esModuleInterop: true,
    },
  });
  return outputText.replaceAll("import.meta.url", "moduleUrl");
}

/**
 * Sources that are compiled once and evaluated as often as wanted: what runs when a module is imported is mutated
 * too, and a fresh evaluation takes milliseconds where a fresh process takes a second.
 */
export class Modules {
  private readonly compiled = new Map<string, Compiled>();
  private readonly packages = createRequire(import.meta.url);

  /** @param sources as `transpile` made them, by file name from `root` */
  constructor(
    private readonly root: string,
    private readonly sources: ReadonlyMap<string, string>,
  ) {}

  /** Evaluates modules, all of them anew. */
  evaluate(): Evaluation {
    const cache = new Map<string, Exports>();
    const tests: CollectedTest[] = [];
    const load = (file: string): Exports => {
      const known = cache.get(file);
      if (known) return known;
      const exports: Exports = {};
      cache.set(file, exports);
      const collector = new TestCollector(file);
      const require = (name: string): unknown => {
        if (name === "vitest") return collector.module;
        return name.startsWith(".")
          ? load(join(dirname(file), name).replace(/\.js$/, ".ts"))
          : this.packages(name);
      };
      this.compile(file)(exports, require, pathToFileURL(join(this.root, file)).href);
      tests.push(...collector.tests);
      return exports;
    };
    return { load, tests };
  }

  private compile(file: string): Compiled {
    let compiled = this.compiled.get(file);
    if (!compiled) {
      const source = this.sources.get(file);
      if (source === undefined) throw new Error(`no source for ${file}`);
      compiled = compileFunction(source, ["exports", "require", "moduleUrl"], { filename: file }) as Compiled;
      this.compiled.set(file, compiled);
    }
    return compiled;
  }
}

export interface Evaluation {
  load(file: string): Exports;
  /** Of all files that were loaded. */
  readonly tests: readonly CollectedTest[];
}
