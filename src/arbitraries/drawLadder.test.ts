import { describe, expect, it } from "vitest";
import { nextUp, type FloatType } from "../core/float.js";
import { Stream } from "../core/random.js";
import { findOp, OPS } from "../ops/index.js";
import type { Case } from "../record/case.js";
import { drawAttributes, drawFarOut, drawLadder, drawThresholds, exampleAttributes } from "./drawLadder.js";
import { isValid } from "./validCase.js";

const FORMATS: readonly FloatType[] = ["f32", "f64"];
const pointsOf = (c: Case): number[] => [...c.inputs[0].data];
const drawn = (draw: typeof drawLadder, op: string, dtype: FloatType, seed = 1): Case =>
  draw(new Stream(seed, `${op} ${dtype}`), findOp(op), { dtype });

/** How many pairs of neighbours there are in a row. */
const neighbours = (xs: readonly number[], dtype: FloatType): number =>
  xs.filter((x) => xs.includes(nextUp(x, dtype))).length;

const UNARY = OPS.filter((op) => op.curve && op.arity.high === 1);

describe.each([drawLadder, drawFarOut])("points of $name", (draw) => {
  it.each(FORMATS)("lie in the domain, and are of the format: %s", (dtype) => {
    for (const op of UNARY) {
      const c = drawn(draw, op.name, dtype);
      expect(isValid(c), op.name).toBe(true);
      for (const x of pointsOf(c)) {
        const [{ domain }] = op.inputs(1, c.program.nodes[0].attributes);
        expect(x).toBe(dtype === "f32" ? Math.fround(x) : x);
        expect(x >= domain.low && x <= domain.high, `${op.name} at ${x}`).toBe(true);
        if (domain.open) expect(x === domain.low || x === domain.high).toBe(false);
      }
    }
  });

  it("are the same for the same stream", () => {
    expect(drawn(draw, "tanh", "f32")).toEqual(drawn(draw, "tanh", "f32"));
    expect(drawn(draw, "tanh", "f32", 2)).not.toEqual(drawn(draw, "tanh", "f32"));
  });
});

describe("a ladder", () => {
  it("is longer than other tensors, and has runs of neighbours", () => {
    for (const dtype of FORMATS) {
      const c = drawn(drawLadder, "tanh", dtype);
      expect(pointsOf(c).length).toBeGreaterThanOrEqual(64);
      expect(neighbours(pointsOf(c), dtype)).toBeGreaterThan(20);
      expect(c.tags).toContain("points:ladder");
    }
  });

  it("keeps values and derivatives inside the format", () => {
    for (const x of pointsOf(drawn(drawLadder, "square", "f32"))) expect(x * x).toBeLessThan(2e19);
  });
});

describe("points far out", () => {
  it("lie on both sides, small ones among them", () => {
    const xs = Array.from({ length: 8 }, (_, seed) =>
      pointsOf(drawn(drawFarOut, "sigmoid", "f32", seed)),
    ).flat();
    for (const [low, high] of [
      [-1000, -100],
      [-100, -17],
      [-17, -1],
      [1, 17],
      [17, 100],
      [100, 1000],
    ])
      expect(xs.filter((x) => low < x && x < high).length).toBeGreaterThan(10);
  });
});

describe("points around thresholds", () => {
  it.each([
    // The careful form rounds 1 + e^−x to 1 from 24·ln 2 on; correctly rounded it is 1 from 25·ln 2 on.
    ["sigmoid", "f32", [17.32868, 16.63553, -103.97208, -88.72284, -18.02183]],
    ["sigmoid", "f64", [37.429948, 36.7368, -745.1332, -709.78, -38.12309]],
    ["tanh", "f32", [9.0109133, -9.0109133]],
    ["tanh", "f64", [19.061547, -19.061547]],
    ["relu6", "f32", [0, 6]],
    ["softsign", "f32", [33554431, -33554431]],
  ] as const)("hold those of every formula of %s in %s, with their neighbours", (op, dtype, thresholds) => {
    const xs = pointsOf(drawn(drawThresholds, op, dtype));
    for (const threshold of thresholds) {
      const close = xs.filter((x) => Math.abs(x - threshold) <= 1e-5 * Math.abs(threshold) + 1e-30);
      expect(close.length, String(threshold)).toBeGreaterThanOrEqual(5);
      expect(neighbours(close, dtype), String(threshold)).toBeGreaterThanOrEqual(4);
    }
    const farthest = Math.max(...xs.map(Math.abs));
    expect(farthest).toBeGreaterThan(3 * Math.abs(thresholds[0]));
  });

  it("are there for every op that has thresholds", () => {
    for (const op of UNARY)
      if (exampleAttributes(op).every((attributes) => op.curve!(attributes).saturates))
        expect(pointsOf(drawn(drawThresholds, op.name, "f32")).length, op.name).toBeGreaterThan(10);
  });
});

describe("attributes", () => {
  it("are drawn until they suit", () => {
    const op = findOp("leakyRelu");
    for (let seed = 0; seed < 10; seed++) {
      const stream = new Stream(seed, "negative");
      const { alpha } = drawAttributes(stream, op, { dtype: "f32", suits: (p) => (p.alpha as number) < 0 });
      expect(alpha).toBeLessThan(0);
    }
    expect(() => drawAttributes(new Stream(1, "none"), op, { dtype: "f32", suits: () => false })).toThrow(
      /no attributes of leakyRelu suit/,
    );
  });

  it("take the classes that are asked for", () => {
    const { approximate } = drawAttributes(new Stream(1, "gelu"), findOp("gelu"), {
      dtype: "f32",
      classes: { approximate: "tanh" },
    });
    expect(approximate).toBe("tanh");
  });

  it("have examples of every class, each once", () => {
    const alphas = exampleAttributes(findOp("leakyRelu")).map(({ alpha }) => alpha as number);
    expect(new Set(alphas).size).toBe(alphas.length);
    expect([
      alphas.some((a) => a < 0),
      alphas.some((a) => a > 1),
      alphas.some((a) => a > 0 && a < 1),
    ]).toEqual([true, true, true]);
    expect(exampleAttributes(findOp("tanh"))).toEqual([{}]);
  });
});
