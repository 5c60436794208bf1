import type { BigNumber, MathNode } from "mathjs";
import { Stream } from "../core/random.js";
import type { NdArray } from "../core/tensor.js";
import type { AnyOp, Attributes, Input } from "../ops/op.js";
import { bigNumbers, exactDecimal, loadBigNumbers } from "./bigAlgebra.js";
import {
  loadSymbolicMath,
  NotSymbolicError,
  symbolic,
  type Symbolic,
  type SymbolicMath,
} from "./symbolicAlgebra.js";

/** An op's meaning as an expression in the names of its inputs, and the derivative for each of them. */
export interface Formula {
  readonly formula: string;
  readonly derivatives: Readonly<Record<string, string>>;
}

/** Whether the oracle can say something of an op, and why not. */
export type Coverage = { readonly formula: Formula } | { readonly why: string };

/** A derivative in decimal, by the symbolic derivative and by the record's reverse rule. */
export interface SymbolicCheck {
  readonly input: string;
  readonly point: readonly number[];
  readonly symbolic: string;
  readonly rule: string;
  /** |symbolic − rule| ÷ |symbolic|, or the difference itself where the derivative is 0. */
  readonly error: number;
}

type Covered = { readonly node: MathNode; readonly inputs: readonly Input[] } | { readonly why: string };

const DIGITS = 64;
/** Points at which the two signs' formulas are held against the meaning, and derivatives against the rule. */
const POINTS = 24;

/** mathjs gives complex numbers where a root or logarithm leaves the real line. */
const isBigNumber = (x: unknown): boolean => typeof x === "object" && x !== null && "isBigNumber" in x;

const scalar = <T>(x: T): NdArray<T> => ({ shape: [], data: [x] });

/**
 * The symbolic oracle: differentiates an op's meaning with mathjs, and knows nothing of our derivative rules.
 *
 * @domain elementwise ops whose meaning is one expression: no comparison, maximum, rounding, erf or atan2, and no
 *   choice by the sign of an argument but between two forms of one function
 * @error of its derivatives at a point: about 10⁻⁶⁰, relative to the largest of their terms
 */
export class SymbolicOracle {
  private constructor(
    private readonly math: SymbolicMath,
    private readonly words: SymbolicMath,
    private readonly Big: Awaited<ReturnType<typeof loadBigNumbers>>,
  ) {}

  static async load(): Promise<SymbolicOracle> {
    return new SymbolicOracle(
      await loadSymbolicMath({ number: "BigNumber", precision: DIGITS }),
      await loadSymbolicMath({ number: "number" }),
      await loadBigNumbers(DIGITS),
    );
  }

  /** What it covers, with the formula, and why it does not cover the rest. */
  coverage(op: AnyOp, attributes: Attributes): Coverage {
    const covered = this.covered(op, attributes);
    if ("why" in covered) return covered;
    const { node, inputs } = covered;
    const derivatives = inputs.map(({ name }) => [name, this.show(this.differentiate(node, name))] as const);
    return { formula: { formula: this.show(node), derivatives: Object.fromEntries(derivatives) } };
  }

  /**
   * The derivatives of an op for each of its inputs, at several points; undefined for ops that it does not cover.
   *
   * @shape points: [p][inputs] → [p][inputs]; NaN where mathjs has no real number
   */
  slopes(op: AnyOp, attributes: Attributes, points: readonly (readonly number[])[]): number[][] | undefined {
    const covered = this.covered(op, attributes);
    if ("why" in covered) return undefined;
    const { node, inputs } = covered;
    const derivatives = inputs.map(({ name }) => this.differentiate(node, name));
    return points.map((point) =>
      derivatives.map((derivative) => {
        const result: unknown = derivative.evaluate(this.scope(inputs, point));
        return Number(typeof result === "number" || isBigNumber(result) ? String(result) : NaN);
      }),
    );
  }

  /** The expression, once it is known to be the meaning on both sides of 0. */
  private covered(op: AnyOp, attributes: Attributes): Covered {
    if (!op.elementwise) return { why: "not elementwise" };
    try {
      const expression = this.expression(op, attributes, 1);
      const isMeaning = this.points(op, attributes).every((point) =>
        this.isMeaning(expression.node, op, attributes, point),
      );
      return isMeaning ? expression : { why: "another formula on the other side of 0" };
    } catch (error) {
      if (error instanceof NotSymbolicError) return { why: error.message };
      throw error;
    }
  }

  /** Derivatives at random points of the domain, beside those of a rule in as many digits. Default: the op's own rule. */
  check(
    op: AnyOp,
    attributes: Attributes,
    rule: AnyOp["vjp"] = (...given) => op.vjp(...given),
  ): SymbolicCheck[] {
    const { node, inputs } = this.expression(op, attributes, 1);
    const derivatives = inputs.map(({ name }) => this.differentiate(node, name));
    return this.points(op, attributes).flatMap((point) => {
      const A = bigNumbers(this.Big, () => true);
      const xs = point.map((x) => scalar(A.lift(x)));
      const y = op.meaning(A, xs, attributes);
      const gradient = rule(A, scalar(A.lift(1)), xs, y, attributes);
      return inputs.map(({ name }, k) => {
        const symbolic = this.evaluate(derivatives[k], inputs, point);
        const byRule = gradient[k]!.data[0];
        const size = symbolic.isZero() ? new this.Big(1) : symbolic.abs();
        const error = symbolic.minus(byRule).abs().div(size).toNumber();
        return { input: name, point, symbolic: symbolic.toString(), rule: byRule.toString(), error };
      });
    });
  }

  /** Evaluates a formula that was shown, in many digits. */
  evaluateText(text: string, op: AnyOp, attributes: Attributes, point: readonly number[]): BigNumber {
    return this.evaluate(this.math.parse(text), this.inputsOf(op, attributes), point);
  }

  private expression(op: AnyOp, attributes: Attributes, sign: 1 | -1) {
    const inputs = this.inputsOf(op, attributes);
    const A = symbolic(this.math);
    const xs = inputs.map(({ name, domain }): NdArray<Symbolic> => {
      const at = Math.min(Math.max(sign * 0.75, domain.low), domain.high);
      return scalar({ node: new this.math.SymbolNode(name), at });
    });
    return { node: op.meaning(A, xs, attributes).data[0].node, inputs };
  }

  private inputsOf(op: AnyOp, attributes: Attributes): readonly Input[] {
    const inputs = op.inputs(op.arity.low, attributes);
    if (inputs.some(({ domain }) => domain.type !== "float")) throw new NotSymbolicError("a condition");
    return inputs;
  }

  /** Random points of the domain, of both signs and a few decades. */
  private points(op: AnyOp, attributes: Attributes): number[][] {
    const inputs = this.inputsOf(op, attributes);
    const stream = new Stream(0, `symbolic/${op.name}`);
    const points: number[][] = [];
    while (points.length < POINTS) {
      const point = inputs.map(({ domain }) => {
        const [low, high] = [Math.max(domain.low, -20), Math.min(domain.high, 20)];
        const small = stream.sign() * 10 ** stream.between(-3, 1.3);
        return stream.chance(0.5) ? stream.between(low, high) : Math.min(Math.max(small, low), high);
      });
      const inside = inputs.every(({ domain }, k) => domain.low < point[k] && point[k] < domain.high);
      if (inside && (op.relation?.(...point) ?? true)) points.push(point);
    }
    return points;
  }

  private isMeaning(node: MathNode, op: AnyOp, attributes: Attributes, point: readonly number[]): boolean {
    const A = bigNumbers(this.Big, () => true);
    const xs = point.map((x) => scalar(A.lift(x)));
    const truth = op.meaning(A, xs, attributes).data[0];
    const value = this.evaluate(node, this.inputsOf(op, attributes), point);
    return value.minus(truth).abs().lte(truth.abs().plus("1e-10").times("1e-40"));
  }

  /** Not simplified: that would cut constants to the digits of a double. */
  private differentiate(node: MathNode, name: string): MathNode {
    return this.math.derivative(node, new this.math.SymbolNode(name), { simplify: false });
  }

  private evaluate(node: MathNode, inputs: readonly Input[], point: readonly number[]): BigNumber {
    // Derivatives that simplify to a number may be one of JavaScript's.
    return new this.Big(String(node.evaluate(this.scope(inputs, point))));
  }

  private scope(inputs: readonly Input[], point: readonly number[]): Record<string, BigNumber> {
    return Object.fromEntries(
      inputs.map(({ name }, k) => [name, this.math.bignumber(exactDecimal(point[k]))]),
    );
  }

  /** For people: simplified, with constants as doubles, since mathjs folds some of them into doubles and mixes neither. */
  private show(node: MathNode): string {
    const { words } = this;
    return words.simplify(words.parse(node.toString()), {}, { exactFractions: false }).toString();
  }
}
