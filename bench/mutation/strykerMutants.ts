import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { Mutant, Mutated } from "./mutant.js";

const PACKAGE = "@stryker-mutator/instrumenter";

/** What is used of the package, which is loaded only here: nothing else of the project needs it. */
interface StrykerMutant {
  readonly id: string;
  readonly fileName: string;
  readonly mutatorName: string;
  readonly replacement: string;
  readonly statusReason?: string;
  readonly status?: string;
  readonly location: { readonly start: Position; readonly end: Position };
}
interface Position {
  readonly line: number;
  readonly column: number;
}
interface Node {
  readonly type: string;
  readonly key?: { readonly name?: string };
  readonly callee?: { readonly name?: string };
  readonly properties?: readonly Node[];
}
interface NodePath {
  readonly node: Node;
  readonly parent: Node | null;
  readonly parentPath: NodePath | null;
}
interface Instrumenter {
  instrument(
    files: readonly { name: string; mutate: true; content: string }[],
    options: object,
  ): Promise<{ files: readonly { name: string; content: string }[]; mutants: readonly StrykerMutant[] }>;
}
type InstrumenterClass = new (logger: object) => Instrumenter;

async function load(): Promise<InstrumenterClass> {
  let path: string;
  try {
    path = createRequire(import.meta.url).resolve(PACKAGE);
  } catch (error) {
    throw new Error(`Stryker's mutators are not installed: npm install --save-dev ${PACKAGE}@9.6.1`, {
      cause: error,
    });
  }
  const module = (await import(pathToFileURL(path).href)) as { Instrumenter: InstrumenterClass };
  return module.Instrumenter;
}

const DESCRIPTIONS = new Set(["summary", "source", "at", "convention"]);
const TEXTS = new Set(["StringLiteral", "TemplateLiteral"]);

/** `specials: [0, 9]`, or the object that has nothing else. */
const isSpecials = (node: Node, parent: Node | null): boolean =>
  (node.type === "ArrayExpression" && parent?.type === "ObjectProperty" && parent.key?.name === "specials") ||
  (node.type === "ObjectExpression" &&
    node.properties?.length === 1 &&
    node.properties[0].key?.name === "specials");

/**
 * Texts for people: a test of their wording would only repeat it. When an error is thrown is mutated all the same.
 * And the points that generators like to hit: no result and no verdict depends on them.
 */
const leftOut = {
  shouldIgnore({ node, parent, parentPath }: NodePath): string | undefined {
    if (isSpecials(node, parent)) return "points that generators aim at";
    if (!TEXTS.has(node.type)) return undefined;
    if (parent?.type === "ObjectProperty" && DESCRIPTIONS.has(parent.key?.name ?? "")) return "description";
    for (let path = parentPath; path; path = path.parentPath) {
      const { type, callee } = path.node;
      if (type === "ThrowStatement" || (type === "NewExpression" && callee?.name?.endsWith("Error"))) {
        return "text of an error";
      }
      if (type.endsWith("Statement") || type.includes("Function")) return undefined;
    }
    return undefined;
  },
};

/** The mutants that Stryker makes of some sources. */
export async function strykerMutants(sources: ReadonlyMap<string, string>): Promise<Mutated> {
  const silent = { isDebugEnabled: () => false, debug() {}, info() {}, warn: console.warn };
  const instrumenter = new (await load())(silent);
  const files = [...sources].map(([name, content]) => ({ name, mutate: true as const, content }));
  const result = await instrumenter.instrument(files, {
    plugins: null,
    excludedMutations: [],
    ignorers: [leftOut],
  });
  return {
    files: new Map(result.files.map(({ name, content }) => [name, content])),
    mutants: result.mutants.map((mutant) => described(mutant, sources.get(mutant.fileName)!)),
  };
}

function described(mutant: StrykerMutant, source: string): Mutant {
  const { start, end } = mutant.location;
  const lines = source.split("\n");
  const offset = ({ line, column }: Position): number =>
    lines.slice(0, line).reduce((n, text) => n + text.length + 1, column);
  return {
    id: mutant.id,
    file: mutant.fileName,
    line: start.line + 1,
    column: start.column + 1,
    mutator: mutant.mutatorName,
    original: source.slice(offset(start), offset(end)),
    replacement: mutant.replacement,
    ...(mutant.status === "Ignored" && { ignored: mutant.statusReason ?? "" }),
  };
}
