import ts from "typescript";
import type { Algebra } from "../../src/core/algebra.js";
import { mutantSwitch, type Mutant, type Mutated } from "./mutant.js";

/** A wrong arithmetic, as far as one primitive goes. */
type Fault = <T>(A: Algebra<T>) => Partial<Algebra<T>>;

const instead = (
  name:
    "exp" | "expm1" | "log" | "log1p" | "sin" | "cos" | "tan" | "sinh" | "cosh" | "tanh" | "asin" | "acos",
  other:
    "exp" | "expm1" | "log" | "log1p" | "sin" | "cos" | "sinh" | "asinh" | "atan" | "tanh" | "cosh" | "asin",
): Readonly<Record<string, Fault>> => ({ [other]: (A) => ({ [name]: A[other].bind(A) }) });

/**
 * What a person gets wrong in a rule, by the primitive that is written there: a sign, a factor, a term, an order, a
 * branch, a neighbouring function, a constant.
 */
const FAULTS: Readonly<Partial<Record<keyof Algebra<unknown>, Readonly<Record<string, Fault>>>>> = {
  add: {
    sub: (A) => ({ add: (a, b) => A.sub(a, b) }),
    "first term only": () => ({ add: (a) => a }),
    "second term only": () => ({ add: (_, b) => b }),
  },
  sub: {
    add: (A) => ({ sub: (a, b) => A.add(a, b) }),
    exchanged: (A) => ({ sub: (a, b) => A.sub(b, a) }),
    "first term only": () => ({ sub: (a) => a }),
  },
  mul: {
    div: (A) => ({ mul: (a, b) => A.div(a, b) }),
    "first factor only": () => ({ mul: (a) => a }),
    "second factor only": () => ({ mul: (_, b) => b }),
  },
  div: {
    mul: (A) => ({ div: (a, b) => A.mul(a, b) }),
    exchanged: (A) => ({ div: (a, b) => A.div(b, a) }),
  },
  neg: { "sign dropped": () => ({ neg: (a) => a }) },
  sum: {
    "last term dropped": (A) => ({ sum: (terms) => A.sum(Array.from(terms).slice(0, -1)) }),
  },
  lift: { "other constant": (A) => ({ lift: (x) => A.lift(x === 0 ? 1 : 2 * x) }) },
  constant: { doubled: (A) => ({ constant: (digits) => A.mul(A.lift(2), A.constant(digits)) }) },
  sqrt: { "root dropped": () => ({ sqrt: (x) => x }) },
  exp: instead("exp", "expm1"),
  expm1: instead("expm1", "exp"),
  log: instead("log", "log1p"),
  log1p: instead("log1p", "log"),
  sin: instead("sin", "cos"),
  cos: instead("cos", "sin"),
  tan: instead("tan", "sin"),
  sinh: instead("sinh", "cosh"),
  cosh: instead("cosh", "sinh"),
  tanh: instead("tanh", "sinh"),
  asin: instead("asin", "atan"),
  acos: instead("acos", "asin"),
  atan: { asinh: (A) => ({ atan: (x) => A.asinh(x) }) },
  asinh: { atan: (A) => ({ asinh: (x) => A.atan(x) }) },
  acosh: { asinh: (A) => ({ acosh: (x) => A.asinh(x) }) },
  atanh: { tanh: (A) => ({ atanh: (x) => A.tanh(x) }) },
  erf: { tanh: (A) => ({ erf: (x) => A.tanh(x) }) },
  erfc: { erf: (A) => ({ erfc: (x) => A.erf(x) }) },
  pow: { exchanged: (A) => ({ pow: (a, b) => A.pow(b, a) }) },
  atan2: { exchanged: (A) => ({ atan2: (y, x) => A.atan2(x, y) }) },
  select: {
    "branches swapped": (A) => ({
      select: (a, b, greater, less, tie, jump) => A.select(a, b, less, greater, tie, jump),
    }),
  },
  argmax: {
    argmin: (A) => ({ argmax: (xs) => A.argmax(Array.from(xs, (x) => A.neg(x))) }),
  },
  floor: { "one more": (A) => ({ floor: (x) => A.add(A.floor(x), A.lift(1)) }) },
};

const faultsOf = (primitive: string): Readonly<Record<string, Fault>> | undefined =>
  FAULTS[primitive as keyof typeof FAULTS];

const HOOK = "__arithmeticOf__";

/** The arithmetic at one place of a rule: as it is, or with the fault that is active there. */
function arithmeticOf<T>(A: Algebra<T>, primitive: string, site: string): Algebra<T> {
  const state = mutantSwitch();
  const { static: atImport, perTest } = state.mutantCoverage;
  const counts = state.currentTestId ? (perTest[state.currentTestId] ??= {}) : atImport;
  counts[site] = (counts[site] ?? 0) + 1;
  if (!state.activeMutant?.startsWith(`${site} `)) return A;
  if (state.hitCount !== undefined && ++state.hitCount > (state.hitLimit ?? Infinity)) {
    throw new Error("the mutant was met too often");
  }
  const fault = faultsOf(primitive)![state.activeMutant.slice(site.length + 1)];
  return Object.assign(Object.create(A) as Algebra<T>, fault(A));
}

/** Where mutated sources find `arithmeticOf`. */
export function installArithmetic(): void {
  (globalThis as Record<string, unknown>)[HOOK] = arithmeticOf;
}

/** Every `A.add(…)`, `A.mul(…)`, … of some sources, with each of its faults. */
export function ruleMutants(sources: ReadonlyMap<string, string>): Mutated {
  const files = new Map<string, string>();
  const mutants: Mutant[] = [];
  let sites = 0;
  for (const [file, source] of sources) {
    const tree = ts.createSourceFile(file, source, ts.ScriptTarget.ES2022, true);
    const arithmetics: { readonly start: number; readonly end: number; readonly hooked: string }[] = [];
    const visit = (node: ts.Node): void => {
      const call = primitiveCall(node);
      const faults = call && faultsOf(call.primitive);
      if (faults) {
        const site = `rule${++sites}`;
        const start = call.arithmetic.getStart();
        const { line, character } = tree.getLineAndCharacterOfPosition(start);
        const hooked = `${HOOK}(A, "${call.primitive}", "${site}")`;
        arithmetics.push({ start, end: call.arithmetic.end, hooked });
        for (const fault of Object.keys(faults)) {
          mutants.push({
            id: `${site} ${fault}`,
            file,
            line: line + 1,
            column: character + 1,
            mutator: call.primitive,
            original: node.getText(),
            replacement: fault,
          });
        }
      }
      ts.forEachChild(node, visit);
    };
    visit(tree);
    files.set(
      file,
      arithmetics
        .sort((a, b) => b.start - a.start)
        .reduce((text, { start, end, hooked }) => text.slice(0, start) + hooked + text.slice(end), source),
    );
  }
  return { files, mutants };
}

/** `A.name(…)`, as rules call their arithmetic. */
function primitiveCall(node: ts.Node): { primitive: string; arithmetic: ts.Node } | undefined {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined;
  const { expression, name } = node.expression;
  return ts.isIdentifier(expression) && expression.text === "A"
    ? { primitive: name.text, arithmetic: expression }
    : undefined;
}

/** What the counters of coverage call the place of a mutant. */
export const siteOf = ({ id }: Pick<Mutant, "id">): string => id.split(" ")[0];
