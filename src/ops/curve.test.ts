import { describe, expect, it } from "vitest";
import { isHomogeneous, lies, whatHolds } from "../../fixtures/builders/curveClaims.js";
import { exampleAttributes } from "../arbitraries/drawLadder.js";
import type { Curve } from "./curve.js";
import { findOp, OPS } from "./index.js";
import type { AnyOp } from "./op.js";

const UNARY = OPS.filter((op) => op.elementwise && op.arity.high === 1);
const cases = UNARY.flatMap((op) =>
  exampleAttributes(op).map((attributes) => [op.name, JSON.stringify(attributes), op, attributes] as const),
);

describe("what a record says of its graph", () => {
  it.each(cases)("holds of %s %s, to many digits", (_name, _shown, op, attributes) => {
    expect(lies(op, attributes)).toEqual([]);
  });

  it.each(OPS.filter((op) => op.curve && op.arity.low > 1).map((op) => [op.name, op] as const))(
    "holds of %s, to many digits",
    (_name, op) => {
      expect(Object.keys(op.curve!({}))).toEqual(["homogeneous"]);
      expect(isHomogeneous(op, {})).toBe(true);
    },
  );

  it.each(cases)("is all that could be said of %s %s", (_name, _shown, op, attributes) => {
    const curve: Curve = op.curve?.(attributes) ?? {};
    const holds = whatHolds(op, attributes);
    expect({
      monotone: curve.monotone !== undefined,
      bell: curve.bell === true,
      symmetry: curve.symmetry !== undefined,
      homogeneous: curve.homogeneous !== undefined,
      idempotent: curve.idempotent === true,
    }).toEqual({
      monotone: holds.increasing || holds.decreasing,
      bell: holds.bell,
      symmetry: holds.even || holds.about !== undefined || holds.line !== undefined,
      homogeneous: holds.degree !== undefined,
      idempotent: holds.idempotent,
    });
  });

  it("has a limit wherever it has a threshold of saturation, and the other way round", () => {
    for (const [name, , op, attributes] of cases) {
      const { limits, saturates } = op.curve?.(attributes) ?? {};
      for (const side of [0, 1] as const) {
        const limit = limits?.value[side] ?? null;
        // The reciprocal of the largest float is not 0, and a jump has no way to go.
        const reached = limit !== null && Number.isFinite(limit) && !NEVER.includes(name);
        expect([saturates?.f32[side] ?? null, saturates?.f64[side] ?? null].map((x) => x !== null)).toEqual([
          reached,
          reached,
        ]);
      }
    }
  });
});

/** What else records say, of which no test can tell that it could be said: a fact that is lost is a law less. */
const STATED: Readonly<Partial<Record<keyof Curve, string>>> = {
  tails: "sigmoid tanh",
  straight: "abs clip negative relu relu6 sign",
  joined: "elu",
  identities: "acos cos cosh expm1 logSigmoid sigmoid sin sinh softplus",
  limits:
    "abs acosh asinh atan clip cosh elu erf exp expm1 gelu hardSigmoid leakyRelu log log1p logSigmoid mish negative reciprocal relu relu6 rsqrt selu sigmoid sign silu sinh softplus softsign sqrt square tanh",
};

it.each(Object.entries(STATED))("%s is known of these ops", (field, names) => {
  const known = cases.filter(([, , op, attributes]) => op.curve?.(attributes)[field as keyof Curve]);
  expect([...new Set(known.map(([name]) => name))].sort().join(" ")).toBe(names);
});

const NEVER = ["reciprocal", "rsqrt", "sign"];

describe("a record that lies about its graph", () => {
  const lying = (name: string, difference: Curve): string[] => {
    const op = findOp(name);
    return lies({ ...op, curve: () => ({ ...op.curve!({}), ...difference }) }, {});
  };

  it.each<[string, Curve, RegExp]>([
    ["silu", { monotone: "increasing" }, /monotone/],
    ["tanh", { monotone: "decreasing" }, /monotone/],
    ["sinh", { bell: true }, /bell/],
    ["tanh", { symmetry: "even" }, /symmetry/],
    ["sigmoid", { symmetry: { about: 0.4999 } }, /symmetry/],
    ["softplus", { symmetry: { line: 2 } }, /symmetry/],
    ["relu", { homogeneous: { degree: 2, in: ["x"] } }, /homogeneous/],
    ["sigmoid", { limits: { value: [0, 0.999], derivative: [0, 0] } }, /limits: value at end 1/],
    ["silu", { limits: { value: [0, Infinity], derivative: [0, 1.1] } }, /limits: derivative at end 1/],
    ["sigmoid", { saturates: { f32: [-103.97208, 17.3], f64: [-745.13322, 37.429948] } }, /f32 at end 1/],
    ["tanh", { saturates: { f32: [-9.0109133, 9.0109133], f64: [-19.0612, 19.061547] } }, /f64 at end 0/],
    ["sigmoid", { tails: { rate: 1, value: 1, derivative: [0.26, 1] } }, /tails/],
    ["tanh", { tails: { rate: 2, value: 1.9, derivative: [1, 4] } }, /tails/],
    ["elu", { idempotent: true }, /idempotent/],
    ["relu6", { straight: { between: [0, 5], slopes: [0, 1, 0] } }, /straight/],
    ["selu", { joined: true }, /joined/],
    ["sigmoid", { identities: [{ of: "value", op: "tanh", plus: 0.5, times: 0.5 }] }, /identities/],
    ["acos", { identities: [{ of: "value", op: "asin", plus: 1.57, times: -1 }] }, /identities/],
    ["softplus", { identities: [{ of: "derivative", op: "tanh" }] }, /identities/],
  ])("is found out: %s with %j", (name, difference, complaint) => {
    expect(lying(name, difference).join("; ")).toMatch(complaint);
  });

  it("is found out where it has several inputs", () => {
    const prelu = findOp("prelu");
    const scaled = (names: readonly string[], degree: number): AnyOp => ({
      ...prelu,
      curve: () => ({ homogeneous: { degree, in: names } }),
    });
    expect(isHomogeneous(scaled(["x"], 1), {})).toBe(true);
    expect(isHomogeneous(scaled(["x", "alpha"], 1), {})).toBe(false);
    expect(isHomogeneous(scaled(["x"], 2), {})).toBe(false);
    expect(isHomogeneous(scaled(["y"], 1), {})).toBe(false);
  });
});
