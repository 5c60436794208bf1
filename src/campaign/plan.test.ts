import { describe, expect, it } from "vitest";
import { PROPERTIES } from "../../properties/index.js";
import { OPS, findOp } from "../ops/index.js";
import type { Hello } from "../record/protocol.js";
import { referenceAdapter } from "../subjects/reference.js";
import { encodeCase } from "../record/case.js";
import { matches, plan } from "./plan.js";
import { unitCases } from "./unitCases.js";

const { implementation, environment, capabilities } = referenceAdapter().hello();

/** A library with some ops of its own choosing. */
const having = (ops: Hello["capabilities"]["ops"], rest: Partial<Hello["capabilities"]> = {}): Hello => ({
  implementation,
  environment,
  capabilities: { graphs: false, ...rest, ops },
});

const planned = (hello: Hello, ...only: string[]) =>
  plan("library", hello, { properties: PROPERTIES, ops: OPS, only });

describe("a pattern", () => {
  it.each([
    ["gradient", "gradient", "tanh", true],
    ["gradient", "kinks", "tanh", false],
    ["tanh", "gradient", "tanh", true],
    ["tanh", "gradient", "atanh", false],
    ["*tanh", "gradient", "atanh", true],
    ["gradient/tanh", "gradient", "tanh", true],
    ["gradient/tanh", "value", "tanh", false],
    ["*/max*", "value", "maxPool2d", true],
    ["*/max*", "value", "argmax", false],
    ["gradient/*", "gradient", "conv2d", true],
    ["zero-*", "zero-cotangent", "sum", true],
    ["*", "anything", "else", true],
    ["gradient", "calculus/gradient", "tanh", true],
    ["calculus/*", "calculus/gradient", "tanh", true],
    ["calculus/gradient/tanh", "calculus/gradient", "tanh", true],
    ["gradient/tanh", "calculus/gradient", "tanh", true],
    ["gradient/tanh", "calculus/gradient", "tan", false],
    ["init*", "initialization/variance", "initializer:heNormal", true],
    ["initializer:he*", "initialization/variance", "initializer:heNormal", true],
    ["soft.ax", "value", "softmax", false],
    ["(", "value", "softmax", false],
  ])("%s of %s/%s: %s", (pattern, property, op, expected) => {
    expect(matches(pattern, property, op)).toBe(expected);
  });
});

describe("a plan", () => {
  it("shows the same cases to every subject, whatever it is called and wherever its command is", () => {
    const hello = { implementation, environment, capabilities };
    const selection = { properties: PROPERTIES, ops: OPS, only: ["gradient/tanh", "*/programs"] };
    const cases = ["reference", "cmd:node /anywhere/adapter.mjs"].map((subject) =>
      plan(subject, hello, selection).units.flatMap((unit) =>
        unitCases(1, unit, 0, 4, hello).map((c) => encodeCase(c)),
      ),
    );
    expect(cases[0].length).toBeGreaterThan(10);
    expect(cases[1]).toEqual(cases[0]);
  });

  it("covers every property and op that the subject has, with a cell for each attribute class", () => {
    const hello = { implementation, environment, capabilities };
    const { units, cells, skipped } = planned(hello);
    expect(skipped).toEqual([]);
    expect(new Set(units.map(({ property }) => property.name)).size).toBe(PROPERTIES.length);
    expect(new Set(units.map(({ op }) => op?.name)).size).toBe(OPS.length + 1);
    expect(new Set(units.map(({ id }) => id)).size).toBe(units.length);
    for (const unit of units) {
      const own = cells.filter(
        ({ property, op }) =>
          property === unit.property.name && op === (unit.op ? `${unit.op.name}@1` : "programs"),
      );
      expect(own.map(({ attribute }) => attribute)).toEqual(unit.classes.length > 0 ? unit.classes : [""]);
    }
  });

  it("says of an op that the subject lacks that it is unsupported, for each property", () => {
    const { units, cells, skipped } = planned(having({}), "gradient/tanh", "value/tanh");
    expect([units, cells]).toEqual([[], []]);
    expect(skipped.map(({ cell, verdict, reason }) => [cell.property, verdict, reason])).toEqual([
      ["calculus/value", "unsupported", "it has no such op"],
      ["calculus/gradient", "unsupported", "it has no such op"],
    ]);
  });

  it("says what else is missing: a mode, a precision, graphs, memory of its own", () => {
    const ops = { "tanh@1": { modes: ["value" as const], dtypes: ["f32" as const] } };
    const only = [
      "gradient/tanh",
      "forward-mode/tanh",
      "finite-differences/tanh",
      "own-memory/tanh",
      "programs",
    ];
    const reasons = (hello: Hello): Record<string, string> =>
      Object.fromEntries(planned(hello, ...only).skipped.map(({ cell, reason }) => [cell.property, reason]));
    expect(reasons(having(ops))).toEqual({
      "calculus/gradient": "it has no vjp of this op",
      "calculus/forward-mode": "it has no forward mode",
      "calculus/finite-differences": "it has no vjp of this op",
      "calculus/own-memory": "its tensors are immutable, or it does not promise it",
      "calculus/programs": "it takes programs of one op only",
      "calculus/second-order-programs": "it takes programs of one op only",
    });
    const differentiable = { "tanh@1": { ...ops["tanh@1"], modes: ["value" as const, "vjp" as const] } };
    expect(reasons(having(differentiable, { ownsGradients: true, graphs: true }))).toEqual({
      "calculus/forward-mode": "it has no forward mode",
      "calculus/finite-differences": "it has no f64",
      "calculus/second-order-programs": "it has none of the ops that programs are made of",
    });
  });

  it("leaves out attribute classes that the subject says it has not, and only those", () => {
    const all = Object.entries(findOp("conv2d@1").attributes).flatMap(([name, { classes }]) =>
      classes.map((label) => `${name}=${label}`),
    );
    const without = { "padding=explicit": "the library takes valid and same" };
    const hello = having({ "conv2d@1": { modes: ["value", "vjp"], dtypes: ["f32"], without } });
    const { units, cells, skipped } = planned(hello, "gradient/conv2d");
    expect(skipped).toMatchObject([
      {
        cell: { attribute: "padding=explicit" },
        verdict: "unsupported",
        reason: without["padding=explicit"],
      },
    ]);
    expect(units).toHaveLength(1);
    expect(units[0].classes).toEqual(all.filter((label) => label !== "padding=explicit"));
    expect(cells.map(({ attribute }) => attribute)).toEqual(units[0].classes);
  });

  it("has a unit for each precision of the subject", () => {
    const both = having({ "tanh@1": { modes: ["value", "vjp", "jvp"], dtypes: ["f32", "f64"] } });
    const { units, cells } = planned(both, "gradient/tanh", "finite-differences/tanh");
    expect(units.map(({ id }) => id)).toEqual([
      "library/calculus/gradient/tanh/f32",
      "library/calculus/gradient/tanh/f64",
      "library/calculus/finite-differences/tanh/f64",
    ]);
    expect(cells).toHaveLength(2);
  });
});
