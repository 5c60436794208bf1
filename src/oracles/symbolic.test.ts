import { format, resolveConfig } from "prettier";
import { beforeAll, describe, expect, it } from "vitest";
import { OPS } from "../ops/index.js";
import { multiply } from "../ops/arithmetic.js";
import type { AnyOp, Attributes } from "../ops/op.js";
import { SymbolicOracle } from "./symbolic.js";
import { loadSymbolicMath, symbolic } from "./symbolicAlgebra.js";

let oracle: SymbolicOracle;
beforeAll(async () => {
  oracle = await SymbolicOracle.load();
});

/** Attributes of ops that have some, of every class for which there may be a formula. */
const ATTRIBUTES: Readonly<Record<string, readonly Attributes[]>> = {
  gelu: [{ approximate: "none" }, { approximate: "tanh" }],
  leakyRelu: [{ alpha: 0.25 }],
  clip: [{ low: -1, high: 1 }],
};
const ELEMENTWISE = OPS.filter(({ elementwise }) => elementwise);
const cases = ELEMENTWISE.flatMap((op) =>
  (ATTRIBUTES[op.name] ?? [{}]).map((attributes) => ({ op, attributes, name: label(op, attributes) })),
);
function label(op: AnyOp, attributes: Attributes): string {
  return [op.name, ...Object.values(attributes)].join(" ");
}
const opOf = (name: string): AnyOp => OPS.find((op) => op.name === name)!;

describe("the symbolic derivative", () => {
  it.each(cases)(
    "agrees with the rule of $name to 50 digits, or says why there is none",
    ({ op, attributes }) => {
      const coverage = oracle.coverage(op, attributes);
      if ("why" in coverage) {
        expect(coverage.why).not.toBe("");
        return;
      }
      for (const { error, input, point } of oracle.check(op, attributes)) {
        expect(error, `${input} at ${point.join()}`).toBeLessThan(1e-50);
      }
    },
  );

  it("does not cover these, and says why", () => {
    const why = Object.fromEntries(
      cases.flatMap(({ op, attributes, name }) => {
        const coverage = oracle.coverage(op, attributes);
        return "why" in coverage ? [[name, coverage.why]] : [];
      }),
    );
    expect(why).toMatchInlineSnapshot(`
      {
        "abs": "a comparison",
        "atan2": "atan2",
        "clip -1 1": "a comparison",
        "dropout": "a condition",
        "elu": "another formula on the other side of 0",
        "erf": "erf",
        "floorDivide": "rounding",
        "gelu none": "erfc",
        "hardSigmoid": "a comparison",
        "leakyRelu 0.25": "a comparison",
        "maximum": "a comparison",
        "minimum": "a comparison",
        "mod": "rounding",
        "prelu": "a comparison",
        "relu": "a comparison",
        "relu6": "a comparison",
        "selu": "a comparison",
        "sign": "a comparison",
        "softsign": "another formula on the other side of 0",
        "where": "a condition",
      }
    `);
  });

  it("contradicts rules that are wrong by little, or on one side only", () => {
    const [sigmoid, tanh] = [opOf("sigmoid"), opOf("tanh")];
    const scaled: AnyOp["vjp"] = (A, gy, xs, y, attributes) =>
      tanh.vjp(A, { ...gy, data: [A.mul(gy.data[0], A.constant("1.000000000000001"))] }, xs, y, attributes);
    const oneSided: AnyOp["vjp"] = (A, gy, xs, y, attributes) =>
      A.toNumber(xs[0].data[0]) < 0
        ? [{ shape: [], data: [y.data[0]] }]
        : sigmoid.vjp(A, gy, xs, y, attributes);
    const worst = (op: AnyOp, rule: AnyOp["vjp"]): number =>
      Math.max(...oracle.check(op, {}, rule).map(({ error }) => error));
    expect(worst(tanh, scaled)).toBeGreaterThan(1e-16);
    expect(worst(sigmoid, oneSided)).toBeGreaterThan(1e-3);
    const swapped: AnyOp["vjp"] = (A, gy, xs, y, attributes) =>
      multiply.vjp(A, gy, xs, y, attributes).toReversed();
    expect(worst(multiply, swapped)).toBeGreaterThan(1e-3);
  });

  it("knows x·x from 1·1: mathjs takes the same node twice for a constant", async () => {
    const math = await loadSymbolicMath({ number: "BigNumber", precision: 64 });
    const x = new math.SymbolNode("x");
    const shared = new math.OperatorNode("*", "multiply", [x, x]);
    const slope = (node: typeof shared): string => math.derivative(node, x, { simplify: false }).toString();
    // Should this ever be mended, the copies may go.
    expect(slope(shared)).toBe("1 * 1 + 1 * 1");
    const A = symbolic(math);
    const ours = A.mul({ node: x, at: 1 }, { node: x, at: 1 });
    expect(slope(ours.node as typeof shared)).toBe("1 * x + x * 1");
  });

  it("keeps constants that are no doubles: 0.1 is a tenth, in all 64 digits", async () => {
    const math = await loadSymbolicMath({ number: "BigNumber", precision: 64 });
    const A = symbolic(math);
    const tenth = A.sub(A.mul(A.constant("0.1"), A.constant("10")), A.lift(1)).node;
    expect(String(tenth.evaluate())).toBe("0");
    const double = A.sub(A.mul(A.lift(0.1), A.constant("10")), A.lift(1)).node;
    expect(Number(String(double.evaluate()))).toBeCloseTo(5.55e-17, 19);
  });
});

describe("the formulas of the report", () => {
  it("are those of the meanings: `npx vitest -u` writes them again", async () => {
    const formulas = cases.flatMap(({ op, attributes, name }) => {
      const coverage = oracle.coverage(op, attributes);
      if ("why" in coverage) return [];
      const { formula, derivatives } = coverage.formula;
      const given = name === op.name ? "" : ` (${name.slice(op.name.length + 1)})`;
      const derivative = Object.entries(derivatives).map(([input, text]) => `d/d${input} = ${text}`);
      return [[op.name, { formula: formula + given, derivative: derivative.join("; ") + given }]];
    });
    const text = `// Written by symbolic.test.ts from the ops' meanings; do not edit.

/** Meanings as formulas, with their symbolic derivatives, of the ops that have them. */
export const FORMULAS: Readonly<Record<string, { readonly formula: string; readonly derivative: string }>> =
${JSON.stringify(Object.fromEntries(formulas), null, 2)};
`;
    const options = { ...(await resolveConfig(import.meta.filename)), parser: "typescript" as const };
    await expect(await format(text, options)).toMatchFileSnapshot("./formulas.ts");
  });

  it("are as true as the expressions they come from, to the digits that they show", () => {
    for (const { op, attributes } of cases) {
      const coverage = oracle.coverage(op, attributes);
      if ("why" in coverage) continue;
      const [first] = op.inputs(op.arity.low, attributes);
      const text = coverage.formula.derivatives[first.name];
      for (const { point, symbolic, input } of oracle.check(op, attributes).slice(0, 6)) {
        if (input !== first.name) continue;
        const shown = oracle.evaluateText(text, op, attributes, point).toNumber();
        expect(Math.abs(shown - Number(symbolic))).toBeLessThanOrEqual(1e-10 * (1 + Math.abs(shown)));
      }
    }
  });
});
