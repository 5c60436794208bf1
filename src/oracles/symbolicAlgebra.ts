import type { BigNumber, ConstantNode, FunctionNode, MathNode, OperatorNode, SymbolNode } from "mathjs";
import { sumInOrder, type Algebra } from "../core/algebra.js";
import { DOUBLES, INTRINSIC_FUNCTIONS } from "../core/numberAlgebra.js";
import { exactDecimal } from "./bigAlgebra.js";

/** What of mathjs builds and reads expressions. */
export interface SymbolicMath {
  readonly ConstantNode: new (value: BigNumber) => ConstantNode;
  readonly SymbolNode: new (name: string) => SymbolNode;
  readonly OperatorNode: new (op: string, fn: string, args: MathNode[]) => OperatorNode;
  readonly FunctionNode: new (fn: string, args: MathNode[]) => FunctionNode;
  bignumber(decimal: string): BigNumber;
  parse(text: string): MathNode;
  derivative(expression: MathNode, variable: SymbolNode, options: { simplify: boolean }): MathNode;
  simplify(expression: MathNode, rules: object, options: { exactFractions: boolean }): MathNode;
}

/** Loads mathjs, which takes a second or so: only here, and only when it is asked for. */
export async function loadSymbolicMath(config: {
  readonly number: "number" | "BigNumber";
  readonly precision?: number;
}): Promise<SymbolicMath> {
  const { create, all } = await import("mathjs");
  return create(all, config) as unknown as SymbolicMath;
}

/** An expression, and its value at one point: rules that choose between formulas of one function are told that point. */
export interface Symbolic {
  readonly node: MathNode;
  readonly at: number;
}

/** Something in a meaning that has no symbolic derivative. */
export class NotSymbolicError extends Error {}

const refuse = (what: string) => (): never => {
  throw new NotSymbolicError(what);
};

/** Functions that mathjs differentiates by their own name. */
const NAMED = [
  "exp",
  "log",
  "sin",
  "cos",
  "tan",
  "asin",
  "acos",
  "atan",
  "sinh",
  "cosh",
  "tanh",
  "asinh",
  "acosh",
  "atanh",
] as const;

/**
 * Expressions. Each use of one is a copy: mathjs remembers derivatives by node, and takes x·x, where both are the same
 * node, for 1·1 + 1·1.
 *
 * e^x − 1 and ln(1 + x) are written out: in many digits nothing is lost by it, and mathjs differentiates
 * neither `expm1` nor `log1p`.
 *
 * @throws NotSymbolicError where a meaning compares, rounds, or needs erf or atan2
 */
export function symbolic(math: SymbolicMath): Algebra<Symbolic> {
  const constant = (decimal: string): Symbolic => ({
    node: new math.ConstantNode(math.bignumber(decimal)),
    at: Number(decimal),
  });
  const one = constant("1");
  const operator =
    (op: string, name: string, f: (a: number, b: number) => number) =>
    (a: Symbolic, b: Symbolic): Symbolic => ({
      node: new math.OperatorNode(op, name, [a.node.cloneDeep(), b.node.cloneDeep()]),
      at: f(a.at, b.at),
    });
  const named =
    (name: string, f: (x: number) => number) =>
    (x: Symbolic): Symbolic => ({ node: new math.FunctionNode(name, [x.node.cloneDeep()]), at: f(x.at) });
  const functions = Object.fromEntries(
    NAMED.map((name) => [name, named(name, INTRINSIC_FUNCTIONS[name])]),
  ) as Record<(typeof NAMED)[number], (x: Symbolic) => Symbolic>;

  const A: Algebra<Symbolic> = {
    constant,
    lift: (x) => constant(exactDecimal(x)),
    array: (length) => Array.from<Symbolic>({ length }),
    toNumber: ({ at }) => at,
    add: operator("+", "add", DOUBLES.add),
    sub: operator("-", "subtract", DOUBLES.sub),
    mul: operator("*", "multiply", DOUBLES.mul),
    div: operator("/", "divide", DOUBLES.div),
    neg: (x) => ({ node: new math.OperatorNode("-", "unaryMinus", [x.node.cloneDeep()]), at: -x.at }),
    sum: (terms) => sumInOrder(A, terms),
    sqrt: named("sqrt", Math.sqrt),
    ...functions,
    expm1: (x) => A.sub(functions.exp(x), one),
    log1p: (x) => functions.log(A.add(one, x)),
    erf: refuse("erf"),
    erfc: refuse("erfc"),
    atan2: refuse("atan2"),
    pow: operator("^", "pow", Math.pow),
    select: refuse("a comparison"),
    argmax: refuse("a maximum"),
    floor: refuse("rounding"),
  };
  return A;
}
